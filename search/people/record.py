"""What everybody did, ready for counting: who is active, who may be named, and what shows knowledge.

A *deed* is one contribution. Answers, texts and talks show knowledge; questions, comments and edits do
not. Deeds count one each, so that every share can be told as "6 of 14".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from catalog.nouns import Filters, Kind, Person, Role
from catalog.reader_activity import ROLES, Activity, Bools, Floats, Places
from search.analysis import analyse

PAST_YEARS = 2.0
"""Whoever did nothing in so many years before the newest contribution is past."""

RECENT_YEARS = 1.0
"""What happened in so many years before the newest contribution is recent."""

YEAR = 365.25 * 86400  # seconds
KNOWING = frozenset({Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED, Role.SPOKE})
"""Roles that show knowledge."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What everybody did, as far as one viewer may read it.

    Attributes:
        activity: Items and deeds; a person's *place* is the number of their row in what follows.
        numbers: The catalog's numbers of the people [p], rising.
        people: The same people.
        who: The place of the person of each deed [n].
        shows: Which deeds show knowledge [n]: what somebody did to copies of an item counts once, and what
            is disputed does not.
        newest: When the newest deed was done, in seconds since 1970; NaN if none is dated.
        active: Who is not past: active within two years, and not gone [p].
        named: Who may be named [p].
        at: The place of each item, by its id.
        answers: Which items are answers [m].
        ages: How long before the newest deed each deed was done, in years [n]; infinite where nobody knows.
            That is the library's own clock, so that an archive is judged as of its time.
    """

    activity: Activity
    numbers: Places
    people: tuple[Person, ...]
    who: Places
    shows: Bools
    newest: float
    active: Bools
    named: Bools
    at: Mapping[str, int]
    answers: Bools
    ages: Floats

    @property
    def recent(self) -> Bools:
        """Which deeds are recent [n]."""
        times = self.activity.times
        return (times >= self.newest - RECENT_YEARS * YEAR) & (times <= self.newest)

    def place_of(self, person_id: int) -> int | None:
        """A person's place; None if they did nothing."""
        place = int(np.searchsorted(self.numbers, person_id))
        return place if place < len(self.numbers) and self.numbers[place] == person_id else None

    def deeds_on(self, items: Places) -> Places:
        """The deeds on some items, rising."""
        among = np.zeros(len(self.activity.ids), bool)
        among[items] = True
        return np.flatnonzero(among[self.activity.items])

    def knowing(self, items: Places) -> Places:
        """Those of the deeds on some items that show knowledge."""
        deeds = self.deeds_on(items)
        return deeds[self.shows[deeds]]

    def may_be_named(self, place: int, topic: Iterable[str]) -> bool:
        """Whether a person may be named for a topic that is known by some texts: its name, its tags."""
        return bool(self.named[place]) and not hides(self.people[place], topic)


def make_record(activity: Activity, people: Mapping[int, Person], clock: datetime) -> Record:
    """Prepare what everybody did.

    Args:
        activity: What they did.
        people: The people who did it, by number; deeds of others are not told of anybody.
        clock: The present; what claims to be later does not make others past.
    """
    numbers, who = np.unique(activity.persons, return_inverse=True)
    told = tuple(people.get(int(number), Person("", id=int(number), suggestible=False)) for number in numbers)
    times = np.where(activity.times <= clock.timestamp(), activity.times, np.nan)
    newest = float(np.nanmax(times)) if np.isfinite(times).any() else np.nan
    last = np.full(len(numbers), -np.inf)
    np.maximum.at(last, who, np.where(np.isnan(activity.times), -np.inf, activity.times))
    return Record(
        activity=activity,
        numbers=numbers,
        people=told,
        who=who.astype(np.int64),
        shows=_shows(activity),
        newest=newest,
        active=(last >= newest - PAST_YEARS * YEAR) & ~np.array([one.departed for one in told], bool),
        named=np.array([nameable(person) for person in told], bool),
        at={item_id: place for place, item_id in enumerate(activity.ids)},
        answers=np.array([kind is Kind.ANSWER for kind in activity.kinds], bool),
        ages=_ages(activity.times, newest),
    )


def _ages(times: Floats, newest: float) -> Floats:
    years = np.maximum((newest - times) / YEAR, 0)
    return np.where(np.isnan(years), np.inf, years)


def _shows(activity: Activity) -> Bools:
    """Deeds that show knowledge; of deeds on copies of one item, a person's first."""
    knowing = np.isin(activity.roles, [ROLES.index(role) for role in KNOWING]) & ~activity.disputed
    found = np.flatnonzero(knowing)
    pairs = np.stack([activity.persons[found], activity.originals[activity.items[found]]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True) if len(found) else (None, found)
    shows = np.zeros(len(knowing), bool)
    shows[found[first]] = True
    return shows


def nameable(person: Person) -> bool:
    """Whether a person may be named as somebody who knows anything."""
    return person.suggestible and not person.bot and not person.anonymous


def hides(person: Person, topic: Iterable[str]) -> bool:
    """Whether a person does not want to be named for what some texts say."""
    hidden = [frozenset(analyse(one)) for one in person.hidden_topics]
    about = [frozenset(analyse(text)) for text in topic] if hidden else []
    return any(terms <= said for terms in hidden for said in about)


def admitted(activity: Activity, filters: Filters) -> Bools:
    """Which items pass filters [m]."""
    kept = np.ones(len(activity.ids), bool)
    for wanted, values in ((filters.communities, activity.communities), (filters.kinds, activity.kinds)):
        if wanted:
            kept &= np.array([value in wanted for value in values], bool)
    if filters.tags:
        kept &= np.array([not filters.tags.isdisjoint(tags) for tags in activity.tags], bool)
    if filters.since:
        kept &= activity.created >= filters.since.timestamp()
    if filters.until:
        kept &= activity.created < filters.until.timestamp()
    return kept


def opening(activity: Activity) -> Places:
    """The items that open a thread; of near-identical ones only the first."""
    own = np.arange(len(activity.ids))
    return np.flatnonzero((activity.openers == own) & (activity.originals == own))


def moment(seconds: float) -> datetime | None:
    """Seconds since 1970 as a time; None for NaN and for nothing at all."""
    return datetime.fromtimestamp(seconds, UTC) if np.isfinite(seconds) else None


def latest(times: Floats) -> datetime | None:
    """The latest of some times; None if none is known."""
    known = times[np.isfinite(times)]
    return moment(float(known.max())) if len(known) else None


def earliest(times: Floats) -> datetime | None:
    """The earliest of some times; None if none is known."""
    known = times[np.isfinite(times)]
    return moment(float(known.min())) if len(known) else None
