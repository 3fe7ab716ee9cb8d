"""Buttons that put what is shown on the clipboard: as Markdown with its sources, or as an address."""

from __future__ import annotations

from ui.view.place import Place
from ui.view.tags import Html, tag


def share_view(place: Place, markdown: str = "", *, cited: bool = True) -> Html:
    """A row of buttons.

    Args:
        place: What the address is of.
        markdown: What can be copied; empty for nothing but the address.
        cited: Whether there are citations in it.
    """
    name, done = (
        ("Copy with citations", "Copied, with its citations") if cited else ("Copy as Markdown", "Copied")
    )
    copy = _button(name, done, data_copy=markdown)
    return tag(
        "div",
        copy if markdown else None,
        _button("Share link", "The link is copied", data_link=place.href),
        tag("span", role="status", aria_live="polite", class_="said"),
        class_="share-row",
    )


def _button(name: str, done: str, **what: str) -> Html:
    return tag("button", name, type="button", data_done=done, class_="quiet", **what)
