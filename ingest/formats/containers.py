"""Zip containers of office formats and e-books: the one place that opens them.

A container is refused before anything of it is unpacked if it could hurt: too many parts, too much to
unpack, two parts of one name (two programs could read two different documents), encrypted parts.
"""

from __future__ import annotations

import zlib
from collections import Counter
from io import BytesIO
from pathlib import PurePath
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from catalog.errors import UnreadableError
from ingest.formats.ole import SIGNATURE, refusal
from ingest.formats.xml_trees import Element, parse_xml

MOST_PARTS = 10_000
MOST_UNPACKED = 2 << 30
MOST_IN_MEMORY = 96 << 20
"""Largest part that is unpacked as a whole; larger ones can be streamed."""
MOST_EXPANSION = 200
"""Deflate reaches 1032 to 1; repetitive spreadsheets reach about 50 to 1."""
DAMAGE = (BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError)
"""What reading a damaged container raises."""
_ALWAYS_FINE = 32 << 20
_ENCRYPTED = 0x1


class Container:
    """The parts of a zip container, by name.

    Names compare without regard to case, a leading slash or backslashes, as the programs do that
    write such files.

    Args:
        data: The whole file.
        name: How messages name it; its suffix says what it should be.

    Raises:
        UnreadableError: If it is no zip container, or breaks a limit.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if data.startswith(SIGNATURE):
            raise refusal(data, name)
        try:
            self._archive = ZipFile(BytesIO(data))
        except DAMAGE as error:
            suffix = PurePath(name).suffix.lower()
            raise UnreadableError(name, f"is not a {suffix} file, or damaged; save it again") from error
        self._entries = {_plain(entry.filename): entry for entry in self._archive.infolist()}
        self._refuse_unfit(len(data))

    def __contains__(self, part: str) -> bool:
        return _plain(part) in self._entries

    @property
    def parts(self) -> list[str]:
        """The names of all parts, as the file has them, in its order."""
        return [entry.filename for entry in self._entries.values() if not entry.is_dir()]

    def read(self, part: str) -> bytes:
        """Return a part as a whole; empty if there is none of that name.

        Raises:
            UnreadableError: If it is too large for that.
        """
        entry = self._entries.get(_plain(part))
        if entry is None:
            return b""
        if entry.file_size > MOST_IN_MEMORY:
            size = entry.file_size >> 20
            raise UnreadableError(
                self.name, f"has a part of {size:,} MB, more than {MOST_IN_MEMORY >> 20}; split it"
            )
        return self._archive.read(entry)

    def open(self, part: str) -> IO[bytes]:
        """Open a part as a stream; an empty one if there is none of that name."""
        entry = self._entries.get(_plain(part))
        return self._archive.open(entry) if entry else BytesIO()

    def xml(self, part: str) -> Element | None:
        """Return the root element of a part; None if there is no such part, or it holds no XML.

        Raises:
            UnreadableError: If it is too large, too deep, or declares entities.
        """
        data = self.read(part)
        return parse_xml(data, self.name) if data else None

    def _refuse_unfit(self, packed: int) -> None:
        entries = self._archive.infolist()
        reason = _too_many(entries) or _too_much(entries, packed) or _ambiguous(entries)
        if not reason and any(entry.flag_bits & _ENCRYPTED for entry in entries):
            reason = "is password-protected; save it without a password"
        if reason:
            raise UnreadableError(self.name, reason)


def _plain(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def _too_many(entries: list[ZipInfo]) -> str | None:
    if len(entries) <= MOST_PARTS:
        return None
    return f"holds {len(entries):,} parts, more than {MOST_PARTS:,}; split it"


def _too_much(entries: list[ZipInfo], packed: int) -> str | None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked <= _ALWAYS_FINE or unpacked <= min(MOST_UNPACKED, MOST_EXPANSION * packed):
        return None
    return (
        f"unpacks to {unpacked >> 20:,} MB, {unpacked // packed:,} times its size, as no real document does"
        if unpacked > MOST_EXPANSION * packed
        else f"unpacks to {unpacked >> 20:,} MB, more than {MOST_UNPACKED >> 20:,}; split it"
    )


def _ambiguous(entries: list[ZipInfo]) -> str | None:
    name, count = (
        Counter(_plain(entry.filename) for entry in entries).most_common(1)[0] if entries else ("", 0)
    )
    return f"holds {count} parts named {name[:100]!r}; save it again" if count > 1 else None
