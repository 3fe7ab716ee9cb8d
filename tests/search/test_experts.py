"""People ranked by evidence: who answered, what fits, who still does, and whose work it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.nouns import Contribution, Filters, Item, Kind, Person, Role
from search.experts import Ranked, Wanted, rank_experts
from search.experts.words import summary, weaknesses
from search.people.record import Record
from tests.build import make_item
from tests.search.records import NOW, make_record_of, numbered

MARA, TOM = Person("Mara", id=1), Person("Tom", id=2)


def contributed(key: str, person: Person, role: Role, **values: Any) -> Item:
    """An item to which one person contributed."""
    at = values.pop("at", NOW)
    return make_item(key, contributions=(Contribution(person, role, at),), **values)


def ranked(
    *items: Item, fits: dict[str, float] | None = None, topic: str = "", filters: Filters | None = None
) -> tuple[Record, list[Ranked]]:
    """Rank the people behind items that all fit equally well, unless it is said how well."""
    record = make_record_of(items)
    fits = {item.id: 0.5 for item in items} if fits is None else fits
    return record, rank_experts(record, numbered(record, fits), Wanted(topic, filters or Filters(), 1.0), 10)


def names(*items: Item, **values: Any) -> list[str]:
    """The names of the people, best first."""
    record, found = ranked(*items, **values)
    return [record.people[one.person].name for one in found]


def evidence(record: Record, one: Ranked) -> list[str]:
    """The keys of the items that make a person's score."""
    return [record.activity.ids[record.activity.items[deed]].removeprefix("notes:") for deed in one.deeds]


# --- what counts ---


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Role.ACCEPTED, Role.ANSWERED),
        (Role.ANSWERED, Role.SPOKE),
        (Role.AUTHORED, Role.COMMENTED),
        (Role.COMMENTED, Role.EDITED),
    ],
)
def test_roles_weigh_differently(better: Role, worse: Role) -> None:
    """What a person did to an item decides how much it says about them."""
    assert names(contributed("a", TOM, worse), contributed("b", MARA, better)) == ["Mara", "Tom"]


def test_asking_is_not_knowing() -> None:
    """The asker of a question that fits perfectly is no expert for it."""
    assert names(contributed("q", MARA, Role.ASKED, kind=Kind.QUESTION)) == []


def test_an_answer_fits_as_well_as_its_question() -> None:
    """It says what to do, often in other words."""
    question = contributed("q", TOM, Role.ASKED, kind=Kind.QUESTION)
    answer = contributed("r", MARA, Role.ANSWERED, kind=Kind.ANSWER, thread="q")
    assert names(question, answer, fits={"notes:q": 0.6}) == ["Mara"]


def test_an_answer_of_another_time_than_was_asked_for_does_not_come_along() -> None:
    """The question was found, but its answer came later."""
    question = contributed("q", TOM, Role.ASKED, kind=Kind.QUESTION)
    answer = contributed("r", MARA, Role.ANSWERED, kind=Kind.ANSWER, thread="q", created=NOW)
    early = Filters(until=datetime(2025, 12, 1, tzinfo=UTC))
    assert names(question, answer, fits={"notes:q": 0.6}, filters=early) == []


def test_what_fits_better_counts_more() -> None:
    """One item that fits beats one that fits half as well."""
    items = contributed("a", MARA, Role.ANSWERED), contributed("b", TOM, Role.ANSWERED)
    assert names(*items, fits={"notes:a": 0.4, "notes:b": 0.8}) == ["Tom", "Mara"]


def test_votes_decide_among_equals() -> None:
    """Of two answers that fit alike, the better-voted one says more."""
    first = contributed("a", MARA, Role.ANSWERED, votes=0)
    assert names(first, contributed("b", TOM, Role.ANSWERED, votes=12)) == ["Tom", "Mara"]


def test_volume_alone_does_not_win() -> None:
    """Ten items that fit a little weigh less than one that fits well."""
    many = [contributed(f"m{number}", MARA, Role.AUTHORED) for number in range(10)]
    one = contributed("t", TOM, Role.AUTHORED)
    assert names(*many, one, fits={**{item.id: 0.15 for item in many}, one.id: 0.75}) == ["Tom", "Mara"]


def test_whose_work_it_is_goes_before_who_writes_about_everything() -> None:
    """Both wrote one item about it, and one of them fifty about other things."""
    busy = [contributed(f"m{number}", MARA, Role.AUTHORED) for number in range(50)]
    items = [contributed("a", MARA, Role.AUTHORED), contributed("b", TOM, Role.AUTHORED), *busy]
    record, found = ranked(*items, fits={"notes:a": 0.5, "notes:b": 0.5})
    told = [(record.people[one.person].name, round(one.about, 2), one.specific) for one in found]
    assert told == [("Tom", 1.0, True), ("Mara", 0.02, False)]


def test_an_answer_halves_with_each_half_life() -> None:
    """A year before the newest contribution it counts half, and half again a year earlier."""
    old = contributed("a", MARA, Role.SPOKE, at=datetime(2024, 1, 1, tzinfo=UTC))
    _, (second, first) = ranked(contributed("b", TOM, Role.SPOKE), old)
    assert first.score == pytest.approx(second.score / 4, rel=0.01)


def test_a_document_does_not_age() -> None:
    """What somebody wrote to last is there to be read."""
    old = contributed("a", MARA, Role.AUTHORED, at=datetime(2016, 1, 1, tzinfo=UTC))
    _, (first, second) = ranked(old, contributed("b", TOM, Role.AUTHORED))
    assert first.score == second.score


def test_who_still_answers_goes_before_who_has_stopped() -> None:
    """Of two answers of the same day, that of who has answered something else lately."""
    then = datetime(2025, 6, 1, tzinfo=UTC)
    items = [contributed(key, who, Role.ANSWERED, at=then) for key, who in (("a", MARA), ("b", TOM))]
    lately = contributed("c", TOM, Role.ANSWERED)
    assert names(*items, lately, fits={"notes:a": 0.5, "notes:b": 0.5}) == ["Tom", "Mara"]


def test_of_copies_one_counts() -> None:
    """But all that a person did to that one."""
    deeds = (Contribution(MARA, Role.AUTHORED, NOW), Contribution(MARA, Role.EDITED, NOW))
    items = [make_item(key, contributions=deeds) for key in ("a", "b")]
    record = make_record_of(items, {"notes:b": "notes:a"})
    fits = numbered(record, {"notes:a": 0.5, "notes:b": 0.4})
    [mara] = rank_experts(record, fits, Wanted("", Filters(), 1.0), 5)
    assert evidence(record, mara) == ["a", "a"]


def test_without_evidence_there_is_no_expert() -> None:
    """Remove the items, and the people go."""
    assert names() == []
    assert names(contributed("a", MARA, Role.ANSWERED), fits={}) == []


# --- the evidence ---


@settings(deadline=None)
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
    fits = {item.id: fit for item, (_, _, fit, _) in zip(items, contributions, strict=True)}
    for one in ranked(*items, fits=fits)[1]:
        shares = one.shares.tolist()
        assert sum(shares) == one.score
        assert shares == sorted(shares, reverse=True)
        assert all(share > 0 for share in shares)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([MARA, TOM]), st.floats(0.01, 1)), min_size=2, max_size=20), st.data()
)
def test_taking_away_evidence_of_one_person_moves_nobody_else(
    contributions: list[tuple[Person, float]], data: st.DataObject
) -> None:
    """Scores are made of each person's own evidence."""
    best = contributed("best", TOM, Role.SPOKE)
    items = [contributed(f"i{number}", who, Role.SPOKE) for number, (who, _) in enumerate(contributions)]
    fits = {item.id: fit for item, (_, fit) in zip(items, contributions, strict=True)} | {best.id: 1.0}
    gone = data.draw(st.sampled_from(items))
    before = _scores(*ranked(best, *items, fits=fits))
    after = _scores(*ranked(best, *(item for item in items if item is not gone), fits=fits))
    other = ({"Mara", "Tom"} - {gone.contributions[0].person.name}).pop()
    assert after.get(other, 0) == pytest.approx(before.get(other, 0))


def _scores(record: Record, found: list[Ranked]) -> dict[str, float]:
    return {record.people[one.person].name: one.score for one in found}


@pytest.mark.parametrize(
    ("topic", "about"), [("surface codes", " on surface codes"), ("How do I begin?", ""), ("", "")]
)
def test_evidence_is_said_in_words(topic: str, about: str) -> None:
    """What the person did, how often, and when last; about what, if it is a topic."""
    record, [mara] = ranked(
        contributed("a", MARA, Role.ACCEPTED, kind=Kind.ANSWER, at=datetime(2025, 3, 2, tzinfo=UTC)),
        contributed("b", MARA, Role.ANSWERED, kind=Kind.ANSWER, at=datetime(2024, 3, 2, tzinfo=UTC)),
        contributed("c", MARA, Role.AUTHORED, at=datetime(2023, 3, 2, tzinfo=UTC)),
    )
    told = f"Answered 2 questions{about}, 1 accepted, wrote 1 document; last in March 2025"
    assert summary(record, mara, topic) == told


OLD = datetime(2021, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("items", "told"),
    [
        pytest.param(
            [contributed("a", MARA, Role.ANSWERED)], ("a single contribution about this",), id="single"
        ),
        pytest.param(
            [contributed(key, MARA, Role.COMMENTED) for key in "ab"], ("only comments and edits",), id="aside"
        ),
        pytest.param(
            [contributed(key, MARA, Role.ANSWERED, at=OLD) for key in "ab"],
            ("nothing since March 2021",),
            id="old",
        ),
        pytest.param([contributed(key, MARA, Role.ANSWERED) for key in "ab"], (), id="nothing"),
    ],
)
def test_what_would_weaken_the_evidence_is_said(items: list[Item], told: tuple[str, ...]) -> None:
    """That it is old, single, beside the point."""
    other = contributed("z", TOM, Role.ANSWERED)
    record, found = ranked(*items, other, fits={item.id: 0.5 for item in items})
    assert weaknesses(record, found[0]) == told


# --- who may be named ---


@pytest.mark.parametrize(
    "person",
    [Person("Robot", id=3, bot=True), Person("Mara", id=1, suggestible=False)],
    ids=["program", "opted out or paused"],
)
def test_some_are_never_named(person: Person) -> None:
    """Whatever they wrote, the next one is named in their place."""
    items = [contributed("a", person, Role.ACCEPTED, votes=9), contributed("b", TOM, Role.COMMENTED)]
    assert names(*items) == ["Tom"]


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
    assert names(contributed("a", shy, Role.ANSWERED), topic=topic) == (["Mara"] if named else [])


def test_what_is_tagged_with_a_hidden_topic_does_not_count() -> None:
    """The question may use other words than the topic."""
    shy = Person("Mara", id=1, hidden_topics=frozenset({"rain tanks"}))
    record, [found] = ranked(
        contributed("a", shy, Role.ANSWERED, tags=("rain-tank",)),
        contributed("b", shy, Role.ANSWERED, tags=("hoes",)),
        topic="green water",
    )
    assert evidence(record, found) == ["b"]


def test_what_is_disputed_does_not_count() -> None:
    """Somebody has said that it is no evidence of what they know."""
    disputed = make_item("a", contributions=(Contribution(MARA, Role.ACCEPTED, NOW, disputed=True),))
    record, [found] = ranked(disputed, contributed("b", MARA, Role.COMMENTED))
    assert evidence(record, found) == ["b"]


def test_who_has_left_comes_last_and_is_told_to_have() -> None:
    """Whatever they know: who can be asked goes first."""
    gone = Person("Mara", id=1, departed=True)
    record, found = ranked(
        contributed("a", gone, Role.ACCEPTED, votes=9), contributed("b", TOM, Role.COMMENTED)
    )
    assert [summary(record, one, "") for one in found] == [
        "Commented on 1 item; last in January 2026",
        "Has left; answered 1 question, 1 accepted; last in January 2026",
    ]


def test_the_ranking_is_the_same_whatever_the_order_of_the_items() -> None:
    """Equals are told apart by their numbers."""
    items = [contributed("a", MARA, Role.ANSWERED), contributed("b", TOM, Role.ANSWERED)]
    assert names(*items) == names(*items[::-1]) == ["Mara", "Tom"]
    assert np.isclose(ranked(*items)[1][0].score, ranked(*items)[1][1].score)
