"""Dates in the cells of a table."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.shared.dates import parse_date, reads_day_first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-14", datetime(2024, 3, 14, tzinfo=UTC)),
        ("2024-03-14T17:30:00Z", datetime(2024, 3, 14, 17, 30, tzinfo=UTC)),
        ("2024-03-14 17:30:00 +0200", datetime(2024, 3, 14, 15, 30, tzinfo=UTC)),
        ("14 March 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("14th March 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("March 14, 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("Mar 14, 2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("March 2024", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("03/14/2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("14/03/2024", datetime(2024, 3, 14, tzinfo=UTC)),
        ("03/04/2024", datetime(2024, 3, 4, tzinfo=UTC)),
        ("03.04.2024", datetime(2024, 4, 3, tzinfo=UTC)),
        ("3/14/99", datetime(1999, 3, 14, tzinfo=UTC)),
        ("03/14/2024 5:30 PM", datetime(2024, 3, 14, 17, 30, tzinfo=UTC)),
        ("03/14/2024 12:05 am", datetime(2024, 3, 14, 0, 5, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_people_type_them(text: str, expected: datetime) -> None:
    """Where nothing says otherwise the month comes first, except between dots."""
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "31/31/2024", "0001-01-01", "14 Brumaire 2024", "02/30/2024", "1e9"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """A cell that holds no plausible date is left out rather than guessed at."""
    assert parse_date(text) is None


def test_a_column_can_have_the_day_first() -> None:
    """The order is a matter of the column; a value that contradicts it is still read."""
    assert [parse_date(text, day_first=True) for text in ("03/04/2024", "03/14/2024")] == [
        datetime(2024, 4, 3, tzinfo=UTC),
        datetime(2024, 3, 14, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("values", "day_first"),
    [
        (["03/04/2024", "25/12/2024"], True),
        (["03/04/2024", "12/25/2024"], False),
        (["03/04/2024"], False),
        (["25/12/2024", "26/12/2024", "12/25/2024"], True),
        (["14 March 2024", ""], False),
    ],
    ids=["a day above 12 first", "a day above 12 second", "undecidable", "contradiction", "other forms"],
)
def test_one_value_decides_for_its_column(values: list[str], day_first: bool) -> None:
    """A number above 12 can only be a day."""
    assert reads_day_first(values) is day_first


@given(st.dates(min_value=date(1971, 1, 1), max_value=date(2069, 12, 31)), st.sampled_from(["/", "-"]))
def test_dates_survive_being_written(day: date, separator: str) -> None:
    """A date written with the day or the month first, with two or four digits of the year, is read back."""
    expected = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for year in ("%Y", "%y"):
        assert parse_date(day.strftime(separator.join(["%d", "%m", year])), day_first=True) == expected
        assert parse_date(day.strftime(separator.join(["%m", "%d", year]))) == expected


@given(st.text(max_size=60), st.booleans())
def test_any_text_can_be_read_as_a_date(text: str, day_first: bool) -> None:
    """Whatever a cell holds, a plausible time in UTC comes out, or none."""
    found = parse_date(text, day_first)
    assert found is None or (found.tzinfo is UTC and 1800 <= found.year <= 2200)
