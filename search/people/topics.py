"""The topics of a library: who has written about each, whether it rises, and on how many people it rests.

Expertise is *at risk* where a topic rests on one active person or on none. The number of people on whom
it rests is the inverse Simpson index of their shares of the deeds, 1 / Σ share² (Hill, Diversity and
Evenness, Ecology 54, 1973): two people who share equally are two, one with nine tenths is 1.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from itertools import islice

import numpy as np

from catalog.activity import Activity, Bools, Places, spans
from catalog.nouns import Person
from search.people.record import RECENT_YEARS, YEAR, Record, latest

RESTS_ON_ONE = 1.5
"""Effective number of active people below which a topic rests on one of them."""

LEAST_DEEDS = 5
"""Deeds that a topic needs before anybody is warned that it is at risk."""

LEAST_ITEMS = 4
"""Items that share a tag, so that it is a topic."""

LEAST_FIT = 0.25
"""Score from which an item is about what some words name."""

_LEAST_NEAR = 0.15  # score from which an item has anything to do with some words
_HOLDERS = 5  # people that are told of a topic
_RISES, _SURELY = 1.5, 3  # how many times, and how many items, more than the year before


class Trend(StrEnum):
    """Whether more is written about a topic in the last year than in the year before."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    QUIET = "quiet"  # nothing was written in either


class Risk(StrEnum):
    """On whom a topic rests."""

    NOBODY = "nobody"  # nobody who has written about it is active
    ONE = "one"
    NONE = "none"  # several are active, or too little was written to tell


@dataclass(frozen=True, slots=True)
class Holder:
    """A person's part of what is known about a topic.

    Attributes:
        person: Who; None for somebody who is not to be named.
        deeds: Their answers, texts and talks about it.
        share: Their share of the deeds of all active people.
    """

    person: Person | None
    deeds: int
    share: float


@dataclass(frozen=True, slots=True)
class Topic:
    """What a library writes about.

    Attributes:
        name: Its tag, or its most telling terms.
        terms: Further terms: tags that come with it, or words.
        tagged: Whether the name is a tag.
        items: How many items are about it.
        deeds: How many answers, texts and talks.
        people: How many people these are by.
        active: How many of those are active.
        holders: The active people with the most deeds, at most five.
        effective: The effective number of active people.
        recent: Items of the last year.
        before: Items of the year before.
        newest: When the newest item was written.
    """

    name: str
    terms: tuple[str, ...]
    tagged: bool
    items: int
    deeds: int
    people: int
    active: int
    holders: tuple[Holder, ...]
    effective: float
    recent: int
    before: int
    newest: datetime | None

    @property
    def trend(self) -> Trend:
        """Whether more is written about it than the year before."""
        if not self.recent and not self.before:
            return Trend.QUIET
        more, less = max(self.recent, self.before), min(self.recent, self.before)
        if more < _RISES * less or more - less < _SURELY:
            return Trend.STEADY
        return Trend.RISING if self.recent > self.before else Trend.FALLING

    @property
    def risk(self) -> Risk:
        """On whom it rests."""
        if self.deeds < LEAST_DEEDS:
            return Risk.NONE
        if not self.active:
            return Risk.NOBODY
        return Risk.ONE if self.effective < RESTS_ON_ONE else Risk.NONE


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A topic before anything is counted: its name, and the places of the items that are about it."""

    name: str
    terms: tuple[str, ...]
    tagged: bool
    items: Places


def tag_subjects(activity: Activity, among: Bools | None = None, least: int = LEAST_ITEMS) -> list[Subject]:
    """A subject for each tag that enough items carry, the one with the most items first.

    Args:
        activity: What there is.
        among: The items that count [m]; all, if None.
        least: How many items a tag needs.
    """
    places = np.arange(len(activity)) if among is None else np.flatnonzero(among)
    tags = activity.tags.take(places)
    codes = tags.codes[spans(tags.starts, tags.ends)]
    carriers = np.repeat(places, tags.many)[np.argsort(codes, kind="stable")]
    counts = np.bincount(codes, minlength=len(tags.names))
    kept = np.flatnonzero(counts >= least)
    ends = np.cumsum(counts)
    return [
        _tagged(activity, tags.names[code], carriers[ends[code] - counts[code] : ends[code]])
        for code in kept[np.lexsort((kept, -counts[kept]))].tolist()
    ]


def _tagged(activity: Activity, tag: str, places: Places) -> Subject:
    return Subject(tag, _beside(activity, tag, places), True, places)


def _beside(activity: Activity, tag: str, places: Places, most: int = 4) -> tuple[str, ...]:
    """The tags that come most often with a tag."""
    tags = activity.tags.take(places)
    others, counts = np.unique(tags.codes[spans(tags.starts, tags.ends)], return_counts=True)
    names = (tags.names[code] for code in others[np.lexsort((others, -counts))].tolist())
    return tuple(islice((name for name in names if name != tag), most))


def measure(record: Record, subject: Subject) -> Topic:
    """Count who has written about a subject, and when."""
    activity = record.activity
    deeds = record.knowing(subject.items)
    places, counts = np.unique(record.who[deeds], return_counts=True)
    active = record.active[places]
    shares = counts[active] / max(counts[active].sum(), 1)
    created = activity.created[subject.items]
    year = RECENT_YEARS * YEAR
    recent = created >= record.newest - year
    return Topic(
        name=subject.name,
        terms=subject.terms,
        tagged=subject.tagged,
        items=len(subject.items),
        deeds=len(deeds),
        people=len(places),
        active=int(active.sum()),
        holders=_holders(record, subject, places[active], counts[active]),
        effective=float(1 / np.square(shares).sum()) if len(shares) else 0.0,
        recent=int(recent.sum()),
        before=int(((created >= record.newest - 2 * year) & ~recent).sum()),
        newest=latest(created),
    )


def _holders(record: Record, subject: Subject, places: Places, counts: Places) -> tuple[Holder, ...]:
    total = max(int(counts.sum()), 1)
    order = sorted(range(len(places)), key=lambda row: (-counts[row], record.numbers[places[row]]))
    return tuple(
        Holder(named_for(record, int(places[row]), subject), int(counts[row]), float(counts[row] / total))
        for row in order[:_HOLDERS]
    )


def named_for(record: Record, place: int, subject: Subject) -> Person | None:
    """A person, if they may be named for a subject."""
    return record.people[place] if record.may_be_named(place, [subject.name]) else None


def at_risk(topics: Iterable[Topic]) -> list[Topic]:
    """The topics that rest on one active person or on nobody: those with the most deeds first."""
    risky = [topic for topic in topics if topic.risk is not Risk.NONE]
    return sorted(risky, key=lambda topic: (-topic.deeds, topic.name))


def nearest_names(wanted: str, names: Sequence[str], most: int = 5) -> list[str]:
    """Names of topics that look like a text: those that contain one of its words, then those spelt alike."""
    words = fold_topic(wanted).split()
    folded = {name: fold_topic(name) for name in names}
    containing = [name for name in names if any(word in folded[name].split() for word in words)]
    alike = get_close_matches(fold_topic(wanted), list(folded.values()), most)
    spelt = [name for name in names if folded[name] in alike]
    return list(dict.fromkeys([*containing, *spelt]))[:most]


def nearest_tags(activity: Activity, scores: Mapping[int, float], most: int = 5) -> list[str]:
    """The tags of the items that fit best and at least a little; the commonest first.

    Args:
        activity: What there is.
        scores: How well items fit, by the catalog's numbers of them.
        most: How many tags are wanted.
    """
    near = {row: score for row, score in scores.items() if score >= _LEAST_NEAR}
    places, there = activity.places_of(np.array(list(near), np.int64))
    fits = np.array(list(near.values()))[there]
    best = sorted(zip((-fits).tolist(), map(activity.ids.__getitem__, places.tolist()), places, strict=True))
    nearest = np.array([place for _, _, place in best[: 2 * most]], np.int64)
    return list(_beside(activity, "", nearest, most))


def fold_topic(text: str) -> str:
    """A topic's name without regard to case, hyphens and spacing."""
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


def tag_subject(activity: Activity, text: str, among: Bools) -> Subject | None:
    """The subject that is a tag, if a text names one; hyphens and case make no difference."""
    wanted = fold_topic(text)
    spelt = [name for name in activity.tags.names if fold_topic(name) == wanted]
    tags = [name for name in spelt if activity.tags.carrying([name]).any()]
    places = np.flatnonzero(among & activity.tags.carrying(tags)) if tags else np.empty(0, np.int64)
    return _tagged(activity, tags[0], places) if len(places) else None


def found_subject(activity: Activity, text: str, scores: Mapping[int, float], among: Bools) -> Subject | None:
    """The subject that some words name: the items that fit at least half as well as the best one.

    The whole thread of a question among them is about it too.

    Args:
        activity: What there is.
        text: The words.
        scores: How well items fit, by the catalog's numbers of them.
        among: The items that count [m].
    """
    best = max(scores.values(), default=0.0)
    if best < LEAST_FIT:
        return None
    fitting = [row for row, score in scores.items() if score >= max(LEAST_FIT, best / 2)]
    fits = np.zeros(len(activity), bool)
    fits[activity.places_of(np.array(fitting, np.int64))[0]] = True
    opens = activity.openers == np.arange(len(activity))
    places = np.flatnonzero((fits | (fits & opens)[activity.openers]) & among)
    return Subject(text, _beside(activity, "", places), False, places) if len(places) else None
