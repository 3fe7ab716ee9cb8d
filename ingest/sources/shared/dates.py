"""Dates in the cells of a table, as aware datetimes in UTC.

Besides what `ingest.formats.moments` reads: `14/03/2024` and `03/14/2024` (also with `-`), `14.03.2024`,
`March 2024` and `2024`; the numeric ones may be followed by a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from ingest.formats.moments import moment

_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})"
    r"(?:[T,\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]m)?)?",
    re.IGNORECASE | re.ASCII,
)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.?,?\s+(\d{4})", re.ASCII)
_YEAR_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})", re.ASCII)
_CENTURY_TURN = 70  # two-digit years from here on are of the twentieth century


def parse_date(text: str, day_first: bool = False) -> datetime | None:
    """Read a date; without an offset it counts as UTC.

    Args:
        text: What somebody typed.
        day_first: How to read `03/04/2024` and its like; where only the other order gives a date, that is it.

    Returns:
        The time in UTC, or None where the text is no plausible date.
    """
    text = " ".join(text.split())
    if match := _NUMERIC.fullmatch(text):
        return _numeric(match, day_first)
    if match := _YEAR.fullmatch(text):
        return moment(f"{match[1]}-01-01")
    if match := _YEAR_MONTH.fullmatch(text):
        return moment(f"{match[1]}-{match[2]}-01")
    if match := _MONTH_YEAR.fullmatch(text):
        return moment(f"1 {match[1]} {match[2]}")
    return moment(text)


def reads_day_first(values: Iterable[str]) -> bool:
    """Decide for a whole column whether `03/04/2024` is the third of April.

    A value with a number above 12 decides; where values contradict each other the majority does. Where
    nothing decides, the month comes first.
    """
    votes = 0
    for match in filter(None, (_NUMERIC.match(value.strip()) for value in values)):
        votes += (int(match["a"]) > 12) - (int(match["b"]) > 12)
    return votes > 0


def _numeric(match: re.Match[str], day_first: bool) -> datetime | None:
    first, second = int(match["a"]), int(match["b"])
    orders = [(first, second), (second, first)]  # (month, day)
    if day_first or match["sep"] == ".":  # nobody writes dots with the month first
        orders.reverse()
    return _build(match, *orders[0]) or _build(match, *orders[1])


def _build(match: re.Match[str], month: int, day: int) -> datetime | None:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < _CENTURY_TURN else 1900
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    try:
        return moment(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None
