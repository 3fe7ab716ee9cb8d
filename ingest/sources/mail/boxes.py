"""Where the mails lie in a mailbox file (mbox), without holding more than one of them in memory.

The format is described in RFC 4155 and at https://www.loc.gov/preservation/digital/formats/fdd/fdd000383.shtml:
every mail begins with a line `From ADDRESS DATE`. Lines of a text that begin with `From ` should have been
quoted with `>` and often were not; so only a line with a date, followed by a header field, begins a mail.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final, cast

from catalog.errors import UnreadableError
from ingest.sources.shared.files import open_regular
from ingest.tree import Tree

HEAD: Final = 64 << 10
"""Bytes of a mail in which its header fields are looked for."""
LONGEST: Final = 50 << 20
"""Bytes of the longest mail that is read."""

_BLOCK: Final = 4 << 20
_MARGIN: Final = 2048  # bytes that are enough to tell whether a line begins a mail
_LARGEST: Final = 8 << 30  # bytes of a mailbox, unpacked
_MARK: Final = b"\nFrom "
_DAYS: Final = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTHS: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_BEGIN: Final = re.compile(
    rb"From [^\r\n]{0,300}?" + _DAYS + rb",? +(?:" + _MONTHS + rb" +\d{1,2}|\d{1,2} +" + _MONTHS + rb")"
    rb"[^\r\n]{0,60}\d{4}[^\r\n]{0,40}\r?\n>?[!-9;-~]{1,100}:"
)
_QUOTED_BEGIN: Final = re.compile(rb"(?m)^>(>*From )")


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail in a mailbox.

    Attributes:
        offset: Where its `From ` line begins.
        length: Its bytes, with that line.
        digest: SHA-256 (hex) of these bytes.
        head: The bytes that hold its header fields, without that line.
    """

    offset: int
    length: int
    digest: str
    head: bytes


def begins_mailbox(head: bytes) -> bool:
    """Whether a file that begins like this is a mailbox; it may be compressed."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        except zlib.error:
            return False
    return _BEGIN.match(head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")) is not None


@contextmanager
def open_mailbox(tree: Tree, key: str) -> Iterator[BufferedIOBase]:
    """Open a mailbox, compressed or not.

    Raises:
        UnreadableError: If it cannot be opened, or is a damaged gzip file.
    """
    where = tree.where(key)
    with open_regular(tree.path(key), where) as file:
        compressed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            if compressed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked
            else:
                yield cast("BufferedIOBase", file)  # as every binary file that is buffered
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UnreadableError(
                where, f"is a damaged gzip file ({error}); copy it again. All before was read"
            ) from error


def mails_in(file: BufferedIOBase, where: str, block: int = _BLOCK) -> Iterator[RawMail]:
    """Find the mails of a mailbox.

    Args:
        file: The mailbox, at its beginning.
        where: How to name it to a person.
        block: Bytes that are read at once.

    Raises:
        UnreadableError: If it holds more than 8 GB.
    """
    current = _Growing(0)
    for start, piece, begins in _pieces(file, where, block):
        if begins and current.length:
            yield current.mail()
            current = _Growing(start)
        current.add(piece)
    if current.length:
        yield current.mail()


class _Growing:
    """A mail of which the end has not been seen yet."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.length = 0
        self._hash = hashlib.sha256()
        self._head = b""

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        self._hash.update(piece)
        if len(self._head) < HEAD:
            self._head += piece[: HEAD - len(self._head)]

    def mail(self) -> RawMail:
        return RawMail(self.offset, self.length, self._hash.hexdigest(), without_begin(self._head))


def without_begin(mail: bytes) -> bytes:
    """A mail without its `From ` line, and with the quoted lines of its text as they were written."""
    mail = mail.lstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    if mail.startswith(b"From "):
        mail = mail.partition(b"\n")[2]
    return _QUOTED_BEGIN.sub(rb"\1", mail)


def _pieces(file: BufferedIOBase, where: str, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Cut a mailbox into pieces: where each begins, its bytes, and whether a mail begins with it."""
    base = 0  # of the buffer in the file
    buffer, begins, more = b"", True, True
    while more:
        block = file.read1(size)  # what comes before damage is not lost, as it would be with read
        more = bool(block)
        buffer += block
        sure = max(0, len(buffer) - _MARGIN) if more else len(buffer)
        place = 0
        for cut in _cuts(buffer, sure):
            yield base + place, buffer[place:cut], begins
            place, begins = cut, True
        if sure > place:
            yield base + place, buffer[place:sure], begins
            place, begins = sure, False
        base, buffer = base + place, buffer[place:]
        if base > _LARGEST:
            raise UnreadableError(where, f"holds more than {_LARGEST >> 30} GB; split it")


def _cuts(buffer: bytes, end: int) -> Iterator[int]:
    """Where in a buffer mails begin, up to some place."""
    found = buffer.find(_MARK)
    while 0 <= found < end:
        if _BEGIN.match(buffer, found + 1):
            yield found + 1
        found = buffer.find(_MARK, found + 1)
