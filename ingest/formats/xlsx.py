"""Excel workbooks (.xlsx): every visible sheet, streamed row by row (ECMA-376 part 1, 18)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.containers import DAMAGE, Container
from ingest.formats.markdown_blocks import paragraphs
from ingest.formats.names import plausible_title
from ingest.formats.office_open import main_part, properties, relationships
from ingest.formats.sheets import MOST_REPEATED, Row, sheet_markdown
from ingest.formats.xlsx_values import Look, epoch, looks, number_text
from ingest.formats.xml_trees import Element, local_name, stream_xml

MOST_SHEETS = 1000
MOST_COLUMNS = 16_384
MOST_SHARED = 200_000_000
"""Most characters of shared texts that are held in memory."""
_MOST_MERGED = 100_000
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATED = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_OVERLAP = 200  # longer than a mergeCell element


@dataclass(frozen=True, slots=True)
class _Merged:
    """A cell that is merged over the rows below its own, in one column counted from 0."""

    column: int
    first: int
    last: int


class _Workbook:
    """What the sheets of a workbook share."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.container = Container(data, name)
        main = main_part(self.container, "xl/workbook.xml")
        root = self.container.xml(main)
        if root is None or local_name(root) != "workbook":
            raise UnreadableError(name, "is not a workbook, or damaged; save it again as .xlsx")
        links = relationships(self.container, main)
        parts = {link.kind: link.target for link in links.values()}
        self.first_day: datetime = epoch(root)
        self.looks: list[Look] = looks(self.container, parts.get("styles", ""))
        self.texts: list[str] = self._shared(parts.get("sharedStrings", ""))
        self.sheets: list[tuple[str, str]] = [
            (sheet.get("name", ""), links[id_].target)
            for sheet in root.findall("{*}sheets/{*}sheet")[:MOST_SHEETS]
            if (id_ := sheet.get(_RELATED) or sheet.get(_STRICT_RELATED, "")) in links
            and links[id_].kind == "worksheet"
            and sheet.get("state", "visible") == "visible"
        ]

    def rows(self, part: str) -> Iterator[Row]:
        """Stream the rows of a sheet that are not empty."""
        merged = {(cell.column, cell.first): cell for cell in self._merged(part)}
        running: dict[int, tuple[int, str]] = {}  # column: the last row, the text to repeat
        number = 0
        with self.container.open(part) as file:
            for element in stream_xml(file, ["{*}row"], self.name):
                given = element.get("r", "")
                number = int(given) if given.isdecimal() and int(given[:8]) > number else number + 1
                cells = self._cells(element)
                _repeat(cells, running, number)
                _begin(cells, merged, running, number)
                if any(cells):
                    yield Row(number, cells)

    def _cells(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            match = _REFERENCE.fullmatch(cell.get("r", ""))
            column = column_index(match[1]) if match else len(cells)
            if column >= MOST_COLUMNS or column < len(cells):
                continue
            text = self._text(cell)
            if text:
                cells += [""] * (column - len(cells))
                cells.append(text)
            elif not match:
                cells.append("")
        while cells and not cells[-1]:
            cells.pop()
        return cells

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_rich(child) for child in cell if local_name(child) == "is").strip()
        raw = next((child.text or "" for child in cell if child.tag.endswith("}v")), "").strip()
        if not raw or kind == "e":
            return ""
        if kind == "s":
            at = int(raw) if raw.isdecimal() and len(raw) < 10 else -1
            return self.texts[at] if 0 <= at < len(self.texts) else ""
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if kind == "d":
            return raw.replace("T00:00:00", "").replace("T", " ")
        return number_text(raw, self._look(cell.get("s", "")), self.first_day) if kind == "n" else raw

    def _look(self, style: str) -> Look:
        at = int(style) if style.isdecimal() and len(style) < 7 else 0
        return self.looks[at] if at < len(self.looks) else Look.NUMBER

    def _shared(self, part: str) -> list[str]:
        texts: list[str] = []
        size = 0
        if part not in self.container:
            return texts
        with self.container.open(part) as file:
            for entry in stream_xml(file, ["{*}si"], self.name):
                texts.append(_rich(entry).strip())
                size += len(texts[-1])
                if size > MOST_SHARED:
                    raise UnreadableError(self.name, "holds too much text to be read at once; split it")
        return texts

    def _merged(self, part: str) -> Iterator[_Merged]:
        """Cells merged over several rows; they are listed behind the rows that they belong to."""
        seen: bytes = b""
        count = 0
        with self.container.open(part) as file:
            while (chunk := file.read(_CHUNK)) and count < _MOST_MERGED:
                window = seen[-_OVERLAP:] + chunk
                for left, top, _, bottom in _MERGED.findall(window):
                    count += 1
                    if top != bottom:
                        yield _Merged(column_index(left.decode()), int(top), int(bottom))
                seen = window


def read(data: bytes, name: str) -> Document:
    """Read a workbook: every visible sheet under its name, as tables or paragraphs.

    Raises:
        UnreadableError: If it is no workbook, is protected or breaks a limit.
    """
    workbook = _Workbook(data, name)
    facts = properties(workbook.container)
    sheets = (sheet_markdown(title, workbook.rows(part)) for title, part in workbook.sheets)
    return Document(
        text=paragraphs(sheets),
        title=plausible_title(facts.title),
        authors=facts.authors,
        created=facts.created,
        updated=facts.updated,
        meta={**facts.meta},
    )


def rows(data: bytes, name: str) -> Iterator[tuple[str, int, list[str]]]:
    """Stream the rows of all visible sheets: sheet, number of the row from 1, texts from column A on.

    Empty rows are left out, and empty cells at the end of a row. Dates are ISO 8601. A short text in a
    cell that is merged over several rows stands in each of them.

    Raises:
        UnreadableError: If it is no workbook, is protected or breaks a limit.
    """
    try:
        workbook = _Workbook(data, name)
        for title, part in workbook.sheets:
            for row in workbook.rows(part):
                yield title, row.number, row.cells
    except (*DAMAGE, etree.XMLSyntaxError) as error:
        raise UnreadableError(name, "is damaged; save it again") from error


def column_index(letters: str) -> int:
    """The index of a column, counted from 0, from its letters: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _rich(element: Element) -> str:
    """The text of a string, its runs joined; how to pronounce it (rPh) is left out."""
    if len(element) == 1 and element[0].text and local_name(element[0]) == "t":
        return str(element[0].text)
    pieces = (entry for child in element if local_name(child) in ("t", "r") for entry in child.iter("{*}t"))
    return "".join(piece.text or "" for piece in pieces)


def _repeat(cells: list[str], running: dict[int, tuple[int, str]], number: int) -> None:
    """Write the texts of merged cells that reach into this row."""
    for column, (last, text) in list(running.items()):
        if number > last:
            del running[column]
            continue
        cells += [""] * (column + 1 - len(cells))
        cells[column] = cells[column] or text


def _begin(
    cells: list[str],
    merged: Mapping[tuple[int, int], _Merged],
    running: dict[int, tuple[int, str]],
    number: int,
) -> None:
    """Remember the merged cells that begin in this row."""
    if not merged:
        return
    for column, text in enumerate(cells):
        if text and len(text) <= MOST_REPEATED and (cell := merged.get((column, number))):
            running[column] = (cell.last, text)
