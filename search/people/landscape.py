"""One topic from above: who knows about it, who rises, who is past, who answers whom.

*Specific* experts have written more about the topic than their part in everything else lets expect;
*busy* ones write about it as they write about all. What is to be expected is counted community by
community: a person's share of the deeds about everything else there, times the deeds about the topic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from catalog.activity import ROLES, Activity, Floats, Places
from catalog.nouns import Person, Role
from search.people.network import Network, network
from search.people.record import Record, earliest, latest
from search.people.timeline import Timeline, timeline
from search.people.topics import Subject, Topic, measure

SPECIFIC = 2.0
"""How many times the expected deeds a specific expert has, one deed added to both."""

RISES = 2.0
"""How many times their former share somebody's share in the last year is, who rises."""

LEAST_DEEDS = 2
"""Deeds from which somebody is told of at all."""

_LEAST_RECENT = 3  # deeds in the last year of somebody who rises
_MOST = 10  # people of each kind
_ACCEPTED = ROLES.index(Role.ACCEPTED)


@dataclass(frozen=True, slots=True)
class TopicPerson:
    """What somebody gave to a topic.

    Attributes:
        person: Who.
        deeds: Their answers, texts and talks about the topic.
        of: The deeds of all people about it.
        accepted: How many of theirs are accepted answers.
        elsewhere: Their deeds about everything else in the same communities.
        expected: Deeds about the topic to be expected from their part in everything.
        recent: Their deeds about it in the last year.
        recent_of: Those of all people.
        first: When the first of their deeds about it was done.
        last: When the last one was.
        past: Whether they are past: not active anywhere for two years, or gone.
        specific: Whether they have written about it far more than expected.
    """

    person: Person
    deeds: int
    of: int
    accepted: int
    elsewhere: int
    expected: float
    recent: int
    recent_of: int
    first: datetime | None
    last: datetime | None
    past: bool
    specific: bool

    @property
    def lift(self) -> float:
        """How many times the expected deeds there are; one is added to both, so that little says little."""
        return (self.deeds + 1) / (self.expected + 1)

    @property
    def rise(self) -> float:
        """How many times their former share their share in the last year is, with one added to each count."""
        former = (self.deeds - self.recent + 1) / (self.of - self.recent_of + 1)
        return (self.recent + 1) / (self.recent_of + 1) / former

    @property
    def rises(self) -> bool:
        """Whether they have become far more active in the topic."""
        return not self.past and self.recent >= _LEAST_RECENT and self.rise >= RISES


@dataclass(frozen=True, slots=True)
class Landscape:
    """One topic from above.

    Attributes:
        topic: Its figures.
        asked: What was asked for.
        specific: Active people who have written about it more than expected, by how much more.
        busy: Active people who write about it as about everything, by deeds.
        rising: Active people who have become more active in it.
        past: People who are past and gave to it, by deeds.
        network: Who answers whom about it.
        timeline: What was written about it, and when.
        first: When the first item was written.
    """

    topic: Topic
    asked: str
    specific: tuple[TopicPerson, ...]
    busy: tuple[TopicPerson, ...]
    rising: tuple[TopicPerson, ...]
    past: tuple[TopicPerson, ...]
    network: Network
    timeline: Timeline
    first: datetime | None


def landscape(record: Record, subject: Subject, asked: str) -> Landscape:
    """See a topic from above."""
    deeds = record.knowing(subject.items)
    texts = [asked, subject.name]
    people = [one for one in _people(record, subject, deeds) if one.deeds >= LEAST_DEEDS]
    active = [one for one in people if not one.past]
    return Landscape(
        topic=measure(record, subject),
        asked=asked,
        specific=_best((one for one in active if one.specific), lambda one: one.deeds - one.expected),
        busy=_best((one for one in active if not one.specific), lambda one: one.deeds),
        rising=_best((one for one in active if one.rises), lambda one: one.recent),
        past=_best((one for one in people if one.past), lambda one: one.deeds),
        network=network(record, deeds, texts),
        timeline=timeline(record, record.deeds_on(subject.items)),
        first=earliest(record.activity.created[subject.items]),
    )


def _best(people: Iterable[TopicPerson], value: Callable[[TopicPerson], float]) -> tuple[TopicPerson, ...]:
    return tuple(sorted(people, key=lambda one: (-value(one), one.person.id))[:_MOST])


def _people(record: Record, subject: Subject, deeds: Places) -> list[TopicPerson]:
    """Everybody who may be named and gave to a topic."""
    given = np.bincount(record.who[deeds], minlength=len(record.numbers))
    expected, overall = _expected(record, subject, deeds)
    found = np.flatnonzero(given)
    return [
        _person(record, place, deeds, float(expected[place]), int(overall[place] - given[place]))
        for place in found.tolist()
        if record.may_be_named(place, [subject.name])
    ]


def _person(record: Record, place: int, deeds: Places, expected: float, elsewhere: int) -> TopicPerson:
    own = deeds[record.who[deeds] == place]
    times = record.activity.times[own]
    return TopicPerson(
        person=record.people[place],
        deeds=len(own),
        of=len(deeds),
        accepted=int((record.activity.roles[own] == _ACCEPTED).sum()),
        elsewhere=elsewhere,
        expected=expected,
        recent=int(record.recent[own].sum()),
        recent_of=int(record.recent[deeds].sum()),
        first=earliest(times),
        last=latest(times),
        past=not record.active[place],
        specific=(len(own) + 1) / (expected + 1) >= SPECIFIC,
    )


def _expected(record: Record, subject: Subject, deeds: Places) -> tuple[Floats, Places]:
    """By person: the deeds about a topic to be expected, and all deeds in the topic's communities [p]."""
    people = len(record.numbers)
    of_item = record.activity.communities
    shown = np.flatnonzero(record.shows)
    of_shown, of_deeds = of_item[record.activity.items[shown]], of_item[record.activity.items[deeds]]
    expected, overall = np.zeros(people), np.zeros(people, np.int64)
    for community in _by_slug(record.activity, of_item[subject.items]):
        here, mine = shown[of_shown == community], deeds[of_deeds == community]
        own = np.bincount(record.who[here], minlength=people)
        elsewhere = own - np.bincount(record.who[mine], minlength=people)
        # Where a community writes about nothing else, everybody's part in it is what is to be expected.
        part = elsewhere / (len(here) - len(mine)) if len(here) > len(mine) else own / max(len(here), 1)
        expected += part * len(mine)
        overall += own
    return expected, overall


def _by_slug(activity: Activity, communities: Places) -> list[int]:
    """Each of some communities once, by slug."""
    return sorted(np.unique(communities).tolist(), key=lambda community: activity.slugs[community])
