"""The page on which members add what they know: a lesson, a post, a question, or documents."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from catalog.errors import NotAllowedError, NotFoundError
from catalog.lessons import HAPPENED, LEARNED, TO_DO, Lesson, read_lesson
from catalog.nouns import Filters, Kind
from ui.contributing import LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS, Contributing
from ui.schemas import ItemOut, SimilarOut
from ui.service import Overview, Service
from ui.view.contribute import (
    alike_view,
    back_view,
    change_view,
    lead_view,
    made_view,
    may_not_view,
    mine_view,
    none_yet_view,
    preview_view,
)
from ui.view.page_upload import draw_author, draw_place, draw_upload, show_trouble, tried
from ui.view.parts import Surroundings
from ui.view.place import Page, Place
from ui.view.stage import go_to, kept, show
from ui.view.start import trouble_view
from ui.view.tags import tag

_CHOICES = {"A lesson": Kind.LESSON, "A post": Kind.POST, "A question": Kind.QUESTION, "Documents": None}
_HINTS = {
    HAPPENED: "What did you do, and what came of it?",
    LEARNED: "Why was that?",
    TO_DO: "What should others do?",
}
_FIELDS = ("title", "happened", "learned", "to_do", "text", "tags")
_ALIKE = 4
_LISTED = 30


def draw_contribute(service: Service, overview: Overview, around: Surroundings) -> None:
    """Draw what can be added, or the item that is being changed, and what was added before."""
    contributing = service.contributing()
    if not contributing.places():
        show(may_not_view(guest=overview.status.viewer == "guest"), "may-not")
        return
    show_trouble()
    if around.place.edit:
        _draw_change(contributing, overview, around)
        return
    show(lead_view(), "lead")
    chosen = st.segmented_control(
        "What do you want to add?", list(_CHOICES), default="A lesson", required=True, key="contribute_what"
    )
    kind = _CHOICES[chosen or "A lesson"]
    if kind is None:
        draw_upload(service, contributing, around)
    else:
        _draw_writing(service, contributing, overview, around, kind)
    _draw_mine(contributing, around)


# --- writing ---


def _draw_writing(
    service: Service, contributing: Contributing, overview: Overview, around: Surroundings, kind: Kind
) -> None:
    """Fields beside what was written already; each change of a field looks anew."""
    main, beside = st.columns([1, 0.5], gap="large")
    with main:
        title = st.text_input(
            "Title", key="write_title", max_chars=LONGEST_TITLE, placeholder=_title_hint(kind)
        )
        text = _draw_text(kind)
        tags = _draw_tags(overview)
        draw_place(contributing, around)
        draw_author(contributing)
        _draw_preview(title, text, tags)
        st.button(
            f"Add the {kind.value}",
            type="primary",
            on_click=lambda: tried(lambda: _write(contributing, kind)),
        )
        if made := st.session_state.pop("write_made", None):
            show(made_view(made, around), "made")
    with beside:
        show(alike_view(_alike(service, f"{title}\n{text}"), around), "alike")


def _title_hint(kind: Kind) -> str:
    return "Which pear suits clay soil?" if kind is Kind.QUESTION else "In a line, what is it about?"


def _draw_text(kind: Kind) -> str:
    """The fields of a text; gives what stands in them, as Markdown."""
    if kind is not Kind.LESSON:
        label = "Details (optional)" if kind is Kind.QUESTION else "Text"
        return st.text_area(label, key="write_text", max_chars=LONGEST_TEXT, height=220, help="Markdown")
    parts = ((HAPPENED, "happened"), (LEARNED, "learned"), (TO_DO, "to_do"))
    given = [
        st.text_area(
            title, key=f"write_{name}", max_chars=LONGEST_TEXT // 3, height=110, placeholder=_HINTS[title]
        )
        for title, name in parts
    ]
    return Lesson(*given).text


def _draw_tags(overview: Overview) -> Sequence[str]:
    known = list(dict.fromkeys([*overview.tags, *st.session_state.get("write_tags", ())]))
    return st.multiselect(
        "Tags (optional)",
        known,
        key="write_tags",
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Choose some, or type a new one",
    )


def _draw_preview(title: str, text: str, tags: Sequence[str]) -> None:
    with st.expander("How it will look"):
        show(preview_view(title, text, tags), "preview")


def _alike(service: Service, written: str) -> Sequence[SimilarOut]:
    """What was written about it already, looked for anew when the words have changed."""
    state = (written, service.generation(), service.viewer())
    found = kept("alike_found", state, lambda: service.similar(written, Filters(), _ALIKE, typing=True))
    return found.similar


def _write(contributing: Contributing, kind: Kind) -> None:
    """Add what stands in the fields now, which may be later than they were drawn, and empty them."""
    state = st.session_state
    author = state.get("write_author", "")
    made = contributing.write(
        kind, state.write_community, state.write_title, _written(kind), state.write_tags, author
    )
    _empty()
    st.session_state.write_made = made


def _written(kind: Kind) -> str:
    state = st.session_state
    if kind is Kind.LESSON:
        return Lesson(state.write_happened, state.write_learned, state.write_to_do).text
    text: str = state.write_text
    return text


def _empty() -> None:
    for name in _FIELDS:
        if f"write_{name}" in st.session_state:
            st.session_state[f"write_{name}"] = [] if name == "tags" else ""


# --- changing ---


def _draw_change(contributing: Contributing, overview: Overview, around: Surroundings) -> None:
    item_id = around.place.edit
    show(back_view(), "back")
    try:
        item = contributing.find(item_id).item
    except (NotFoundError, NotAllowedError) as error:
        show(trouble_view(str(error)), "no-change")
        return
    _fill(item)
    title = st.text_input("Title", key="write_title", max_chars=LONGEST_TITLE)
    text = _draw_text(item.kind)
    tags = _draw_tags(overview)
    _draw_preview(title, text, tags)
    with st.container(horizontal=True):
        st.button(
            "Save the change", type="primary", on_click=lambda: tried(lambda: _change(contributing, item))
        )
        _draw_withdraw(contributing, item)


def _fill(item: ItemOut) -> None:
    """Put an item into the fields, once."""
    if st.session_state.get("write_filled") == item.id and "write_title" in st.session_state:
        return
    lesson = read_lesson(item.text or "")
    values = (item.title, lesson.happened, lesson.learned, lesson.to_do, item.text or "", list(item.tags))
    for name, value in zip(_FIELDS, values, strict=True):
        st.session_state[f"write_{name}"] = value
    st.session_state.write_filled = item.id


def _change(contributing: Contributing, item: ItemOut) -> None:
    state = st.session_state
    contributing.edit(item.id, state.write_title, _written(item.kind), state.write_tags)
    _leave(Place(Page.CONTRIBUTE, item=item.id))


def _leave(place: Place) -> None:
    _empty()
    st.session_state.write_filled = None
    go_to(place)


# --- what was added before ---


def _draw_mine(contributing: Contributing, around: Surroundings) -> None:
    st.html(tag("h2", "What you have added", class_="side"))
    items = contributing.mine(_LISTED).items
    if not items:
        show(none_yet_view(), "none-yet")
    for item in items:
        row, change = st.columns([1, 0.35], vertical_alignment="center")
        with row:
            show(mine_view(item, around), f"mine-{item.id}")
        with change, st.container(horizontal=True, horizontal_alignment="right"):
            if not item.id.startswith("uploads/"):
                st.button(
                    "Change",
                    key=f"change-{item.id}",
                    on_click=lambda item=item: go_to(Place(Page.CONTRIBUTE, edit=item.id)),
                )
            _draw_withdraw(contributing, item)


def _draw_withdraw(contributing: Contributing, item: ItemOut) -> None:
    with st.popover("Withdraw …"):
        # Never a title as Markdown.
        st.text(f"“{item.title}” goes for good, and is gone from the very next answer.")
        st.button(
            "Withdraw it",
            key=f"withdraw-{item.id}",
            type="primary",
            on_click=lambda: tried(lambda: _withdraw(contributing, item)),
        )


def _withdraw(contributing: Contributing, item: ItemOut) -> None:
    contributing.withdraw(item.id)
    _leave(Place(Page.CONTRIBUTE))


def offer_change(service: Service, item: ItemOut) -> bool:
    """A way to change an item that was written here, for whoever may; whether it was taken."""
    mine = service.contributing().may_change(item.id)
    return mine and show(change_view(item), "change")
