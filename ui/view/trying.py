"""What somebody does on a page: where it goes wrong, the next run says so, in one quiet card."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from catalog.errors import CopseError
from ui.problems import line_of
from ui.view.stage import show
from ui.view.start import trouble_view


def tried(subject: str, act: Callable[[], object]) -> None:
    """Do something; what went wrong is kept until `show_trouble` shows it.

    Args:
        subject: What it is about, such as "request": each shows its own trouble.
        act: What to do.
    """
    try:
        act()
    except CopseError as error:
        st.session_state[f"{subject}_trouble"] = line_of(error)


def show_trouble(subject: str) -> None:
    """Show what went wrong in the run before, once."""
    if told := st.session_state.pop(f"{subject}_trouble", ""):
        show(trouble_view(told), f"{subject}-trouble")
