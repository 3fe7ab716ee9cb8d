"""Whom to ask: the few of those who know about a question that also can be asked now.

A person's score is fit × availability × ease:

- fit: the score as an expert for the question, as a share of the best one's;
- availability: 1 for who contributed within the last year, and half of that for each further year; who left
  no date counts half;
- ease: 1 / (1 + load / 4), the load being their open requests and those of the last 30 days.

Candidates whose scores are within 15 % of the best that is left are near-equal: of these the one with the
least load goes first, so that they take turns. The same input gives the same people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.nouns import Person
from catalog.reader_requests import Candidate
from search.analysis import analyse
from search.results import Expert, Hit

MOST = 3
"""People to whom a question goes."""

LOOKED_AT = 20
"""Experts among whom they are chosen."""

NEAR_EQUAL = 0.15
"""Share of the best score within which others are as good."""

_LOAD = 4  # requests that halve how easily somebody is asked
_UNDATED = 0.5
_SECONDS_A_YEAR = 365.25 * 86400


@dataclass(frozen=True, slots=True)
class Routed:
    """Somebody to ask.

    Attributes:
        expert: Who, with the evidence for it.
        number: The catalog's number of the person; never shown.
        score: Fit × availability × ease, from 0 to 1.
        load: How much is asked of them already.
    """

    expert: Expert
    number: int
    score: float
    load: int


@dataclass(frozen=True, slots=True)
class Route:
    """Where a question can go.

    Attributes:
        people: All who can be asked, in the order in which they should be.
        found: What was found already, the nearest first.
    """

    people: tuple[Routed, ...]
    found: tuple[Hit, ...]


def route(
    experts: Sequence[Expert], candidates: Mapping[int, Candidate], now: datetime, most: int = LOOKED_AT
) -> list[Routed]:
    """Choose whom to ask.

    Args:
        experts: Who knows about the question, best first.
        candidates: What else counts, by the ids of the experts' people.
        now: The time.
        most: How many are wanted.
    """
    askable = [one for one in experts if _may_be_asked(one, candidates.get(one.person.id))]
    best = max((one.score for one in askable), default=0.0)
    left = [
        Routed(
            one,
            candidate.number,
            one.score / best * availability(candidate, now) * ease(candidate.load),
            candidate.load,
        )
        for one in askable
        if (candidate := candidates[one.person.id])
    ]
    chosen: list[Routed] = []
    while left and len(chosen) < most:
        least = (1 - NEAR_EQUAL) * max(one.score for one in left)
        near = (one for one in left if one.score >= least)
        chosen.append(min(near, key=lambda one: (one.load, -one.score, one.number)))
        left.remove(chosen[-1])
    return chosen


def hides(person: Person, question: str) -> bool:
    """Whether somebody does not want to be asked about what a question is about."""
    asked = frozenset(analyse(question))
    return any(frozenset(analyse(topic)) <= asked for topic in person.hidden_topics)


def availability(candidate: Candidate, now: datetime) -> float:
    """How likely somebody is still around, from 0 to 1."""
    if candidate.last_active is None:
        return _UNDATED
    years = (now - candidate.last_active).total_seconds() / _SECONDS_A_YEAR
    return math.pow(0.5, max(0.0, years - 1))


def ease(load: int) -> float:
    """How easily somebody is asked who is asked so much already, from 0 to 1."""
    return 1 / (1 + load / _LOAD)


def _may_be_asked(expert: Expert, candidate: Candidate | None) -> bool:
    person = expert.person
    wanted = person.suggestible and not person.departed and not person.bot
    return wanted and candidate is not None and candidate.reads_all and not candidate.oneself
