"""Merges of people: by themselves, by a steward, and undone; and who is proposed to be one person."""

from __future__ import annotations

import pytest

from catalog.errors import NotFoundError, SettingError
from catalog.nouns import Contribution, Person, Role
from catalog.store import Catalog
from tests.build import GARDEN, Put, make_item, make_person

FORUM = make_person("mara_l", email="mara@x.example", scope="forum")
DOCS = make_person("Mara Lindqvist", email="mara@x.example", scope="docs")
WIKI = make_person("ml", email="mara@x.example", scope="wiki")


def by(*people: Person) -> tuple[Contribution, ...]:
    return tuple(Contribution(person, Role.AUTHORED) for person in people)


def authors(catalog: Catalog, *keys: str) -> list[list[tuple[int, str]]]:
    """Number and name of each author, item by item."""
    with catalog.read(catalog.owner()) as reader:
        items = reader.items(f"notes:{key}" for key in keys)
    return [[(c.person.id, c.person.name) for c in items[f"notes:{key}"].contributions] for key in keys]


def merges(catalog: Catalog) -> list[tuple[int, str, str, str, bool]]:
    with catalog.read(catalog.owner()) as reader:
        return [(one.id, one.person.name, one.name, one.reason, one.automatic) for one in reader.merges()]


def matches(catalog: Catalog) -> list[tuple[int, int, str]]:
    with catalog.read(catalog.owner()) as reader:
        return [(match.one.id, match.other.id, match.reason) for match in reader.matches()]


def put_two(put: Put) -> None:
    put(make_item("a", contributions=by(FORUM)), make_item("b", contributions=by(DOCS)))


def test_a_merge_by_the_same_address_is_recorded(catalog: Catalog, put: Put) -> None:
    """Who stayed, whom it took in, and why."""
    put_two(put)
    assert merges(catalog) == [(1, "mara_l", "Mara Lindqvist", "the same e-mail address", True)]


def test_an_undone_merge_gives_both_back(catalog: Catalog, put: Put) -> None:
    """Each with the name and the contributions of their own source."""
    put_two(put)
    with catalog.write() as writer:
        assert writer.undo_merge(1) == (1, 2)
    assert authors(catalog, "a", "b") == [[(1, "mara_l")], [(2, "Mara Lindqvist")]]
    assert merges(catalog) == []


def test_what_was_undone_stays_undone_when_sources_are_read_again(catalog: Catalog, put: Put) -> None:
    """The address is still the same; a contribution goes to the one whom the source's handle names."""
    put_two(put)
    with catalog.write() as writer:
        writer.undo_merge(1)
    put_two(put)
    put(make_item("c", contributions=by(DOCS)))
    assert authors(catalog, "a", "b", "c") == [
        [(1, "mara_l")],
        [(2, "Mara Lindqvist")],
        [(2, "Mara Lindqvist")],
    ]


def test_a_merge_is_undone_after_contributions_have_changed(catalog: Catalog, put: Put) -> None:
    """What came after the merge goes to whom its source names, too."""
    put_two(put)
    put(make_item("a", "Other words.", contributions=by(DOCS)), make_item("c", contributions=by(FORUM)))
    with catalog.write() as writer:
        writer.undo_merge(1)
    assert authors(catalog, "a", "b", "c") == [
        [(2, "Mara Lindqvist")],
        [(2, "Mara Lindqvist")],
        [(1, "mara_l")],
    ]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["first first", "last first"])
def test_a_chain_of_merges_is_undone_in_any_order(catalog: Catalog, put: Put, order: tuple[int, int]) -> None:
    """Two became one, and then part of a third."""
    put(
        make_item("a", author="Ann"),
        make_item("b", author="Bo"),
        make_item("c", author="Cy"),
    )
    with catalog.write() as writer:
        writer.merge_people(2, 3)
        writer.merge_people(1, 2)
    assert authors(catalog, "a", "b", "c") == [[(1, "Ann")]] * 3
    with catalog.write() as writer:
        for number in order:
            writer.undo_merge(number)
    assert authors(catalog, "a", "b", "c") == [[(1, "Ann")], [(2, "Bo")], [(3, "Cy")]]


def test_undoing_a_merge_takes_along_what_was_merged_before(catalog: Catalog, put: Put) -> None:
    """The person that comes back is as whole as they were."""
    put(make_item("a", author="Ann"), make_item("b", author="Bo"), make_item("c", author="Cy"))
    with catalog.write() as writer:
        writer.merge_people(2, 3)
        second = writer.merge_people(1, 3)
        writer.undo_merge(second)
    assert authors(catalog, "a", "b", "c") == [[(1, "Ann")], [(2, "Bo")], [(2, "Bo")]]


def test_one_person_is_told_once_of_an_item(catalog: Catalog, put: Put) -> None:
    """Both of a person's names on one document are one contribution, under the declared name."""
    put(make_item("a", contributions=by(FORUM, WIKI)))
    assert authors(catalog, "a") == [[(1, "mara_l")]]


def test_a_program_is_not_merged_with_whoever_registered_it(catalog: Catalog, put: Put) -> None:
    """A bot that uses its maker's address must not make the maker a bot."""
    robot = Person("mara-bot", make_person("mara-bot", email="mara@x.example").identities, bot=True)
    put(make_item("a", contributions=by(FORUM)), make_item("b", contributions=by(robot)))
    assert authors(catalog, "a", "b") == [[(1, "mara_l")], [(2, "mara-bot")]]


def test_a_steward_cannot_merge_what_is_one_or_is_not_there(catalog: Catalog, put: Put) -> None:
    """The message says where to look."""
    put_two(put)
    with catalog.write() as writer:
        with pytest.raises(SettingError, match="1 and 2: they are one person already"):
            writer.merge_people(1, 2)
        with pytest.raises(SettingError, match="undo their merge"):
            writer.tell_apart(1, 2)
        with pytest.raises(NotFoundError, match="9: no such person"):
            writer.merge_people(1, 9)
        with pytest.raises(NotFoundError, match="9: no such merge"):
            writer.undo_merge(9)


def test_what_a_steward_merged_outlives_the_absence_of_a_source(catalog: Catalog, put: Put) -> None:
    """A source that vanishes and comes back finds the merge as it was; so does what was told apart."""
    put(make_item("a", author="Ann"), make_item("b", author="Bo"), make_item("c", author="Cy"))
    with catalog.write() as writer:
        writer.merge_people(1, 2)
        writer.tell_apart(1, 3)
        [source] = writer.sources()
        writer.remove_source(source.id)
        writer.put_community(GARDEN)
    put(make_item("a", author="Ann"), make_item("b", author="Bo"), make_item("c", author="Cy"))
    assert authors(catalog, "a", "b", "c") == [[(1, "Ann")], [(1, "Ann")], [(3, "Cy")]]


def test_a_merge_by_itself_goes_with_the_people(catalog: Catalog, put: Put) -> None:
    """Nothing is left of people who contribute nothing and about whom nobody decided anything."""
    put_two(put)
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
    assert authors(catalog, "b") == [[(1, "mara_l")]]
    with catalog.write() as writer:
        writer.forget_item("notes", "b")
    with catalog.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM people").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM identities").scalar() == 0


# --- proposals ---


def test_the_same_full_name_in_one_community_is_proposed(catalog: Catalog, put: Put) -> None:
    """Whatever the case, the accents and the spacing."""
    put(
        make_item("a", contributions=by(make_person("José  Peña", scope="forum"))),
        make_item("b", contributions=by(make_person("jose pena", scope="docs"))),
    )
    assert matches(catalog) == [(1, 2, "the same full name, and both contribute to garden")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Mara", "mara", id="one word"),
        pytest.param("Deleted User", "deleted user", id="placeholder"),
        pytest.param("Ann Lee", "Ann Li", id="other name"),
    ],
)
def test_a_name_that_tells_nothing_is_not_proposed(catalog: Catalog, put: Put, one: str, other: str) -> None:
    """A first name, a placeholder, or another name."""
    put(
        make_item("a", contributions=by(make_person(one, scope="forum"))),
        make_item("b", contributions=by(make_person(other, scope="docs"))),
    )
    assert matches(catalog) == []


def test_people_of_different_communities_are_not_proposed(catalog: Catalog, put: Put) -> None:
    """The same name alone is no sign."""
    put(
        make_item("a", contributions=by(make_person("Ann Lee", scope="forum"))),
        make_item("b", community="board", contributions=by(make_person("Ann Lee", scope="docs"))),
    )
    assert matches(catalog) == []


def test_two_accounts_of_one_source_come_last(catalog: Catalog, put: Put) -> None:
    """People do register twice, but a source that tells two apart is mostly right."""
    twice = [Person("Bo Ek", make_person(name, scope="forum").identities) for name in ("bo", "boek")]
    put(
        make_item("a", contributions=by(*twice)),
        make_item("b", contributions=by(make_person("Ann Lee", scope="forum"))),
        make_item("c", contributions=by(make_person("Ann Lee", scope="docs"))),
    )
    assert matches(catalog) == [
        (3, 4, "the same full name, and both contribute to garden"),
        (1, 2, "the same full name, and both contribute to garden; but forum tells them apart"),
    ]


def test_a_proposal_is_accepted_and_undone_or_rejected(catalog: Catalog, put: Put) -> None:
    """None of these comes back as a proposal."""
    put(
        make_item("a", contributions=by(make_person("Ann Lee", scope="forum"))),
        make_item("b", contributions=by(make_person("Ann Lee", scope="docs"))),
    )
    with catalog.write() as writer:
        number = writer.merge_people(1, 2)
    assert (matches(catalog), authors(catalog, "a", "b")) == ([], [[(1, "Ann Lee")]] * 2)
    with catalog.write() as writer:
        writer.undo_merge(number)
    assert (matches(catalog), authors(catalog, "b")) == ([], [[(2, "Ann Lee")]])


def test_programs_and_rejected_pairs_are_not_proposed(catalog: Catalog, put: Put) -> None:
    """A rejection is remembered."""
    robot = Person("Ann Lee", make_person("Ann Lee", scope="chat").identities, bot=True)
    put(
        make_item("a", contributions=by(make_person("Ann Lee", scope="forum"), robot)),
        make_item("b", contributions=by(make_person("Ann Lee", scope="docs"))),
    )
    [(one, other, _)] = matches(catalog)
    with catalog.write() as writer:
        writer.tell_apart(one, other)
    assert matches(catalog) == []
