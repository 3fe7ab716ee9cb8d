"""The border of the readers: one kind of error, inert text."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document


@pytest.mark.parametrize("name", ["a.md", "A.MD", "b.txt", "c.html", "d.pdf", "e.docx"])
def test_a_file_is_supported_by_its_suffix(name: str) -> None:
    """Capitals do not matter."""
    assert formats.supported(Path(name))


@pytest.mark.parametrize("name", ["a.heic", "Makefile", ".md", "a.heic.bak"])
def test_other_files_are_not_supported(name: str) -> None:
    """No suffix, no reader."""
    assert not formats.supported(Path(name))


def test_an_unsupported_file_names_what_is_read() -> None:
    """The reason lists the suffixes."""
    with pytest.raises(UnreadableError, match=r"a\.heic: is of a kind that is not read; use one of \.md, "):
        formats.read(b"x", "a.heic")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.md"),
        (b" \n", "a.txt"),
        (b"\xef\xbb\xbf", "a.txt"),
        (b"<title>x</title>", "a.html"),
        (b"<!-- -->", "a.md"),
    ],
)
def test_a_file_without_text_is_empty(data: bytes, name: str) -> None:
    """Nothing but white space, or markup alone, is nothing to read."""
    with pytest.raises(UnreadableError, match="is empty"):
        formats.read(data, name)


def test_front_matter_alone_is_a_document() -> None:
    """An author record has no text, but it says something."""
    assert formats.read(b"---\nslug: ana\n---\n", "ana.md") == Document(text="", meta={"slug": "ana"})


def test_the_text_is_inert() -> None:
    """Control characters and foreign newlines end here, whatever the format."""
    assert formats.read(b"a\x07\r\n\r\n\r\n\r\n\r\nb\r", "a.txt").text == "a\n\n\nb"


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (KeyError("/Root"), "is damaged (KeyError: '/Root'); save it again or convert it to text"),
        (RecursionError(), "is nested too deeply to be read; convert it to text"),
    ],
)
def test_what_a_parser_raises_becomes_a_reason(
    raised: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Foreign exceptions are mapped, and kept as the cause."""

    def fail(data: bytes, name: str) -> Document:
        raise raised

    monkeypatch.setattr("ingest.formats.text.read", fail)
    with pytest.raises(UnreadableError) as caught:
        formats.read(b"x", "a.txt")
    assert (caught.value.where, caught.value.reason, caught.value.__cause__) == ("a.txt", reason, raised)


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says how much there is."""
    monkeypatch.setattr(formats, "MAX_CHARACTERS", 3)
    with pytest.raises(UnreadableError, match="holds 5 characters of text, more than 3; split it"):
        formats.read(b"hello", "a.txt")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_file_of_another_format_is_refused(name: str) -> None:
    """A wrong suffix is found out."""
    with pytest.raises(UnreadableError):
        formats.read(b"just text", name)
