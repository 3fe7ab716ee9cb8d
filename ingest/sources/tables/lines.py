"""Text files of any size as text, in bounded memory.

A file of moderate size may be in any encoding. A larger one is not looked at as a whole, so it has to be
UTF-8, or to begin with a byte order mark.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO, cast

from catalog.errors import UnreadableError
from ingest.formats.text import decode
from ingest.sources.shared.files import open_regular

LONGEST = 16_000_000
"""Characters of a line."""

_WHOLE = 32 << 20  # bytes; a larger file is not held in memory
_SAMPLE = 1 << 17  # bytes that show whether a file is text
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # those of UTF-32 begin with them, or are too rare
_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@contextmanager
def open_text(path: Path, where: str) -> Iterator[TextIO]:
    r"""Open a text file, or one that is compressed as `.gz`; line ends stay as they are.

    Args:
        path: The file.
        where: How to name it to a person.

    Raises:
        UnreadableError: If it cannot be opened, is no text, or is empty; while it is read, if it is damaged
            or not in the encoding that it began with.
    """
    with open_regular(path, where) as file, _plain(file, where) as data:
        head = data.read(_WHOLE + 1)
        try:
            yield _whole(head, where) if len(head) <= _WHOLE else _streamed(head, data, where)
        except UnicodeDecodeError as error:
            reason = f"is not UTF-8 throughout; save it as UTF-8, or split it below {_WHOLE >> 20} MB"
            raise UnreadableError(where, reason) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableError(where, f"is damaged ({error}); copy it again") from error


def lines(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """Read lines with their numbers, counted from 1; None for a line that is too long."""
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if len(line) < LONGEST or _ends(line):
            yield number, line.replace("\0", "")
            continue
        while line and not _ends(line):
            line = file.readline(LONGEST)
        yield number, None


def _ends(line: str) -> bool:
    return line.endswith(("\n", "\r"))


@contextmanager
def _plain(file: IO[bytes], where: str) -> Iterator[IO[bytes]]:
    if not where.lower().endswith(".gz"):
        yield file
        return
    try:
        with gzip.open(file) as data:
            yield cast("IO[bytes]", data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableError(where, f"is damaged ({error}); copy it again") from error


def _whole(data: bytes, where: str) -> TextIO:
    # UTF-16 is full of NUL bytes that belong there; elsewhere they are an accident of an export.
    text = decode(data if data.startswith(_WIDE) else data.replace(b"\0", b""), where)
    if not text.strip("\0 \t\r\n"):
        raise UnreadableError(where, "is empty")
    return io.StringIO(text, newline="")


def _streamed(head: bytes, rest: IO[bytes], where: str) -> TextIO:
    encoding = next((name for mark, name in _ENCODINGS.items() if head.startswith(mark)), "utf-8")
    if encoding == "utf-8":  # refuses what is binary; characters cut at the end do not matter here
        decode(head[:_SAMPLE].replace(b"\0", b"").decode(errors="ignore").encode(), where)
    return io.TextIOWrapper(io.BufferedReader(_Rejoined(head, rest), 1 << 20), encoding, newline="")


class _Rejoined(io.RawIOBase):
    """A file whose first bytes have been read already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head: io.BytesIO | None = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._head is not None:
            data = self._head.read(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)
            self._head = None
        data = self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
