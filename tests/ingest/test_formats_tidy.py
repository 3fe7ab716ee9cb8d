"""Text that leaves the readers is inert."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.tidy import escape_tags, json_value, one_line, tidy


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("a\r\nb\rc\u2028d", "a\nb\nc\nd", id="newlines"),
        pytest.param("a\x00\x1b[31mb\x7f", "a[31mb", id="control characters"),
        pytest.param("ab\u202ecd\u2066ef", "abcdef", id="direction overrides"),
        pytest.param("a\U000e0041\ufeff\u200bb", "ab", id="invisible characters"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners that words need"),
        pytest.param("a\n\n\n\n\nb", "a\n\n\nb", id="blank lines"),
        pytest.param("a   \n\t\nb  ", "a  \n\nb", id="trailing white space"),
        pytest.param("cafe\u0301", "café", id="composed"),
        pytest.param("a\xa0b", "a b", id="no-break space"),
    ],
)
def test_text_is_tidied(raw: str, expected: str) -> None:
    """Newlines, control and invisible characters, blank lines and accents are normalised."""
    assert tidy(raw) == expected


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    """What is tidy stays as it is."""
    assert tidy(tidy(text)) == tidy(text)


def test_one_line_collapses_white_space_and_cuts() -> None:
    """A title is one line of bounded length."""
    assert one_line("  A\n long\ttitle ", limit=6) == "A long"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("a List<String> of <b>", "a List&lt;String> of &lt;b>", id="tags"),
        pytest.param("if i<j, then k > l", "if i<j, then k > l", id="comparisons"),
        pytest.param("<https://example.org>", "<https://example.org>", id="links"),
        pytest.param("AT&T &amp;", "AT&T &amp;amp;", id="entities"),
    ],
)
def test_text_that_looks_like_html_is_escaped(raw: str, expected: str) -> None:
    """Plain text keeps its angle brackets when it is read as Markdown."""
    assert escape_tags(raw) == expected


def test_parsed_values_become_json() -> None:
    """Dates become text, and text is tidied."""
    assert json_value({"day": date(2024, 3, 14), "n": [1, 2.5, None, "a\x00"], 3: float("inf")}) == {
        "day": "2024-03-14",
        "n": [1, 2.5, None, "a"],
        "3": "inf",
    }


def test_values_that_contain_themselves_are_refused() -> None:
    """A structure without an end is no JSON."""
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nests too deeply"):
        json_value(loop)
