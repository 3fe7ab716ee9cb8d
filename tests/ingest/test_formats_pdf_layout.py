"""The layout of PDF pages: reading order, paragraphs, lists, headings, tables, running lines."""

from __future__ import annotations

import pytest

from ingest.formats.pdf import read
from ingest.formats.pdf_furniture import without_running_lines
from ingest.formats.pdf_layout import heading_levels, to_markdown
from ingest.formats.pdf_lines import Block, Line, Table, line, rows_of_words, segments
from ingest.formats.pdf_page import Word
from tests.ingest.pdf_files import make_pdf, put


def _text(*parts: str) -> str:
    return read(make_pdf("".join(parts)), "a.pdf").text


def _lines(*texts: str, top: float = 700) -> list[Block]:
    return [Line(text, 50, top - 12 * number, 10) for number, text in enumerate(texts)]


def _cells(y: int, *cells: tuple[int, str]) -> str:
    return "".join(put(x, y, text) for x, text in cells if text)


def _frame(xs: list[int], ys: list[int]) -> str:
    """Rules at these places, as a table has them."""
    down = [f"{x} {ys[-1]} m {x} {ys[0]} l S\n" for x in xs]
    across = [f"{xs[0]} {y} m {xs[-1]} {y} l S\n" for y in ys]
    return "".join(down + across)


_LEFT = (
    "A heap that is turned weekly gets",
    "all of the air that it needs, and",
    "its temperature rises within just",
    "a few days from the first turning.",
    "After a month the heap has settled",
)
_RIGHT = (
    "and can be left to itself until it",
    "has become a dark and crumbly soil",
    "that smells of a forest after rain.",
    "Only then is it spread on the beds,",
    "a finger deep and before the frost.",
)


def test_columns_are_read_one_after_the_other() -> None:
    """The title goes across; a sentence goes on at the top of the second column."""
    rows = [
        put(50, 700 - 12 * number, left) + put(300, 700 - 12 * number, right)
        for number, (left, right) in enumerate(zip(_LEFT, _RIGHT, strict=True))
    ]
    title = put(50, 740, "Heaps through the whole of the year", 16)
    assert _text(title, *rows) == (
        "# Heaps through the whole of the year\n\n" + " ".join(_LEFT) + " " + " ".join(_RIGHT)
    )


def test_a_table_without_rules_is_a_table() -> None:
    """Cells that stand under each other are columns; empty cells stay empty."""
    assert _text(
        _cells(700, (50, "Code"), (150, "Place"), (250, "Count")),
        _cells(685, (50, "K-1"), (150, "Shed"), (250, "4")),
        _cells(670, (50, "K-2"), (250, "7")),
        put(50, 630, "All of them were counted in March."),
    ) == (
        "| Code | Place | Count |\n| --- | --- | --- |\n| K-1 | Shed | 4 |\n| K-2 |  | 7 |\n\n"
        "All of them were counted in March."
    )


def test_wrapped_cells_are_joined() -> None:
    """A line that follows closer than rows do belongs to the cell above."""
    assert _text(
        _cells(700, (50, "Tool"), (150, "Use"), (300, "Price")),
        _cells(670, (50, "Fork"), (150, "turning a heap"), (300, "30")),
        _cells(659, (150, "every week")),
        _cells(630, (50, "Sieve"), (150, "spreading"), (300, "20")),
        _cells(600, (50, "Spade"), (150, "digging"), (300, "25")),
    ) == (
        "| Tool | Use | Price |\n| --- | --- | --- |\n| Fork | turning a heap every week | 30 |\n"
        "| Sieve | spreading | 20 |\n| Spade | digging | 25 |"
    )


def test_a_drawn_table_keeps_its_cells() -> None:
    """Rules tell cells apart that stand close together, and hold the lines of a cell together."""
    assert _text(
        _frame([50, 120, 190], [640, 690, 720]),
        _cells(705, (55, "Material"), (125, "Share")),
        _cells(675, (55, "Leaves and"), (125, "60 %")),
        _cells(660, (55, "twigs")),
    ) == ("| Material | Share |\n| --- | --- |\n| Leaves and twigs | 60 % |")


def test_a_frame_around_text_is_no_table() -> None:
    """One box has no columns."""
    assert _text(_frame([40, 400], [600, 720]), put(50, 700, "Boxed text stays text.")) == (
        "Boxed text stays text."
    )


def test_bars_in_cells_are_escaped() -> None:
    """A cell cannot end its table's row."""
    table = Table((("a|b", "c"), ("<b>", "d")), 50, 700)
    assert to_markdown([[table]])[0] == "| a\\|b | c |\n| --- | --- |\n| &lt;b> | d |"


def test_raised_and_lowered_letters_stay_in_their_line() -> None:
    """A footnote's mark and an index are no lines of their own."""
    words = [Word("CO", 50, 62, 700, 10), Word("2", 62, 66, 698, 6), Word("rises", 70, 95, 700, 10)]
    words.append(Word("1", 96, 99, 703.5, 6))
    (row,) = rows_of_words(words)
    assert [word.text for word in row] == ["CO", "2", "rises", "1"]


def test_words_that_run_to_the_left_are_turned() -> None:
    """Given from left to right, a right-to-left line is read from its right end; numbers keep their order."""
    words = [Word("ג", 50, 60, 700, 10), Word("Copse", 65, 80, 700, 10), Word("2024", 85, 95, 700, 10)]
    words += [Word("ב", 100, 110, 700, 10), Word("א", 115, 125, 700, 10)]
    assert line(segments(words)).text == "א ב Copse 2024 ג"


def test_what_repeats_at_the_edges_is_dropped() -> None:
    """Headers, footers and page numbers go; the text between them stays."""
    words = ("alder", "birch", "cedar")
    pages = [
        _lines("The Heap, 2024", f"{word} grows where it is wet", f"{word} rots slowly", f"- {number} -")
        for number, word in enumerate(words, start=7)
    ]
    assert without_running_lines(pages) == [page[1:3] for page in pages]


def test_pages_that_are_all_alike_stay() -> None:
    """Where most of the text repeats, it is the text."""
    pages = [_lines("The same words"), _lines("The same words"), _lines("The same words")]
    assert without_running_lines(pages) == pages


@pytest.mark.parametrize("number", ["1", "- 1 -", "Page 1 of 7", "1/7"])
def test_the_number_of_the_page_is_dropped_even_once(number: str) -> None:
    """A single page may have a number too."""
    page = _lines("Some text that is longer than the number", number)
    assert without_running_lines([page]) == [page[:1]]


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
        pytest.param(("Air .......... 7",), "Air … 7", id="leaders"),
    ],
)
def test_lines_are_joined_as_they_are_meant(lines: tuple[str, ...], expected: str) -> None:
    """List items and addresses keep their lines."""
    assert to_markdown([_lines(*lines)])[0] == expected


def test_a_list_mark_stays_with_its_text() -> None:
    """However far the text is indented behind it."""
    assert _text(
        _cells(700, (50, "1."), (80, "Turn the heap")),
        _cells(688, (50, "2."), (80, "Water it")),
        _cells(676, (50, "3."), (80, "Cover it")),
    ) == ("1. Turn the heap\n2. Water it\n3. Cover it")


def test_a_sentence_goes_on_in_the_next_column() -> None:
    """The top of the second column continues the end of the first."""
    page = [Line("A heap that is turned", 50, 100, 10), Line("weekly gets its air.", 300, 700, 10)]
    assert to_markdown([page])[0] == "A heap that is turned weekly gets its air."


def test_notes_end_their_page() -> None:
    """What does not show on a page is said after it."""
    assert to_markdown([_lines("One."), _lines("Two.")], [["A note."], []]) == (
        "One.\n\nA note.\n\nTwo.",
        (0, 15),
    )
