"""Tables without rules: rows whose cells stand under each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.formats.pdf_lines import Row, Segment, Table

_MOST_ROWS = 400
_MOST_COLUMNS = 40
_LARGEST_STEP = 3.0  # in type sizes, from a row to the next
_WRAPPED_STEP = 0.75  # of the normal step: a row nearer than this continues the one above
_LEADERS = "...."
_FEWEST_ROWS = {2: 3}  # two columns alone may be chance
_FEWEST_WIDE_ROWS = 2


def aligned_table(rows: Sequence[Row], start: int) -> tuple[Table | None, int]:
    """Find the table that begins at a row.

    Returns:
        The table and the number of its rows; None and 0 if there is none.
    """
    if len(rows[start]) < 2:  # a table begins with two cells
        return None, 0
    columns: list[tuple[float, float]] = []
    end = start
    for row in rows[start : start + _MOST_ROWS]:
        widened = _widened(columns, row)
        if end == start + 1 and _spans_cells(columns, row):
            return None, 0
        near = end == start or rows[end - 1][0].y - row[0].y <= _LARGEST_STEP * row[0].size
        if widened is None or not near:
            break
        columns = widened
        end += 1
    while end > start and len(rows[end - 1]) == 1 and rows[end - 1][0].x0 <= columns[0][1]:
        end -= 1
    found = rows[start:end]
    if not _is_table(found, len(columns)):
        return None, 0
    cells = _joined([_cells(row, columns) for row in found], [row[0].y for row in found])
    return Table(tuple(map(tuple, cells)), columns[0][0], found[0][0].y), len(found)


def _widened(columns: Sequence[tuple[float, float]], row: Row) -> list[tuple[float, float]] | None:
    """The columns with a row's cells in them; None if a cell lies across two of them."""
    widened = list(columns)
    for piece in row:
        met = [index for index, (low, high) in enumerate(widened) if piece.x0 < high and piece.x1 > low]
        if len(met) > 1 or piece.table is not None or len(widened) > _MOST_COLUMNS:
            return None
        if met:
            low, high = widened[met[0]]
            widened[met[0]] = (min(low, piece.x0), max(high, piece.x1))
        else:
            widened.append((piece.x0, piece.x1))
    # A cell that is wider than those above may have grown into its neighbour's column.
    widened.sort()
    return widened if all(one[1] <= two[0] for one, two in pairwise(widened)) else None


def _spans_cells(columns: Sequence[tuple[float, float]], row: Row) -> bool:
    """Whether the first row's cells are titles above several columns: the table begins below them."""
    return any(sum(piece.x0 < high and piece.x1 > low for piece in row) > 1 for low, high in columns)


def _is_table(rows: Sequence[Row], columns: int) -> bool:
    wide = [row for row in rows if len(row) > 1]
    if any(_LEADERS in piece.text for row in rows for piece in row):
        return False
    return (
        columns > 1
        and len(wide) >= _FEWEST_ROWS.get(columns, _FEWEST_WIDE_ROWS)
        and 2 * len(wide) >= len(rows)
    )


def _cells(row: Row, columns: Sequence[tuple[float, float]]) -> list[str]:
    cells = [""] * len(columns)
    for piece in row:
        column = next(index for index, (low, high) in enumerate(columns) if _inside(piece, low, high))
        cells[column] = f"{cells[column]} {piece.text}".strip()
    return cells


def _inside(piece: Segment, low: float, high: float) -> bool:
    return low <= piece.x0 and piece.x1 <= high


def _joined(rows: Sequence[list[str]], heights: Sequence[float]) -> list[list[str]]:
    """Join the lines of cells that were wrapped: they follow closer than rows do, and have no first cell."""
    steps = [one - two for one, two in pairwise(heights)]
    normal = median(steps) if steps else 0.0
    joined = [rows[0]]
    for cells, step in zip(rows[1:], steps, strict=True):
        if not cells[0] and step < _WRAPPED_STEP * normal:
            joined[-1] = [f"{above} {below}".strip() for above, below in zip(joined[-1], cells, strict=True)]
        else:
            joined.append(cells)
    return joined
