"""What a cell shows: numbers, dates and shares as the sheet's number formats make them look.

Formats are reduced to what matters to a reader of text: whether a number is a date, a time, a length of
time or a percentage (ECMA-376 part 1, 18.8.30).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum

from ingest.formats.containers import Container
from ingest.formats.xml_trees import Element

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_MOST_FORMATS = 100_000
_LAST_DAY = 2_958_465  # 9999-12-31


class Look(Enum):
    """How a number is shown."""

    NUMBER = "number"
    DATE = "date"
    ELAPSED = "elapsed"
    PERCENT = "percent"


def looks(container: Container, part: str) -> list[Look]:
    """The look of each cell format of a workbook, by its index."""
    root = container.xml(part) if part else None
    if root is None:
        return []
    custom = {
        entry.get("numFmtId", ""): _look(entry.get("formatCode", ""))
        for entry in root.iterfind("{*}numFmts/{*}numFmt")
    }
    formats: list[Element] = root.findall("{*}cellXfs/{*}xf")[:_MOST_FORMATS]
    return [_by_id(entry.get("numFmtId", "0"), custom) for entry in formats]


def number_text(raw: str, look: Look, first_day: datetime) -> str:
    """The text of a number as a person would read it.

    Args:
        raw: The stored number.
        look: How it is shown.
        first_day: The date that day 0 stands for.
    """
    try:
        value = float(raw)
    except ValueError:
        return raw
    if look is Look.DATE and 0 <= value <= _LAST_DAY:
        return _date(value, first_day)
    if look is Look.ELAPSED and abs(value) <= _LAST_DAY:
        seconds = round(abs(value) * 86400)
        return f"{'-' * (value < 0)}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if look is Look.PERCENT:
        return f"{value * 100:.10g}%"
    # 15 digits are what spreadsheets keep; more would show the error of binary fractions.
    return f"{value:.15g}"


def epoch(workbook: Element) -> datetime:
    """The date that day 0 stands for: one day early, because 1900 counts as a leap year; or 1904."""
    known = workbook.find("{*}workbookPr")
    old_mac = known is not None and known.get("date1904") in ("1", "true")
    return datetime(1904, 1, 1) if old_mac else datetime(1899, 12, 30)


def _date(value: float, first_day: datetime) -> str:
    at = first_day + timedelta(seconds=round(value * 86400))
    if value < 1:
        return f"{at:%H:%M}" if at.second == 0 else f"{at:%H:%M:%S}"
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        return f"{at:%Y-%m-%d}"
    return f"{at:%Y-%m-%d %H:%M}" if at.second == 0 else f"{at:%Y-%m-%d %H:%M:%S}"


def _by_id(number: str, custom: Mapping[str, Look]) -> Look:
    if number in custom:
        return custom[number]
    if number == "46":
        return Look.ELAPSED
    if number in ("9", "10"):
        return Look.PERCENT
    return Look.DATE if number.isdecimal() and int(number[:6]) in _BUILT_IN_DATES else Look.NUMBER


def _look(code: str) -> Look:
    plain = _QUOTED.sub("", code.partition(";")[0])
    if _ELAPSED.search(plain):
        return Look.ELAPSED
    if _DATE_LETTERS.search(plain.replace("General", "")):
        return Look.DATE
    return Look.PERCENT if "%" in plain else Look.NUMBER
