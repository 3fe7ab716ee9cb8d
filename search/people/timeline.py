"""When things were done: deeds by month or quarter, and by what was done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from catalog.activity import ROLES, Places
from catalog.nouns import Role
from search.people.record import Record

_LONGEST_BY_MONTH = 36  # months that are told one by one; longer times are told by quarter
_LONGEST_BY_QUARTER = 60  # quarters; longer times are told by year


class Step(StrEnum):
    """How long the parts of a timeline are."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Step.MONTH: 1, Step.QUARTER: 3, Step.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """What was done in one part of a timeline.

    Attributes:
        start: Its first moment, in UTC.
        roles: How many deeds of each kind; kinds without any are left out.
    """

    start: datetime
    roles: dict[Role, int]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was done over the years, without gaps: from the first dated deed to the last one."""

    step: Step
    periods: tuple[Period, ...]
    undated: int


def timeline(record: Record, deeds: Places) -> Timeline:
    """Count deeds by when they were done."""
    times = record.activity.times[deeds]
    dated = (times >= 0) & (times <= record.newest)  # a date before 1970, or to come, is a mistake
    months = [_month(seconds) for seconds in times[dated].tolist()]
    step = _step(months)
    counts: dict[int, Counter[Role]] = {}
    for month, role in zip(months, record.activity.roles[deeds[dated]].tolist(), strict=True):
        counts.setdefault(month // _MONTHS[step], Counter())[ROLES[role]] += 1
    parts = range(min(counts), max(counts) + 1) if counts else range(0)
    periods = (_period(part * _MONTHS[step], counts.get(part, Counter())) for part in parts)
    return Timeline(step, tuple(periods), int((~dated).sum()))


def _month(seconds: float) -> int:
    at = datetime.fromtimestamp(seconds, UTC)
    return at.year * 12 + at.month - 1


def _step(months: list[int]) -> Step:
    length = max(months) - min(months) + 1 if months else 0
    if length <= _LONGEST_BY_MONTH:
        return Step.MONTH
    return Step.QUARTER if length <= 3 * _LONGEST_BY_QUARTER else Step.YEAR


def _period(month: int, counts: Counter[Role]) -> Period:
    roles = {role: counts[role] for role in ROLES if counts[role]}
    return Period(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC), roles)
