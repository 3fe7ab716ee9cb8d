"""What the pages are drawn with: views, the address, and what is kept from one run to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

import streamlit as st

from ui.view.place import Place
from ui.view.tags import Html

_FOLDER = Path(__file__).parent
_HTML = '<div class="copse"></div>'
_SCRIPTS = ("view.js", "suggest.js", "share.js")  # the first has what Streamlit calls
SCRIPT = "\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS)
"""What runs in a view."""

Kept = TypeVar("Kept")

_component = st.components.v2.component(
    "copse_view",
    html=_HTML,
    css=(_FOLDER / "view.css").read_text("utf-8"),
    js=SCRIPT,
)

_map = st.components.v2.component(
    "copse_map",
    html='<div class="copse map"></div>',
    css="\n".join((_FOLDER / name).read_text("utf-8") for name in ("view.css", "map.css")),
    js=(_FOLDER / "map.js").read_text("utf-8"),
)


def begin(title: str) -> None:
    """Set the page up."""
    st.set_page_config(page_title=title, page_icon="🌿", layout="wide", menu_items={})
    st.html(_FOLDER / "chrome.css")


def here() -> Place:
    """Where the reader is, by the address."""
    return Place.read({name: st.query_params.get_all(name) for name in st.query_params})


def go_to(place: Place) -> None:
    """Change the address; what the page shows follows in the next run."""
    st.query_params.from_dict(place.params())


def show(view: Html, key: str) -> bool:
    """Show a view; whether a link in it was followed."""
    clicked = _component(key=key, data=view, on_go_change=lambda: _follow(key))
    return bool(clicked.go)


def show_map(data: Mapping[str, object], key: str) -> bool:
    """Show a map, made by `ui.view.map.map_data`; whether something on it was opened."""
    clicked = _map(key=key, data=data, on_go_change=lambda: _follow(key))
    return bool(clicked.go)


def _follow(key: str) -> None:
    """Go where a link leads that was clicked in a view."""
    address = st.session_state[key]["go"]
    go_to(Place.read(parse_qs(address.removeprefix("?"))))


def kept(name: str, state: object, make: Callable[[], Kept]) -> Kept:
    """What was made for a state, until the state is another one."""
    if st.session_state.get(f"{name}_made_for") != state:
        st.session_state[name] = make()
        st.session_state[f"{name}_made_for"] = state
    made: Kept = st.session_state[name]
    return made
