"""The text layer of PDFs."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from catalog.errors import UnreadableError
from ingest.formats.pdf import read
from ingest.formats.pdf_layout import Line, heading_levels, to_markdown, without_running_lines


def _writer(*contents: str) -> PdfWriter:
    """A PDF with these content streams, one a page, set in Helvetica."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for content in contents:
        page = writer.add_blank_page(600, 800)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(content.encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    return writer


def _bytes(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def _set(*lines: tuple[int, int, str]) -> str:
    """A content stream with lines of (type size, height, text)."""
    return "\n".join(f"BT /F1 {size} Tf 50 {y} Td ({text}) Tj ET" for size, y, text in lines)


_TURNING = _set(
    (20, 740, "Turning compost"),
    (10, 700, "A heap that is turned weekly gets the air it needs, and its tempera-"),
    (10, 688, "ture rises within days. Without turning, the same heap takes a year."),
    (10, 640, "A new paragraph begins after a gap."),
)


def test_lines_become_headings_and_paragraphs() -> None:
    """Larger type is a heading, lines of a paragraph are joined, and so are hyphenated words."""
    assert read(_bytes(_writer(_TURNING)), "a.pdf").text == (
        "# Turning compost\n\n"
        "A heap that is turned weekly gets the air it needs, and its temperature rises within days. "
        "Without turning, the same heap takes a year.\n\n"
        "A new paragraph begins after a gap."
    )


def test_pages_are_known_by_their_offsets() -> None:
    """Each page begins where its text does; an empty page where the next text does."""
    document = read(_bytes(_writer(_set((10, 700, "One.")), "", _set((10, 700, "Two.")))), "a.pdf")
    assert (document.text, document.pages) == ("One.\n\nTwo.", (0, 6, 6))


def test_properties_describe_the_document() -> None:
    """Title, authors and dates come from the properties, which stay in meta."""
    writer = _writer(_TURNING)
    writer.add_metadata(
        {
            "/Title": "On heaps",
            "/Author": "Ana Lima; Ben Roe",
            "/CreationDate": "D:20240314100000+01'00'",
            "/Producer": "test",
        }
    )
    document = read(_bytes(writer), "a.pdf")
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
    writer = _writer(_TURNING)
    writer.add_metadata({"/Title": title})
    assert read(_bytes(writer), "a.pdf").title == "Turning compost"


def test_an_empty_password_opens() -> None:
    """A file that is only protected against changes can be read."""
    writer = _writer(_set((10, 700, "Readable.")))
    writer.encrypt(user_password="", owner_password="secret", algorithm="RC4-128")  # noqa: S106
    assert read(_bytes(writer), "a.pdf").text == "Readable."


def test_a_password_is_refused_with_advice() -> None:
    """An encrypted file says what to do."""
    writer = _writer(_TURNING)
    writer.encrypt("secret", algorithm="RC4-128")
    with pytest.raises(UnreadableError, match=r"a\.pdf: is encrypted; remove its password"):
        read(_bytes(writer), "a.pdf")


def test_a_scan_is_refused_with_advice() -> None:
    """Without a text layer there is nothing to read."""
    with pytest.raises(UnreadableError, match=r"no text layer \(a scan\?\); run OCR"):
        read(_bytes(_writer("", "")), "a.pdf")


def test_fonts_without_letters_are_refused() -> None:
    """Glyph names instead of letters are not text."""
    with pytest.raises(UnreadableError, match="its fonts do not name them"):
        read(_bytes(_writer(_set((10, 700, "/g18/g152/g135/g148 /g3/g145")))), "a.pdf")


def _lines(*texts: str, top: float = 700) -> list[Line]:
    return [Line(text, 50, top - 12 * number, 10) for number, text in enumerate(texts)]


def test_what_repeats_at_the_edges_is_dropped() -> None:
    """Headers, footers and page numbers go; the text between them stays."""
    words = ("alder", "birch", "cedar")
    pages = [
        _lines("The Heap, 2024", f"{word} grows where it is wet", f"{word} rots slowly", f"- {number} -")
        for number, word in enumerate(words, start=7)
    ]
    assert [[line.text for line in page] for page in without_running_lines(pages)] == [
        ["alder grows where it is wet", "alder rots slowly"],
        ["birch grows where it is wet", "birch rots slowly"],
        ["cedar grows where it is wet", "cedar rots slowly"],
    ]


def test_pages_that_are_all_alike_stay() -> None:
    """Where most of the text repeats, it is the text."""
    pages = [_lines("The same words"), _lines("The same words"), _lines("The same words")]
    assert without_running_lines(pages) == pages


def test_the_number_of_the_page_is_dropped_even_once() -> None:
    """A single page may have a number too."""
    (page,) = without_running_lines([_lines("Some text that is longer than the number", "1")])
    assert [line.text for line in page] == ["Some text that is longer than the number"]


def test_headings_are_ranked_by_size() -> None:
    """The largest type is the first level; type just above the body's is none."""
    page = [
        Line("x" * 500, 50, 700, 10),
        Line("Heaps", 50, 690, 20),
        Line("Air", 50, 680, 14),
        Line("y", 50, 670, 11),
    ]
    assert heading_levels([page]) == {20: 1, 14: 2}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("• air", "• water"), "- air\n- water", id="bullets"),
        pytest.param(("1. Turn the heap", "2. Water it"), "1. Turn the heap\n2. Water it", id="numbers"),
        pytest.param(("Ana Lima", "12 Mill Lane", "Leeds"), "Ana Lima\n12 Mill Lane\nLeeds", id="an address"),
        pytest.param(("the ﬁrst ﬂow was e\ufb03cient",), "the first flow was efficient", id="ligatures"),
        pytest.param(("堆肥を作る", "方法です"), "堆肥を作る方法です", id="unspaced scripts"),
        pytest.param(("# 5 bolts of Vec<T>",), "\\# 5 bolts of Vec&lt;T>", id="text that looks like markup"),
        pytest.param(("Total", "--------", "12 kg"), "Total\n12 kg", id="drawn rules"),
    ],
)
def test_lines_are_joined_as_they_are_meant(lines: tuple[str, ...], expected: str) -> None:
    """List items, tables and addresses keep their lines."""
    assert to_markdown([_lines(*lines)])[0] == expected


def test_cells_at_the_same_height_are_a_row() -> None:
    """The cells of a table that follow each other at one height make one line."""
    page = [
        Line("Sand", 50, 700, 10),
        Line("5", 200, 700, 10),
        Line("Clay", 50, 688, 10),
        Line("7", 200, 688, 10),
    ]
    assert to_markdown([page])[0] == "Sand 5\nClay 7"


def test_a_sentence_goes_on_in_the_next_column() -> None:
    """The top of the second column continues the end of the first."""
    page = [Line("A heap that is turned", 50, 100, 10), Line("weekly gets its air.", 300, 700, 10)]
    assert to_markdown([page])[0] == "A heap that is turned weekly gets its air."
