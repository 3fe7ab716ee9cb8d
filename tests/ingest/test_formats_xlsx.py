"""Workbooks."""

from __future__ import annotations

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.formats import sheets
from ingest.formats.xlsx import rows
from tests.ingest.office_files import CORE, cell, row, shared, styles, texts, xlsx, zipped


def _text(rows_: str, more: dict[str, str] | None = None) -> str:
    return formats.read(xlsx({"Heaps": rows_}, more=more), "a.xlsx").text


def test_a_sheet_is_a_table_under_its_name() -> None:
    """Empty rows and columns are cut."""
    assert _text(texts(2, "", "heap", "", "heat") + texts(3, "", "old", "", "55|60")) == (
        "## Heaps\n\n| heap | heat |\n| --- | --- |\n| old | 55\\|60 |"
    )


def test_a_column_of_prose_is_paragraphs() -> None:
    """So is what stands alone above a table."""
    assert _text(texts(1, "About heaps") + texts(2, "Turn them.")) == "## Heaps\n\nAbout heaps\n\nTurn them."
    assert _text(texts(1, "About heaps") + texts(2, "a", "b") + texts(3, "c", "d")) == (
        "## Heaps\n\nAbout heaps\n\n| a | b |\n| --- | --- |\n| c | d |"
    )


def test_a_blank_row_ends_a_table_only_if_the_next_one_stands_elsewhere() -> None:
    """A register with gaps stays one table, under its header."""
    header = texts(1, "a", "b") + texts(2, "c", "d")
    assert _text(header + texts(4, "e", "f")).endswith("| c | d |\n| e | f |")
    assert _text(header + texts(4, "", "e", "f") + texts(5, "", "g", "h")).endswith(
        "| c | d |\n\n| e | f |\n| --- | --- |\n| g | h |"
    )


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("45365", "yyyy\\-mm\\-dd", "2024-03-14"),
        ("45365.375", "d/m/yy h:mm", "2024-03-14 09:00"),
        ("0.375", "h:mm AM/PM", "09:00"),
        ("1.5", "[h]:mm:ss", "36:00:00"),
        ("0.455", "0.0%", "45.5%"),
        ("0.30000000000000004", "General", "0.3"),
        ("1234.5", "#,##0.00 &quot;days&quot;", "1234.5"),
        ("12", "[Red]0", "12"),
    ],
)
def test_numbers_look_as_in_the_sheet(value: str, code: str, shown: str) -> None:
    """Dates are ISO 8601; other formats do not change what a number says."""
    assert _text(row(1, cell("A1", value, style=1)), more=styles(code)) == f"## Heaps\n\n{shown}"


def test_shared_texts_are_joined_from_their_runs() -> None:
    """How to pronounce them is left out."""
    entry = "<r><t>Turn </t></r><r><t>it</t></r><rPh sb='0' eb='1'><t>pron</t></rPh>"
    assert _text(row(1, cell("A1", 0, "s")), more=shared(entry)) == "## Heaps\n\nTurn it"


def test_truth_values_and_errors() -> None:
    """An error says nothing."""
    cells = [cell("A1", 1, "b"), cell("B1", "#REF!", "e"), cell("C1", "sum", "str")]
    assert _text(row(1, *cells)) == "## Heaps\n\n| TRUE | sum |\n| --- | --- |"


def test_hidden_sheets_are_left_out() -> None:
    """Empty ones, too."""
    data = xlsx({"A": texts(1, "x"), "B": "", "C": texts(1, "secret")}, state="veryHidden")
    assert formats.read(data, "a.xlsx").text == "## A\n\nx"


def test_a_merged_cell_is_repeated_in_the_rows_below() -> None:
    """So each row of a register stands for itself."""
    body = texts(1, "project", "lesson") + texts(2, "Bridge", "one") + texts(3, "", "two") + texts(4, "", "3")
    merged = f'<sheetData>{body}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    assert list(rows(xlsx({"S": merged}), "a.xlsx")) == [
        ("S", 1, ["project", "lesson"]),
        ("S", 2, ["Bridge", "one"]),
        ("S", 3, ["Bridge", "two"]),
        ("S", 4, ["", "3"]),
    ]


def test_rows_are_streamed_with_their_numbers() -> None:
    """Of all visible sheets, from column A on, without empty rows."""
    data = xlsx({"A": texts(1, "a") + texts(1_000_000, "", "b"), "B": texts(2, "c")})
    assert list(rows(data, "a.xlsx")) == [("A", 1, ["a"]), ("A", 1_000_000, ["", "b"]), ("B", 2, ["c"])]


def test_cells_without_an_address_follow_each_other() -> None:
    """Some programs leave the addresses out."""
    body = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>"
    assert list(rows(xlsx({"S": body}), "a.xlsx")) == [("S", 1, ["1", "", "3"]), ("S", 2, ["4"])]


def test_too_many_rows_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line says how many are missing."""
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    body = "".join(texts(number, "a", "b") for number in range(1, 6))
    assert _text(body).endswith("| a | b |\n\n(3 more rows are not shown.)")


def test_properties_describe_the_workbook() -> None:
    """Title and authors come from the core properties."""
    document = formats.read(xlsx({"S": texts(1, "a")}, more={"docProps/core.xml": CORE}), "a.xlsx")
    assert (document.title, document.authors) == ("On heaps", ("Ana Lima", "Ben Roe"))


def test_other_containers_are_refused() -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=r"is not a workbook, or damaged; save it again as \.xlsx"):
        formats.read(zipped({"a": "x"}), "a.xlsx")


def test_a_damaged_sheet_is_refused_while_streaming() -> None:
    """The rows before the damage have been given by then."""
    data = xlsx({"S": texts(1, "a")})
    at = data.index(b"xl/worksheets/sheet1.xml") + 40
    with pytest.raises(UnreadableError, match="is damaged; save it again"):
        list(rows(data[:at] + b"????" + data[at + 4 :], "a.xlsx"))


def test_entities_are_refused_while_streaming() -> None:
    """A sheet is checked like every other part."""
    sheet = "<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
    bomb = f'<!DOCTYPE a [<!ENTITY b "x">]>{sheet}'
    with pytest.raises(UnreadableError, match="declares XML entities"):
        formats.read(xlsx({"S": ""}, more={"xl/worksheets/sheet1.xml": bomb}), "a.xlsx")
