"""The order in which the rows of a page are read: columns after each other, tables row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.formats.pdf_aligned import aligned_table
from ingest.formats.pdf_grids import drawn_tables
from ingest.formats.pdf_lines import Block, Row, Segment, line, rows_of_words, segments
from ingest.formats.pdf_page import Layer, Sheet

_MOST_DEPTH = 6
_MOST_ROWS = 1_000  # no real page has more; looking for columns takes time squared
_MOST_ROWS_AHEAD = 200
_NARROWEST_GUTTER = 0.7  # in type sizes
_FEWEST_ROWS = 4
_PROSE_CHARACTERS = 18  # a line of a column has more; a cell of a table mostly has fewer
_PROSE_WORDS = 3
_PROSE_FILL = 0.6  # of the column's width
_SAME_HEIGHT = 0.15  # in type sizes
_ALIGNED = 0.5  # share of rows with a partner at their height: fewer are independent of each other

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows up to `end` that share a gutter."""

    end: int
    gutter: Interval


def page_blocks(sheet: Sheet) -> list[Block]:
    """The lines and tables of a page in reading order; text that runs another way than most comes last."""
    return [block for layer in sheet.layers for block in in_order(_rows(layer))]


def _rows(layer: Layer) -> list[Row]:
    words, tables = drawn_tables(layer.words, layer.rules)
    rows = [segments(row) for row in rows_of_words(words)]
    rows += [[Segment("", table.x, right, table.y, 0.0, table)] for table, right in tables]
    return sorted(rows, key=lambda row: -row[0].y)


def in_order(rows: Sequence[Row], depth: int = 0) -> list[Block]:
    """Turn the rows of a page, top to bottom, into its lines and tables in reading order."""
    blocks: list[Block] = []
    start = 0
    page = _extent(rows)
    may_split = depth < _MOST_DEPTH and len(rows) <= _MOST_ROWS
    while start < len(rows):
        band = _band(rows, start, page) if may_split else None
        if band:
            for side in _sides(rows[start : band.end], band.gutter):
                blocks += in_order(side, depth + 1)
            start = band.end
            continue
        table, length = aligned_table(rows, start)
        if table is not None:
            blocks.append(table)
        else:
            blocks += _plain(rows[start])
        start += max(1, length)
    return blocks


def _plain(row: Row) -> Iterator[Block]:
    """A row that belongs to no table found here; a drawn table in it stands for itself."""
    text = [piece for piece in row if piece.table is None]
    if text:
        yield line(text)
    yield from (piece.table for piece in row if piece.table is not None)


def _extent(rows: Sequence[Row]) -> Interval:
    pieces = [piece for row in rows for piece in row]
    return min((piece.x0 for piece in pieces), default=0), max((piece.x1 for piece in pieces), default=0)


def _band(rows: Sequence[Row], start: int, page: Interval) -> _Band | None:
    """Find columns of prose that begin at a row: the longest run of rows with a gutter between them."""
    free: list[Interval] = [page]
    end = start
    for row in rows[start : start + _MOST_ROWS_AHEAD]:
        size = row[0].size
        rest = [gap for gap in _minus(free, row) if gap[1] - gap[0] >= _NARROWEST_GUTTER * size]
        if not any(gap[0] > page[0] and gap[1] < page[1] for gap in rest) and not _open(rest, page):
            break
        free = rest
        end += 1
    return _best(rows[start:end], free, start)


def _open(gaps: Sequence[Interval], page: Interval) -> bool:
    """Whether only one side has been filled so far."""
    return any(gap[0] > page[0] or gap[1] < page[1] for gap in gaps)


def _minus(free: Sequence[Interval], row: Row) -> list[Interval]:
    rest = list(free)
    for piece in row:
        rest = [
            part
            for low, high in rest
            for part in ((low, min(high, piece.x0)), (max(low, piece.x1), high))
            if part[1] > part[0]
        ]
    return list(dict.fromkeys(rest))


def _best(rows: Sequence[Row], gaps: Sequence[Interval], start: int) -> _Band | None:
    for gutter in sorted(gaps, key=lambda gap: gap[0] - gap[1]):
        left, right = _sides(rows, gutter)
        if min(len(left), len(right)) >= _FEWEST_ROWS and _independent(left, right):
            return _Band(start + len(rows), gutter)
    return None


def _sides(rows: Sequence[Row], gutter: Interval) -> tuple[list[Row], list[Row]]:
    middle = sum(gutter) / 2
    left = [[piece for piece in row if piece.x1 <= middle] for row in rows]
    right = [[piece for piece in row if piece.x1 > middle] for row in rows]
    return [row for row in left if row], [row for row in right if row]


def _independent(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether two sides are columns of text, not cells of the same rows."""
    if _is_prose(left) and _is_prose(right):
        return True
    heights = sorted(row[0].y for row in right)
    partners = sum(
        any(abs(height - row[0].y) <= _SAME_HEIGHT * row[0].size for height in heights) for row in left
    )
    some_prose = _is_prose(left) or _is_prose(right)
    return some_prose and partners < _ALIGNED * min(len(left), len(right))


def _is_prose(rows: Sequence[Row]) -> bool:
    pieces = [piece for row in rows for piece in row if piece.table is None]
    if len(pieces) < _FEWEST_ROWS:
        return False
    width = max(piece.x1 for piece in pieces) - min(piece.x0 for piece in pieces)
    split = len(pieces) / len(rows)
    return (
        median(len(piece.text) for piece in pieces) >= _PROSE_CHARACTERS
        and median(len(piece.text.split()) for piece in pieces) >= _PROSE_WORDS
        and median(piece.x1 - piece.x0 for piece in pieces) * split >= _PROSE_FILL * width
    )
