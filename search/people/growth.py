"""What grows in a library: topics and communities with more than before, what is new, and who.

All is told by the library's own clock, so that an archive is seen as of its time: the last three months
before its newest contribution against the three before, or the last year where little was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catalog.activity import KINDS, Activity, Bools, Places
from catalog.nouns import Kind, Person
from search.people.record import Record, moment, opening
from search.people.topics import Subject

_SHORT, _LONG = 91, 365  # days
_ENOUGH = 20  # items in the shorter time, from which it tells more than chance
_GROWS, _SURELY = 1.5, 3  # how many times as many, and how many more, there have to be
_MOST = 8  # of each kind
_DAY = 86400.0  # seconds


@dataclass(frozen=True, slots=True)
class Rise:
    """Something of which more was written lately.

    Attributes:
        name: A topic, or the slug of a community.
        recent: Items of the last days.
        before: Items of as many days before them.
    """

    name: str
    recent: int
    before: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who contributed for the first time lately.

    Attributes:
        person: Who.
        deeds: How often they contributed since.
        first: When for the first time.
    """

    person: Person
    deeds: int
    first: datetime


@dataclass(frozen=True, slots=True)
class Growth:
    """What grows.

    Attributes:
        days: How many days are compared with as many before them.
        until: When the newest contribution was made; None where none is dated.
        recent: Items of these days.
        before: Items of the days before.
        topics: Topics with more than before, those that gained most first.
        communities: Communities likewise.
        newest: Ids of the newest items that open a thread.
        newcomers: Who is new, those who contributed most first.
        unreplied: Ids of the questions to which nobody has replied, the newest first.
    """

    days: int
    until: datetime | None
    recent: int
    before: int
    topics: tuple[Rise, ...]
    communities: tuple[Rise, ...]
    newest: tuple[str, ...]
    newcomers: tuple[Newcomer, ...]
    unreplied: tuple[str, ...]


def growth(record: Record, subjects: Iterable[Subject]) -> Growth:
    """See what grows.

    Args:
        record: What everybody did.
        subjects: The topics of the library.
    """
    activity = record.activity
    days = _days(record)
    recent, before = _lately(record, days)
    return Growth(
        days=days,
        until=moment(record.newest),
        recent=int(recent.sum()),
        before=int(before.sum()),
        topics=_rising(((one.name, one.items) for one in subjects), recent, before),
        communities=_rising(_by_community(activity), recent, before),
        newest=tuple(activity.ids[place] for place in _newest(record, opening(record.activity))[:_MOST]),
        newcomers=_newcomers(record, record.newest - days * _DAY),
        unreplied=tuple(activity.ids[place] for place in _newest(record, _unreplied(record))),
    )


def _days(record: Record) -> int:
    recent, _ = _lately(record, _SHORT)
    return _SHORT if recent.sum() >= _ENOUGH else _LONG


def _lately(record: Record, days: int) -> tuple[Bools, Bools]:
    """Which items are of the last days, and which of as many before them [m]."""
    created, length = record.activity.created, days * _DAY
    recent = (created > record.newest - length) & (created <= record.newest)
    before = (created > record.newest - 2 * length) & (created <= record.newest - length)
    return recent, before


def _rising(parts: Iterable[tuple[str, Places]], recent: Bools, before: Bools) -> tuple[Rise, ...]:
    if not before.any():  # where nothing is older, all would be growth
        return ()
    found = (Rise(name, int(recent[items].sum()), int(before[items].sum())) for name, items in parts)
    rising = [one for one in found if one.recent >= max(_GROWS * one.before, one.before + _SURELY)]
    return tuple(sorted(rising, key=lambda one: (one.before - one.recent, one.name))[:_MOST])


def _by_community(activity: Activity) -> Iterable[tuple[str, Places]]:
    codes = activity.communities
    return ((activity.slugs[code], np.flatnonzero(codes == code)) for code in np.unique(codes).tolist())


def _unreplied(record: Record) -> Places:
    """Questions that are alone in their threads."""
    activity = record.activity
    alone = np.bincount(activity.openers, minlength=len(activity)) == 1
    places = opening(activity)
    questions = activity.kinds[places] == KINDS.index(Kind.QUESTION)
    return np.asarray(places[alone[places] & questions])


def _newest(record: Record, places: Places) -> Places:
    """The dated ones, the newest first; what claims to be of the future is left out."""
    created = record.activity.created
    dated = places[created[places] <= record.newest]
    return dated[np.argsort(-created[dated], kind="stable")]


def _newcomers(record: Record, since: float) -> tuple[Newcomer, ...]:
    times = np.where(record.activity.times <= record.newest, record.activity.times, np.nan)
    if not (times < since).any():  # where nothing is older, everybody would be new
        return ()
    dated = np.flatnonzero(np.isfinite(times))
    first = np.full(len(record.numbers), np.inf)
    np.minimum.at(first, record.who[dated], times[dated])
    deeds = np.bincount(record.who[dated], minlength=len(record.numbers))
    undated = np.bincount(record.who, minlength=len(record.numbers)) > deeds  # these may be old
    new = np.flatnonzero((first >= since) & np.isfinite(first) & record.named & ~undated)
    order = sorted(new.tolist(), key=lambda place: (-deeds[place], -first[place]))
    return tuple(
        Newcomer(record.people[place], int(deeds[place]), at)
        for place in order[:_MOST]
        if (at := moment(float(first[place])))
    )
