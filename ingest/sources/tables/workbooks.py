"""Tables in Excel workbooks: read through `ingest.formats.xlsx`, and told from other workbooks cheaply.

Whether a workbook holds a table is decided before it is read in a bounded process. So only its first bytes
are looked at, with nothing but patterns and limits: no XML is parsed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import IO

from catalog.errors import UnreadableError
from ingest.formats import xlsx
from ingest.sources.shared.files import open_regular
from ingest.sources.tables.columns import header_place, is_register
from ingest.sources.tables.records import RawRow

_LARGEST = 256 << 20  # bytes of a workbook; it is held in memory while it is read
_LARGEST_LISTING = 1 << 20  # bytes that list the parts of a workbook
_PEEK = 1 << 20  # bytes of a part that are looked at
_MOST_SHEETS = 20
_TOP = 20  # rows, one of which names the columns

_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_SHARED = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_ROW = re.compile(rb"<(?:\w+:)?row[\s>].*?</(?:\w+:)?row>", re.DOTALL)
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*)</")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")


def workbook_rows(path: Path, where: str) -> Iterator[tuple[str, Iterator[RawRow | UnreadableError]]]:
    """Read the visible sheets of a workbook, each with its name and its rows.

    Raises:
        UnreadableError: If it is no workbook, is larger than 256 MB, or breaks a limit.
    """
    with open_regular(path, where) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise UnreadableError(where, f"is larger than {_LARGEST >> 20} MB; save it as CSV, or split it")
    for sheet, rows in groupby(xlsx.rows(data, where), key=lambda row: row[0]):
        yield sheet, (RawRow(number, cells) for _, number, cells in rows)


def holds_register(path: Path, where: str) -> bool:
    """Whether a workbook surely has a sheet to be read row by row; anything damaged has none."""
    try:
        with open_regular(path, where) as file:
            return _is_listed_briefly(file) and any(map(_is_header, _tops(file)))
    except (UnreadableError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, LookupError):
        return False  # whatever reads it as a document says what is wrong with it


def _is_listed_briefly(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    listing = int.from_bytes(tail[end + 12 : end + 16], "little")
    return size <= _LARGEST and end >= 0 and b"PK\x06\x07" not in tail and listing <= _LARGEST_LISTING


def _tops(file: IO[bytes]) -> Iterator[list[list[str]]]:
    """The first rows of each sheet."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            shared = [_joined(one) for one in _SHARED.findall(_head(archive, "xl/sharedStrings.xml"))]
        for name in list(filter(_SHEET.fullmatch, names))[:_MOST_SHEETS]:
            rows = _ROW.findall(_head(archive, name))[:_TOP]
            yield [
                [_cell_text(attributes, content, shared) for attributes, content in _CELL.findall(row)]
                for row in rows
            ]


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_PEEK)


def _cell_text(attributes: bytes, content: bytes, shared: list[str]) -> str:
    value = _VALUE.search(content)
    if value and b't="s"' in attributes:
        at = int(value[1]) if value[1].isdigit() and len(value[1]) < 9 else -1
        return shared[at] if 0 <= at < len(shared) else ""
    return _joined(content)


def _joined(content: bytes) -> str:
    return unescape(b"".join(_TEXT.findall(content)).decode(errors="replace")).strip()


def _is_header(rows: list[list[str]]) -> bool:
    return bool(rows) and is_register(dict.fromkeys(filter(None, rows[header_place(rows, {})])))
