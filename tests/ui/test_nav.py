"""The head of every page."""

from __future__ import annotations

from ui.view.nav import nav_view
from ui.view.place import Page, Place


def test_the_page_where_the_reader_is_is_marked() -> None:
    """For a screen reader too; the others are links to their beginnings."""
    html = nav_view(Place(Page.PEOPLE, person="12"))

    assert html.count("aria-current") == 1
    assert '<a href="?page=people" target="_self" data-go aria-current="page">People</a>' in html
    assert '<a href="?" target="_self" data-go>Ask</a>' in html
