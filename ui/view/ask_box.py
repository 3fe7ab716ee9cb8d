"""The box in which a question is asked; past questions like it come up below while it is typed."""

from __future__ import annotations

from urllib.parse import urlencode

from ui.view.place import LONGEST_QUESTION, Place
from ui.view.tags import Html, tag

SIMILAR = "/api/v1/similar"
"""Where the browser asks for them; it is told nothing there that the page's reader may not read."""

_MOST = 5
_LIST = "suggestions"
_BOUNDS = ("community", "kind", "tag", "since", "until")


def ask_box_view(place: Place, example: str) -> Html:
    """A box with a button; what narrows the place narrows what is asked, and what comes up.

    Args:
        place: Where the reader is.
        example: A question that can be asked.
    """
    hidden = (
        tag("input", type="hidden", name=name, value=value)
        for name, values in place.asking("").params().items()
        for value in values
    )
    return tag(
        "form",
        *hidden,
        tag("div", _box(place, example), tag("button", "Ask", type="submit"), class_="box"),
        tag("ul", id=_LIST, role="listbox", aria_label="Asked before", hidden=True),
        tag("p", class_="unseen", role="status", aria_live="polite"),
        class_="ask",
        role="search",
        data_go=True,
    )


def _box(place: Place, example: str) -> Html:
    return tag(
        "input",
        type="text",
        name="q",
        id="question",
        value=place.question,
        maxlength=LONGEST_QUESTION,
        placeholder=f"Ask a question, such as: {example}",
        autocomplete="off",
        role="combobox",
        aria_label="Question",
        aria_autocomplete="list",
        aria_expanded="false",
        aria_controls=_LIST,
        data_suggest=_suggesting(place),
    )


def _suggesting(place: Place) -> str:
    """The address that tells what is like the words that are put behind it."""
    bounds = place.asking("").params()
    told = [("typing", "true"), ("k", str(_MOST))]
    told += [(name, value) for name in _BOUNDS for value in bounds.get(name, ())]
    return f"{SIMILAR}?{urlencode(told)}&q="
