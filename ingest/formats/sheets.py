"""From the rows of a spreadsheet to Markdown: prose as paragraphs, the rest as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.formats.markdown_blocks import heading, inline, paragraphs, table

MOST_ROWS = 50_000
MOST_COLUMNS = 500
MOST_CELL = 100_000
"""Longest text of a cell that is shown; spreadsheets themselves end at 32,767 characters."""
MOST_REPEATED = 200
"""Longest text that is written again in every row of a merged cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet that is not empty.

    Attributes:
        number: Its number in the sheet, counted from 1.
        cells: Its texts from the first column on, without empty ones at the end.
    """

    number: int
    cells: list[str]


def sheet_markdown(name: str, rows: Iterable[Row]) -> str:
    """Set a sheet under a heading with its name; an empty sheet is nothing.

    Rows beyond the limit are counted and left out, and a line says so. Rows that a blank one sets
    apart begin a table of their own if they stand in other columns; else the table goes on.
    """
    kept: list[Row] = []
    left_out = 0
    for row in rows:
        if len(kept) == MOST_ROWS:
            left_out += 1
            continue
        cells = [inline(cell[:MOST_CELL]) if cell else "" for cell in row.cells[:MOST_COLUMNS]]
        if any(cells):
            kept.append(Row(row.number, cells))
    if not kept:
        return ""
    note = f"({left_out:,} more rows are not shown.)" if left_out else ""
    return paragraphs([heading(2, inline(name)), *map(_block, _parts(kept)), note])


def _parts(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Cut where a blank row is followed by rows in other columns."""
    part: list[Row] = []
    for group in _between_gaps(rows):
        if part and not _within(_extent(group), _extent(part)):
            yield part
            part = []
        part += group
    yield part


def _between_gaps(rows: Sequence[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        if group and row.number > group[-1].number + 1:
            yield group
            group = []
        group.append(row)
    yield group


def _extent(rows: Sequence[Row]) -> tuple[int, int]:
    """The first and the last column with text."""
    filled = [[at for at, cell in enumerate(row.cells) if cell] for row in rows]
    return min(at[0] for at in filled if at), max(at[-1] for at in filled if at)


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer[0] != outer[1]


def _block(rows: Sequence[Row]) -> str:
    """Single cells at the top as paragraphs, then the table."""
    first, last = _extent(rows)
    alone = 0
    while first < last and alone < len(rows) - 1 and sum(map(bool, rows[alone].cells)) == 1:
        alone += 1
    titles = [" ".join(filter(None, row.cells)) for row in rows[:alone]]
    if first == last:
        return paragraphs(row.cells[first] for row in rows)
    return paragraphs([*titles, table(row.cells for row in rows[alone:])])
