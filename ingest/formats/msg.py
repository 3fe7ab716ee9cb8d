"""Mails saved by Outlook (.msg).

The layout is that of [MS-OXMSG]: a compound file with a stream for each property, named by its number
and type, and a storage for each attachment.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from email.policy import compat32
from io import BytesIO
from typing import Final

import olefile

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.attached import Attachment, with_attachments
from ingest.formats.fragments import html_to_markdown
from ingest.formats.mail_headers import header, text_of, without_prefixes
from ingest.formats.mail_quotes import without_quotes
from ingest.formats.moments import moment
from ingest.formats.tidy import escape_tags, legible, one_line, tidy

# Numbers of properties, [MS-OXPROPS].
_SUBJECT: Final = "0037"
_BODY: Final = "1000"
_HTML: Final = "1013"
_HEADERS: Final = "007D"
_FROM_NAME: Final = ("0C1A", "0042")
_FROM_SMTP: Final = ("5D01", "5D02", "0C1F", "0065")
_SENT: Final = (0x0039, 0x0E06)
_FILE_NAME: Final = ("3707", "3704", "3001")
_FILE: Final = "3701"

_UNICODE, _BYTES, _BINARY, _STORAGE = "001F", "001E", "0102", "000D"
_TIME: Final = 0x0040
_PROPERTIES: Final = "__properties_version1.0"
_TOP_HEADER, _INNER_HEADER = 32, 24
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_LONGEST_TIME: Final = 10**17  # microseconds: some 3,000 years, beyond any plausible date
_LONGEST_STREAM: Final = 100 << 20
_DEEPEST: Final = 4


def read(data: bytes, name: str) -> Document:
    """Read a mail of Outlook: what its sender wrote, without quotations and signature, and its attachments.

    Raises:
        UnreadableError: If it is no such mail.
    """
    if not olefile.isOleFile(BytesIO(data)):
        raise UnreadableError(name, "is no mail of Outlook; give it the suffix of its real format")
    with olefile.OleFileIO(BytesIO(data)) as file:
        mail = _Mail(file, ())
        if not file.exists(_PROPERTIES):
            raise UnreadableError(name, "holds no mail; save it again from Outlook as .msg or .eml")
        return mail.document()


class _Mail:
    """A mail in a compound file: the file's own, or one attached to it."""

    def __init__(self, file: olefile.OleFileIO, path: tuple[str, ...]) -> None:
        self._file = file
        self._path = path

    def document(self) -> Document:
        """The mail with its attachments."""
        author = self._author()
        mail = Document(
            text=self._body(),
            title=without_prefixes(self._text(_SUBJECT)) or None,
            authors=(author,) if author else (),
            created=self._sent(),
        )
        return with_attachments(mail, self._attachments())

    def _body(self) -> str:
        plain = escape_tags(legible(self._text(_BODY)))
        html = "" if plain.strip() else text_of(self._stream(_HTML, _BINARY), None) or self._text(_HTML)
        return tidy(without_quotes(tidy(plain if plain.strip() else html_to_markdown(html))))

    def _author(self) -> str:
        name = next(filter(None, map(self._line, _FROM_NAME)), "")
        # An Exchange server's own form of address (/O=…/CN=…) is of no use elsewhere.
        address = next((one for one in map(self._line, _FROM_SMTP) if "@" in one and " " not in one), "")
        if name in ("", address):
            return address
        return f"{name} <{address}>" if address else name

    def _sent(self) -> datetime | None:
        times = self._times()
        found = next((times[number] for number in _SENT if number in times), None)
        headers = HeaderParser(policy=compat32).parsestr(self._text(_HEADERS), headersonly=True)
        return moment(found) or moment(header(headers, "Date"))

    def _attachments(self) -> Iterator[Attachment]:
        for place in self._attachment_paths():
            attached = _Mail(self._file, place)
            name = next(filter(None, map(attached._line, _FILE_NAME)), "attachment")
            inner = (*place, f"__substg1.0_{_FILE}{_STORAGE}")
            if self._file.exists([*inner, _PROPERTIES]) and len(inner) <= 2 * _DEEPEST:
                yield name, _Mail(self._file, inner).document()
            else:
                yield name, attached._stream(_FILE, _BINARY)

    def _attachment_paths(self) -> list[tuple[str, ...]]:
        depth = len(self._path) + 1
        paths = {tuple(path[:depth]) for path in self._file.listdir() if len(path) > depth}
        return sorted(
            path for path in paths if path[:-1] == self._path and path[-1].startswith("__attach_version1.0_")
        )

    def _line(self, number: str) -> str:
        return one_line(self._text(number))

    def _text(self, number: str) -> str:
        wide = self._stream(number, _UNICODE)
        if wide:
            return wide.decode("utf-16-le", errors="replace").rstrip("\0")
        return text_of(self._stream(number, _BYTES), None).rstrip("\0")

    def _stream(self, number: str, kind: str) -> bytes:
        path = [*self._path, f"__substg1.0_{number}{kind}"]
        if not self._file.exists(path) or self._file.get_type(path) != olefile.STGTY_STREAM:
            return b""
        content: bytes = self._file.openstream(path).read(_LONGEST_STREAM)
        return content

    def _times(self) -> dict[int, datetime]:
        """The properties that are points in time, in rows of 16 bytes: kind, number, flags, value."""
        path = [*self._path, _PROPERTIES]
        rows = self._file.openstream(path).read(_LONGEST_STREAM)
        rows = rows[_INNER_HEADER if self._path else _TOP_HEADER :]
        fields = struct.iter_unpack("<HHIQ", rows[: len(rows) // 16 * 16])
        return {number: _time(value) for kind, number, _, value in fields if kind == _TIME}


def _time(value: int) -> datetime:
    """A point in time, given as 100 ns since 1601."""
    return _EPOCH + timedelta(microseconds=min(value // 10, _LONGEST_TIME))
