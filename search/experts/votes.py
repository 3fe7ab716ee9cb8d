"""Items that fit → what each contribution to them counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.nouns import Filters, Role
from catalog.reader_activity import ROLES, Activity, Bools, Floats
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
        fits: How well the item of each deed fits, as a share of the best; shape [n].
        weights: What each deed counts, before it is damped; 0 for those that do not count; shape [n].
    """

    fits: Floats
    weights: Floats


def cast(record: Record, fits: Mapping[str, float], filters: Filters) -> Votes:
    """Let every item that fits vote for the people who contributed to it.

    Args:
        record: What everybody did.
        fits: How much each item found is about what is asked, by id.
        filters: What was narrowed to. A question that was found brings its answers along, of whatever
            kind was asked for, but only those of the time that was asked for.
    """
    items = spread(record, fits, filters)
    best = max(float(items.max(initial=0)), 1e-9)
    fit = items[record.activity.items] / best
    strength = best * np.maximum((fit - LEAST) / (1 - LEAST), 0) ** SHARPNESS
    return Votes(fit, strength * worth(record) * _approved(record.activity))


def worth(record: Record) -> Floats:
    """What each deed counts by its role alone; nothing if it is disputed; shape [n]."""
    return np.asarray(_WEIGHTS[record.activity.roles] * ~record.activity.disputed)


def spread(record: Record, fits: Mapping[str, float], filters: Filters) -> Floats:
    """How much every item fits; an answer fits at least as well as its question; shape [m]."""
    activity = record.activity
    items = np.zeros(len(activity.ids))
    for item_id, fit in fits.items():
        if item_id in record.at:
            items[record.at[item_id]] = fit
    inherited = np.maximum(items, items[activity.openers])
    return np.where(record.answers & _within(activity.created, filters), inherited, items)


def _within(created: Floats, filters: Filters) -> Bools:
    """Which items are of the time that was asked for, as `Filters.spans` tells it."""
    within = np.ones(len(created), bool)
    if filters.since is not None:
        within &= created >= filters.since.timestamp()
    if filters.until is not None:
        within &= created < filters.until.timestamp()
    return within


def _approved(activity: Activity) -> Floats:
    votes = np.maximum(activity.votes[activity.items], 0)
    return np.where(_VOTED[activity.roles], 1 + _VOTE_WEIGHT * np.log2(1 + votes), 1.0)
