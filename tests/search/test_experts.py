"""People ranked by evidence: who answered and was accepted, recently, on what fits the question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.nouns import Contribution, Item, Kind, Person, Role
from search.experts import rank_experts
from search.results import Expert
from tests.build import make_item

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MARA, TOM = Person("Mara", id=1), Person("Tom", id=2)


def contributed(key: str, person: Person, role: Role, **values: Any) -> Item:
    """An item to which one person contributed."""
    at = values.pop("at", NOW)
    return make_item(key, contributions=(Contribution(person, role, at),), **values)


def rank(*items: Item, scores: dict[str, float] | None = None, half_life: float = 4.0) -> list[Expert]:
    """Rank the people behind items that all fit equally well, unless scores are given."""
    return rank_experts(scores or {item.id: 0.5 for item in items}, items, NOW, half_life, 5)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Role.ACCEPTED, Role.ANSWERED),
        (Role.ANSWERED, Role.EDITED),
        (Role.AUTHORED, Role.COMMENTED),
        (Role.EDITED, Role.COMMENTED),
    ],
)
def test_roles_weigh_differently(better: Role, worse: Role) -> None:
    """What a person did to an item decides how much it says about them."""
    first, second = rank(contributed("a", TOM, worse), contributed("b", MARA, better))
    assert (first.person, second.person) == (MARA, TOM)


def test_asking_is_not_knowing() -> None:
    """The asker of a question that fits perfectly is no expert for it."""
    assert rank(contributed("q", MARA, Role.ASKED, kind=Kind.QUESTION)) == []


def test_what_fits_better_counts_more() -> None:
    """One item that fits beats one that fits half as well."""
    items = contributed("a", MARA, Role.ANSWERED), contributed("b", TOM, Role.ANSWERED)
    first, second = rank(*items, scores={"notes:a": 0.4, "notes:b": 0.8})
    assert (first.person, second.person) == (TOM, MARA)


def test_votes_count() -> None:
    """Of two answers that fit alike, the better-voted one says more."""
    first, _ = rank(
        contributed("a", MARA, Role.ANSWERED, votes=0), contributed("b", TOM, Role.ANSWERED, votes=12)
    )
    assert first.person == TOM


def test_evidence_halves_with_each_half_life() -> None:
    """A contribution of four years ago counts half of one of today."""
    old = contributed("a", MARA, Role.ANSWERED, at=datetime(2022, 1, 1, tzinfo=UTC))
    new = contributed("b", TOM, Role.ANSWERED)
    first, second = rank(old, new)
    assert second.score == pytest.approx(first.score / 2, rel=0.01)


def test_volume_alone_does_not_win() -> None:
    """Ten items that fit a little weigh less than one that fits well."""
    many = [contributed(f"m{number}", MARA, Role.ANSWERED) for number in range(10)]
    one = contributed("t", TOM, Role.ANSWERED)
    first, _ = rank(*many, one, scores={**{item.id: 0.3 for item in many}, one.id: 0.75})
    assert first.person == TOM


def test_evidence_is_said_in_words() -> None:
    """How often the person did what, and when last."""
    [mara] = rank(
        contributed("a", MARA, Role.ACCEPTED, kind=Kind.ANSWER, at=datetime(2025, 3, 2, tzinfo=UTC)),
        contributed("b", MARA, Role.ANSWERED, kind=Kind.ANSWER, at=datetime(2024, 3, 2, tzinfo=UTC)),
        contributed("c", MARA, Role.AUTHORED, at=datetime(2023, 3, 2, tzinfo=UTC)),
    )
    assert mara.summary == "Answered 2 questions (1 accepted), wrote 1 document; last in March 2025"


def test_without_evidence_there_is_no_expert() -> None:
    """Remove the item, and the person goes."""
    assert rank() == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MARA, TOM]), st.sampled_from(Role), st.floats(0.01, 1), st.integers(-5, 500)
        ),
        max_size=30,
    )
)
def test_the_shares_of_an_expert_sum_to_the_score(
    contributions: list[tuple[Person, Role, float, int]],
) -> None:
    """Exactly, and the largest stands first."""
    items = [
        contributed(f"i{number}", person, role, votes=votes)
        for number, (person, role, _, votes) in enumerate(contributions)
    ]
    scores = {item.id: score for item, (_, _, score, _) in zip(items, contributions, strict=True)}
    for expert in rank(*items, scores=scores) if items else []:
        shares = [evidence.share for evidence in expert.evidence]
        assert sum(shares) == expert.score
        assert shares == sorted(shares, reverse=True)
        assert all(share > 0 for share in shares)


# --- who may be named ---


@pytest.mark.parametrize(
    "person",
    [Person("Robot", id=3, bot=True), Person("Mara", id=1, suggestible=False)],
    ids=["program", "opted out or paused"],
)
def test_some_are_never_named(person: Person) -> None:
    """Whatever they wrote, the next one is named in their place."""
    items = [contributed("a", person, Role.ACCEPTED, votes=9), contributed("b", TOM, Role.COMMENTED)]
    found = rank_experts({item.id: 0.5 for item in items}, items, NOW, 4.0, 1)
    assert [expert.person for expert in found] == [TOM]


@pytest.mark.parametrize(
    ("hidden", "topic", "named"),
    [
        pytest.param("slugs", "How do I keep a slug away?", False, id="other form of the word"),
        pytest.param("rain tanks", "green rain in the tank", False, id="all words of it"),
        pytest.param("rain tanks", "Why does it rain?", True, id="some words of it"),
        pytest.param("slugs", "When do I sow leeks?", True, id="other question"),
    ],
)
def test_a_hidden_topic_hides_from_questions_about_it(hidden: str, topic: str, named: bool) -> None:
    """By the words of the question, as they are analysed."""
    shy = Person("Mara", id=1, hidden_topics=frozenset({hidden}))
    items = [contributed("a", shy, Role.ANSWERED)]
    found = rank_experts({"notes:a": 0.5}, items, NOW, 4.0, 5, topic)
    assert [expert.person for expert in found] == ([shy] if named else [])


def test_what_is_tagged_with_a_hidden_topic_does_not_count() -> None:
    """The question may use other words than the topic."""
    shy = Person("Mara", id=1, hidden_topics=frozenset({"rain tanks"}))
    items = [
        contributed("a", shy, Role.ANSWERED, tags=("rain-tank",)),
        contributed("b", shy, Role.ANSWERED, tags=("hoes",)),
    ]
    scores = {item.id: 0.5 for item in items}
    [found] = rank_experts(scores, items, NOW, 4.0, 5, "green water")
    assert [evidence.item.id for evidence in found.evidence] == ["notes:b"]


def test_what_is_disputed_does_not_count() -> None:
    """Somebody has said that it is no evidence of what they know."""
    disputed = make_item("a", contributions=(Contribution(MARA, Role.ACCEPTED, NOW, disputed=True),))
    [found] = rank(disputed, contributed("b", MARA, Role.COMMENTED))
    assert [evidence.item.id for evidence in found.evidence] == ["notes:b"]


def test_who_has_left_comes_last_and_is_told_to_have() -> None:
    """Whatever they know: who can be asked goes first."""
    gone = Person("Mara", id=1, departed=True)
    items = [contributed("a", gone, Role.ACCEPTED, votes=9), contributed("b", TOM, Role.COMMENTED)]
    found = rank_experts({item.id: 0.5 for item in items}, items, NOW, 4.0, 5)
    assert [(one.person, one.summary) for one in found] == [
        (TOM, "Commented on 1 item; last in January 2026"),
        (gone, "Has left; answered 1 question (1 accepted); last in January 2026"),
    ]
