"""Pieces of HTML, such as the body of a post; what reads HTML is loaded for the first one, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.formats.tidy import tidy

if TYPE_CHECKING:
    from bs4 import BeautifulSoup


def html_to_markdown(fragment: str) -> str:
    """Turn a fragment of HTML into Markdown.

    Never fails, whatever the fragment holds, and fetches nothing. Code blocks, tables and links to
    the web stay; scripts, styles and hidden elements go; images become their alt text.
    """
    if "<" not in fragment and "&" not in fragment:
        return tidy(fragment)
    from ingest.formats.html import fragment_to_markdown

    return fragment_to_markdown(fragment)


def parsed(source: str | bytes) -> BeautifulSoup:
    """HTML as a tree."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(source, "lxml")
