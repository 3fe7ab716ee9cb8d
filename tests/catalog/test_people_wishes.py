"""What people wish about being named, and that it holds whatever their sources do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import NotFoundError, SettingError
from catalog.nouns import Person
from catalog.store import Catalog
from catalog.wishes import Wish
from tests.build import GARDEN, Put, make_item

FAR = datetime(2999, 1, 1, tzinfo=UTC)


def author(catalog: Catalog, key: str) -> Person:
    with catalog.read(catalog.owner()) as reader:
        [contribution] = reader.item(f"notes:{key}").contributions
    return contribution.person


def wish(catalog: Catalog, person_id: int, wished: Wish) -> None:
    with catalog.write() as writer:
        writer.put_wish(person_id, wished)


def test_opting_out_can_be_taken_back(catalog: Catalog, put: Put) -> None:
    """The name stays with the contributions all the while."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(opt_out=True))
    assert author(catalog, "a") == Person("Mara", id=1, suggestible=False)
    wish(catalog, 1, Wish(opt_out=False))
    assert author(catalog, "a") == Person("Mara", id=1)


def test_a_pause_ends_when_it_is_ended(catalog: Catalog, put: Put) -> None:
    """Until then they are not named."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(pause_until=FAR))
    assert author(catalog, "a").suggestible is False
    wish(catalog, 1, Wish(resume=True))
    assert author(catalog, "a").suggestible is True


def test_a_pause_is_over_after_its_time(catalog: Catalog, put: Put) -> None:
    """Nobody has to end it."""
    put(make_item("a", author="Mara"))
    with catalog.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET paused_until = 86400")
    assert author(catalog, "a").suggestible is True


def test_topics_are_hidden_and_shown(catalog: Catalog, put: Put) -> None:
    """Without regard to case and spacing."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(hide=("Rain  Tanks", "slugs", "slugs")))
    assert author(catalog, "a").hidden_topics == {"rain tanks", "slugs"}
    wish(catalog, 1, Wish(show=("RAIN tanks",)))
    assert author(catalog, "a").hidden_topics == {"slugs"}


@pytest.mark.parametrize(
    ("wished", "message"),
    [
        (Wish(pause_until=datetime(2020, 1, 1, tzinfo=UTC)), "2020-01-01 has ended already"),
        (Wish(hide=(" - ",)), "give a word or a few"),
        (Wish(hide=("x" * 101,)), "up to 100 characters"),
        (Wish(hide=tuple(f"topic {number}" for number in range(201))), "more than 200 hidden topics"),
    ],
    ids=["past pause", "no word", "long topic", "many topics"],
)
def test_a_wish_that_cannot_be_kept_is_refused(
    catalog: Catalog, put: Put, wished: Wish, message: str
) -> None:
    """The message says why."""
    put(make_item("a", author="Mara"))
    with pytest.raises(SettingError, match=message):
        wish(catalog, 1, wished)


def test_wishes_of_nobody_are_refused(catalog: Catalog) -> None:
    """There has to be such a person."""
    with pytest.raises(NotFoundError, match="7: no such person"):
        wish(catalog, 7, Wish(opt_out=True))


@pytest.mark.parametrize(
    "wished",
    [Wish(opt_out=True), Wish(pause_until=FAR), Wish(hide=("slugs",))],
    ids=["opted out", "paused", "hidden topic"],
)
def test_wishes_survive_their_source(catalog: Catalog, put: Put, wished: Wish) -> None:
    """Read again, changed, gone and back: the wish holds."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, wished)
    before = author(catalog, "a")
    put(make_item("a", "Other words.", author="Mara"))
    assert author(catalog, "a") == before
    with catalog.write() as writer:
        [source] = writer.sources()
        writer.remove_source(source.id)
        writer.put_community(GARDEN)
    put(make_item("b", author="Mara"))
    assert author(catalog, "b") == before


def test_of_two_who_become_one_the_stricter_wish_holds(catalog: Catalog, put: Put) -> None:
    """All hidden topics together, and opted out if either was; undone, each has their own again."""
    put(make_item("a", author="Mara"), make_item("b", author="M. Lindqvist"))
    wish(catalog, 1, Wish(hide=("slugs",)))
    wish(catalog, 2, Wish(opt_out=True, hide=("water",)))
    with catalog.write() as writer:
        number = writer.merge_people(1, 2)
    both = Person("Mara", id=1, suggestible=False, hidden_topics=frozenset({"slugs", "water"}))
    assert (author(catalog, "a"), author(catalog, "b")) == (both, both)
    with catalog.write() as writer:
        writer.undo_merge(number)
    assert author(catalog, "a") == Person("Mara", id=1, hidden_topics=frozenset({"slugs"}))
    assert author(catalog, "b").suggestible is False


def test_a_wish_after_a_merge_holds_for_both_when_it_is_undone(catalog: Catalog, put: Put) -> None:
    """Nobody is named against their will, whoever of the two it was."""
    put(make_item("a", author="Mara"), make_item("b", author="M. Lindqvist"))
    with catalog.write() as writer:
        number = writer.merge_people(1, 2)
        writer.put_wish(2, Wish(opt_out=True))
        writer.undo_merge(number)
    assert [author(catalog, key).suggestible for key in "ab"] == [False, False]


def test_people_are_listed_with_what_they_wish(catalog: Catalog, put: Put) -> None:
    """The busiest first; how sources name them is for the owner alone."""
    put(make_item("a", author="Mara"), make_item("b", author="Mara"), make_item("c", author="Tom"))
    wish(catalog, 1, Wish(opt_out=True))
    with catalog.read(catalog.owner()) as reader:
        found = [
            (one.person.name, one.communities, one.contributions, one.opted_out) for one in reader.people()
        ]
        assert [one.person.name for one in reader.people("TÓM")] == ["Tom"]
        assert [one.value for one in reader.person("Tom").identities] == ["tom"]
        assert reader.person("2") == reader.person("Tom")
    assert found == [("Mara", ("garden",), 2, True), ("Tom", ("garden",), 1, False)]
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.person("Tom").identities == ()
        with pytest.raises(NotFoundError, match="Ann: no such person"):
            reader.person("Ann")


def test_a_name_of_several_people_needs_a_number(catalog: Catalog, put: Put) -> None:
    """The message gives the numbers."""
    from catalog.nouns import Contribution, Role
    from tests.build import make_person

    two = [Contribution(make_person("Ann Lee", scope=scope), Role.AUTHORED) for scope in ("forum", "docs")]
    put(make_item("a", contributions=tuple(two)))
    with (
        catalog.read(catalog.owner()) as reader,
        pytest.raises(NotFoundError, match="2 people have this name; give one's number: 1, 2"),
    ):
        reader.person("Ann Lee")
