"""Disputes, anonymity, departure, and the audit of all that is decided about people."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import NotFoundError
from catalog.nouns import Contribution, Person, Role
from catalog.reader_people import Dispute
from catalog.store import Catalog
from catalog.wishes import Wish
from tests.build import GARDEN, Put, make_item, make_library_at, make_person


def contributions(catalog: Catalog, key: str) -> tuple[Contribution, ...]:
    with catalog.read(catalog.owner()) as reader:
        return reader.item(f"notes:{key}").contributions


def disputed(catalog: Catalog, key: str) -> list[bool]:
    return [one.disputed for one in contributions(catalog, key)]


def wish(catalog: Catalog, person_id: int, wished: Wish, by: str = "owner") -> None:
    with catalog.write() as writer:
        writer.put_wish(person_id, wished, by)


# --- disputes ---


def test_a_disputed_item_is_no_evidence_until_that_is_taken_back(catalog: Catalog, put: Put) -> None:
    """Of theirs only; what others did to it counts as before."""
    both = tuple(Contribution(make_person(name), Role.AUTHORED) for name in ("Mara", "Tom"))
    put(make_item("a", contributions=both), make_item("b", author="Mara"))
    wish(catalog, 1, Wish(dispute=("notes:a",), because="Tom wrote all of it."))
    assert (disputed(catalog, "a"), disputed(catalog, "b")) == ([True, False], [False])
    with catalog.read(catalog.owner()) as reader:
        [told] = reader.person("Mara").disputes
    assert told == Dispute("notes:a", "Tom wrote all of it.", told.at)
    wish(catalog, 1, Wish(undispute=("notes:a",)))
    assert disputed(catalog, "a") == [False, False]


def test_a_dispute_survives_its_source(catalog: Catalog, put: Put) -> None:
    """Read again, changed, gone and back: it is kept by the names of source and item."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(dispute=("notes:a",)))
    put(make_item("a", "Other words.", author="Mara"))
    assert disputed(catalog, "a") == [True]
    with catalog.write() as writer:
        [source] = writer.sources()
        writer.remove_source(source.id)
        writer.put_community(GARDEN)
    put(make_item("a", author="Mara"))
    assert disputed(catalog, "a") == [True]


def test_a_dispute_follows_a_renamed_file(catalog: Catalog, put: Put) -> None:
    """The item is the same under its new key."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(dispute=("notes:a",)))
    with catalog.write() as writer:
        [source] = writer.sources()
        writer.rename_unit(writer.units(source.id)["a"].id, "b", "/notes/b")
    assert disputed(catalog, "b") == [True]


def test_a_dispute_follows_merges_and_their_undoing(catalog: Catalog, put: Put) -> None:
    """Of two who become one it holds for both, and then for whose it was."""
    put(make_item("a", author="Mara"), make_item("b", author="M. Lindqvist"))
    wish(catalog, 2, Wish(dispute=("notes:b",)))
    with catalog.write() as writer:
        number = writer.merge_people(1, 2)
    assert (disputed(catalog, "a"), disputed(catalog, "b")) == ([False], [True])
    wish(catalog, 1, Wish(dispute=("notes:a",)))
    with catalog.write() as writer:
        writer.undo_merge(number)
    assert (disputed(catalog, "a"), disputed(catalog, "b")) == ([True], [True])


@pytest.mark.parametrize(
    ("wished", "message"),
    [
        pytest.param(Wish(dispute=("notes:zzz",)), "notes:zzz: nothing that this person", id="no item"),
        pytest.param(Wish(dispute=("notes:b",)), "notes:b: nothing that this person", id="of somebody else"),
        pytest.param(Wish(undispute=("notes:a",)), "notes:a: not disputed", id="not disputed"),
    ],
)
def test_a_dispute_about_nothing_is_refused(catalog: Catalog, put: Put, wished: Wish, message: str) -> None:
    """The message says what is wrong."""
    put(make_item("a", author="Mara"), make_item("b", author="Tom"))
    with pytest.raises(NotFoundError, match=message):
        wish(catalog, 1, wished)


# --- anonymous, departed ---


def test_who_is_anonymous_has_no_name_and_no_number(catalog: Catalog, put: Put) -> None:
    """Only where they belong; within one reading they are told apart, and the owner knows who they are."""
    put(*(make_item(key, author=who) for key, who in [("a", "Mara"), ("b", "Tom"), ("c", "Mara")]))
    for number in (1, 2):
        wish(catalog, number, Wish(anonymous=True))
    with catalog.read(catalog.owner()) as reader:
        shown = [reader.item(f"notes:{key}").contributions[0].person for key in "abc"]
        known = reader.person("Mara").person
    assert shown == [Person("A member of Garden", id=number, anonymous=True) for number in (-1, -2, -1)]
    assert known == Person("Mara", id=1, anonymous=True)


def test_nobody_else_finds_who_is_anonymous(catalog: Catalog, put: Put) -> None:
    """Neither in the list nor by name or number, nor among the nearest names; themselves they do."""
    mara = make_person("Mara", email="mara@x.example")
    put(make_item("a", contributions=(Contribution(mara, Role.AUTHORED),)), make_item("b", author="Marta"))
    wish(catalog, 1, Wish(anonymous=True))
    with catalog.read(catalog.viewer("guest")) as reader:
        assert [one.person.name for one in reader.people()] == ["Marta"]
        for who in ("1", "Mara"):
            with pytest.raises(NotFoundError) as told:
                reader.person(who)
            assert "Mara (" not in str(told.value)
    with catalog.read(catalog.viewer("MARA@x.example")) as reader:
        assert (reader.person("Mara").oneself, reader.person("Marta").oneself) == (True, False)


def test_who_has_left_is_known_to_have(catalog: Catalog, put: Put) -> None:
    """Under their name, until they are back; it survives the source."""
    put(make_item("a", author="Mara"))
    wish(catalog, 1, Wish(departed=True))
    put(make_item("a", "Other words.", author="Mara"))
    assert contributions(catalog, "a")[0].person == Person("Mara", id=1, departed=True)
    wish(catalog, 1, Wish(departed=False))
    assert contributions(catalog, "a")[0].person == Person("Mara", id=1)


# --- unknown names ---


@pytest.mark.parametrize(
    ("who", "message"),
    [
        pytest.param("mara", r"mara: no such person; did you mean Mara Holm \(1\)\?", id="part of a name"),
        pytest.param("Tomas Wrona", r"did you mean Tomasz Wrona \(2\), Tomasz Wrona \(3\)\?", id="misspelt"),
        pytest.param("Zebedee", "no such person; `copse people list` shows", id="nobody like it"),
    ],
)
def test_an_unknown_name_leads_to_the_nearest(catalog: Catalog, put: Put, who: str, message: str) -> None:
    """With numbers, because a name may be that of several."""
    both = tuple(Contribution(make_person("Tomasz Wrona", scope=at), Role.AUTHORED) for at in ("a", "b"))
    put(make_item("a", author="Mara Holm"), make_item("b", contributions=both))
    with catalog.read(catalog.owner()) as reader, pytest.raises(NotFoundError, match=message):
        reader.person(who)


# --- the audit ---


def test_every_decision_has_a_line(catalog: Catalog, put: Put) -> None:
    """Who, what, about whom; the latest first, without addresses."""
    put(*(make_item(key, author=who) for key, who in [("a", "Mara"), ("b", "Tom")]))
    wish(catalog, 1, Wish(opt_out=True, hide=("slugs",), because="asked ada@example.org"), "Ada@Example.org")
    wish(catalog, 1, Wish(dispute=("notes:a",), because="a copy"))
    with catalog.write() as writer:
        number = writer.merge_people(1, 2)
        writer.undo_merge(number)
        writer.tell_apart(1, 2)
        writer.forget_item("notes", "b")
    with catalog.read(catalog.owner()) as reader:
        told = [(one.actor, one.action, one.person_id, one.detail) for one in reader.decisions()]
        of_tom = [one.action for one in reader.decisions(2)]
    assert told == [
        ("owner", "forget", None, "notes:b"),
        ("owner", "tell-apart", 1, "1 and 2 are two"),
        ("owner", "undo-merge", 1, "merge 1: 1 and 2 are two"),
        ("owner", "merge", 1, "merge 1: 1 and 2 are one"),
        ("owner", "dispute", 1, "notes:a: a copy"),
        ("Ada", "hide", 1, "slugs: asked ada"),
        ("Ada", "opt-out", 1, "asked ada"),
    ]
    assert of_tom == []


def test_the_audit_is_for_the_owner_alone(catalog: Catalog, put: Put) -> None:
    """Also not for one who may read everything."""
    put(make_item("a", author="Mara"), make_item("b", author="Tom", community="board"))
    wish(catalog, 1, Wish(opt_out=True))
    with catalog.read(catalog.viewer("ada@example.org")) as reader:
        assert reader.decisions() == []


def test_a_refused_decision_has_no_line(catalog: Catalog, put: Put) -> None:
    """It is in the transaction of what it tells."""
    put(make_item("a", author="Mara"))
    with pytest.raises(NotFoundError):
        wish(catalog, 1, Wish(opt_out=True, undispute=("notes:a",)))
    with catalog.read(catalog.owner()) as reader:
        assert (reader.decisions(), reader.person("Mara").opted_out) == ([], False)


def test_a_library_from_before_gets_the_tables(tmp_path: Path) -> None:
    """Whoever was known then has no such wish."""
    make_library_at(tmp_path, "0003", "INSERT INTO people (name) VALUES ('Mara')")
    with Catalog.open(tmp_path) as catalog, catalog.read(catalog.owner()) as reader:
        assert reader.person("Mara").person == Person("Mara", id=1)
