"""PDFs as a whole: pages, properties, protection, damage, comments and forms."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from ingest.formats import pdf
from ingest.formats.ocr import NeedsOcrError
from ingest.formats.pdf import read
from tests.ingest.pdf_files import make_pdf, make_writer, put, put_lines, to_bytes

_TURNING = put_lines(
    (20, 740, "Turning compost"),
    (10, 700, "A heap that is turned weekly gets the air it needs, and its tempera-"),
    (10, 688, "ture rises within days. Without turning, the same heap takes a year."),
    (10, 640, "A new paragraph begins after a gap."),
)


def test_lines_become_headings_and_paragraphs() -> None:
    """Larger type is a heading, lines of a paragraph are joined, and so are hyphenated words."""
    assert read(make_pdf(_TURNING), "a.pdf").text == (
        "# Turning compost\n\n"
        "A heap that is turned weekly gets the air it needs, and its temperature rises within days. "
        "Without turning, the same heap takes a year.\n\n"
        "A new paragraph begins after a gap."
    )


def test_pages_are_known_by_their_offsets() -> None:
    """Each page begins where its text does; an empty page where the next text does."""
    document = read(make_pdf(put(50, 700, "One."), "", put(50, 700, "Two.")), "a.pdf")
    assert (document.text, document.pages) == ("One.\n\nTwo.", (0, 6, 6))


def test_properties_describe_the_document() -> None:
    """Title, authors and dates come from the properties, which stay in meta."""
    writer = make_writer(_TURNING)
    writer.add_metadata(
        {
            "/Title": "On heaps",
            "/Author": "Ana Lima; Ben Roe",
            "/CreationDate": "D:20240314100000+01'00'",
            "/Producer": "test",
        }
    )
    document = read(to_bytes(writer), "a.pdf")
    assert (document.title, document.authors, document.created, document.meta["producer"]) == (
        "On heaps",
        ("Ana Lima", "Ben Roe"),
        datetime(2024, 3, 14, 9, tzinfo=UTC),
        "test",
    )


@pytest.mark.parametrize(
    "title", ["Microsoft Word - heaps.doc", "untitled", "heaps_v2.docx", "(anonymous)", "--"]
)
def test_a_title_that_software_left_gives_way_to_the_heading(title: str) -> None:
    """File names and placeholders are no titles."""
    writer = make_writer(_TURNING)
    writer.add_metadata({"/Title": title})
    assert read(to_bytes(writer), "a.pdf").title == "Turning compost"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_empty_password_opens(algorithm: str) -> None:
    """A file that is only protected against changes can be read."""
    writer = make_writer(put(50, 700, "Readable."))
    writer.encrypt(user_password="", owner_password="secret", algorithm=algorithm)  # noqa: S106
    assert read(to_bytes(writer), "a.pdf").text == "Readable."


def test_a_password_is_refused_with_advice() -> None:
    """An encrypted file says what to do."""
    writer = make_writer(_TURNING)
    writer.encrypt("secret", algorithm="RC4-128")
    with pytest.raises(UnreadableError, match=r"a\.pdf: is encrypted; remove its password"):
        read(to_bytes(writer), "a.pdf")


def test_a_scan_is_refused_with_advice() -> None:
    """Without a text layer only OCR helps."""
    with pytest.raises(NeedsOcrError, match=r"no text layer \(a scan\?\); run OCR"):
        read(make_pdf("", ""), "a.pdf")


def _without_names() -> PdfWriter:
    """A page in a font that numbers its glyphs and does not say which letters they are."""
    writer = make_writer("BT /F1 10 Tf 50 700 Td <000100020003000400050006> Tj ET")
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/Mystery"),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/Mystery"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([descendant]),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    writer.pages[0][NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    return writer


def test_fonts_without_letters_are_refused() -> None:
    """Numbers of glyphs are not text."""
    with pytest.raises(NeedsOcrError, match="its fonts do not name them"):
        read(to_bytes(_without_names()), "a.pdf")


def test_a_page_without_letters_is_listed() -> None:
    """The text of the other pages stays."""
    writer = _without_names()
    writer.append_pages_from_reader(PdfReader(BytesIO(make_pdf(put(50, 700, "Legible.")))))
    document = read(to_bytes(writer), "a.pdf")
    assert (document.text, document.meta["unreadable_pages"]) == ("Legible.", [1])


def test_comments_stay() -> None:
    """Text on the page is read at its place; the text of a note that does not show comes last."""
    writer = make_writer(put(50, 700, "The heap is hot.") + put(50, 600, "It cools down."))
    writer.add_annotation(0, Text(rect=(300, 700, 320, 720), text="Measured by Ana."))
    writer.add_annotation(0, FreeText(rect=(50, 640, 300, 660), text="Sixty degrees."))
    assert read(to_bytes(writer), "a.pdf").text == (
        "The heap is hot.\n\nIt cools down.\n\nMeasured by Ana.\n\nSixty degrees."
    )


def test_values_of_form_fields_stay() -> None:
    """What somebody filled in is text too."""
    writer = make_writer(put(50, 700, "Name:"))
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("name"),
            NameObject("/V"): TextStringObject("Ana Lima"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (100, 695, 300, 715))),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(field)])
    assert read(to_bytes(writer), "a.pdf").text == "Name:\n\nAna Lima"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_pages_read_as_others(degrees: int) -> None:
    """The text's own direction counts."""
    assert read(to_bytes(make_writer(_TURNING, rotate=degrees)), "a.pdf").text == (
        read(make_pdf(_TURNING), "a.pdf").text
    )


def test_text_that_runs_upwards_comes_last() -> None:
    """A stamp along the margin does not interrupt the page."""
    stamp = "BT /F1 10 Tf 0 1 -1 0 20 300 Tm (Draft of March) Tj ET\n"
    page = stamp + put(50, 700, "The heap is hot today.") + put(50, 688, "It will cool down.")
    assert read(make_pdf(page), "a.pdf").text == "The heap is hot today. It will cool down.\n\nDraft of March"


def test_a_damaged_table_of_objects_is_rebuilt() -> None:
    """The place where the file says its index is may be wrong."""
    data = make_pdf(put(50, 700, "Still here."))
    broken = data[: data.rindex(b"startxref")] + b"startxref\n7\n%%EOF"
    assert read(broken, "a.pdf").text == "Still here."


def test_the_end_of_a_file_may_be_missing() -> None:
    """What came before the cut is read."""
    data = make_pdf(put(50, 700, "Still here."))
    assert read(data[: data.rindex(b"xref\n", 0, data.rindex(b"startxref"))], "a.pdf").text == "Still here."


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of pages is bounded."""
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(UnreadableError, match="has 3 pages, more than 2; split it"):
        read(make_pdf("", "", ""), "a.pdf")


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The letters of all pages together are bounded."""
    monkeypatch.setattr(pdf, "MAX_LETTERS", 10)
    with pytest.raises(UnreadableError, match="more than 10 letters; split it"):
        read(make_pdf(put(50, 700, "Seventeen letters")), "a.pdf")


_VALID = make_pdf(_TURNING, put(50, 700, "A second page."))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(_VALID) - 1), st.binary(max_size=6)), min_size=1, max_size=8),
    st.integers(0, len(_VALID)),
)
def test_damage_gives_a_document_or_a_reason(changes: list[tuple[int, bytes]], length: int) -> None:
    """Whatever bytes change or are cut off, nothing else comes out."""
    data = bytearray(_VALID)
    for place, new in changes:
        data[place : place + len(new)] = new
    assert isinstance(_outcome(bytes(data[:length] if length % 3 == 0 else data)), Document | UnreadableError)


def _outcome(data: bytes) -> Document | UnreadableError:
    try:
        return formats.read(data, "a.pdf")
    except UnreadableError as error:
        return error
