"""Word documents."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from catalog.errors import UnreadableError
from ingest.formats.docx import read


def _bytes(document: docx.document.Document) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _heaps() -> docx.document.Document:
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.title = ""
    document.add_heading("Turning compost", level=1)
    document.add_paragraph("Weekly.")
    return document


def test_structure_becomes_markdown() -> None:
    """Headings, lists and tables stay; the title heading leaves the text."""
    document = _heaps()
    document.add_heading("Why", level=2)
    document.add_paragraph("air", style="List Bullet")
    document.add_paragraph("water", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), "abcd", strict=True):
        cell.text = text
    assert read(_bytes(document), "a.docx").text == (
        "Weekly.\n\n## Why\n\n- air\n- water\n\n| a | b |\n| --- | --- |\n| c | d |"
    )


def test_properties_describe_the_document() -> None:
    """Title, authors and dates come from the core properties."""
    document = _heaps()
    properties = document.core_properties
    properties.title, properties.author = "On heaps", "Ana Lima; Ben Roe"
    properties.created, properties.modified = datetime(2024, 3, 14, 9), datetime(2024, 3, 15)
    properties.keywords = "compost, air"
    result = read(_bytes(document), "a.docx")
    assert (result.title, result.authors, result.created, result.updated, result.meta["keywords"]) == (
        "On heaps",
        ("Ana Lima", "Ben Roe"),
        datetime(2024, 3, 14, 9, tzinfo=UTC),
        datetime(2024, 3, 15, tzinfo=UTC),
        "compost, air",
    )


def test_a_document_without_a_title_has_its_heading() -> None:
    """The first heading of the first level is the title."""
    assert read(_bytes(_heaps()), "a.docx").title == "Turning compost"


_EQUATION = (
    b'<w:p><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
    b"<m:r><m:t>t&gt;60</m:t></m:r></m:oMath></w:p>"
)


def test_equations_stay_as_text() -> None:
    """The symbols of an equation stand where it stood."""
    original, changed = BytesIO(_bytes(_heaps())), BytesIO()
    with ZipFile(original) as before, ZipFile(changed, "w") as after:
        for entry in before.namelist():
            after.writestr(entry, before.read(entry).replace(b"<w:body>", b"<w:body>" + _EQUATION))
    assert read(changed.getvalue(), "a.docx").text == "t>60\n\n# Turning compost\n\nWeekly."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"hello", "is not a Word document", id="not a Word document"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 etc", "is password-protected or an old", id="old"),
    ],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=reason):
        read(data, "a.docx")


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive's own listing says how large it gets."""
    monkeypatch.setattr("ingest.formats.docx._MOST_UNPACKED", 1 << 10)
    with pytest.raises(UnreadableError, match="unpacks to"):
        read(_bytes(_heaps()), "a.docx")
