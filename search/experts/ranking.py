"""Votes → people, best first, each with the evidence whose shares sum to the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from catalog.activity import ROLES, Floats, Places
from catalog.nouns import Filters, Role
from search.experts.standing import availability, faded, focus
from search.experts.votes import Votes, cast, work, worth
from search.people.record import Record, hides

MOST_EVIDENCE = 20
"""The strongest contributions of a person that make the score; more of the same would add next to nothing."""

CLEAR = 0.6
"""Share of the best item's fit from which an item is clearly about what is asked."""

_DAMPING = 0.75  # exponent: of a person's contributions, the n-th best counts 1/n^0.75
_SPECIFIC = 2.0  # how many times everybody's share of work a specialist's is
_LASTING = np.isin(ROLES, (Role.AUTHORED,))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What experts are wanted for.

    Attributes:
        text: The question or the topic.
        filters: What it is narrowed to.
        half_life_years: Age at which an answer counts half.
    """

    text: str
    filters: Filters
    half_life_years: float


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Somebody who knows, as places in the record.

    Attributes:
        person: The place of the person.
        deeds: What makes the score, the largest share first.
        shares: The part of each in the score, which is their sum.
        told: All of the person's deeds on items that are clearly about it, whether they make the score or
            not; those that come nearest if none is.
        fit: How well the best of them fits, as a share of the best item's fit.
        about: Which share of all the person did is about what is asked.
        specific: Whether that is far more than everybody's.
    """

    person: int
    deeds: Places
    shares: Floats
    told: Places
    fit: float
    about: float
    specific: bool

    def without(self, gone: Places) -> Ranked:
        """The same without some deeds."""
        kept = ~np.isin(self.deeds, gone)
        told = self.told[~np.isin(self.told, gone)]
        return replace(self, deeds=self.deeds[kept], shares=self.shares[kept], told=told)

    @property
    def score(self) -> float:
        """The sum of the shares."""
        return float(sum(self.shares.tolist()))


def rank_experts(record: Record, fits: Mapping[int, float], wanted: Wanted, k: int) -> list[Ranked]:
    """Rank people by the evidence in items that fit a question.

    Args:
        record: What everybody did, as far as the viewer may read it.
        fits: How much each item found is about what is asked, by the catalog's numbers of them.
        wanted: What they are wanted for.
        k: How many people are wanted.

    Returns:
        Those who know most first; after them, those who have left.
    """
    cast_votes = cast(record, fits, wanted.filters)
    votes = _once(record, _allowed(record, cast_votes.only(cast_votes.weights != 0), wanted))
    done = _work(record, cast_votes)
    weights = _timely(record, votes, wanted.half_life_years)
    voted = record.who[votes.deeds]
    shares = weights * focus(done.about[voted], done.all[voted])
    deeds, shares = _damped(record.who, votes.deeds, shares)
    scores = np.bincount(record.who[deeds], shares, minlength=len(record.people))
    found = np.flatnonzero(scores)
    order = np.lexsort((found, -scores[found], record.people.departed[found]))
    return [_ranked(record, person, (deeds, shares), votes, done) for person in found[order][:k].tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What people did, by its worth: `about` what is asked, and `all` of it; both of shape [p]."""

    about: Floats
    all: Floats

    def share(self, person: int) -> float:
        """Which share of a person's work is about it."""
        return float(self.about[person] / max(self.all[person], 1e-9))

    def is_specific(self, person: int) -> bool:
        """Whether that is far more than everybody's share, one deed of the usual kind added."""
        usual = self.about.sum() / max(self.all.sum(), 1e-9)
        return bool((self.about[person] + usual) / (self.all[person] + 1) >= _SPECIFIC * usual)


def _work(record: Record, votes: Votes) -> _Work:
    worths = worth(record, votes.deeds) * votes.fits
    about = np.bincount(record.who[votes.deeds], worths, minlength=len(record.people))
    return _Work(np.asarray(about, np.float64), work(record))


def _allowed(record: Record, votes: Votes, wanted: Wanted) -> Votes:
    """The votes for those who may be named for them: who wishes so, and hides nothing that it is about."""
    activity, people = record.activity, record.people
    votes = votes.only(people.suggestible[record.who[votes.deeds]])
    shy = people.shy[record.who[votes.deeds]]
    topic = " ".join([wanted.text, *sorted(wanted.filters.tags)])
    hidden = [
        hides(people[record.who[deed]], [topic, *activity.tags[activity.items[deed]]])
        for deed in votes.deeds[shy].tolist()
    ]
    kept = np.ones(len(votes.deeds), bool)
    kept[shy] = ~np.array(hidden, bool)
    return votes.only(kept)


def _once(record: Record, votes: Votes) -> Votes:
    """Of what a person did to several near-identical items, what they did to the one that counts most."""
    activity, deeds = record.activity, votes.deeds
    items = activity.items[deeds]
    pairs = record.who[deeds].astype(np.int64) * len(activity) + activity.originals[items]
    order = np.lexsort((deeds, -votes.weights, pairs))
    _, first, inverse = np.unique(pairs[order], return_index=True, return_inverse=True)
    kept = np.zeros(len(deeds), bool)
    kept[order] = items[order] == items[order][first][inverse]
    return votes.only(kept)


def _timely(record: Record, votes: Votes, half_life_years: float) -> Floats:
    """Let what was said lately, and by those who still answer, count more than the rest of what was said.

    Only among themselves: together, answers and comments count what they did, so that documents, which do
    not age, do not push them aside.
    """
    deeds, weights = votes.deeds, votes.weights
    said = ~_LASTING[record.activity.roles[deeds]]
    if not weights[said].any():
        return weights
    factors = availability(record)[record.who[deeds]] * faded(record, deeds, half_life_years)
    usual = np.average(factors[said], weights=weights[said])
    return np.where(said, weights * factors / max(usual, 1e-12), weights)


def _damped(who: Places, deeds: Places, shares: Floats) -> tuple[Places, Floats]:
    """Damp each person's contributions, so that volume alone does not win; those that still count."""
    order = np.lexsort((deeds, -shares, who[deeds]))
    deeds, shares = deeds[order], shares[order]
    _, first, counts = np.unique(who[deeds], return_index=True, return_counts=True)
    rank = np.arange(1, len(deeds) + 1) - np.repeat(first, counts)
    kept = (rank <= MOST_EVIDENCE) & (shares > 0)
    return deeds[kept], shares[kept] / rank[kept] ** _DAMPING


def _ranked(record: Record, person: int, kept: tuple[Places, Floats], votes: Votes, done: _Work) -> Ranked:
    deeds, shares = kept
    own = record.who[deeds] == person
    mine = votes.only(record.who[votes.deeds] == person)
    fit = float(mine.fits.max())
    return Ranked(
        person=person,
        deeds=deeds[own],
        shares=shares[own],
        told=mine.deeds[mine.fits >= min(CLEAR, fit)],
        fit=fit,
        about=done.share(person),
        specific=done.is_specific(person),
    )
