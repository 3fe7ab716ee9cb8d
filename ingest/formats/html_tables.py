"""Makes the tables of HTML fit into Markdown, which knows neither merged cells nor tables in tables."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

MOST_REPEATED = 200
"""Longest text that is written again in every row of a merged cell."""
_MOST_SPAN = {"colspan": 100, "rowspan": 10_000}  # Word ends at 63 columns


def flatten_tables(fragment: str) -> str:
    """Give every row of every table the same cells.

    A cell that is merged over several rows has its text in each of them, if that is short: a row then
    stands for itself. A table inside a cell becomes text, a table of a single cell its content, and
    several paragraphs of a cell one line.
    """
    if "<table" not in fragment:
        return fragment
    soup = BeautifulSoup(fragment, "lxml")
    for table in soup.find_all("table"):
        if table.find_parent("table") is not None:
            table.replace_with(NavigableString(f" {table.get_text(' ', strip=True)} "))
    for table in soup.find_all("table"):
        _flatten(soup, table)
    return str(soup.body.decode_contents()) if soup.body else ""


def _flatten(soup: BeautifulSoup, table: Tag) -> None:
    rows = table.find_all("tr")
    cells = [cell for row in rows for cell in _cells(row)]
    if len(cells) == 1:
        cells[0].name = "div"
        table.replace_with(cells[0])
        return
    for cell in cells:
        _one_line(cell)
    running: dict[int, tuple[int, str]] = {}  # column: the rows still covered, the text to repeat
    for row in rows:
        _fill(soup, row, running)


def _fill(soup: BeautifulSoup, row: Tag, running: dict[int, tuple[int, str]]) -> None:
    """Insert the cells that merged ones above or to the left leave out."""
    own, column = iter(_cells(row)), 0
    laid: list[Tag] = []
    cell = next(own, None)
    while cell is not None or column in running:
        if column in running:
            left, text = running.pop(column)
            laid.append(soup.new_tag("td", string=text))
            running.update({column: (left - 1, text)} if left > 1 else {})
            column += 1
            continue
        assert cell is not None  # noqa: S101 - the condition of the loop
        below = _span(cell, "rowspan") - 1
        text = cell.get_text(" ", strip=True)
        shown = text if len(text) <= MOST_REPEATED else ""
        wide = _span(cell, "colspan")
        laid += [cell, *(soup.new_tag("td") for _ in range(wide - 1))]
        if below:
            running.update({column + at: (below, "" if at else shown) for at in range(wide)})
        column += wide
        cell = next(own, None)
    row.clear()
    row.extend(laid)


def _cells(row: Tag) -> list[Tag]:
    return row.find_all(["td", "th"], recursive=False)


def _one_line(cell: Tag) -> None:
    """Separate the blocks of a cell by spaces, and keep bars from ending it."""
    for block in cell.find_all(["p", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "div"]):
        block.insert_before(" ")
        block.insert_after(" ")
        block.replace_with(" ") if block.name == "br" else block.unwrap()
    for text in list(cell.find_all(string=True)):
        if "|" in text:
            text.replace_with(NavigableString(text.replace("|", "\\|")))


def _span(cell: Tag, attribute: str) -> int:
    value = str(cell.get(attribute, "1"))
    del cell[attribute]
    return min(max(int(value), 1), _MOST_SPAN[attribute]) if value.isdecimal() and len(value) < 6 else 1
