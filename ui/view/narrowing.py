"""The widgets that narrow a search, beside the page; the address says the same as they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from catalog.nouns import Filters, Kind
from ui.service import Overview, Service
from ui.view.place import Place
from ui.view.stage import go_to, here
from ui.view.tags import tag

_WIDGETS = ("community", "kind", "tag", "since", "until")
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2100, 1, 1)


def fill_widgets(place: Place, overview: Overview) -> None:
    """Show in the widgets what the address says, whenever the address was not made by the widgets.

    Streamlit forgets what stood in widgets that a page does not have, so coming back to them fills them anew.
    """
    asked = place.closed()
    there = all(name in st.session_state for name in _WIDGETS)
    if there and st.session_state.get("shown_place") == asked:
        return
    known = {one.slug for one in overview.status.communities}
    values: dict[str, Any] = {
        "community": [slug for slug in place.communities if slug in known],
        "kind": list(place.kinds),
        "tag": list(place.tags),
        "since": place.since,
        "until": place.until,
    }
    st.session_state.update(values)
    st.session_state.shown_place = asked


def filters_of(service: Service, place: Place) -> Filters:
    """The filters that an address names."""
    return service.filters(place.communities, place.kinds, place.tags, place.since, place.until)


def _narrow() -> None:
    """Go to the same within the bounds that the widgets say."""
    told = replace(
        here().closed(),
        cursor="",
        communities=tuple(st.session_state.community),
        kinds=tuple(st.session_state.kind),
        tags=tuple(st.session_state.tag),
        since=st.session_state.since,
        until=st.session_state.until,
    )
    st.session_state.shown_place = told
    go_to(told)


def draw_filters(overview: Overview) -> None:
    """Draw the widgets; `fill_widgets` comes before."""
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
