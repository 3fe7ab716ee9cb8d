"""What repeats at the edges of pages, running headers, footers and page numbers, and goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from ingest.formats.pdf_lines import Block, Line

_EDGE_LINES = 2
_MOST_EDGE_CHARACTERS = 120
_REPEATS = 3
_SHARE_OF_PAGES = 0.4
_MOST_RUNNING = 0.5
_PAGE_NUMBER = re.compile(r"(?:page|seite|página|pagina|str\.|p\.)?\s*#(?:\s*(?:/|of|von|de|di|sur)\s*#)?")


def without_running_lines(pages: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """Drop page numbers, and the headers and footers that repeat on at least three pages.

    Nothing is dropped where that would take most of the text: then it is the text that repeats.
    """
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(chain.from_iterable({_pattern(line) for line in edge} for edge in edges))
    needed = max(_REPEATS, _SHARE_OF_PAGES * len(pages))
    kept = [
        [
            block
            for block in page
            if not (block in edge and isinstance(block, Line))
            or not (counts[_pattern(block)] >= needed or _numbers(block, number))
        ]
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True), start=1)
    ]
    if _characters(kept) < (1 - _MOST_RUNNING) * _characters(pages):
        return [list(page) for page in pages]
    return kept


def _edge_lines(page: Sequence[Block]) -> set[Line]:
    """The short lines at the top and bottom, as read and as seen (often different)."""
    by_height = sorted(page, key=lambda block: block.y)
    edges = chain.from_iterable((some[:_EDGE_LINES], some[-_EDGE_LINES:]) for some in (page, by_height))
    return {
        block
        for block in chain.from_iterable(edges)
        if isinstance(block, Line) and len(block.text) <= _MOST_EDGE_CHARACTERS
    }


def _pattern(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.casefold())


def _numbers(line: Line, number: int) -> bool:
    """Whether a line says which page this is: "3", "- 3 -", "Page 3 of 7"."""
    bare = line.text.strip("-–—[]| ")
    first = re.search(r"\d+", bare)
    return bool(
        first and int(first[0][:9]) == number and _PAGE_NUMBER.fullmatch(_pattern(Line(bare, 0, 0, 0)))
    )


def _characters(pages: Sequence[Sequence[Block]]) -> int:
    return sum(len(block.text) for block in chain.from_iterable(pages) if isinstance(block, Line))
