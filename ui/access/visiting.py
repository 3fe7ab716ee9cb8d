"""The credentials of whoever looks at a page."""

from __future__ import annotations

import streamlit as st

from catalog.settings import Settings
from ui.access.credentials import Configured, Credentials, Nobody
from ui.access.door import door_of


def visitor(settings: Settings) -> Credentials:
    """Who looks at the page that is being drawn.

    It is told anew in each run, by the cookies that came when the page was opened: `st.user` would not notice
    that the sign-in has become too old, or was ended in another tab.
    """
    door = door_of(settings)
    return Configured() if door is None else door.visitor(st.context.cookies) or Nobody()
