"""Tables of AsciiDoc."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

_CELL: Final = re.compile(
    r"(?:(?<=\s)|^)(?:(\d{1,2})?(?:\.\d{1,3})?([+*]))?[<^>]?(?:\.[<^>])?[adehlmsv]?(?<!\\)\|"
)
_COLUMNS: Final = re.compile(r"cols\s*=\s*(?:\"([^\"]*)\"|([^,\s]+))")
_REPEATED: Final = re.compile(r"(\d{1,2})\*")
_MOST_COLUMNS: Final = 100
_MOST_CELLS: Final = 200_000


def table(lines: Sequence[str], given: str, separator: str) -> list[str]:
    """Return the rows as a Markdown table, of which the first row is the header.

    Args:
        lines: What stands between the delimiters.
        given: The attributes above the table.
        separator: `|` or `!`, `,` for comma-separated and `:` for colon-separated values.
    """
    if separator in ",:" or re.search(r"format\s*=\s*\"?[ct]?sv", given):
        rows = list(islice(csv.reader(lines, delimiter=":" if separator == ":" else ","), _MOST_CELLS))
        return _markdown([[cell.strip() for cell in row] for row in rows if row])
    text = "\n".join(lines).replace("!", "|") if separator == "!" else "\n".join(lines)
    cells = list(islice(_cells(text), _MOST_CELLS))
    width = _declared(given) or _first_row(text) or 1
    return _markdown([cells[start : start + width] for start in range(0, len(cells), width)])


def _cells(text: str) -> Iterator[str]:
    text = text.replace("\n", "\n ")
    marks = list(_CELL.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        content = " ".join(text[mark.end() : after.start() if after else len(text)].split())
        count = min(int(mark[1] or 1), _MOST_COLUMNS)
        # `3*|x` repeats a cell, `3+|x` spans three columns.
        yield content
        yield from [content if mark[2] == "*" else ""] * (count - 1)


def _declared(given: str) -> int:
    match = _COLUMNS.search(given)
    if not match:
        return 0
    columns = re.split(r"[,;]", (match[1] or match[2] or "").strip(", "))
    repeated = (_REPEATED.match(column.strip()) for column in columns)
    return min(_MOST_COLUMNS, sum(int(one[1]) if one else 1 for one in repeated))


def _first_row(text: str) -> int:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return min(_MOST_COLUMNS, sum(1 for _ in _cells(first)))


def _markdown(rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    width = min(_MOST_COLUMNS, max(map(len, rows)))
    header, *others = [_row(row, width) for row in rows]
    return [header, f"|{' --- |' * width}", *others]


def _row(cells: list[str], width: int) -> str:
    escaped = [cell.replace("\\|", "|").replace("|", "\\|") for cell in cells[:width]]
    return f"| {' | '.join([*escaped, *[''] * (width - len(escaped))])} |"
