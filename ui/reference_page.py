"""The reference of the API as a page of its own, which loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise
from typing import Any

from ui.reference_text import reference
from ui.view.theme import DARK, LIGHT

_TITLE = "Copse: the HTTP API"
_HEAD = "All that Copse answers to programs: addresses, what they take, and what they give."


def reference_page(description: Mapping[str, Any]) -> str:
    """Make the page.

    Args:
        description: The description after OpenAPI.
    """
    # Loaded when somebody reads the reference, and not by every server.
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(reference(description))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", inline.content.strip("`").lower().replace(" ", "-"))
    groups = "".join(f'<a href="#{name.lower()}">{escape(name)}</a>' for name in _groups(description))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_TITLE}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{_TITLE}</h1><p>{_HEAD}</p><nav>{groups}</nav></header>"
        f"<main>{markdown.renderer.render(tokens, markdown.options, {})}</main></body></html>"
    )


def _groups(description: Mapping[str, Any]) -> list[str]:
    return [*(group["name"] for group in description["tags"]), "Forms"]


def _colours(theme: Mapping[str, str]) -> str:
    return (
        f"--text:{theme['textColor']};--back:{theme['backgroundColor']};"
        f"--soft:{theme['secondaryBackgroundColor']};--link:{theme['linkColor']};--line:{theme['borderColor']}"
    )


_STYLE = (
    f":root{{color-scheme:light dark;{_colours(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_colours(DARK)}}}}}"
    "body{margin:0 auto;padding:1.5rem;max-width:60rem;font:16px/1.55 system-ui,sans-serif;"
    "color:var(--text);background:var(--back)}"
    "h1,h2{font-family:Georgia,serif;font-weight:600}h2{margin-top:3rem}h3{margin-top:2.2rem;font-size:1.05rem}"
    "nav{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem}a{color:var(--link)}"
    "table{display:block;overflow-x:auto;border-collapse:collapse;font-size:.9rem}"
    "th,td{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}"
    "th,td{text-align:left;vertical-align:top}"
    "code{font-size:.92em}pre{padding:.8rem;overflow-x:auto;background:var(--soft);border-radius:8px}"
)
