"""E-books."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from tests.ingest.office_files import epub, zipped


def test_chapters_stand_in_reading_order() -> None:
    """A chapter without a heading has its title in the contents; the contents themselves are left out."""
    book = epub(
        [("b.xhtml", "<h1>Air</h1><p>Turn it.</p>"), ("a%20b.xhtml", '<p><a id="x"/>Water it.</p>')],
        titles={"b.xhtml": "1 Air", "a%20b.xhtml": "Water"},
    )
    assert formats.read(book, "a.epub").text == "# Air\n\nTurn it.\n\n# Water\n\nWater it."


def test_the_book_describes_itself() -> None:
    """The illustrator is not among the authors."""
    document = formats.read(epub([("a.xhtml", "<p>x</p>")]), "a.epub")
    assert (document.title, document.authors, document.created, document.updated) == (
        "On heaps",
        ("Ana Lima",),
        datetime(2024, 3, 14, tzinfo=UTC),
        datetime(2024, 3, 15, tzinfo=UTC),
    )


def test_a_careless_chapter_is_read_all_the_same() -> None:
    """Chapters that are not well-formed are read as browsers do."""
    book = epub([("a.xhtml", "<p>Turn it<p>every &amp; any week")])
    assert formats.read(book, "a.epub").text == "Turn it\n\nevery & any week"


def test_a_protected_book_is_refused() -> None:
    """The reason says so."""
    more = _encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(UnreadableError, match="is protected against copying"):
        formats.read(epub([("a.xhtml", "<p>x</p>")], more=more), "a.epub")


def test_scrambled_fonts_do_not_matter() -> None:
    """Publishers protect fonts in books that anybody may read."""
    more = _encrypted("http://www.idpf.org/2008/embedding")
    assert formats.read(epub([("a.xhtml", "<p>x</p>")], more=more), "a.epub").text == "x"


def _encrypted(algorithm: str) -> dict[str, str]:
    method = f'<EncryptionMethod Algorithm="{algorithm}"/>'
    return {"META-INF/encryption.xml": f"<encryption><EncryptedData>{method}</EncryptedData></encryption>"}


def test_other_containers_are_refused() -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=r"is not an e-book, or damaged; save it again as \.epub"):
        formats.read(zipped({"a": "x"}), "a.epub")
