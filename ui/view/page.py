"""The web page: a question box, filters beside it, and the views of what Copse has to say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catalog.errors import CopseError
from catalog.nouns import Filters, Kind
from search.results import Checked, Draft
from ui.schemas import ReplyOut
from ui.service import Opened, Overview, Service, current
from ui.view.draft import Drafted, draft_view
from ui.view.item import item_view
from ui.view.parts import Surroundings, kind_of
from ui.view.place import LONGEST_QUESTION, Place
from ui.view.reply import reply_view
from ui.view.start import start_view, trouble_view
from ui.view.tags import Html, tag

_RESULTS = 5  # people and problems that are shown
_GAPS = 5  # open questions
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2100, 1, 1)
_EXAMPLE = "how do we keep slugs off the lettuce?"
_FOLDER = Path(__file__).parent
_HTML = '<div class="copse"></div>'

_component = st.components.v2.component(
    "copse_view",
    html=_HTML,
    css=(_FOLDER / "view.css").read_text("utf-8"),
    js=(_FOLDER / "view.js").read_text("utf-8"),
)


def draw() -> None:
    """Draw the page, once for each time that something on it has changed."""
    place = _place()
    title = f"{place.question} · Copse" if place.question else "Copse"
    st.set_page_config(page_title=title, page_icon="🌿", layout="wide", menu_items={})
    st.html(_FOLDER / "chrome.css")
    service = current()
    try:
        _draw(service, place)
    except CopseError as error:
        _show(trouble_view(str(error)), "trouble")


def _draw(service: Service, place: Place) -> None:
    overview = service.overview()
    communities = {one.slug: one for one in overview.status.communities}
    around = Surroundings(
        place,
        communities,
        owner=overview.status.viewer == "owner",
        keeps_gaps=service.settings.record_gaps == "yes",
    )
    _fill_widgets(place, overview)
    _filters(overview)
    _question(overview)
    opened = service.item(place.item) if place.item else None
    if place.question:
        draft = st.empty()
        with st.spinner("Reading what people wrote …"):
            view = reply_view(_reply(service, place, draft), around)
        _show(view, "view")
        draft.empty()
    else:
        _show(start_view(overview, service.gaps(_GAPS).gaps, around), "view")
    if opened:
        _drawer(opened, around)


def _reply(service: Service, place: Place, draft: DeltaGenerator) -> ReplyOut:
    """The reply, kept while the question, the filters and the library stay the same."""
    wanted = (place.closed(), service.generation(), service.viewer())
    if st.session_state.get("replied_to") != wanted:
        filters = service.filters(place.communities, place.kinds, place.tags, place.since, place.until)
        st.session_state.reply = _ask_in_steps(service, place, filters, draft)
        st.session_state.replied_to = wanted
    reply: ReplyOut = st.session_state.reply
    return reply


def _ask_in_steps(service: Service, place: Place, filters: Filters, draft: DeltaGenerator) -> ReplyOut:
    """Ask, and show what a language model writes meanwhile, if there is one."""
    drafted = Drafted()
    for event in service.ask_in_steps(place.question, filters, _RESULTS, place.before):
        if isinstance(event, Draft | Checked):
            drafted.add(event)
            draft.html(draft_view(drafted))
        elif isinstance(event, ReplyOut):
            return event
    raise AssertionError("whoever asks gets a reply")


# --- where the reader is ---


def _place() -> Place:
    return Place.read({name: st.query_params.get_all(name) for name in st.query_params})


def _go(place: Place) -> None:
    st.query_params.from_dict(place.params())


def _fill_widgets(place: Place, overview: Overview) -> None:
    """Show in the widgets what the address says, whenever the address was not made by the widgets."""
    asked = place.closed()
    if st.session_state.get("shown_place") == asked:
        return
    known = {one.slug for one in overview.status.communities}
    values: dict[str, Any] = {
        "question": place.question,
        "community": [slug for slug in place.communities if slug in known],
        "kind": list(place.kinds),
        "tag": list(place.tags),
        "since": place.since,
        "until": place.until,
    }
    st.session_state.update(values)
    st.session_state.shown_place = asked


def _ask() -> None:
    """Begin a conversation with what stands in the box."""
    _go_as_told(())


def _narrow() -> None:
    """Ask the same within other bounds."""
    _go_as_told(_place().before)


def _go_as_told(before: tuple[str, ...]) -> None:
    """Go where the widgets say."""
    since, until = st.session_state.since, st.session_state.until
    place = Place(
        question=" ".join(st.session_state.question.split()),
        before=before,
        communities=tuple(st.session_state.community),
        kinds=tuple(st.session_state.kind),
        tags=tuple(st.session_state.tag),
        since=since,
        until=until,
    )
    st.session_state.shown_place = place
    _go(place)


# --- the parts of the page ---


def _question(overview: Overview) -> None:
    example = next((title for title in overview.examples if title.endswith("?")), _EXAMPLE)
    st.html(tag("h1", tag("a", "Copse", href="?", target="_self"), class_="wordmark"))
    with st.form("ask", border=False, enter_to_submit=True):
        box, button = st.columns([1, 0.001], gap="small", vertical_alignment="center")
        box.text_input(
            "Question",
            key="question",
            placeholder=f"Ask a question, such as: {example}",
            label_visibility="collapsed",
            max_chars=LONGEST_QUESTION,
        )
        button.form_submit_button("Ask", type="primary", on_click=_ask)


def _filters(overview: Overview) -> None:
    names = {
        one.slug: f"{one.name} 🔒" if one.private else one.name
        for one in overview.status.communities
        if sum(one.items.values())
    }
    known_tags = list(dict.fromkeys([*overview.tags, *st.session_state.tag]))
    with st.sidebar:
        st.html(tag("h2", "Narrow it down", class_="side"))
        options = list(dict.fromkeys([*names, *st.session_state.community]))
        st.multiselect(
            "Community",
            options,
            key="community",
            format_func=lambda slug: names.get(slug, slug),
            placeholder="All communities",
            on_change=_narrow,
        )
        st.multiselect(
            "Kind",
            list(Kind),
            key="kind",
            format_func=_capitalised,
            placeholder="All kinds",
            on_change=_narrow,
        )
        st.multiselect("Tags", known_tags, key="tag", placeholder="All tags", on_change=_narrow)
        _day("From", "since")
        _day("To", "until")


def _capitalised(kind: Kind) -> str:
    return kind.value.capitalize()


def _day(name: str, key: str) -> None:
    st.date_input(
        name, key=key, min_value=_FIRST_DAY, max_value=_LAST_DAY, format="YYYY-MM-DD", on_change=_narrow
    )


def _show(view: Html, key: str) -> bool:
    """Show a view; whether a link in it was followed."""
    clicked = _component(key=key, data=view, on_go_change=lambda: _follow(key))
    return bool(clicked.go)


def _follow(key: str) -> None:
    """Go where a link leads that was clicked in a view."""
    address = st.session_state[key]["go"]
    _go(Place.read(parse_qs(address.removeprefix("?"))))


def _drawer(opened: Opened, around: Surroundings) -> None:
    """Lay an item over the right of the page."""
    # Never a text of a document: the title of a drawer is Markdown.
    title = kind_of(opened.shown.item).capitalize()

    @st.dialog(title, width="medium", position="right", on_dismiss=_close)
    def drawer() -> None:
        # A drawer runs alone when something in it is clicked; what was opened concerns the whole page.
        if _show(item_view(opened, around), "drawer"):
            st.rerun()

    drawer()


def _close() -> None:
    _go(_place().closed())
