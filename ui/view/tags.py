"""HTML that is safe by construction: text is escaped, and only what a function here made is taken as HTML.

Marks that turn the direction of writing, which would disguise what stands behind them, are taken out.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ui.terminal import clean

_VOID = frozenset({"br", "hr", "img", "input"})

Child = object  # Html as it is, other text escaped; None, False and "" nothing


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: Child, **attributes: object) -> Html:
    """One element.

    Args:
        name: The element's name.
        children: What it holds; text that is not `Html` is escaped.
        attributes: Its attributes: `class_` for class, `data_go` for data-go; True for one without a
            value, None or False for none.
    """
    opened = "".join([name, *_attributes(attributes)])
    return Html(f"<{opened}>" if name in _VOID else f"<{opened}>{join(children)}</{name}>")


def join(children: Iterable[Child], separator: str = "") -> Html:
    """Several pieces after each other; a separator is text."""
    shown = [_html(child) for child in children if child is not None and child is not False and child != ""]
    return Html(escape(separator).join(shown))


def _html(child: Child) -> str:
    return child if isinstance(child, Html) else escape(clean(str(child)))


def _attributes(attributes: dict[str, object]) -> Iterable[str]:
    for name, value in attributes.items():
        shown = name.rstrip("_").replace("_", "-")
        if value is True:
            yield f" {shown}"
        elif value is not None and value is not False:
            yield f' {shown}="{escape(clean(str(value)))}"'
