"""Blocks of Markdown."""

from __future__ import annotations

import pytest

from ingest.formats.html_tables import flatten_tables
from ingest.formats.markdown_blocks import ListItem, bullets, heading, join_pages, link, linked, table


@pytest.mark.parametrize(
    ("text", "address", "markdown"),
    [
        ("it", "https://example.org/a_(b) c", "[it](https://example.org/a_%28b%29%20c)"),
        (" a [b] ", "https://x.example", " [a \\[b\\]](https://x.example) "),
        ("https://x.example", "https://x.example", "<https://x.example>"),
        ("it", "javascript:alert(1)", "it"),
        ("it", "file:///etc/passwd", "it"),
        (" ", "https://x.example", " "),
    ],
)
def test_only_addresses_of_the_web_are_linked(text: str, address: str, markdown: str) -> None:
    """An address cannot leave its brackets."""
    assert link(text, address) == markdown


def test_pieces_are_joined_before_they_are_made_safe() -> None:
    """A tag that is spread over several runs is text, too."""
    assert linked([("<scr", ""), ("ipt>", ""), ("  x\n\n y", "")]) == "&lt;script> x\ny"


def test_lists_nest_and_count() -> None:
    """Levels that are skipped close up; numbers begin anew in each list."""
    items = [
        ListItem(0, "a"), ListItem(2, "b\nc"), ListItem(2, "d"), ListItem(0, "e", True),
        ListItem(0, "f", True), ListItem(1, "g", True), ListItem(0, " "), ListItem(0, "h", True),
    ]  # fmt: skip
    assert bullets(items) == "- a\n  - b\n    c\n  - d\n1. e\n2. f\n   1. g\n3. h"


def test_tables_are_cut_to_what_is_filled() -> None:
    """A single column is no table."""
    assert table([["", "a", "", "b"], ["", "", "", ""], ["", "c\nd|"]]) == (
        "| a | b |\n| --- | --- |\n| c d\\| |  |"
    )
    assert table([["", "a|b"], ["", "c"]]) == "a|b\n\nc"
    assert table([]) == ""


def test_headings_are_one_line() -> None:
    """There are six levels."""
    assert (heading(9, "a\n b"), heading(1, " ")) == ("###### a b", "")


def test_pages_without_text_begin_where_the_next_one_does() -> None:
    """Those at the end begin where the text ends."""
    assert join_pages(["", "a", "", "bc", ""]) == ("a\n\nbc", (0, 0, 3, 3, 5))


def test_spans_of_cells_are_bounded() -> None:
    """A few bytes cannot fill the memory, and a long text is not repeated."""
    wide = flatten_tables(f"<table><tr><td colspan=99999 rowspan=9>{'x' * 201}</td></tr><tr><td>y</table>")
    assert (wide.count("<td>"), wide.count("x" * 201)) == (201, 1)
