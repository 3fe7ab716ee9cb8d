"""Plain text, in whatever encoding it was saved."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.tidy import escape_tags

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_SAMPLE = 1 << 17
_FEW_CONTROLS = 4
_MOST_CONTROLS = 0.01
_MOST_ACCENTED = 0.25
_TIE = 0.1


def read(data: bytes, name: str) -> Document:
    """Read a plain text file.

    Raises:
        UnreadableError: If it is not text.
    """
    return Document(text=escape_tags(decode(data, name)))


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """Turn the bytes of a text file into text.

    A byte order mark decides; else the declared encoding, UTF-8, and what charset-normalizer finds.

    Args:
        data: The file.
        name: How messages name it.
        declared: The encoding that the file claims to have, if it claims one.

    Raises:
        UnreadableError: If it is not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    _refuse_binary(data, name)
    for encoding in filter(None, (declared, "utf-8")):
        text = _strictly(data, encoding)
        if text is not None:
            return text
    return data.decode(_guess(data, name), errors="replace")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _refuse_binary(data: bytes, name: str) -> None:
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS + _MOST_CONTROLS * len(sample):
        raise UnreadableError(name, "is binary data, not text; give it the suffix of its real format")


def _guess(data: bytes, name: str) -> str:
    """Choose an encoding by what the text would look like in it; cp1252, if nothing is more plausible."""
    sample = data[:_SAMPLE]
    matches = from_bytes(sample)
    best = matches.best()
    western = [match for match in matches if "cp1252" in (match.encoding, *match.could_be_from_charset)]
    if best and western and western[0].coherence >= best.coherence - _TIE:
        return "cp1252"
    accented = len(sample.translate(None, bytes(range(128)))) / len(sample)
    unsure = best is None or not best.coherence
    if unsure and accented < _MOST_ACCENTED and _strictly(sample, "cp1252") is not None:
        return "cp1252"
    if best is None:
        raise UnreadableError(name, "is not text in any known encoding; save it as UTF-8")
    return best.encoding
