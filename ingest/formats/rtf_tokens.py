"""The tokens of Rich Text Format, and the encodings that it names (RTF specification 1.9.1)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?"  # a control word
    rb"|\\'([0-9A-Fa-f]{2})"  # a byte in hexadecimal
    rb"|\\(.)"  # a control symbol
    rb"|([{}])"
    rb"|[\r\n\x00]+"  # line ends mean nothing
    rb"|([^\\{}\r\n\x00]+)",
    re.DOTALL,
)
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
"""The encoding of each character set of a font."""


class Kind(Enum):
    """What a token is."""

    OPEN = "{"
    CLOSE = "}"
    WORD = "control word"
    SYMBOL = "control symbol"
    BYTE = "byte"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `word` names a control word or symbol, `data` holds the bytes of text."""

    kind: Kind
    word: str = ""
    number: int | None = None
    data: bytes = b""


_OPEN, _CLOSE = Token(Kind.OPEN), Token(Kind.CLOSE)


def tokens(data: bytes) -> Iterator[Token]:
    """Split a file into its tokens; embedded binary data is skipped."""
    at = 0
    while match := _TOKEN.match(data, at):
        at = match.end()
        word, number, byte, symbol, brace, text = match.groups()
        if word == b"bin":
            at += max(int(number or 0), 0)
        elif word:
            yield Token(Kind.WORD, word.decode("ascii"), int(number) if number else None)
        elif brace:
            yield _OPEN if brace == b"{" else _CLOSE
        elif byte:
            yield Token(Kind.BYTE, data=bytes.fromhex(byte.decode("ascii")))
        elif symbol:
            yield Token(Kind.SYMBOL, symbol.decode("latin-1"))
        elif text:
            yield Token(Kind.TEXT, data=text)


def charset_codec(charset: int) -> str | None:
    """The encoding of a font's character set; None if it says nothing."""
    return _CHARSETS.get(charset)


def page_codec(page: int) -> str:
    """The encoding of a code page; that of Western Windows if it is unknown."""
    try:
        return codecs.lookup("utf-8" if page == 65001 else f"cp{page}").name
    except LookupError:
        return "cp1252"
