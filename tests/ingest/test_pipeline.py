"""Keeping the catalog in step with sources: only what changed is read and written, and what vanished goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Item, Kind, Span
from catalog.store import Catalog
from ingest.pipeline import Report, ingest
from ingest.sources.protocol import Record, Unit
from tests.build import GARDEN


@dataclass
class MemorySource:
    """A source whose units are texts in a dict: each line of a text is an item.

    A text "broken" cannot be read; a line "bad row" is a row that cannot.
    """

    texts: dict[str, str]
    name: str = "notes"
    location: str = "/notes"
    kind: str = "memory"
    communities: Sequence[Community] = (GARDEN,)
    small_units: bool = True
    unlistable: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    def units(self) -> Iterator[Unit | UnreadableError]:
        for key in sorted(self.texts):
            digest = hashlib.sha256(self.texts[key].encode()).hexdigest()
            yield Unit(key, digest, f"{self.location}/{key}", content=digest)
        for where in self.unlistable:
            yield UnreadableError(where, "permission denied")

    def read(self, unit: Unit) -> Iterator[Record]:
        self.reads.append(unit.key)
        if self.texts[unit.key] == "broken":
            raise UnreadableError(unit.where, "is broken")
        for number, line in enumerate(self.texts[unit.key].split("\n")):
            if line == "bad row":
                yield UnreadableError(f"{unit.where} line {number}", "is bad")
            else:
                key = unit.key if number == 0 else f"{unit.key}#{number}"
                yield Item("notes", key, Kind.DOCUMENT, "Note", line, "garden")


class Silent:
    """Nobody looks on."""

    def begin(self, source: str, units: int) -> None: ...

    def read(self, units: int, items: int) -> None: ...

    def failed(self, error: UnreadableError) -> None: ...


def whole(item: Item, pages: Sequence[int]) -> Sequence[Span]:
    """One passage an item."""
    return [Span(0, len(item.text))]


def run(catalog: Catalog, *sources: MemorySource, afresh: bool = False) -> list[Report]:
    return ingest(catalog, sources, whole, root="/notes", progress=Silent(), afresh=afresh)


def texts(catalog: Catalog, *keys: str) -> dict[str, str]:
    with catalog.read(catalog.owner()) as reader:
        return {item.key: item.text for item in reader.items(f"notes:{key}" for key in keys).values()}


@pytest.fixture(params=[True, False], ids=["read ahead", "streamed"])
def source(request: pytest.FixtureRequest) -> MemorySource:
    """Three units; read several at a time, or one by one."""
    return MemorySource({"a": "Apples", "b": "Beans\nBeets", "c": "Chard"}, small_units=request.param)


def test_a_first_run_stores_everything(catalog: Catalog, source: MemorySource) -> None:
    """Units and items are counted."""
    [report] = run(catalog, source)
    assert (report.units, report.read, report.written, report.failures) == (3, 3, 4, [])
    assert texts(catalog, "a", "b", "b#1", "c") == {"a": "Apples", "b": "Beans", "b#1": "Beets", "c": "Chard"}


def test_an_unchanged_run_reads_and_writes_nothing(catalog: Catalog, source: MemorySource) -> None:
    """Not a row changes, and the generation stays."""
    run(catalog, source)
    source.reads.clear()
    before = catalog.generation()
    with catalog.engine.connect() as connection:
        version = connection.exec_driver_sql("PRAGMA data_version").scalar()
        [report] = run(catalog, source)
        assert connection.exec_driver_sql("PRAGMA data_version").scalar() == version
    assert (source.reads, report.read, report.written) == ([], 0, 0)
    assert catalog.generation() == before


def test_a_changed_unit_changes_exactly_its_items(catalog: Catalog, source: MemorySource) -> None:
    """The row that stayed the same is not written again."""
    run(catalog, source)
    source.reads.clear()
    source.texts["b"] = "Beans\nBeetroot"
    [report] = run(catalog, source)
    assert (source.reads, report.written, report.unchanged) == (["b"], 1, 1)
    assert texts(catalog, "b", "b#1") == {"b": "Beans", "b#1": "Beetroot"}


def test_what_vanished_at_the_source_vanishes_here(catalog: Catalog, source: MemorySource) -> None:
    """A unit, and a row of a unit."""
    run(catalog, source)
    del source.texts["c"]
    source.texts["b"] = "Beans"
    [report] = run(catalog, source)
    assert report.removed == 2
    assert texts(catalog, "a", "b", "b#1", "c") == {"a": "Apples", "b": "Beans"}


def test_a_renamed_unit_keeps_its_passages(catalog: Catalog, source: MemorySource) -> None:
    """Nothing has to be embedded again."""
    run(catalog, source)
    with catalog.read(catalog.owner()) as reader:
        [before] = reader.passages_of("notes:a")
    source.texts["z"] = source.texts.pop("a")
    [report] = run(catalog, source)
    assert (report.renamed, report.removed) == (1, 0)
    with catalog.read(catalog.owner()) as reader:
        [after] = reader.passages_of("notes:z")
        assert reader.passages_of("notes:a") == []
    assert after.id == before.id


def test_a_unit_that_breaks_keeps_what_was_stored(catalog: Catalog, source: MemorySource) -> None:
    """It is named, the rest goes on, and it is named again until it changes."""
    run(catalog, source)
    source.texts |= {"a": "broken", "d": "Dill"}
    [report] = run(catalog, source)
    assert [str(failure) for failure in report.failures] == ["/notes/a: is broken"]
    assert texts(catalog, "a", "d") == {"a": "Apples", "d": "Dill"}
    source.reads.clear()
    [report] = run(catalog, source)
    assert source.reads == []
    assert [str(failure) for failure in report.failures] == ["/notes/a: is broken"]


def test_a_bad_row_costs_only_itself(catalog: Catalog) -> None:
    """Rows before and after it are stored."""
    [report] = run(catalog, MemorySource({"t": "Apples\nbad row\nChard"}))
    assert [str(failure) for failure in report.failures] == ["/notes/t line 1: is bad"]
    assert texts(catalog, "t", "t#2") == {"t": "Apples", "t#2": "Chard"}


def test_a_place_that_cannot_be_listed_keeps_what_was_stored_below_it(catalog: Catalog) -> None:
    """A folder without permission is not a folder whose files are gone."""
    source = MemorySource({"open/a": "Apples", "shut/b": "Beans"})
    run(catalog, source)
    del source.texts["shut/b"]
    source.unlistable = ["/notes/shut"]
    [report] = run(catalog, source)
    assert report.removed == 0
    assert texts(catalog, "shut/b") == {"shut/b": "Beans"}


def test_a_source_that_is_suddenly_empty_is_not_emptied_here(catalog: Catalog, source: MemorySource) -> None:
    """A missing drive looks like an empty folder."""
    run(catalog, source)
    source.texts.clear()
    [report] = run(catalog, source)
    assert "nothing was removed" in str(report.error)
    assert texts(catalog, "a") == {"a": "Apples"}


def test_a_source_that_is_gone_is_removed(catalog: Catalog, source: MemorySource) -> None:
    """A dump that lay below the path earlier and does not any more."""
    forum = MemorySource({"1": "Post"}, name="forum", location="/notes/forum")
    run(catalog, source, forum)
    _, second = run(catalog, source)
    assert (second.source, second.removed) == ("forum", 1)


def test_a_name_that_another_path_has_is_refused(catalog: Catalog, source: MemorySource) -> None:
    """Two folders named alike must not overwrite each other."""
    run(catalog, source)
    with pytest.raises(SourceError, match="a source named 'notes' was already ingested from /notes"):
        ingest(catalog, [source], whole, root="/elsewhere/notes", progress=Silent())


def test_a_forgotten_item_stays_forgotten(catalog: Catalog, source: MemorySource) -> None:
    """Also when everything is read afresh."""
    run(catalog, source)
    with catalog.write() as writer:
        writer.forget_item("notes", "a")
    [report] = run(catalog, source, afresh=True)
    assert (report.forgotten, report.written) == (1, 0)
    assert texts(catalog, "a") == {}


def test_a_run_that_dies_is_continued(catalog: Catalog) -> None:
    """What was stored before the end is not written again."""

    class Dying(MemorySource):
        def read(self, unit: Unit) -> Iterator[Record]:
            for number, record in enumerate(super().read(unit)):
                if number == 250:
                    raise KeyboardInterrupt
                yield record

    rows = {"t": "\n".join(f"Row {number}" for number in range(300))}
    with pytest.raises(KeyboardInterrupt):
        run(catalog, Dying(rows, small_units=False))
    [report] = run(catalog, MemorySource(rows))
    assert report.written + report.unchanged == 300
    assert report.unchanged >= 199
    assert len(texts(catalog, "t", *(f"t#{number}" for number in range(1, 300)))) == 300
