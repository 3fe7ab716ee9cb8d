"""The sheets of OpenDocument spreadsheets, streamed row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import IO

from ingest.formats.opendocument_text import repeated
from ingest.formats.sheets import MOST_COLUMNS, Row
from ingest.formats.xml_trees import Element, local_name, stream_xml

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_MOST_EQUAL_ROWS = 200  # a row that is repeated more often than this fills the sheet, as no data does


class Sheets:
    """The visible sheets of a spreadsheet, each with its rows; to be read in this order, once.

    Args:
        file: The content of the spreadsheet (`content.xml`).
        name: How messages name the file.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._hidden: set[str] = set()

    def __iter__(self) -> Iterator[tuple[str, Iterator[Row]]]:
        for (_, title), rows in groupby(self._rows(), key=lambda entry: entry[:2]):
            yield title, (row for *_, row in rows)

    def _rows(self) -> Iterator[tuple[int, str, Row]]:
        """Every row that is not empty, with the number and the name of its sheet."""
        sheet, number = 0, 0
        for element in stream_xml(
            self._file, [f"{_STYLE}style", f"{_TABLE}table", f"{_TABLE}table-row"], self._name
        ):
            kind = local_name(element)
            if kind == "style":
                self._note_style(element)
            elif kind == "table":
                sheet, number = sheet + 1, 0
            elif (table := next(element.iterancestors(f"{_TABLE}table"), None)) is not None:
                times = repeated(element, "rows")
                cells = _cells(element)
                shown = any(cells) and table.get(f"{_TABLE}style-name") not in self._hidden
                for extra in range(1, min(times, _MOST_EQUAL_ROWS) + 1 if shown else 1):
                    yield sheet, table.get(f"{_TABLE}name", ""), Row(number + extra, cells)
                number += times

    def _note_style(self, style: Element) -> None:
        known = style.find(f"{_STYLE}table-properties")
        if known is not None and known.get(f"{_TABLE}display") == "false":
            self._hidden.add(style.get(f"{_STYLE}name", ""))


def _cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        room = MOST_COLUMNS - len(cells)
        text = _text(cell) if local_name(cell) == "table-cell" else ""
        cells += [text] * min(repeated(cell, "columns"), max(room, 0))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: Element) -> str:
    """What a cell shows; dates and times as ISO 8601 has them."""
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "date":
        return str(cell.get(f"{_OFFICE}date-value", "")).removesuffix("T00:00:00").replace("T", " ")
    if kind == "time" and (match := _DURATION.fullmatch(cell.get(f"{_OFFICE}time-value", ""))):
        return f"{match[1]}:{match[2]}:{match[3]}"
    lines = ("".join(_visible(line)) for line in cell.iterchildren("{*}p"))
    return "\n".join(lines).strip()


def _visible(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element.iterchildren("*"):
        if local_name(child) != "annotation":
            yield " " if local_name(child) in ("s", "tab", "line-break") else ""
            yield from _visible(child)
        yield child.tail or ""
