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
