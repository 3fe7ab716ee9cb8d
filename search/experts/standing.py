"""What is known of people besides: who still answers, what age leaves, and whose work is about it."""

from __future__ import annotations

import numpy as np

from catalog.activity import ROLES, Floats, Places
from catalog.nouns import Role
from search.people.record import YEAR, Record

FADES_DAYS = 18.0
"""Days in which half of what somebody's answers say about their answering again is gone."""

_UNDATED = 0.5  # what something without a date counts, as if it were one half-life old
_ANSWERS = np.isin(ROLES, (Role.ANSWERED, Role.ACCEPTED))
_LEAST = 0.05  # answering of those who have stopped: they count for less, not for nothing
_AVAILABILITY = 0.35  # exponent: tenfold answering counts little more than double
_FOCUS = 0.6  # exponent
_OTHER_WORK = 8.0  # deeds that are added to everybody's work: one answer does not make a specialist


def availability(record: Record) -> Floats:
    """How far those who answer may be expected to answer again; about 1 for an answer in the last weeks.

    On every forum that was measured, who has answered lately says more about who will answer next than
    anything else. It only weighs answers: what somebody has written in documents is there to be read.

    Returns:
        A factor for each person of the record; shape [p].
    """
    return record.known(("availability", FADES_DAYS, _LEAST, _AVAILABILITY), _availability)


def _availability(record: Record) -> Floats:
    answers = np.flatnonzero(_ANSWERS[record.activity.roles])
    lately = 0.5 ** (record.ages(answers) * YEAR / (FADES_DAYS * 86400))
    rate = np.bincount(record.who[answers], lately, minlength=len(record.people))
    return np.asarray((rate + _LEAST) ** _AVAILABILITY)


def focus(about: Floats, work: Floats) -> Floats:
    """How much of people's work is about what is asked, so that volume alone does not win.

    Args:
        about: How much of what each of some people did fits; shape [p].
        work: How much they did at all, in the same unit; shape [p].

    Returns:
        A factor for each person, from 0 to 1; shape [p].
    """
    return np.asarray((about / (work + _OTHER_WORK)) ** _FOCUS)


def faded(record: Record, deeds: Places, half_life_years: float) -> Floats:
    """What age leaves of some deeds.

    Args:
        record: What everybody did.
        deeds: Places of the deeds; shape [n].
        half_life_years: Age at which a deed counts half.

    Returns:
        A factor for each deed, from 0 to 1; shape [n].
    """
    years = record.ages(deeds)
    return np.where(np.isinf(years), _UNDATED, 0.5 ** (years / half_life_years))
