"""Word documents."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from catalog.errors import UnreadableError
from ingest.formats.docx import read
from tests.ingest.office_files import zipped


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


def _changed(document: docx.document.Document, part: str, before: str, after: str) -> bytes:
    """The file with a piece of one part replaced."""
    changed = BytesIO()
    with ZipFile(BytesIO(_bytes(document))) as archive, ZipFile(changed, "w") as copy:
        for entry in archive.namelist():
            content = archive.read(entry)
            copy.writestr(
                entry, content.replace(before.encode(), after.encode()) if entry == part else content
            )
    return changed.getvalue()


def _body(xml: str) -> str:
    return read(_changed(_heaps(), "word/document.xml", "<w:body>", f"<w:body>{xml}"), "a.docx").text


_REST = "# Turning compost\n\nWeekly."


def test_tracked_changes_are_accepted() -> None:
    """Deleted and moved-away text goes, inserted and moved-here text stays; hidden text goes."""
    runs = "".join(
        f"<w:{change}><w:r><w:{kind}>{change} </w:{kind}></w:r></w:{change}>"
        for change, kind in [("ins", "t"), ("del", "delText"), ("moveFrom", "t"), ("moveTo", "t")]
    )
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
    assert _body(f"<w:p>{runs}{hidden}</w:p>") == f"ins moveTo\n\n{_REST}"


def test_fields_show_their_last_value() -> None:
    """The simple kind as well."""
    field = '<w:p><w:fldSimple w:instr="TITLE"><w:r><w:t>Heaps</w:t></w:r></w:fldSimple></w:p>'
    assert _body(field) == f"Heaps\n\n{_REST}"


def test_control_characters_do_not_spoil_a_document() -> None:
    """Some programs write them, though XML forbids it."""
    assert _body("<w:p><w:r><w:t>a&#2;b</w:t></w:r></w:p>") == f"ab\n\n{_REST}"


def test_comments_name_who_wrote_them() -> None:
    """They stand at the end."""
    document = _heaps()
    document.add_comment(document.paragraphs[1].runs, text="Why not daily?", author="Ben Roe", initials="BR")
    assert read(_bytes(document), "a.docx").text == "Weekly.\n\n## Comments\n\n- Ben Roe: Why not daily?"


def test_headers_and_footers_are_left_out() -> None:
    """They say the same on every page."""
    document = _heaps()
    document.sections[0].header.paragraphs[0].text = "Club news"
    assert read(_bytes(document), "a.docx").text == "Weekly."


def test_merged_cells_become_a_valid_table() -> None:
    """A cell merged downwards stands in every row; one merged sideways leaves empty cells."""
    document = _heaps()
    table = document.add_table(rows=3, cols=3)
    for cell, text in zip((c for row in table.rows for c in row.cells), "abcdefghi", strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2)).text = "bc"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "dg"
    assert read(_bytes(document), "a.docx").text == (
        "Weekly.\n\n| a | bc |  |\n| --- | --- | --- |\n| dg | e | f |\n| dg | h | i |"
    )


def test_a_cell_is_one_line() -> None:
    """Paragraphs, lists, bars and a table within it do not break the table; a single cell is no table."""
    document = _heaps()
    table = document.add_table(rows=1, cols=2)
    first, second = table.rows[0].cells
    first.text = "a|b\nc"
    first.add_paragraph("d", style="List Bullet")
    second.add_table(rows=1, cols=1).cell(0, 0).text = "e"
    document.add_table(rows=1, cols=1).cell(0, 0).text = "Mind the rats."
    assert read(_bytes(document), "a.docx").text == (
        "Weekly.\n\n| a\\|b c d | e |\n| --- | --- |\n\nMind the rats."
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"hello", r"is not a \.docx file, or damaged; save it again", id="not a container"),
        pytest.param(zipped({"a": "x"}), "is not a Word document, or damaged", id="another container"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is password-protected or of an old", id="old"),
    ],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=reason):
        read(data, "a.docx")


def test_an_entity_bomb_is_refused() -> None:
    """Before mammoth sees it."""
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w:document'
    with pytest.raises(UnreadableError, match="declares XML entities"):
        read(_changed(_heaps(), "word/document.xml", "<w:document", bomb), "a.docx")
