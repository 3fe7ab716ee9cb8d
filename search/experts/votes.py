"""Items that fit → what each contribution to them counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.activity import ROLES, Activity, Bools, Floats, Places
from catalog.nouns import Filters, Role
from search.people.record import Record

ROLE_WEIGHT = {
    Role.ACCEPTED: 1.05,
    Role.ANSWERED: 1.0,
    Role.AUTHORED: 1.0,
    Role.SPOKE: 0.5,
    Role.COMMENTED: 0.2,
    Role.EDITED: 0.1,
    Role.ASKED: 0.0,  # asking is not knowing
}
"""What a contribution counts by what was done."""

LEAST = 0.1
"""Share of the best item's fit at which a contribution begins to count."""

SHARPNESS = 2.0
"""Exponent of what is above: what fits well counts more than its share."""

_VOTE_WEIGHT = 0.01  # what a doubling of an item's votes adds
_WEIGHTS = np.array([ROLE_WEIGHT[role] for role in ROLES])
_VOTED = np.isin(ROLES, (Role.ACCEPTED, Role.ANSWERED, Role.AUTHORED))


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What contributions say about who knows what is asked.

    Attributes:
        deeds: The contributions to items that fit at all, rising; shape [v].
        fits: How well the item of each fits, as a share of the best; shape [v].
        weights: What each counts, before it is damped; 0 for those that do not count; shape [v].
    """

    deeds: Places
    fits: Floats
    weights: Floats

    def only(self, kept: Bools) -> Votes:
        """Some of the votes."""
        return Votes(self.deeds[kept], self.fits[kept], self.weights[kept])


def cast(record: Record, fits: Mapping[int, float], filters: Filters) -> Votes:
    """Let every item that fits vote for the people who contributed to it.

    Args:
        record: What everybody did.
        fits: How much each item found is about what is asked, by the catalog's numbers of them.
        filters: What was narrowed to. A question that was found brings its answers along, of whatever
            kind was asked for, but only those of the time that was asked for.
    """
    items = spread(record, fits, filters)
    best = max(float(items.max(initial=0)), 1e-9)
    deeds = record.deeds_on(np.flatnonzero(items))
    fit = items[record.activity.items[deeds]] / best
    strength = best * np.maximum((fit - LEAST) / (1 - LEAST), 0) ** SHARPNESS
    return Votes(deeds, fit, strength * worth(record, deeds) * _approved(record.activity, deeds))


def worth(record: Record, deeds: Places) -> Floats:
    """What some deeds count by their roles alone; nothing if they are disputed; shape [n]."""
    activity = record.activity
    return np.asarray(_WEIGHTS[activity.roles[deeds]] * ~activity.disputed[deeds])


def work(record: Record) -> Floats:
    """What all that each person did counts by its roles alone; shape [p]."""
    return record.known(("work", _WEIGHTS.tobytes()), _work)


def _work(record: Record) -> Floats:
    worths = worth(record, np.arange(len(record.who)))
    return np.asarray(np.bincount(record.who, worths, minlength=len(record.people)), np.float64)


def spread(record: Record, fits: Mapping[int, float], filters: Filters) -> Floats:
    """How much every item fits; an answer fits at least as well as its question; shape [m]."""
    activity = record.activity
    rows, values = np.array(list(fits), np.int64), np.array(list(fits.values()))
    places, there = activity.places_of(rows)
    items = np.zeros(len(activity))
    items[places] = values[there]
    answers = record.answers
    inherited = items[activity.openers[answers]]
    better = inherited > items[answers]
    within = _within(activity.created[answers[better]], filters)
    items[answers[better][within]] = inherited[better][within]
    return items


def _within(created: Floats, filters: Filters) -> Bools:
    """Which of some items are of the time that was asked for, as `Filters.spans` tells it."""
    within = np.ones(len(created), bool)
    if filters.since is not None:
        within &= created >= filters.since.timestamp()
    if filters.until is not None:
        within &= created < filters.until.timestamp()
    return within


def _approved(activity: Activity, deeds: Places) -> Floats:
    votes = np.maximum(activity.votes[activity.items[deeds]], 0)
    return np.where(_VOTED[activity.roles[deeds]], 1 + _VOTE_WEIGHT * np.log2(1 + votes), 1.0)
