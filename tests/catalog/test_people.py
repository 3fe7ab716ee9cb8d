"""Who is who: merged by e-mail and by handle within a source, never by look-alike names."""

from __future__ import annotations

import pytest

from catalog.nouns import Contribution, Identity, IdentityKind, Person, Role
from catalog.store import Catalog
from tests.build import Put, make_item, make_person


def _names(catalog: Catalog, *keys: str) -> list[list[tuple[int, str]]]:
    with catalog.read(catalog.owner()) as reader:
        items = reader.items(f"notes:{key}" for key in keys)
    return [[(c.person.id, c.person.name) for c in items[f"notes:{key}"].contributions] for key in keys]


def _by(*people: Person) -> tuple[Contribution, ...]:
    return tuple(Contribution(person, Role.AUTHORED) for person in people)


def test_the_same_handle_in_a_source_is_one_person(catalog: Catalog, put: Put) -> None:
    """Two items by "mara" of one source are by one person."""
    put(make_item("a", author="Mara"), make_item("b", author="Mara"))
    assert _names(catalog, "a") == _names(catalog, "b")


def test_the_same_e_mail_joins_people_of_different_sources(catalog: Catalog, put: Put) -> None:
    """Whatever the handles are, one address is one person."""
    forum = make_person("mara_l", email="mara@x.example", scope="forum")
    docs = make_person("Mara Lindqvist", email="mara@x.example", scope="docs")
    put(make_item("a", contributions=_by(forum)), make_item("b", contributions=_by(docs)))
    [[(one, _)], [(other, _)]] = _names(catalog, "a", "b")
    assert one == other


def test_names_that_look_alike_stay_apart(catalog: Catalog, put: Put) -> None:
    """The same name in two sources is two people until something links them."""
    put(
        make_item("a", contributions=_by(make_person("Mara Lindqvist", scope="forum"))),
        make_item("b", contributions=_by(make_person("Mara Lindqvist", scope="docs"))),
    )
    [[(one, _)], [(other, _)]] = _names(catalog, "a", "b")
    assert one != other


def test_a_later_link_merges_people_and_their_contributions(catalog: Catalog, put: Put) -> None:
    """An author record that knows both handles makes two people one, under the name it declares."""
    slug, name = make_person("mara-lindqvist"), make_person("M. Lindqvist")
    put(make_item("a", contributions=_by(slug, name)), make_item("b", contributions=_by(name)))
    declared = Person("Mara Lindqvist", slug.identities | name.identities)
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        writer.put_person(declared, writer.begin_unit(source_id, "people/mara.md", "/notes/people/mara.md"))
    [a, b] = _names(catalog, "a", "b")
    assert a == b
    assert [person for _, person in a] == ["Mara Lindqvist"]


@pytest.mark.parametrize("declared_first", [True, False], ids=["record first", "document first"])
def test_a_declared_name_stands_in_any_order(catalog: Catalog, put: Put, declared_first: bool) -> None:
    """Documents name a slug; the record's name is shown whichever is read first."""
    document = make_item("a", contributions=_by(make_person("mara-lindqvist")))
    record = Person("Mara Lindqvist", make_person("mara-lindqvist").identities)
    if not declared_first:
        put(document)
    with catalog.write() as writer:
        source_id = writer.put_source("notes", "folder", "/notes", "/notes")
        writer.put_person(record, writer.begin_unit(source_id, "mara.md", "/notes/mara.md"))
    if declared_first:
        put(document)
    assert [[name for _, name in people] for people in _names(catalog, "a")] == [["Mara Lindqvist"]]


def test_a_source_that_renames_a_handle_renames_the_person(catalog: Catalog, put: Put) -> None:
    """A forum user who changes the display name is shown under the new one."""
    handle = frozenset({Identity(IdentityKind.HANDLE, "forum", "12")})
    put(make_item("a", contributions=_by(Person("mara", handle))))
    put(make_item("a", contributions=_by(Person("Mara L.", handle))))
    assert [[name for _, name in people] for people in _names(catalog, "a")] == [["Mara L."]]


def test_a_hashed_address_is_the_same_person_as_the_address(catalog: Catalog, put: Put) -> None:
    """A forum dump publishes only the hash; it meets the address that a document gives."""
    address = Identity(IdentityKind.EMAIL, "", "mara@x.example")
    hashed = Identity(IdentityKind.EMAIL_MD5, "", "0123456789abcdef0123456789abcdef")
    put(
        make_item("a", contributions=_by(Person("mara", frozenset({hashed})))),
        make_item("b", contributions=_by(Person("Mara", frozenset({address, hashed})))),
    )
    [[(one, _)], [(other, _)]] = _names(catalog, "a", "b")
    assert one == other


def test_people_without_contributions_are_pruned(catalog: Catalog, put: Put) -> None:
    """When the last item of a person goes, their name and addresses go too."""
    put(make_item("a", author="Mara"))
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
    with catalog.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM people").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM identities").scalar() == 0
