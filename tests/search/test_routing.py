"""Whom a question goes to: who fits, is around, and has not been asked too much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.nouns import Person
from catalog.reader_requests import Candidate, gini
from search.results import Expert
from search.routing import availability, ease, route

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def expert(number: int, score: float = 1.0, **wishes: Any) -> Expert:
    return Expert(Person(f"Person {number}", id=number, **wishes), score, (), "Answered 1 question")


def candidate(number: int, *, years: float = 0, open_: int = 0, recent: int = 0, **more: Any) -> Candidate:
    facts = {"reads_all": True, "oneself": False} | more
    return Candidate(number, NOW - timedelta(days=365.25 * years), open_, recent, **facts)


def chosen(experts: list[Expert], candidates: list[Candidate], most: int = 3) -> list[int]:
    return [one.number for one in route(experts, {one.number: one for one in candidates}, NOW, most)]


def test_who_fits_best_goes_first() -> None:
    """Where nothing else tells them apart; no more than are wanted."""
    experts = [expert(4, 1.0), expert(2, 0.5), expert(3, 0.3), expert(1, 0.1)]
    assert chosen(experts, [candidate(number) for number in range(1, 5)]) == [4, 2, 3]


def test_near_equal_people_take_turns() -> None:
    """Within 15 % of the best score; each question goes to whom fewest went before."""
    loads = {1: 0, 2: 0, 3: 0}
    asked = []
    for _ in range(6):
        experts = [expert(1, 1.0), expert(2, 0.95), expert(3, 0.9)]
        [number] = chosen(experts, [candidate(one, recent=load) for one, load in loads.items()], 1)
        loads[number] += 1
        asked.append(number)
    assert asked == [1, 2, 3, 1, 2, 3]


def test_who_fits_far_better_is_asked_although_they_are_busy() -> None:
    """Taking turns is for equals."""
    assert chosen([expert(1, 1.0), expert(2, 0.3)], [candidate(1, recent=3), candidate(2)], 1) == [1]


def test_who_was_not_around_lately_comes_later() -> None:
    """A year is nothing; after that each year halves."""
    experts = [expert(1, 1.0), expert(2, 0.8)]
    assert chosen(experts, [candidate(1, years=3), candidate(2, years=0.9)]) == [2, 1]
    assert [availability(candidate(1, years=years), NOW) for years in (0.5, 1, 2, 3)] == [1, 1, 0.5, 0.25]
    assert availability(Candidate(1, None, 0, 0, reads_all=True, oneself=False), NOW) == 0.5


def test_what_is_asked_of_somebody_already_counts() -> None:
    """Four requests halve it; what is open counts twice."""
    assert (ease(0), ease(4)) == (1, 0.5)
    assert candidate(1, open_=1, recent=3).load == 4


@pytest.mark.parametrize(
    ("wishes", "facts"),
    [
        pytest.param({"suggestible": False}, {}, id="opted out or paused"),
        pytest.param({"departed": True}, {}, id="has left"),
        pytest.param({"bot": True, "suggestible": False}, {}, id="a program"),
        pytest.param({}, {"reads_all": False}, id="may not read it"),
        pytest.param({}, {"oneself": True}, id="who asks"),
    ],
)
def test_some_are_never_asked(wishes: dict[str, Any], facts: dict[str, Any]) -> None:
    """Whatever they know, the next one is asked."""
    experts = [expert(1, 1.0, **wishes), expert(2, 0.1)]
    assert chosen(experts, [candidate(1, **facts), candidate(2)]) == [2]


def test_who_is_anonymous_is_asked_without_being_known() -> None:
    """The expert has a stand-in's number, the request goes to the person."""
    hidden = Expert(Person("A member of Garden", id=-1, anonymous=True), 1.0, (), "Answered 1 question")
    assert [one.number for one in route([hidden], {-1: candidate(7)}, NOW)] == [7]


@pytest.mark.parametrize(
    ("counts", "unequal"),
    [([], 0), ([0, 0], 0), ([2, 2, 2], 0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25)],
    ids=["nobody", "nothing", "all the same", "one has all", "two"],
)
def test_ginis_coefficient_says_how_unequal_it_is(counts: list[int], unequal: float) -> None:
    """0 for all the same; (n - 1) / n if one of n has everything."""
    assert gini(counts) == pytest.approx(unequal)
