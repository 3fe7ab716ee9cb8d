"""How often questions are asked: counted by day, bounded, and seen by those who could have asked them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog import asked
from catalog.asked import Demand, Tally
from catalog.gaps import forget_gap, record_gap
from catalog.nouns import Community, Viewer
from catalog.store import Catalog

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 9, tzinfo=UTC)
FIG = "How do I prune an old fig?"
ADA = "ada@example.org"


def ask(
    catalog: Catalog,
    who: str,
    question: str = FIG,
    communities: Collection[str] = (),
    *,
    days_ago: int = 0,
    answered: bool = True,
) -> None:
    Tally(catalog).count(
        catalog.viewer(who), question, communities, answered, NOON - timedelta(days=days_ago)
    )


def seen(catalog: Catalog, who: str = "guest", days: int = 7, **values: Any) -> list[Demand]:
    viewer = catalog.owner() if who == "owner" else catalog.viewer(who)
    with catalog.read(viewer) as reader:
        return reader.asked(days, NOON, **values)


def test_a_question_is_counted_on_its_day(catalog: Catalog) -> None:
    """With what was searched, on one line, and nothing about who asked."""
    ask(catalog, "guest", "How do I\n  prune an old fig?")
    assert seen(catalog) == [Demand(FIG, ("garden",), 1, 0, DAY, True)]


def test_the_same_words_count_up(catalog: Catalog) -> None:
    """Whatever their case and punctuation; in the last days, and in as many before them."""
    for days_ago, question in [(0, FIG), (0, "how do i prune an old fig"), (6, FIG), (7, FIG), (14, FIG)]:
        ask(catalog, "guest", question, days_ago=days_ago)
    [fig] = seen(catalog)
    assert (fig.times, fig.before) == (3, 1)


def test_what_was_asked_last_says_whether_there_is_an_answer(catalog: Catalog) -> None:
    """Somebody may have written about it since."""
    ask(catalog, "guest", days_ago=2, answered=False)
    assert [one.answered for one in seen(catalog)] == [False]
    ask(catalog, "guest", days_ago=1)
    assert [(one.answered, one.last) for one in seen(catalog)] == [(True, DAY - timedelta(days=1))]


def test_the_most_asked_come_first_then_the_latest(catalog: Catalog) -> None:
    """As many as are wanted."""
    for question, days_ago in [("often", 3), ("often", 2), ("old", 4), ("new", 1)]:
        ask(catalog, "guest", question, days_ago=days_ago)
    assert [one.question for one in seen(catalog)] == ["often", "new", "old"]
    assert [one.question for one in seen(catalog, limit=1)] == ["often"]


def test_how_much_is_asked_is_told_day_by_day(catalog: Catalog) -> None:
    """Without gaps, and how much of it has no answer; what one may not see counts for nothing."""
    ask(catalog, "guest", days_ago=2)
    ask(catalog, "guest", "Which hoe?", days_ago=2, answered=False)
    ask(catalog, ADA, "When does the rent rise?", days_ago=0)
    with catalog.read(catalog.viewer("guest")) as reader:
        days = reader.asked_days(3, NOON)
    assert [(one.day.day, one.times, one.unanswered) for one in days] == [(7, 2, 1), (8, 0, 0), (9, 0, 0)]


def test_only_who_may_read_all_that_was_searched_sees_a_question(catalog: Catalog) -> None:
    """What is asked on the board may betray it; what is narrowed to the garden does not."""
    ask(catalog, ADA, "When does the rent rise?")
    ask(catalog, ADA, FIG, ["garden"])
    assert [one.question for one in seen(catalog)] == [FIG]
    assert {one.question for one in seen(catalog, ADA)} == {FIG, "When does the rent rise?"}


def test_one_question_in_several_communities_is_one(catalog: Catalog) -> None:
    """Of which everybody sees as much as they may."""
    ask(catalog, "guest", days_ago=1)
    ask(catalog, ADA)
    assert [(one.times, one.communities) for one in seen(catalog, ADA)] == [(2, ("board", "garden"))]
    assert [(one.times, one.communities) for one in seen(catalog)] == [(1, ("garden",))]


def test_a_community_that_becomes_private_takes_its_questions_along(catalog: Catalog) -> None:
    """At once, and for all who may not read it any more."""
    ask(catalog, "guest")
    with catalog.write() as writer:
        writer.put_community(Community("garden", "Garden", private=True))
    assert seen(catalog) == []
    assert len(seen(catalog, "owner")) == 1


def test_nothing_searched_is_nothing_asked(catalog: Catalog) -> None:
    """A viewer who may read nothing, or narrows a question to what they may not read, is not counted."""
    Tally(catalog).count(Viewer("nobody", frozenset()), FIG, (), False, NOON)
    ask(catalog, "guest", FIG, ["board"])
    assert seen(catalog, "owner") == []


def test_questions_leave_the_generation_alone(catalog: Catalog) -> None:
    """Nothing that is searched changes."""
    before = catalog.generation()
    ask(catalog, "guest")
    assert catalog.generation() == before


def test_what_is_old_goes(catalog: Catalog) -> None:
    """After four hundred days, when something is asked."""
    ask(catalog, "guest", "Which hoe?", days_ago=401)
    assert len(seen(catalog, days=450)) == 1
    ask(catalog, "guest")
    assert [one.question for one in seen(catalog, days=450)] == [FIG]


def test_where_there_is_too_much_the_oldest_goes(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of one day, what was asked least."""
    monkeypatch.setattr(asked, "_MOST", 2)
    for question, days_ago in [("a", 2), ("b", 1), ("b", 1), ("c", 1), ("d", 0)]:
        ask(catalog, "guest", question, days_ago=days_ago)
    assert [one.question for one in seen(catalog)] == ["b", "d"]


def test_a_gap_that_is_taken_away_was_not_asked(catalog: Catalog) -> None:
    """Somebody was only trying things out."""
    record_gap(catalog, catalog.viewer("guest"), FIG, (), 0.1, NOON)
    ask(catalog, "guest")
    ask(catalog, "guest", "Which hoe?")
    forget_gap(catalog, catalog.owner(), 1)
    assert [one.question for one in seen(catalog)] == ["Which hoe?"]


def test_nobody_waits_for_whoever_writes(catalog: Catalog) -> None:
    """What cannot be written now is written with the next question, or in the end."""
    tally, guest = Tally(catalog), catalog.viewer("guest")
    other = sqlite3.connect(catalog.folder / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    tally.count(guest, FIG, (), True, NOON)
    assert seen(catalog) == []
    other.execute("ROLLBACK")
    other.close()
    assert tally.settle()
    assert [one.times for one in seen(catalog)] == [1]


def test_all_who_ask_at_once_are_counted(catalog: Catalog) -> None:
    """From several threads."""
    tally, guest = Tally(catalog), catalog.viewer("guest")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tally.count(guest, FIG, (), True, NOON), range(40)))
    assert tally.settle()
    assert [one.times for one in seen(catalog)] == [40]
