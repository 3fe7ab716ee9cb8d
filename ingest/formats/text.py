"""Plain text, in whatever encoding it was saved."""

from __future__ import annotations

import codecs
import re
from typing import TypeGuard

from charset_normalizer import from_bytes

from catalog.errors import UnreadableError
from ingest import formats
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
# Encoding, the bytes of each four that are seldom zero in it, and those that often are.
_PLACES_OF_ZEROS = (
    ("utf-32-le", (0,), (2, 3)),
    ("utf-32-be", (3,), (0, 1)),
    ("utf-16-le", (0, 2), (1, 3)),
    ("utf-16-be", (1, 3), (0, 2)),
)
_MOST_ZEROS = 0.02
_LEAST_ZEROS = 0.05
_MOSTLY_SHOWN = 0.97
_FEW_BYTES = 8
_MOSTLY_CYRILLIC = 0.4
_MOSTLY_SMALL = 0.85
# Codecs of Python that are no encoding of a file.
_CODE_OF_CODE = re.compile(r"idna|punycode|undefined|(?:raw.)?unicode.escape", re.IGNORECASE)
_SHIFTED = re.compile(rb"\x1b\$[@B][!-~]+\x1b\([BJ]")  # Japanese mail of old: ISO-2022-JP
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
    return Document(text=escape_tags(decode_bounded(data, name)))


def decode_bounded(data: bytes, name: str) -> str:
    """Turn bytes into text as `decode` does; for formats in which nearly all of the file is text.

    Raises:
        UnreadableError: If it is not text, or more of it than a file may give.
    """
    text = decode(data, name)
    # Refused here already, because all that follows takes time and makes copies.
    if len(text) > formats.MAX_CHARACTERS:
        reason = f"holds {len(text):,} characters of text, more than {formats.MAX_CHARACTERS:,}; split it"
        raise UnreadableError(name, reason)
    return text


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """Turn the bytes of a text file into text.

    A byte order mark decides; else where the zeros are (UTF-16 and UTF-32 without a mark), the declared
    encoding, UTF-8, and what charset-normalizer finds. Zeros that only fill a block up are no text.

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
    wide = _wide(data)
    if wide:
        return data.decode(wide, errors="replace").strip("\0")
    data = data.strip(b"\0")
    if _SHIFTED.search(data[:_SAMPLE]):
        declared = "iso2022_jp"
    else:
        _refuse_binary(data, name)
    for encoding in filter(_is_for_text, (declared, "utf-8")):
        text = _strictly(data, encoding)
        if text is not None:
            return text
    return data.decode(_guess(data, name), errors="replace")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (ValueError, LookupError):  # a name may hold a zero, which is neither
        return None


def _is_for_text(encoding: str | None) -> TypeGuard[str]:
    return encoding is not None and _CODE_OF_CODE.fullmatch(encoding) is None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, told by the bytes of each four that are zero."""
    sample = data[:_SAMPLE].rstrip(b"\0")
    sample = sample[: len(sample) // 4 * 4]
    if len(sample) < _FEW_BYTES:
        return None
    zeros = [sample[place::4].count(0) / (len(sample) // 4) for place in range(4)]
    for encoding, full, empty in _PLACES_OF_ZEROS:
        low, high = max(zeros[place] for place in full), min(zeros[place] for place in empty)
        if low < _MOST_ZEROS and high > _LEAST_ZEROS and _is_legible(sample, encoding):
            return encoding
    return None


def _is_legible(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, errors="ignore")
    shown = sum(character.isprintable() or character.isspace() for character in text)
    return shown >= _MOSTLY_SHOWN * len(sample) / (4 if "32" in encoding else 2)


def _refuse_binary(data: bytes, name: str) -> None:
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _FEW_CONTROLS + _MOST_CONTROLS * len(sample):
        raise UnreadableError(name, "is binary data, not text; give it the suffix of its real format")


def _is_koi8(sample: bytes) -> bool:
    """Whether it is Russian in KOI8-R: mostly letters that are small ones there, and in no other encoding."""
    letters = sample.translate(None, bytes(range(128)))
    small = len(letters.translate(None, bytes({*range(256)} - {*range(0xC0, 0xE0)})))
    large = len(letters.translate(None, bytes({*range(256)} - {*range(0xE0, 0x100)})))
    return (
        len(letters) > _MOSTLY_CYRILLIC * len(sample)
        and small + large > _MOSTLY_SHOWN * len(letters)
        and small > _MOSTLY_SMALL * len(letters)
    )


def _guess(data: bytes, name: str) -> str:
    """Choose an encoding by what the text would look like in it; cp1252, if nothing is more plausible."""
    sample = data[:_SAMPLE]
    if _is_koi8(sample):
        return "koi8-r"
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
