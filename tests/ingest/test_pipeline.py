"""Keeping the catalog in step with sources: only what changed is read and written, and what vanished goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.errors import SourceError, TransientError, UnreadableError
from catalog.nouns import Community, Item, Kind, Span
from catalog.store import Catalog
from ingest.documents import PagedItem
from ingest.pipeline import Report, ingest
from ingest.sources.protocol import Record, Unit
from tests.build import GARDEN


@dataclass
class MemorySource:
    """A source whose units are texts in a dict: each line of a text is an item.

    A text "broken" cannot be read, and "offline" cannot be read now; a line "bad row" is a row that cannot.
    """

    texts: dict[str, str]
    name: str = "notes"
    location: str = "/notes"
    kind: str = "memory"
    communities: Sequence[Community] = (GARDEN,)
    small_units: bool = True
    in_child: bool = False
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
        if self.texts[unit.key] == "no key":
            raise SourceError("the key has expired")
        if self.texts[unit.key] == "offline":
            raise TransientError(unit.where, "does not answer")
        for number, line in enumerate(self.texts[unit.key].split("\n")):
            if line == "bad row":
                yield UnreadableError(f"{unit.where} line {number}", "is bad")
            else:
                key = unit.key if number == 0 else f"{unit.key}#{number}"
                yield Item("notes", key, Kind.DOCUMENT, "Note", line, "garden")


class Silent:
    """Nobody looks on."""

    def begin(self, source: str, units: int) -> None: ...

    def read(self, units: int, items: int, passages: int = 0) -> None: ...

    def failed(self, error: UnreadableError) -> None: ...


def whole(paged: PagedItem) -> Sequence[Span]:
    """One passage an item."""
    return [Span(0, len(paged.item.text))]


def run(catalog: Catalog, *sources: MemorySource, afresh: bool = False, **options: Any) -> list[Report]:
    return ingest(catalog, sources, whole, root="/notes", progress=Silent(), afresh=afresh, **options)


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


NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("offline", [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16)]),
        ("broken", [timedelta(days=1), timedelta(days=2), timedelta(days=4)]),
    ],
)
def test_a_failed_unit_is_tried_again_more_and_more_rarely(
    catalog: Catalog, text: str, waits: list[timedelta]
) -> None:
    """Soon where that may help, and not before its time."""
    source = MemorySource({"a": text, "b": "Beans"})
    now = NOON
    run(catalog, source, now=now)
    for wait in waits:
        source.reads.clear()
        run(catalog, source, now=now + wait - timedelta(seconds=1))
        assert source.reads == []
        now += wait
        run(catalog, source, now=now)
        assert source.reads == ["a"]


def test_a_unit_that_can_be_read_again_is_forgiven(catalog: Catalog) -> None:
    """Its failure goes, and it is not tried again for its own sake."""
    source = MemorySource({"a": "offline"})
    run(catalog, source, now=NOON)
    source.texts["a"] = "Apples"
    [report] = run(catalog, source, now=NOON)
    assert report.failures == []
    source.reads.clear()
    [report] = run(catalog, source, now=NOON + timedelta(days=99))
    assert (source.reads, report.failures) == ([], [])


def test_suddenly_much_is_removed_only_if_somebody_says_so(catalog: Catalog) -> None:
    """More than a fifth of the units at once is more likely an accident."""
    source = MemorySource({f"{number:02}": f"Note {number}" for number in range(10)})
    run(catalog, source)
    for key in ("00", "01", "02"):
        del source.texts[key]
    asked = []

    def refuse(name: str, gone: int, total: int) -> bool:
        asked.append((name, gone, total))
        return False

    [report] = run(catalog, source, confirm=refuse)
    assert (asked, report.held, report.removed) == ([("notes", 3, 10)], 3, 0)
    assert texts(catalog, "00") == {"00": "Note 0"}
    [report] = run(catalog, source, confirm=lambda *_: True)
    assert (report.held, report.removed) == (0, 3)
    assert texts(catalog, "00") == {}


def test_a_fifth_is_removed_without_asking(catalog: Catalog) -> None:
    """As is one or two of a few."""
    source = MemorySource({f"{number:02}": f"Note {number}" for number in range(10)})
    run(catalog, source)
    del source.texts["00"], source.texts["01"]
    [report] = run(catalog, source)
    assert (report.held, report.removed) == (0, 2)


def test_a_unit_that_loses_suddenly_much_is_asked_about_again(catalog: Catalog) -> None:
    """A table whose export broke off keeps its rows, until somebody agrees or it is whole again."""
    source = MemorySource({"t": "\n".join(f"Row {number}" for number in range(10))}, small_units=False)
    run(catalog, source)
    source.texts["t"] = "Row 0\nRow 1"
    for _ in range(2):
        [report] = run(catalog, source)
        assert (report.held, report.removed) == (8, 0)
    assert texts(catalog, "t#9") == {"t#9": "Row 9"}
    [report] = run(catalog, source, confirm=lambda *_: True)
    assert (report.held, report.removed) == (0, 8)


@dataclass
class LiveMemorySource(MemorySource):
    """It lists only what has changed since the cursor, which counts its changes."""

    cursor: str = ""
    complete: bool = False
    versions: dict[str, int] = field(default_factory=dict)

    def units(self) -> Iterator[Unit | UnreadableError]:
        since = 0 if self.complete else int(self.cursor or 0)
        for key, version in sorted(self.versions.items()):
            if version > since:
                yield Unit(key, str(version), key)
        self.cursor = str(max(self.versions.values()))


def test_a_live_source_is_asked_only_for_changes(catalog: Catalog) -> None:
    """What a listing of changes leaves out stays; what a complete one leaves out is gone."""
    source = LiveMemorySource({"a": "Apples", "b": "Beans"}, versions={"a": 1, "b": 2})
    run(catalog, source)
    source.texts["c"], source.versions["c"] = "Chard", 3
    del source.texts["a"], source.versions["a"]
    source.reads.clear()
    source.complete = False
    [report] = run(catalog, source)
    assert (source.reads, report.units, report.removed) == (["c"], 3, 0)
    source.complete = True
    [report] = run(catalog, source)
    assert (report.units, report.removed) == (2, 1)
    assert texts(catalog, "a", "b", "c") == {"b": "Beans", "c": "Chard"}


def test_what_a_live_source_could_not_give_is_asked_for_again(catalog: Catalog) -> None:
    """Even if a listing of changes does not name it."""
    source = LiveMemorySource({"a": "offline", "b": "Beans"}, versions={"a": 1, "b": 2})
    run(catalog, source, now=NOON)
    source.texts["a"], source.complete = "Apples", False
    run(catalog, source, now=NOON + timedelta(minutes=1))
    assert texts(catalog, "a") == {"a": "Apples"}


def test_a_source_that_fails_in_the_middle_keeps_what_was_read(catalog: Catalog) -> None:
    """The rest waits for the next run, and other sources are read."""
    source = LiveMemorySource({"a": "Apples", "b": "no key"}, versions={"a": 1, "b": 2})
    other = MemorySource({"c": "Chard"}, name="other", location="/notes/other")
    first, second = run(catalog, source, other)
    assert (str(first.error), first.written, second.written) == ("the key has expired", 1, 1)
    source.texts["b"], source.complete = "Beans", False
    [report, _] = run(catalog, source, other)
    assert (report.error, report.written) == (None, 1)
    assert texts(catalog, "a", "b") == {"a": "Apples", "b": "Beans"}
