"""Ways to rank people from the literature, on votes that can be counted by hand.

Of the items found, a question fits with 0.8, and so do its two answers, by Mara and by Tom; a post that Mara
and Ines wrote fits with 0.4. Mara wrote another post, which was not found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import exp, log
from typing import Any

import numpy as np
import pytest

from catalog.nouns import Contribution, Item, Kind, Person, Role
from evals import voting
from evals.voting import Ballot, ballot
from search.people.record import Record
from tests.build import make_item
from tests.search.records import NOW, make_record_of, numbered

MARA, TOM, INES, ASKER = (Person(name, id=at) for at, name in enumerate(("Mara", "Tom", "Ines", "Asker"), 1))
FITS = {"notes:hoe": 0.8, "notes:tom": 0.2, "notes:guide": 0.4}


def item(key: str, role: Role, *people: Person, years: float = 0, **values: Any) -> Item:
    """An item that people contributed to some years ago."""
    at = NOW - timedelta(days=365.25 * years)
    return make_item(key, contributions=tuple(Contribution(one, role, at) for one in people), **values)


def the_record() -> Record:
    """What everybody did."""
    return make_record_of(
        [
            item("hoe", Role.ASKED, ASKER, kind=Kind.QUESTION, tags=("tools",)),
            item("mara", Role.ANSWERED, MARA, kind=Kind.ANSWER, thread="hoe", tags=("tools",)),
            item("tom", Role.ANSWERED, TOM, kind=Kind.ANSWER, thread="hoe", years=2, tags=("tools",)),
            item("guide", Role.AUTHORED, MARA, INES, kind=Kind.POST, years=4, tags=("guides",)),
            item("bees", Role.AUTHORED, MARA, kind=Kind.POST, tags=("bees",)),
        ]
    )


def cast() -> Ballot:
    """The votes for Mara, Tom, Ines and the asker."""
    return ballot(the_record(), numbered(the_record(), FITS))


def test_an_answer_votes_with_its_question_and_asking_is_no_vote() -> None:
    """Fits are shares of the best; what was not found counts only in what somebody did."""
    votes = cast()
    assert list(zip(votes.who.tolist(), votes.fits.tolist(), strict=True)) == [
        (0, 1.0),
        (1, 1.0),
        (0, 0.5),
        (2, 0.5),
    ]
    assert votes.done.tolist() == [3, 1, 1, 0]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (voting.votes, [2, 1, 1, 0]),
        (voting.comb_sum, [1.5, 1, 0.5, 0]),
        (voting.comb_mnz, [3, 1, 0.5, 0]),
        (voting.exp_comb_mnz, [2 * (1 + exp(-5)), 1, exp(-5), 0]),
        (voting.reciprocal_rank, [1 + 1 / 3, 1 / 2, 1 / 3, 0]),
        (voting.model_2, [(1 + exp(-5)) / 3, 1, exp(-5), 0]),
        (voting.model_2_by_item, [1 + exp(-5) / 2, 1, exp(-5) / 2, 0]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_way_gives_what_its_paper_says(
    method: Callable[[Ballot], voting.Floats], expected: list[float]
) -> None:
    """For Mara, Tom, Ines and the asker."""
    assert method(cast()) == pytest.approx(expected)


def test_what_is_old_counts_less() -> None:
    """Two years are one half-life, four years are two."""
    assert voting.aged_comb_sum(cast(), 2.0) == pytest.approx([1 + 0.5 / 4, 1 / 2, 0.5 / 4, 0])


def test_activity_helps_those_who_were_found() -> None:
    """By the logarithm of what they did; nothing helps the asker."""
    scores = voting.with_activity(voting.comb_sum(cast()), cast(), 0.5)
    assert scores == pytest.approx([1.5 + log(4) / 2, 1 + log(2) / 2, 0.5 + log(2) / 2, 0])


def test_a_person_is_what_they_write_about_altogether() -> None:
    """The mean of what shows their knowledge, of unit length, against the query."""
    record = the_record()
    directions = {1: np.array([1.0, 0.0]), 2: np.array([1.0, 0.0]), 3: np.array([0.0, 1.0])}
    means = voting.mean_directions(record, directions)
    assert voting.model_1(means, np.array([1.0, 0.0])) == pytest.approx([0.5**0.5, 1, 0, 0])


def test_a_person_is_the_tags_they_write_under() -> None:
    """Tags of what was found count by how well it fits, and by their rarity: one of five items is rarer."""
    record = the_record()
    profiles = voting.tag_profiles(record)  # eight items are added to what each person did
    tools, guides = log(6 / 4) * 3 * 0.8, log(6 / 2) * 0.4
    assert voting.tag_profile(record, profiles, numbered(record, FITS)) == pytest.approx(
        [tools / 11 + guides / 11, tools / 9, guides / 9, 0]
    )


def test_nothing_found_is_nobody_ranked() -> None:
    """Without an error in any way."""
    nothing = ballot(the_record(), {})
    assert voting.reciprocal_rank(nothing).tolist() == [0, 0, 0, 0]
    assert voting.exp_comb_mnz(nothing).tolist() == [0, 0, 0, 0]
