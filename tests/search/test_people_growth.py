"""What grows in a library, and what nobody has replied to; by its own clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from catalog.nouns import Contribution, Item, Kind, Person, Role
from search.people.growth import Newcomer, Rise, growth
from search.people.topics import tag_subjects
from tests.build import make_item
from tests.search.records import make_record_of

NEWEST = datetime(2025, 6, 1, tzinfo=UTC)
MARA, COLM, LENA = (Person(name, id=number) for number, name in enumerate(("Mara", "Colm", "Lena"), 1))


def wrote(key: str, days_ago: int, *tags: str, by: Person = MARA, **values: Any) -> Item:
    at = NEWEST - timedelta(days=days_ago)
    contributions = (Contribution(by, Role.AUTHORED, at),)
    return make_item(key, created=at, tags=tags, contributions=contributions, **values)


def asked(key: str, days_ago: int, **values: Any) -> Item:
    return wrote(key, days_ago, kind=Kind.QUESTION, **values)


def seen(*items: Item) -> Any:
    record = make_record_of(items)
    return growth(record, tag_subjects(record.activity, least=1))


def test_what_is_written_about_more_than_before_grows() -> None:
    """By half at least, and by three; what has most more comes first."""
    found = seen(
        *(wrote(f"w{number}", number, "water") for number in range(4)),
        *(wrote(f"s{number}", number, "soil") for number in range(6)),
        wrote("s7", 400, "soil"),
        *(wrote(f"t{number}", number, "tools") for number in range(2)),
        *(wrote(f"o{number}", 400 + number, "old") for number in range(3)),
    )
    assert found.topics == (Rise("soil", 6, 1), Rise("water", 4, 0))
    assert (found.days, found.recent, found.before) == (365, 12, 4)
    assert found.communities == (Rise("garden", 12, 4),)


def test_where_much_is_written_three_months_count() -> None:
    """Against the three before; an archive is seen as of its newest contribution."""
    found = seen(
        *(wrote(f"n{number}", number % 90, "water") for number in range(24)),
        *(wrote(f"o{number}", 92 + number, "water") for number in range(12)),
    )
    assert (found.days, found.until) == (91, NEWEST)
    assert found.topics == (Rise("water", 24, 12),)


def test_where_nothing_is_older_nothing_grows() -> None:
    """All would be growth, and everybody new."""
    found = seen(*(wrote(f"w{number}", number, "water") for number in range(30)))
    assert (found.topics, found.communities, found.newcomers) == ((), (), ())


def test_who_contributes_for_the_first_time_is_new() -> None:
    """Unless something of theirs has no date, or they are not to be named."""
    shy = Person("Ines", id=4, suggestible=False)
    found = seen(
        wrote("old", 500),
        wrote("a", 20, by=COLM),
        wrote("b", 10, by=COLM),
        wrote("c", 5, by=LENA),
        make_item("d", created=None, contributions=(Contribution(LENA, Role.AUTHORED),)),
        wrote("e", 5, by=shy),
        wrote("f", 0),
    )
    assert found.newcomers == (Newcomer(COLM, 2, NEWEST - timedelta(days=20)),)


def test_a_question_alone_in_its_thread_is_without_a_reply() -> None:
    """The newest first; texts are no questions."""
    found = seen(
        asked("a", 9),
        asked("b", 3),
        asked("c", 1),
        wrote("d", 0, kind=Kind.ANSWER, thread="c"),
        wrote("e", 2),
    )
    assert found.unreplied == ("notes:b", "notes:a")


def test_the_newest_practices_are_told() -> None:
    """What opens a thread, dated and not of the future."""
    found = seen(
        wrote("a", 9),
        wrote("b", 0),
        wrote("c", 0, kind=Kind.ANSWER, thread="a"),
        make_item("d", created=None),
        make_item("e", created=datetime(2199, 1, 1, tzinfo=UTC)),
    )
    assert found.newest == ("notes:b", "notes:a")


def test_an_empty_library_grows_not() -> None:
    """Nothing is dated, nobody is there."""
    found = seen()
    assert (found.until, found.recent, found.topics, found.newest) == (None, 0, (), ())
    assert np.isfinite(found.days)
