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
from ingest.sources.shared.files import open_regular

_BLOCK = 1 << 20  # bytes read at once
_LONGEST = 64 << 20  # bytes of one row; nobody writes a post of that size
_XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        where: How to name it to a person.
        values: Its attributes.
        start: Offset in the file, in bytes, of what follows its `<`.
        size: Bytes from there to the next `<`.
    """

    where: str
    values: dict[str, str]
    start: int = 0
    size: int = 0

    def number(self, name: str) -> int | None:
        """An attribute as a whole number; None where it is missing or is none."""
        value = self.values.get(name, "").strip()
        return int(value) if value.removeprefix("-").isdecimal() and len(value) < 19 else None


def rows(path: Path, where: str) -> Iterator[Row | UnreadableError]:
    """Read the `<row … />` elements of a file.

    Args:
        path: The file.
        where: How to name it to a person.

    Yields:
        Rows in the file's order; an error for each malformed row, and one at the end of a truncated file.

    Raises:
        UnreadableError: If the file cannot be opened, is not UTF-8, or declares a document type.
    """
    malformed, commented, at, piece = None, False, where, b""
    with open_regular(path, where) as file:
        for line, start, piece in _pieces(file):
            at = f"{where} line {line}"
            if malformed:
                yield malformed
            malformed = None
            commented = (commented or piece.startswith(b"!--")) and b"-->" not in piece
            if commented or not _is_row(piece, at):
                continue
            result = _parse(piece, at, start)
            if isinstance(result, Row):
                yield result
            else:  # held back, because the last row of a truncated file is reported as such
                malformed = result
    if not piece.startswith(b"/"):
        yield UnreadableError(
            at, "the file ends here, before its end tag; copy it again. All before was read"
        )
    elif malformed:
        yield malformed


def row_at(file: BinaryIO, start: int, size: int) -> Row | None:
    """Read a row again; None if the file has changed and no row is there any more.

    Args:
        file: The file, opened.
        start: The row's `start`.
        size: The row's `size`.
    """
    file.seek(start)
    piece = file.read(min(size, _LONGEST))
    result = _parse(piece, "", start) if piece.startswith(b"row") else None
    return result if isinstance(result, Row) else None


def _pieces(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Cut a file at each `<`; each piece comes with the line that it begins on, and its offset."""
    line, start = 1, 0
    for piece, followed in _cut(file):
        yield line, start, piece
        line += piece.count(b"\n")
        start += len(piece) + followed


def _cut(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Pieces, each with whether a `<` follows; one that is too long comes in several."""
    held: list[bytes] = []  # joined once: a long piece costs no more than its length
    size = 0
    while block := file.read(_BLOCK):
        *whole, rest = block.split(b"<")
        for piece in whole:
            yield b"".join([*held, piece]), True
            held, size = [], 0
        held.append(rest)
        size += len(rest)
        if size > _LONGEST:
            yield b"".join(held), False
            held, size = [], 0
    yield b"".join(held), False


def _is_row(piece: bytes, where: str) -> bool:
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(where, "is UTF-16; save it as UTF-8, as forums export it")
    if piece.startswith((b"!DOCTYPE", b"!ENTITY", b"!doctype")):
        raise UnreadableError(where, "declares a document type, which no forum's export does; it is not read")
    return piece.startswith(b"row") and piece[3:4] in b" \t\r\n/>"


def _parse(piece: bytes, where: str, start: int) -> Row | UnreadableError:
    if len(piece) > _LONGEST:
        return UnreadableError(where, f"the row is longer than {_LONGEST >> 20} MB; it was left out")
    tag = piece.rstrip()
    if not tag.endswith(b">"):
        return UnreadableError(where, "the row does not end; correct it or export it again")
    try:
        element = etree.fromstring(b"<" + tag + (b"" if tag.endswith(b"/>") else b"</row>"), _XML)
    except etree.XMLSyntaxError as error:
        return UnreadableError(where, f"the row is malformed ({error.msg}); correct it or export it again")
    values = {str(name): str(value) for name, value in element.attrib.items()}
    return Row(where, values, start, len(piece))
