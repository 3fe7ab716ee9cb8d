"""Presentations."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from ingest.formats.pptx_order import Box, in_reading_order
from tests.ingest.office_files import CORE, line, notes, pptx, relations, shape, slide, zipped

_TITLE = shape(line("Turning compost"), role="title")


def _read(*slides: str, more: dict[str, str] | None = None) -> Document:
    return formats.read(pptx(*slides, more=more), "a.pptx")


def test_a_slide_is_a_page() -> None:
    """Each begins with its title; a slide without text begins where the next one does."""
    document = _read(slide(_TITLE), slide(), slide(shape(line("Weekly."))))
    assert (document.text, document.pages, document.title) == (
        "## Turning compost\n\n## Slide 3\n\nWeekly.",
        (0, 20, 20),
        "Turning compost",
    )


def test_bullets_nest() -> None:
    """A text placeholder has bullets unless they are turned off; numbers stay numbers."""
    body = shape(
        line("air") + line("oxygen", 1) + line("first", 0, '<a:buAutoNum type="arabicPeriod"/>')
        + line("A plain line.", 0, "<a:buNone/>"),
        role="body",
    )  # fmt: skip
    assert _read(slide(_TITLE, body)).text == (
        "## Turning compost\n\n- air\n  - oxygen\n1. first\n\nA plain line."
    )


def test_shapes_are_read_by_their_position() -> None:
    """The order of the file is that in which they were drawn."""
    shapes = [shape(line(text), at=at) for text, at in [("c", (0, 900)), ("b", (500, 200)), ("a", (0, 210))]]
    assert _read(slide(*shapes)).text == "## Slide 1\n\na\n\nb\n\nc"


class _Named:
    """A box with a name."""

    def __init__(self, name: str, *edges: int) -> None:
        self.name = name
        self.box = Box(*edges)


def test_columns_are_read_one_after_the_other() -> None:
    """The widest gap separates first: here, the one between the columns."""
    boxes = [
        _Named("left head", 0, 0, 40, 10), _Named("right head", 60, 0, 40, 10),
        _Named("left text", 0, 12, 40, 80), _Named("right text", 60, 12, 40, 80),
    ]  # fmt: skip
    names = [box.name for box in in_reading_order(boxes)]
    assert names == ["left head", "left text", "right head", "right text"]


def test_tables_are_tables() -> None:
    """Bars in a cell do not end it, merged cells stay empty."""
    rows = [["a", "b|c"], ["d", ""]]
    cells = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody>{line(text)}</a:txBody></a:tc>' for text in row)}</a:tr>"
        for row in rows
    )
    frame = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{cells}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"  # noqa: E501
    assert _read(slide(_TITLE, frame)).text == (
        "## Turning compost\n\n| a | b\\|c |\n| --- | --- |\n| d |  |"
    )


def test_the_speaker_s_notes_follow_the_slide() -> None:
    """The number on the page of notes does not."""
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("n", "notesSlide", "../notesSlides/n.xml")),
        "ppt/notesSlides/n.xml": notes("Mention the smell."),
    }
    assert _read(slide(_TITLE), more=more).text == "## Turning compost\n\n### Notes\n\nMention the smell."


def test_comments_name_who_wrote_them() -> None:
    """They stand below the notes."""
    space = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("c", "comments", "../comments/c.xml")),
        "ppt/comments/c.xml": f'<p:cmLst {space}><p:cm authorId="0"><p:text>Why?</p:text></p:cm></p:cmLst>',
        "ppt/commentAuthors.xml": f'<p:l {space}><p:cmAuthor id="0" name="Ben Roe"/></p:l>',
    }
    assert _read(slide(_TITLE), more=more).text == "## Turning compost\n\n### Comments\n\n- Ben Roe: Why?"


def test_links_to_the_web_stay() -> None:
    """The address of a run is that of its relationship."""
    run = '<a:p><a:r><a:rPr><a:hlinkClick r:id="l"/></a:rPr><a:t>the page</a:t></a:r></a:p>'
    more = {"ppt/slides/_rels/slide1.xml.rels": relations(("l", "hyperlink", "https://example.org/x"))}
    text = _read(slide(_TITLE, shape(run)), more=more).text
    assert text == "## Turning compost\n\n[the page](https://example.org/x)"


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ("A heap in the sun", "Picture: A heap in the sun"),
        ("A heap. Description automatically generated", "Picture: A heap."),
        ("IMG_1.jpg", ""),
    ],
)
def test_pictures_are_their_alternative_text(description: str, shown: str) -> None:
    """Unless that is the name of a file."""
    picture = (
        f'<p:pic><p:nvPicPr><p:cNvPr id="1" name="x" descr="{description}"/><p:nvPr/></p:nvPicPr></p:pic>'
    )
    assert _read(slide(_TITLE, picture)).text == f"## Turning compost\n\n{shown}".rstrip()


def test_what_is_not_shown_is_not_read() -> None:
    """Hidden slides (which count as pages), hidden shapes, dates, footers and slide numbers."""
    hidden = shape(line("secret"), more=' hidden="1"')
    furniture = shape(line("7"), role="sldNum") + shape(line("Footer"), role="ftr")
    number = shape('<a:p><a:fld type="slidenum" id="x"><a:t>7</a:t></a:fld></a:p>')
    document = _read(slide(_TITLE, attributes=' show="0"'), slide(_TITLE, hidden, furniture, number))
    assert (document.text, document.pages, document.meta) == (
        "## Turning compost",
        (0, 0),
        {"hidden_slides": [1]},
    )


def test_a_chart_is_a_table() -> None:
    """A row for each category, a column for each series."""
    space = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    points = "".join(
        f'<c:{kind}><c:strCache><c:pt idx="0"><c:v>{value}</c:v></c:pt></c:strCache></c:{kind}>'
        for kind, value in [("tx", "Heat"), ("cat", "June"), ("val", "55")]
    )
    frame = f'<p:graphicFrame><a:graphic><a:graphicData><c:chart {space} r:id="c"/></a:graphicData></a:graphic></p:graphicFrame>'  # noqa: E501
    more = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("c", "chart", "../charts/c.xml")),
        "ppt/charts/c.xml": f"<c:chartSpace {space}><c:chart><c:plotArea><c:ser>{points}</c:ser></c:plotArea></c:chart></c:chartSpace>",  # noqa: E501
    }
    assert _read(slide(_TITLE, frame), more=more).text == (
        "## Turning compost\n\n|  | Heat |\n| --- | --- |\n| June | 55 |"
    )


def test_properties_describe_the_presentation() -> None:
    """Title, authors and dates come from the core properties."""
    document = _read(slide(_TITLE), more={"docProps/core.xml": CORE})
    assert (document.title, document.authors, document.created, document.updated) == (
        "On heaps",
        ("Ana Lima", "Ben Roe"),
        datetime(2024, 3, 14, 9, tzinfo=UTC),
        datetime(2024, 3, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"a": "x"}), "is not a presentation, or damaged; save it again as .pptx"),
        (pptx(slide()), "has no text on its slides"),
    ],
    ids=["another container", "no text"],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=reason):
        formats.read(data, "a.pptx")
