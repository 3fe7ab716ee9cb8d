"""What everybody did is kept once for all who are told the same, who are told of what they may read."""

from __future__ import annotations

from catalog.nouns import Contribution, Kind, Role, Viewer
from catalog.store import Catalog
from catalog.wishes import Wish
from search.people.record import Record
from search.people.study import Study
from tests.build import Put, make_item, make_person
from tests.search.records import told

GARDEN = frozenset({"garden"})


def read(study: Study, catalog: Catalog, name: str, communities: frozenset[str] = GARDEN) -> Record:
    with catalog.read(Viewer(name, communities)) as reader:
        return study.record(reader)


def test_members_who_are_told_the_same_share_a_record(catalog: Catalog, put: Put) -> None:
    """Else each of many members would wait until all is read for them alone."""
    put(make_item("tank", contributions=(Contribution(make_person("Mara"), Role.AUTHORED),)))
    study = Study(catalog)
    first = read(study, catalog, "ada@example.org")

    assert read(study, catalog, "bo@example.org") is first
    assert read(study, catalog, "guest") is first
    assert read(study, catalog, "bo@example.org", GARDEN | {"board"}) is not first


def test_whoever_is_anonymous_has_a_record_of_their_own(catalog: Catalog, put: Put) -> None:
    """Nobody else may know from it who they are."""
    mara = make_person("Mara", email="mara@example.org")
    put(make_item("tank", contributions=(Contribution(mara, Role.AUTHORED),)))
    with catalog.write() as writer:
        writer.put_wish(1, Wish(anonymous=True), "owner")
    study = Study(catalog)

    assert [one.name for one in read(study, catalog, "Mara@example.org").people] == ["Mara"]
    assert [one.name for one in read(study, catalog, "bo@example.org").people] == [""]


def test_a_record_is_as_if_what_may_not_be_read_were_not_there(catalog: Catalog, put: Put) -> None:
    """Neither items nor people, tags, threads or copies of another community leave a trace in it."""
    mara, agent = make_person("Mara"), make_person("Agent")
    put(
        make_item("q", community="board", tags=("secret",), kind=Kind.QUESTION, author="Agent"),
        make_item("r", thread="q", tags=("water",), contributions=(Contribution(mara, Role.ANSWERED),)),
        make_item("s", contributions=(Contribution(mara, Role.AUTHORED), Contribution(agent, Role.EDITED))),
        make_item("t", author="Mara", tags=("soil",)),
    )
    with catalog.write() as writer:
        writer.join_copies(3, 1)
        writer.join_copies(4, 1)
    study = Study(catalog)
    everything, seen = told(read(study, catalog, "ada", GARDEN | {"board"})), told(read(study, catalog, "bo"))
    with catalog.write() as writer:
        writer.forget_item("notes", "q")

    assert seen == told(read(study, catalog, "bo")) == told(read(Study(catalog), catalog, "bo"))
    assert seen != everything
    assert "secret" not in repr(seen)


def test_whoever_may_read_nothing_is_told_of_nobody(catalog: Catalog, put: Put) -> None:
    """The default is to deny."""
    put(make_item("tank", author="Mara"))

    assert told(read(Study(catalog), catalog, "nobody", frozenset())) == [[], [], [], (), [], []]


def test_a_record_stays_while_nothing_of_it_changes(catalog: Catalog, put: Put) -> None:
    """Most changes are of vectors and of sources: nobody has to wait for what they did not move."""
    put(make_item("tank", author="Mara"))
    study = Study(catalog)
    first = read(study, catalog, "bo")
    with catalog.write() as writer:
        writer.put_source("more", "folder", "/more", "/more")

    assert read(study, catalog, "bo") is first
