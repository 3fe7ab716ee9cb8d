"""Columns tell the same as the catalog does: after a new build, after changes, and out of their files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from catalog.copies import Sketch
from catalog.nouns import Filters, Kind, Span
from catalog.store import Catalog
from catalog.writer import Writer
from search.catching_up import caught_up_columns, save_where_due
from search.columns import Columns
from search.derived import StaleIndexError, saved_generation
from search.sharing import Sharing
from tests.build import Put, make_item

OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
HOE = make_item("hoe", "Sharpen it. Oil it.", tags=("tools", "steel"), votes=3, created=OLD)
ITEMS = (
    make_item("rake", "Rakes too.", kind=Kind.ANSWER, thread="hoe", votes=-2),
    make_item("undated", "Once upon a time.", kind=Kind.POST, created=None, tags=("steel",)),
    make_item("secret", "For the board.", community="board", tags=("tools",)),
)
FILTERS = {
    "none": Filters(),
    "kinds": Filters(kinds=frozenset({Kind.ANSWER, Kind.POST})),
    "tags": Filters(tags=frozenset({"steel", "unknown"})),
    "since": Filters(since=NEW),
    "until": Filters(until=NEW),
    "all": Filters(kinds=frozenset({Kind.DOCUMENT}), tags=frozenset({"tools"}), since=OLD, until=NEW),
}


@pytest.fixture
def columns(catalog: Catalog, put: Put) -> Columns:
    """The columns of a document of two passages, an answer, a post without a date, and a private document."""
    put(HOE, spans=[Span(0, 11), Span(12, 19)])
    put(*ITEMS)
    return _caught_up(catalog, Columns())


def _caught_up(catalog: Catalog, columns: Columns) -> Columns:
    with catalog.feed() as feed:
        return caught_up_columns(catalog.folder / "columns", feed, columns, Sharing().changing)


def _assert_as_the_catalog(catalog: Catalog, columns: Columns) -> None:
    """What viewers may find, and where it belongs, is what the catalog says itself."""
    for viewer in (catalog.owner(), catalog.viewer("guest")):
        with catalog.read(viewer) as reader:
            numbers = [one.number for one in reader.numbered_communities().values()]
            for name, filters in FILTERS.items():
                allowed = columns.allowed(numbers, filters).ids().tolist()
                assert allowed == reader.passage_ids(filters).tolist(), name
            everything = reader.passage_ids(Filters())
            places = columns.places(everything)
            found = {place.passage: place for place in map(places.__getitem__, range(len(everything)))}
            assert found == reader.places(everything.tolist())


def test_columns_tell_what_the_catalog_tells(catalog: Catalog, columns: Columns) -> None:
    """Of every viewer and filter, and of every passage."""
    _assert_as_the_catalog(catalog, columns)
    assert len(columns) == 5


def _renamed(writer: Writer) -> None:
    writer.rename_unit(2, "fork", "/notes/fork")


def _forgotten(writer: Writer) -> None:
    writer.forget_item("notes", "hoe")


def _grouped(writer: Writer) -> None:
    writer.put_sketches([Sketch(one) for one in writer.unsketched(writer.unlinked()[0])])
    writer.join_copies(3, 1)


@pytest.mark.parametrize("change", [_renamed, _forgotten, _grouped])
def test_columns_follow_changes(catalog: Catalog, columns: Columns, change: Callable[[Writer], None]) -> None:
    """Of names, groups and what is there, without any passage that is new."""
    with catalog.write() as writer:
        change(writer)
    _assert_as_the_catalog(catalog, _caught_up(catalog, columns))


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(replace(HOE, votes=9), id="votes"),
        pytest.param(replace(HOE, tags=("steel", "bronze")), id="tags"),
        pytest.param(replace(HOE, community="board", kind=Kind.LESSON, created=NEW), id="moved"),
        pytest.param(replace(HOE, text="Throw it away."), id="text"),
    ],
)
def test_columns_follow_an_item_that_is_stored_otherwise(
    catalog: Catalog, columns: Columns, put: Put, item: object
) -> None:
    """It has one passage then, and the other is gone."""
    put(item)  # type: ignore[arg-type]
    caught_up = _caught_up(catalog, columns)
    _assert_as_the_catalog(catalog, caught_up)
    assert (caught_up is columns, len(columns)) == (True, 4)


def test_beside_a_passage_are_the_first_ones_of_its_item(catalog: Catalog, put: Put) -> None:
    """The first 64 in their order, and the passage itself; unknown passages have none."""
    text = "Water. " * 70
    put(make_item("long", text, title="Long"), spans=[Span(7 * n, 7 * n + 6) for n in range(70)])
    columns = _caught_up(catalog, Columns())
    assert columns.beside(np.array([70, 999, 0])).tolist() == [*range(1, 65), 70]
    assert columns.items_of(np.array([70, 999])).tolist() == [1, 0]


def test_columns_come_out_of_their_files_as_they_went_in(
    catalog: Catalog, columns: Columns, put: Put, tmp_path: Path
) -> None:
    """And go on from there; what is changed in memory stays there."""
    columns.save(tmp_path)
    put(*(make_item(f"more{number}", "More of it.") for number in range(9)))
    loaded = _caught_up(catalog, Columns.load(tmp_path))
    _assert_as_the_catalog(catalog, loaded)
    _assert_as_the_catalog(catalog, _caught_up(catalog, Columns.load(tmp_path)))
    loaded.save(tmp_path)
    assert [path.name for path in tmp_path.glob("table-*")] == ["table-2"]
    _assert_as_the_catalog(catalog, Columns.load(tmp_path))


@pytest.mark.parametrize("damaged", ["index.json", "table-1/item.npy", "table-1/letters.npy"])
def test_damaged_columns_are_not_used(columns: Columns, tmp_path: Path, damaged: str) -> None:
    """They say that they have to be made again."""
    columns.save(tmp_path)
    (tmp_path / damaged).write_bytes(b"\x00broken")
    with pytest.raises(StaleIndexError):
        Columns.load(tmp_path)


def test_columns_are_written_when_much_has_changed(catalog: Catalog, columns: Columns, put: Put) -> None:
    """A few changes stay in memory: whoever opens the columns brings them in again."""
    folder = catalog.folder / "columns"
    generations = []
    for number in (1, 1, 250):
        with catalog.feed() as feed:
            save_where_due(folder, feed, _caught_up(catalog, columns))
        generations.append(saved_generation(folder))
        put(*(make_item(f"{number}-{key}", "More.") for key in range(number)))
    with catalog.feed() as feed:
        save_where_due(folder, feed, _caught_up(catalog, columns))
    assert (generations, saved_generation(folder)) == ([3, 3, 3], catalog.generation())
