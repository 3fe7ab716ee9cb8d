"""Tables that are drawn: a grid of rules, and the words in its cells."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from ingest.formats.pdf_lines import Table, rows_of_words, segment
from ingest.formats.pdf_page import Rule, Word

_TOUCH = 3.0  # points: rules nearer than this are one, or meet
_MAX_RULES = 400  # of each direction; a drawing has more, a table rarely
_MIDDLE = 0.3  # of the type size: a point inside the letters, for telling which row they are in
_MOST_LINES_ACROSS = 2  # of several cells between two rules
_MOST_CELL_CHARACTERS = 400  # on average; more is a page laid out in boxes


_Cells = dict[tuple[int, int], list[list[Word]]]  # by row (from the top) and column: lines of words


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules that meet: the places of its columns' and rows' borders, rising, and the vertical rules."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    verticals: tuple[Rule, ...]

    def holds(self, word: Word) -> bool:
        """Whether a word stands inside."""
        x, y = (word.x0 + word.x1) / 2, word.y + _MIDDLE * word.size
        return self.xs[0] < x < self.xs[-1] and self.ys[0] < y < self.ys[-1]


def drawn_tables(
    words: Sequence[Word], rules: Sequence[Rule]
) -> tuple[list[Word], list[tuple[Table, float]]]:
    """Take the words that stand in drawn tables out of a page.

    Returns:
        The words that are left, and the tables with their right edges.
    """
    left, tables = list(words), []
    for grid in _grids(rules):
        found = _table(grid, [word for word in left if grid.holds(word)])
        if found is not None:
            table, held = found
            left = [word for word in left if id(word) not in held]
            tables.append((table, grid.xs[-1]))
    return left, tables


def _grids(rules: Sequence[Rule]) -> list[Grid]:
    across = _merged(rule for rule in rules if rule.horizontal)
    down = _merged(rule for rule in rules if not rule.horizontal)
    if not across or not down or max(len(across), len(down)) > _MAX_RULES:
        return []
    grids = []
    for group in _connected(across, down):
        verticals = tuple(rule for rule in group if not rule.horizontal)
        horizontals = [rule for rule in group if rule.horizontal]
        xs = _borders([rule.at for rule in verticals] + [end for rule in horizontals for end in _ends(rule)])
        ys = _borders([rule.at for rule in horizontals] + [end for rule in verticals for end in _ends(rule)])
        if min(len(xs), len(ys)) >= 2 and len(xs) + len(ys) > 2 * 2:  # a plain frame has two of each
            grids.append(Grid(xs, ys, verticals))
    return sorted(grids, key=lambda grid: -grid.ys[-1])


def _ends(rule: Rule) -> tuple[float, float]:
    return rule.start, rule.end


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Join rules that continue or double each other, such as the borders of neighbouring cells."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.at / _TOUCH), rule.start)):
        last = merged[-1] if merged else None
        if last and abs(rule.at - last.at) <= _TOUCH and rule.start <= last.end + _TOUCH:
            merged[-1] = Rule(last.horizontal, last.at, last.start, max(last.end, rule.end))
        else:
            merged.append(rule)
    return merged


def _connected(across: Sequence[Rule], down: Sequence[Rule]) -> list[list[Rule]]:
    """Group the rules that meet, directly or through others."""
    rules = [*across, *down]
    group = list(range(len(rules)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for i, horizontal in enumerate(across):
        for j, vertical in enumerate(down, start=len(across)):
            if _meet(horizontal, vertical):
                group[root(j)] = root(i)
    members: dict[int, list[Rule]] = {}
    for index, rule in enumerate(rules):
        members.setdefault(root(index), []).append(rule)
    return list(members.values())


def _meet(horizontal: Rule, vertical: Rule) -> bool:
    return (
        horizontal.start - _TOUCH <= vertical.at <= horizontal.end + _TOUCH
        and vertical.start - _TOUCH <= horizontal.at <= vertical.end + _TOUCH
    )


def _borders(places: Iterable[float]) -> tuple[float, ...]:
    borders: list[float] = []
    for place in sorted(places):
        if not borders or place - borders[-1] > _TOUCH:
            borders.append(place)
    return tuple(borders)


def _table(grid: Grid, words: Sequence[Word]) -> tuple[Table, set[int]] | None:
    """Put words into cells; None if that makes no table.

    Rows of one cell at the top and bottom are titles and notes in the same frame, and stay outside.

    Returns:
        The table, and the ids of the words in it.
    """
    cells = _cells(grid, words)
    across = Counter(row for row, _ in cells)
    rows = sorted(row for row, count in across.items() if count > 1)
    cells = {key: held for key, held in cells.items() if rows and rows[0] <= key[0] <= rows[-1]}
    columns = sorted({column for _, column in cells})
    if len(rows) < 2 or _is_loose(cells):  # a table has two rows
        return None
    texts = {key: " ".join(segment(piece).text for piece in held) for key, held in cells.items()}
    if mean(map(len, texts.values())) > _MOST_CELL_CHARACTERS:
        return None
    filled = tuple(
        tuple(texts.get((row, column), "") for column in columns) for row in sorted({row for row, _ in cells})
    )
    held = {id(word) for pieces in cells.values() for piece in pieces for word in piece}
    return Table(filled, grid.xs[0], grid.ys[-rows[0]]), held


def _cells(grid: Grid, words: Sequence[Word]) -> _Cells:
    cells: _Cells = {}
    for row in rows_of_words(words):
        for piece in _pieces(row, grid):
            height = piece[0].y + _MIDDLE * piece[0].size
            cells.setdefault((-bisect_right(grid.ys, height), _column(grid, piece[0])), []).append(piece)
    return cells


def _is_loose(cells: _Cells) -> bool:
    """Whether many lines with wide gaps stand between two rules: the rules are not those of the rows."""
    heights: dict[int, Counter[int]] = {}
    for (row, _), pieces in cells.items():
        heights.setdefault(row, Counter()).update(round(piece[0].y) for piece in pieces)
    return any(sum(count > 1 for count in lines.values()) > _MOST_LINES_ACROSS for lines in heights.values())


def _column(grid: Grid, word: Word) -> int:
    return bisect_right(grid.xs, min(word.x0 + 1, (word.x0 + word.x1) / 2))


def _pieces(row: Sequence[Word], grid: Grid) -> list[list[Word]]:
    """Split a line where a vertical rule stands, or where words far apart lie in different columns."""
    pieces = [[row[0]]]
    for left, right in pairwise(row):
        ruled = any(
            left.x0 < rule.at <= right.x0 + 1
            and rule.start <= right.y + _MIDDLE * right.size <= rule.end
            and rule.at >= left.x1 - 1
            for rule in grid.verticals
        )
        apart = right.x0 - left.x1 > right.size and _column(grid, left) != _column(grid, right)
        if ruled or apart:
            pieces.append([right])
        else:
            pieces[-1].append(right)
    return pieces
