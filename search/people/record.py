"""What everybody did, ready for counting: who is active, who may be named, and what shows knowledge.

A *deed* is one contribution. Answers, texts and talks show knowledge; questions, comments and edits do
not. Deeds count one each, so that every share can be told as "6 of 14".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from catalog.activity import KINDS, ROLES, Activity, Bools, Floats, People, Places, spans
from catalog.nouns import Filters, Kind, Person, Role
from search.analysis import analyse

PAST_YEARS = 2.0
"""Whoever did nothing in so many years before the newest contribution is past."""

RECENT_YEARS = 1.0
"""What happened in so many years before the newest contribution is recent."""

YEAR = 365.25 * 86400  # seconds
KNOWING = frozenset({Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED, Role.SPOKE})
"""Roles that show knowledge."""


@dataclass(frozen=True, eq=False)
class Record:
    """What everybody did, as far as one viewer may read it.

    What takes a look at all deeds is counted when it is asked for the first time, and kept.

    Attributes:
        activity: Items and deeds; a person's *place* is the number of their row in what follows.
        people: The people who did something.
        who: The place of the person of each deed [n].
        newest: When the newest deed was done, in seconds since 1970; NaN if none is dated.
    """

    activity: Activity
    people: People
    who: Places
    newest: float
    _known: dict[object, Floats] = field(default_factory=dict)

    @property
    def numbers(self) -> Places:
        """The catalog's numbers of the people [p], rising."""
        return self.people.numbers

    @cached_property
    def shows(self) -> Bools:
        """Which deeds show knowledge [n].

        What somebody did to copies of an item counts once, and what is disputed does not.
        """
        return _shows(self.activity, self.who)

    @cached_property
    def active(self) -> Bools:
        """Who is not past: active within two years, and not gone [p]."""
        times = self.activity.times
        last = np.full(len(self.people), -np.inf)
        np.maximum.at(last, self.who, np.where(np.isnan(times), -np.inf, times))
        return np.asarray((last >= self.newest - PAST_YEARS * YEAR) & ~self.people.departed)

    @cached_property
    def deeds_of_each(self) -> Places:
        """How many deeds everybody did [p]."""
        return np.bincount(self.who, minlength=len(self.people))

    @property
    def named(self) -> Bools:
        """Who may be named [p]."""
        return self.people.suggestible & ~self.people.anonymous

    @cached_property
    def answers(self) -> Places:
        """The items that are answers, rising."""
        return np.flatnonzero(self.activity.kinds == KINDS.index(Kind.ANSWER)).astype(np.int32)

    @property
    def recent(self) -> Bools:
        """Which deeds are recent [n]."""
        times = self.activity.times
        return (times >= self.newest - RECENT_YEARS * YEAR) & (times <= self.newest)

    def ages(self, deeds: Places | Bools) -> Floats:
        """How long before the newest deed some deeds were done, in years; infinite where nobody knows.

        That is the library's own clock, so that an archive is judged as of its time.
        """
        years = np.maximum((self.newest - self.activity.times[deeds]) / YEAR, 0)
        return np.where(np.isnan(years), np.inf, years)

    def known(self, key: Hashable, count: Callable[[Record], Floats]) -> Floats:
        """What does not depend on any question: counted for the first one.

        Args:
            key: What it is counted by.
            count: Counts it.
        """
        if key not in self._known:
            self._known[key] = count(self)
        return self._known[key]

    def place_of(self, person_id: int) -> int | None:
        """A person's place; None if they did nothing."""
        place = int(np.searchsorted(self.numbers, person_id))
        return place if place < len(self.numbers) and self.numbers[place] == person_id else None

    def deeds_on(self, items: Places) -> Places:
        """The deeds on some items, rising."""
        among = np.zeros(len(self.activity), bool)
        among[items] = True
        places = np.flatnonzero(among)
        return spans(self._first_deeds[places], self._first_deeds[places + 1])

    @cached_property
    def _first_deeds(self) -> Places:
        """The first deed on each item, or on the next one that has any; and how many there are [m + 1]."""
        counts = np.bincount(self.activity.items, minlength=len(self.activity))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    def knowing(self, items: Places) -> Places:
        """Those of the deeds on some items that show knowledge."""
        deeds = self.deeds_on(items)
        return deeds[self.shows[deeds]]

    def may_be_named(self, place: int, topic: Iterable[str]) -> bool:
        """Whether a person may be named for a topic that is known by some texts: its name, its tags."""
        return bool(self.named[place]) and not hides(self.people[place], topic)


def make_record(activity: Activity, people: People, clock: datetime) -> Record:
    """Prepare what everybody did.

    Args:
        activity: What they did.
        people: All people, those who did nothing of it, too.
        clock: The present; what claims to be later does not make others past.
    """
    doing = np.bincount(activity.persons, minlength=int(people.numbers.max(initial=0)) + 1) > 0
    place = np.cumsum(doing, dtype=np.int32) - 1
    times = np.where(activity.times <= clock.timestamp(), activity.times, np.nan)
    return Record(
        activity=activity,
        people=people.take(doing[people.numbers]),
        who=place[activity.persons],
        newest=float(np.nanmax(times)) if np.isfinite(times).any() else np.nan,
    )


def _shows(activity: Activity, who: Places) -> Bools:
    """Deeds that show knowledge; of deeds on copies of one item, a person's first."""
    knowing = np.isin(activity.roles, [ROLES.index(role) for role in KNOWING]) & ~activity.disputed
    found = np.flatnonzero(knowing)
    pairs = activity.originals[activity.items[found]].astype(np.int64) * (who.max(initial=0) + 1) + who[found]
    _, first = np.unique(pairs, return_index=True)
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
    kept = np.ones(len(activity), bool)
    if filters.communities:
        kept &= np.array([slug in filters.communities for slug in activity.slugs], bool)[activity.communities]
    if filters.kinds:
        kept &= np.array([kind in filters.kinds for kind in KINDS], bool)[activity.kinds]
    if filters.tags:
        kept &= activity.tags.carrying(filters.tags)
    if filters.since:
        kept &= activity.created >= filters.since.timestamp()
    if filters.until:
        kept &= activity.created < filters.until.timestamp()
    return kept


def opening(activity: Activity) -> Places:
    """The items that open a thread; of near-identical ones only the first."""
    own = np.arange(len(activity))
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
