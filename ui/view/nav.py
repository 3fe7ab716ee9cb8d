"""The head of every page: the name, and a row of pages."""

from __future__ import annotations

from ui.view.parts import go
from ui.view.place import Page, Place
from ui.view.tags import Html, tag

NAMES = {
    Page.ASK: "Ask",
    Page.PRACTICES: "Practices",
    Page.PEOPLE: "People",
    Page.TOPICS: "Topics",
    Page.COMMUNITY: "Community",
    Page.CONTRIBUTE: "Contribute",
    Page.REQUESTS: "Requests",
    Page.SETTINGS: "Settings",
}

_NOBODY = Html("")


def nav_view(place: Place, visitor: Html = _NOBODY) -> Html:
    """A way to each page; the one where the reader is is marked.

    Args:
        place: Where the reader is.
        visitor: Who is signed in, and the way out or in.
    """
    links = (tag("li", _link(page, name, place)) for page, name in NAMES.items())
    return tag(
        "header",
        tag("h1", go(Place(), "Copse"), class_="wordmark"),
        tag("nav", tag("ul", *links), class_="pages", aria_label="Pages"),
        visitor,
        class_="masthead",
    )


def _link(page: Page, name: str, place: Place) -> Html:
    here = "page" if page is place.page else None
    return go(Place(page), name, current=here)
