"""From the words of a page to rows of segments: pieces of a line with no wide gap inside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ingest.formats.pdf_page import Word

_WIDE_GAP = 1.0  # in type sizes: more separates cells and columns
_TALLNESS = 0.7  # height of letters above the baseline, in type sizes
_SHARED_HEIGHT = 0.5  # of the smaller letters: more is the same line, be it raised or lowered
_OPEN_ROWS = 4
_MARK = re.compile(r"(?:[•◦▪▫‣⁃●○■□➢➤✓–-]|[\uf000-\uf0ff]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)])")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: its text, place (points, from the lower left) and type size."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its rows of cells, and the place of its upper left corner."""

    rows: tuple[tuple[str, ...], ...]
    x: float
    y: float


Block = Line | Table


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a line with no wide gap inside, or a table that takes the place of one."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    table: Table | None = None


Row = list[Segment]


def rows_of_words(words: Iterable[Word]) -> list[list[Word]]:
    """Group words that stand on one line, raised and lowered ones too; top to bottom, left to right."""
    rows: list[tuple[Word, list[Word]]] = []
    for word in sorted(words, key=lambda word: (-word.y, word.x0)):
        recent = range(len(rows) - 1, max(-1, len(rows) - 1 - _OPEN_ROWS), -1)
        place = next((index for index in recent if _shares_line(rows[index][0], word)), None)
        if place is None:
            rows.append((word, [word]))
        else:
            largest, row = rows[place]
            row.append(word)
            rows[place] = (max(largest, word, key=lambda word: word.size), row)
    rows.sort(key=lambda row: -row[0].y)
    return [sorted(row, key=lambda word: word.x0) for _, row in rows]


def _shares_line(one: Word, other: Word) -> bool:
    top = min(one.y + _TALLNESS * one.size, other.y + _TALLNESS * other.size)
    return top - max(one.y, other.y) >= _SHARED_HEIGHT * _TALLNESS * min(one.size, other.size)


def segments(row: Sequence[Word]) -> Row:
    """Split the words of a line at wide gaps; a list mark stays with what it marks."""
    pieces: list[list[Word]] = [[row[0]]]
    for left, right in pairwise(row):
        gap = right.x0 - max(word.x1 for word in pieces[-1])
        marked = len(pieces[-1]) == 1 and _MARK.fullmatch(left.text) and gap < 4 * right.size
        if gap <= _WIDE_GAP * max(left.size, right.size) or marked:
            pieces[-1].append(right)
        else:
            pieces.append([right])
    return [segment(piece) for piece in pieces]


def segment(words: Sequence[Word]) -> Segment:
    """Set neighbouring words as one piece of text, in reading order."""
    sizes: dict[float, int] = {}
    for word in words:
        sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
    main = max(sizes, key=lambda size: sizes[size])
    height = next(word.y for word in words if word.size == main)
    x0, x1 = min(word.x0 for word in words), max(word.x1 for word in words)
    return Segment(" ".join(_reading_order([word.text for word in words])), x0, x1, height, main)


def line(row: Sequence[Segment]) -> Line:
    """Set all of a row as one line; the text of segments runs as that of their scripts does."""
    largest = max(row, key=lambda piece: len(piece.text))
    ordered = [piece.text for piece in row]
    if ordered and sum(map(_runs_left, ordered)) * 2 > len(ordered):
        ordered.reverse()
    return Line(" ".join(ordered), row[0].x0, largest.y, largest.size)


def _reading_order(texts: Sequence[str]) -> list[str]:
    """Order words given from left to right: where most run to the left, all but runs of the others turn."""
    if sum(map(_runs_left, texts)) * 2 <= sum(1 for text in texts if any(map(str.isalpha, text))):
        return list(texts)
    return list(_turned(texts))


def _turned(texts: Sequence[str]) -> Iterator[str]:
    for rightward, run in groupby(reversed(texts), key=_runs_right):
        some = list(run)
        yield from reversed(some) if rightward else some


def _runs_left(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)


def _runs_right(text: str) -> bool:
    return not _runs_left(text) and any(unicodedata.bidirectional(letter) in {"L", "EN"} for letter in text)
