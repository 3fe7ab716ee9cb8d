"""The credentials of whoever looks at a page."""

from __future__ import annotations

from catalog.settings import Settings
from ui.access.credentials import Configured, Credentials


def visitor(settings: Settings) -> Credentials:  # noqa: ARG001
    """Who looks at the page that is being drawn."""
    return Configured()
