"""Text files in any encoding."""

from __future__ import annotations

import pytest

from catalog.errors import UnreadableError
from ingest.formats.text import decode, read


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Grüße, 世界"),
        ("utf-8-sig", "Grüße"),
        ("utf-16", "Grüße"),
        ("utf-32", "Grüße"),
        ("cp1252", "It’s a test: “crème brûlée” for 4 €"),
        ("cp1252", "Man muss den Kompost regelmäßig umsetzen, damit Luft hineinkommt."),
        ("cp1251", "Компост нужно регулярно переворачивать, чтобы в него попадал воздух."),
        ("shift_jis", "これは日本語のテキストです。堆肥を作る方法。"),
    ],
)
def test_an_encoding_is_recognised(encoding: str, text: str) -> None:
    """Byte order marks, UTF-8 and the common encodings of old are found out."""
    assert decode(text.encode(encoding), "notes.txt") == text


def test_a_declared_encoding_comes_first() -> None:
    """What the file says about itself beats guessing."""
    assert decode("Привет".encode("koi8-r"), "page.html", declared="koi8-r") == "Привет"


def test_an_unknown_declared_encoding_is_ignored() -> None:
    """A wrong declaration does no harm."""
    assert decode(b"hello", "page.html", declared="no-such-code") == "hello"


def test_binary_data_is_refused() -> None:
    """A picture renamed to .txt is not text."""
    with pytest.raises(UnreadableError, match=r"photo\.txt: is binary data, not text"):
        decode(bytes(range(256)), "photo.txt")


def test_text_that_looks_like_html_stays_text() -> None:
    """A plain text is not Markdown with HTML in it."""
    assert read(b"use <b> here", "a.txt").text == "use &lt;b> here"


_RUSSIAN = "Компост нужно регулярно переворачивать, чтобы в него попадал воздух."


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16-le", "Grüße aus Köln"),
        ("utf-16-be", _RUSSIAN),
        ("utf-32-le", _RUSSIAN),
        ("koi8-r", _RUSSIAN),
        ("iso2022_jp", "これは日本語のテキストです。"),
        ("euc_jp", "これは日本語のテキストです。堆肥を作る方法について説明します。"),
        ("gb18030", "堆肥需要定期翻动，以便空气进入。这样可以加快分解过程。我们每周检查一次温度。"),
    ],
)
def test_an_encoding_without_a_mark_is_recognised(encoding: str, text: str) -> None:
    """By its zeros, its escapes or its letters."""
    assert decode(text.encode(encoding), "notes.txt") == text


def test_zeros_that_fill_a_block_up_are_no_text() -> None:
    """Disks of old wrote whole blocks."""
    assert decode(b"hello" + bytes(5000), "notes.txt") == "hello"


@pytest.mark.parametrize("encoding", ["idna", "unicode_escape", "undefined", "a\0b"])
def test_codecs_that_are_no_encodings_are_ignored(encoding: str) -> None:
    """A declaration chooses among encodings of files only."""
    assert decode("\\u0041 é".encode(), "page.html", declared=encoding) == "\\u0041 é"


def test_numbers_are_no_text_in_utf_16() -> None:
    """Zeros alone do not make it text."""
    with pytest.raises(UnreadableError, match="is binary data, not text"):
        decode(b"".join(number.to_bytes(2, "little") for number in range(1, 32)) * 9, "a.txt")


def test_too_long_a_text_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before copies of it are made."""
    monkeypatch.setattr("ingest.formats.MAX_CHARACTERS", 3)
    with pytest.raises(UnreadableError, match=r"a\.txt: holds 5 characters of text, more than 3; split it"):
        read(b"hello", "a.txt")
