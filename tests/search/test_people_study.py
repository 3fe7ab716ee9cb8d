"""What everybody did is read once for all who are told the same, and leaves no garbage behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from catalog.nouns import Contribution, Role, Viewer
from catalog.store import Catalog
from catalog.wishes import Wish
from search.people import study as studies
from search.people.record import Record
from search.people.study import Study
from tests.build import Put, make_item, make_person

GARDEN = frozenset({"garden"})


def read(study: Study, catalog: Catalog, name: str, communities: frozenset[str] = GARDEN) -> Record:
    with catalog.read(Viewer(name, communities)) as reader:
        return study.record(reader)


def test_members_who_are_told_the_same_share_a_record(catalog: Catalog, put: Put) -> None:
    """Else each of many members would wait until all is read for them alone."""
    put(make_item("tank", contributions=(Contribution(make_person("Mara"), Role.AUTHORED),)))
    study = Study()
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
    study = Study()

    assert [one.name for one in read(study, catalog, "Mara@example.org").people] == ["Mara"]
    assert [one.name for one in read(study, catalog, "bo@example.org").people] == [""]


class Session:
    """Something that holds itself, as a visit to a page does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_thawed")
def test_what_ends_between_two_records_does_not_stay(
    catalog: Catalog, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a large record, and all that is there with it, is left alone by collections of garbage."""
    monkeypatch.setattr(studies, "_LARGE", 1)
    put(make_item("tank", contributions=(Contribution(make_person("Mara"), Role.AUTHORED),)))
    study, session = Study(), Session()
    seen = weakref.ref(session)
    read(study, catalog, "guest")
    del session
    put(make_item("leeks"))
    read(study, catalog, "guest")

    assert seen() is None
