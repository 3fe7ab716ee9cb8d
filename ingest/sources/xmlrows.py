"""Rows of the XML files that forums export, one at a time, however large or damaged the file is.

A `<` inside an attribute is always escaped in XML, so a file falls apart at its `<` into pieces of one tag
each. A piece is parsed alone: a malformed one costs only itself, and no declaration elsewhere in the file
(entities, external files) can reach it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from catalog.errors import UnreadableError
from ingest.sources.files import open_regular

_BLOCK = 1 << 20  # bytes read at once
_LONGEST = 64 << 20  # bytes of one row; nobody writes a post of that size
_XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its attributes."""

    where: str
    values: dict[str, str]

    def number(self, name: str) -> int | None:
        """An attribute as a whole number; None where it is missing or is none."""
        value = self.values.get(name, "").strip()
        return int(value) if value.removeprefix("-").isdecimal() and len(value) < 19 else None


def rows(path: Path) -> Iterator[Row | UnreadableError]:
    """Read the `<row … />` elements of a file.

    Yields:
        Rows in the file's order; an error for each malformed row, and one at the end of a truncated file.

    Raises:
        UnreadableError: If the file cannot be opened, is not UTF-8, or declares a document type.
    """
    malformed, commented, where, piece = None, False, str(path), b""
    with open_regular(path, str(path)) as file:
        for line, piece in _pieces(file):
            where = f"{path} line {line}"
            if malformed:
                yield malformed
            malformed = None
            commented = (commented or piece.startswith(b"!--")) and b"-->" not in piece
            if commented or not _is_row(piece, where):
                continue
            result = _parse(piece, where)
            if isinstance(result, Row):
                yield result
            else:  # held back, because the last row of a truncated file is reported as such
                malformed = result
    if not piece.startswith(b"/"):
        yield UnreadableError(
            where, "the file ends here, before its end tag; copy it again. All before was read"
        )
    elif malformed:
        yield malformed


def _pieces(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Cut a file at each `<`; each piece comes with the number of the line that it begins on."""
    line, rest = 1, b""
    while block := file.read(_BLOCK):
        *whole, rest = (rest + block).split(b"<")
        for piece in whole:
            yield line, piece
            line += piece.count(b"\n")
        if len(rest) > _LONGEST:
            yield line, rest
            line, rest = line + rest.count(b"\n"), b""
    yield line, rest


def _is_row(piece: bytes, where: str) -> bool:
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(where, "is UTF-16; save it as UTF-8, as forums export it")
    if piece.startswith((b"!DOCTYPE", b"!ENTITY", b"!doctype")):
        raise UnreadableError(where, "declares a document type, which no forum's export does; it is not read")
    return piece.startswith(b"row") and piece[3:4] in b" \t\r\n/>"


def _parse(piece: bytes, where: str) -> Row | UnreadableError:
    if len(piece) > _LONGEST:
        return UnreadableError(where, f"the row is longer than {_LONGEST >> 20} MB; it was left out")
    tag = piece.rstrip()
    if not tag.endswith(b">"):
        return UnreadableError(where, "the row does not end; correct it or export it again")
    try:
        element = etree.fromstring(b"<" + tag + (b"" if tag.endswith(b"/>") else b"</row>"), _XML)
    except etree.XMLSyntaxError as error:
        return UnreadableError(where, f"the row is malformed ({error.msg}); correct it or export it again")
    return Row(where, {str(name): str(value) for name, value in element.attrib.items()})
