"""What everybody did is kept in step with the library: whatever changes is seen in the very next question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.nouns import Contribution, Filters, Kind, Role, Viewer
from catalog.store import Catalog
from catalog.wishes import Wish
from catalog.writer import Writer
from search.experts import Wanted, rank_experts, read_experts
from search.people import study as studies
from search.people.record import Record
from search.people.study import Study
from tests.build import Put, make_item, make_person
from tests.search.records import told

BO = Viewer("bo", frozenset({"garden"}))


def read(study: Study, catalog: Catalog) -> Record:
    with catalog.read(BO) as reader:
        return study.record(reader)


LATER = datetime(2099, 1, 1, tzinfo=UTC)
CHANGES: dict[str, Callable[[Catalog, Put], None]] = {
    "a new post": lambda _, put: put(make_item("new", author="Ned", tags=("fresh", "water"))),
    "an answer before its question": lambda _, put: put(make_item("early", thread="later", author="Tom")),
    "a question after its answer": lambda _, put: put(make_item("late", tags=("late",), author="Ada")),
    "another text, time, kind and tags": lambda _, put: put(
        make_item("q", "Other.", kind=Kind.POST, tags=("soil",), votes=9, created=LATER, author="Tom")
    ),
    "another community": lambda _, put: put(make_item("r", community="board", thread="q", author="Mara")),
    "another name": lambda _, put: put(make_item("more", author="MARA")),
    "a deleted question": lambda catalog, _: _write(catalog, lambda w: w.forget_item("notes", "q")),
    "a deleted answer": lambda catalog, _: _write(catalog, lambda w: w.forget_item("notes", "r")),
    "a deleted source": lambda catalog, _: _write(catalog, lambda w: w.remove_source(1)),
    "a unit under another name": lambda catalog, _: _write(catalog, _rename),
    "a merge": lambda catalog, _: _write(catalog, lambda w: w.merge_people(1, 2)),
    "a merge that is undone": lambda catalog, _: _write(
        catalog, lambda w: w.undo_merge(w.merge_people(1, 2))
    ),
    "an author record": lambda catalog, _: _write(catalog, _declare),
    "nothing": lambda catalog, _: _write(catalog, lambda w: w.generation()),
    "an opt-out": lambda catalog, _: _wish(catalog, Wish(opt_out=True)),
    "a pause": lambda catalog, _: _wish(catalog, Wish(pause_until=LATER)),
    "a hidden topic": lambda catalog, _: _wish(catalog, Wish(hide=("water",))),
    "a name that is not to be shown": lambda catalog, _: _wish(catalog, Wish(anonymous=True)),
    "somebody who left": lambda catalog, _: _wish(catalog, Wish(departed=True)),
    "a dispute": lambda catalog, _: _wish(catalog, Wish(dispute=("notes:r",))),
    "a group of copies": lambda catalog, _: _write(catalog, lambda w: w.join_copies(3, 4)),
}


def _write(catalog: Catalog, change: Callable[[Writer], object]) -> None:
    with catalog.write() as writer:
        change(writer)


def _wish(catalog: Catalog, wish: Wish) -> None:
    _write(catalog, lambda writer: writer.put_wish(1, wish))


def _rename(writer: Writer) -> None:
    writer.rename_unit(writer.units(1)["q"].id, "quarry", "/notes/quarry")


def _merge_and_undo(writer: Writer) -> None:
    writer.undo_merge(writer.merge_people(1, 2))


def _declare(writer: Writer) -> None:
    unit = writer.begin_unit(1, "people", "/notes/people")
    writer.put_person(replace(make_person("mara"), name="Mara O'Hara"), unit)


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_seen_at_once(catalog: Catalog, put: Put, change: str) -> None:
    """A record that caught up tells what one tells that is read anew, whatever has changed."""
    put(
        make_item("q", kind=Kind.QUESTION, tags=("water", "green"), author="Mara"),
        make_item("r", thread="q", contributions=(Contribution(make_person("Mara"), Role.ANSWERED),)),
        make_item(
            "s", thread="late", tags=("water",), contributions=(Contribution(make_person("Tom"), Role.SPOKE),)
        ),
        make_item("t", author="Tom"),
        *(make_item(f"more{number}") for number in range(20)),
    )
    study = Study(catalog)
    before = told(read(study, catalog))
    CHANGES[change](catalog, put)

    after = told(read(study, catalog))
    assert after == told(read(Study(catalog), catalog))
    assert (after == before) == (change in {"nothing", "a merge that is undone"})


def test_where_much_has_changed_nobody_waits(
    catalog: Catalog, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks is served from what there is, while it is read beside."""
    monkeypatch.setattr(studies, "_FEW", 0)
    put(make_item("q", author="Mara"))
    study = Study(catalog)
    before = read(study, catalog)
    put(make_item("r", author="Tom"))
    with study._reading, catalog.read(BO) as reader:
        assert study.record(reader, waits=False) is before
    assert study._beside is not None
    study._beside.join()

    assert [one.name for one in read(study, catalog).people] == ["Mara", "Tom"]


GONE: dict[str, Callable[[Catalog], None]] = {
    "a deleted answer": lambda catalog: _write(catalog, lambda w: w.forget_item("notes", "r")),
    "an opt-out": lambda catalog: _wish(catalog, Wish(opt_out=True)),
    "a hidden topic": lambda catalog: _wish(catalog, Wish(hide=("green water",))),
    "a dispute": lambda catalog: _wish(catalog, Wish(dispute=("notes:r",))),
}


@pytest.mark.parametrize("change", GONE)
def test_what_is_not_to_be_told_any_more_is_not(catalog: Catalog, put: Put, change: str) -> None:
    """Though the record is as of a little before, all is looked up under the viewer."""
    put(make_item("r", contributions=(Contribution(make_person("Mara"), Role.ANSWERED),)))
    record = read(Study(catalog), catalog)
    ranked = rank_experts(record, {1: 0.5}, Wanted("green water", Filters(), 1.0), 5)
    with catalog.read(BO) as reader:
        assert len(read_experts(reader, record, ranked, "green water")) == 1
    GONE[change](catalog)

    with catalog.read(BO) as reader:
        assert read_experts(reader, record, ranked, "green water") == []
