"""OpenDocument texts, spreadsheets and presentations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from tests.ingest.office_files import open_document, zipped


def _text(body: str, styled: str = "") -> str:
    return formats.read(open_document("text", body, styled=styled), "a.odt").text


def _sheets(body: str, styled: str = "") -> str:
    return formats.read(open_document("spreadsheet", body, styled=styled), "a.ods").text


def _slides(body: str, styled: str = "") -> Document:
    return formats.read(open_document("presentation", body, styled=styled), "a.odp")


def test_headings_and_paragraphs() -> None:
    """White space is as the elements say."""
    body = (
        '<text:h text:outline-level="2">Why</text:h>'
        '<text:p>Air,<text:s text:c="3"/><text:span>more</text:span><text:tab/>air.'
        "<text:line-break/>Yes.</text:p>"
    )
    assert _text(body) == "## Why\n\nAir, more air.\nYes."


def test_lists_nest() -> None:
    """A list is numbered if its style says so."""
    style = (
        '<text:list-style style:name="N"><text:list-level-style-bullet text:level="1"/>'
        '<text:list-level-style-number text:level="2" style:num-format="1"/></text:list-style>'
    )
    inner = "".join(f"<text:list-item><text:p>{one}</text:p></text:list-item>" for one in ("first", "second"))
    body = (
        '<text:list text:style-name="N"><text:list-item><text:p>air</text:p>'
        f"<text:list>{inner}</text:list></text:list-item></text:list>"
    )
    assert _text(body, style) == "- air\n  1. first\n  2. second"


def test_tables_are_tables() -> None:
    """Columns that repeat are as many cells, covered cells are empty, tables in cells are text."""
    body = (
        '<table:table><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>a</text:p>'
        "</table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>b|</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>c</text:p></table:table-cell></table:table-row>"
        "</table:table></table:table-cell><table:covered-table-cell/></table:table-row></table:table>"
    )
    assert _text(body) == "| a | a |\n| --- | --- |\n| b\\| c |  |"


def test_links_notes_and_comments() -> None:
    """Notes and comments follow at the end."""
    body = (
        '<text:p>See <text:a xlink:href="https://example.org/x">it</text:a>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p>"
        "</text:note-body></text:note>.<office:annotation><dc:creator>Ben Roe</dc:creator>"
        "<text:p>Why?</text:p></office:annotation></text:p>"
    )
    assert _text(body) == (
        "See [it](https://example.org/x)[1].\n\n1. A note.\n\n## Comments\n\n- Ben Roe: Why?"
    )


def test_pictures_and_boxes() -> None:
    """A picture is its description; the text of a box follows the paragraph that it hangs on."""
    body = (
        "<text:p>Look.<draw:frame><draw:image/><svg:desc>A heap</svg:desc></draw:frame>"
        "<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame></text:p>"
    )
    assert _text(body) == "Look.\n\nPicture: A heap\n\nBoxed."


def test_deleted_text_and_indexes_are_left_out() -> None:
    """The table of contents repeats the headings."""
    body = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:table-of-content><text:p>Why 1</text:p></text:table-of-content><text:p>Stays.</text:p>"
    )
    assert _text(body) == "Stays."


def test_the_file_describes_itself() -> None:
    """Title, author and dates come from its metadata."""
    document = formats.read(open_document("text", "<text:p>x</text:p>"), "a.odt")
    assert (document.title, document.authors, document.created, document.updated) == (
        "On heaps",
        ("Ana Lima",),
        datetime(2024, 3, 14, 9, tzinfo=UTC),
        datetime(2024, 3, 15, tzinfo=UTC),
    )


def test_the_title_of_the_text_is_its_title() -> None:
    """A paragraph of the style Title, or one derived from it, is a heading, and leaves the text."""
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    body = '<text:p text:style-name="P1">About air</text:p><text:p>x</text:p>'
    data = open_document("text", body, styled=style, more={"meta.xml": "<a/>"})
    document = formats.read(data, "a.odt")
    assert (document.title, document.text) == ("About air", "x")


def test_sheets_are_tables() -> None:
    """Dates are ISO 8601, and what only fills the sheet is cut."""
    body = (
        '<table:table table:name="Heaps"><table:table-row><table:table-cell><text:p>day</text:p>'
        "</table:table-cell><table:table-cell><text:p>heat</text:p></table:table-cell></table:table-row>"
        '<table:table-row><table:table-cell office:value-type="date" office:date-value="2024-03-14">'
        "<text:p>14/3</text:p></table:table-cell><table:table-cell><text:p>55</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
        "</table:table>"
        '<table:table table:name="Other"><table:table-row><table:table-cell><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    assert _sheets(body) == (
        "## Heaps\n\n| day | heat |\n| --- | --- |\n| 2024-03-14 | 55 |\n\n## Other\n\nx"
    )


def test_hidden_sheets_are_left_out() -> None:
    """Their style says that they are not displayed."""
    style = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    one = "<table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row>"
    body = (
        f'<table:table table:name="A" table:style-name="h">{one.format("secret")}</table:table>'
        f'<table:table table:name="B">{one.format("x")}</table:table>'
    )
    assert _sheets(body, style) == "## B\n\nx"


def test_a_sheet_that_repeats_a_cell_without_end_is_bounded() -> None:
    """A few bytes cannot fill the memory."""
    many = '-repeated="999999999"'
    cell = f"<table:table-cell table:number-columns{many}><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows{many}>{cell}</table:table-row>"
    assert _sheets(f'<table:table table:name="A">{row}</table:table>').count("x") == 200 * 500


def test_a_slide_is_a_page() -> None:
    """Shapes in reading order, then the notes; a hidden slide counts but is not read."""
    style = (
        '<style:style style:name="h"><style:drawing-page-properties presentation:visibility="hidden"/>'
        "</style:style>"
    )
    inside = "<draw:text-box><text:p>{}</text:p></draw:text-box>"
    box = '<draw:frame svg:x="{}cm" svg:y="{}in">{}</draw:frame>'
    page = (
        box.format(1, 5, inside.format("second"))
        + box.format(1, 2, inside.format("first"))
        + f'<draw:frame presentation:class="title">{inside.format("Air")}</draw:frame>'
        + '<presentation:notes><draw:frame presentation:class="notes">'
        + f"{inside.format('Say it.')}</draw:frame></presentation:notes>"
    )  # fmt: skip
    body = f'<draw:page draw:style-name="h">{page}</draw:page><draw:page>{page}</draw:page>'
    document = _slides(body, style)
    assert (document.text, document.pages) == (
        "## Air\n\nfirst\n\nsecond\n\n### Notes\n\nSay it.",
        (0, 0),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"a": "x"}), r"is not a \.odt file, or damaged; save it again"),
        (zipped({"content.xml": "<a/>"}), "has no content, or is damaged; save it again"),
        (
            open_document(
                "text",
                "",
                more={"META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"},
            ),
            "is password-protected; save it without a password",
        ),
    ],
    ids=["another container", "no content", "password"],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=reason):
        formats.read(data, "a.odt")
