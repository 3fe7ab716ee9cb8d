"""Source → catalog: read what has changed, write it in small transactions, drop what has vanished.

A unit is marked as being read before its first item is written and as read after its last one, so a
run that was killed at any moment is continued by the next one. An unchanged unit is not read, an
unchanged item is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Protocol

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Item, Person, Span
from catalog.store import Catalog
from catalog.writer import StoredUnit, Writer, item_digest
from ingest.documents import PagedItem
from ingest.sources.protocol import Record, Source, Unit

_BATCH = 200  # records written in one transaction
_READERS = 4  # units of a source with small units that are read at the same time


class Progress(Protocol):
    """Somebody who wants to know how far an ingest has come."""

    def begin(self, source: str, units: int) -> None:
        """A source starts; so many of its units will be read."""
        ...

    def read(self, units: int, items: int) -> None:
        """So many more units and items were read."""
        ...

    def failed(self, error: UnreadableError) -> None:
        """Something could not be read."""
        ...


@dataclass(slots=True)
class Report:
    """What an ingest did to one source.

    Attributes:
        source: Name of the source.
        units: Units that the source has now.
        read: Units that were read because they are new or changed.
        written: Items that were new or changed.
        unchanged: Items that were read and found unchanged.
        renamed: Units that moved.
        removed: Items that vanished at the source.
        forgotten: Items left out because somebody asked to forget them.
        failures: What could not be read, now or when an unchanged unit was last read.
        error: Why the source as a whole could not be read.
    """

    source: str
    units: int = 0
    read: int = 0
    written: int = 0
    unchanged: int = 0
    renamed: int = 0
    removed: int = 0
    forgotten: int = 0
    failures: list[UnreadableError] = field(default_factory=list)
    error: SourceError | None = None


Split = Callable[[Item, Sequence[int]], Sequence[Span]]
"""Splits an item, whose pages begin at the given offsets, into passages."""


@dataclass(slots=True)
class _Plan:
    """What is to be done for a source, from comparing it with what is stored."""

    source_id: int
    stored: dict[str, StoredUnit]
    changed: list[Unit]
    renamed: list[tuple[StoredUnit, Unit]]
    vanished: list[StoredUnit]
    digests: dict[str, str]
    forgotten: set[str]


@dataclass(slots=True)
class _OpenUnit:
    """A unit that is being read."""

    unit: Unit
    id: int = 0
    keys: set[str] = field(default_factory=set)
    errors: list[UnreadableError] = field(default_factory=list)


_Step = Callable[[Writer], object]
"""One thing to write: the start of a unit, a record of it, or its end."""


def ingest(
    catalog: Catalog,
    sources: Sequence[Source],
    split: Split,
    *,
    root: str,
    progress: Progress,
    split_name: str = "",
    afresh: bool = False,
) -> list[Report]:
    """Bring the catalog in step with some sources that were found below one path.

    Sources that were found below that path earlier and are not there any more are removed.

    Args:
        catalog: Where to write.
        sources: What to read.
        split: How to split an item into passages.
        root: The path in which the sources were found.
        progress: Is told how far it has come.
        split_name: Names the way of splitting; items are split again when it changes.
        afresh: Read every unit, even where nothing has changed.

    Returns:
        One report a source.

    Raises:
        SourceError: If a source has the name of one that was ingested from another path.
        LibraryError: If another process is ingesting into this library.
    """
    with catalog.ingesting():
        _check_names(catalog, sources, root)
        job = _Ingest(catalog, split, split_name, root, progress, afresh)
        reports = [job.run(source) for source in sources]
        return reports + _remove_vanished_sources(catalog, sources, reports, root)


def _check_names(catalog: Catalog, sources: Sequence[Source], root: str) -> None:
    with catalog.write() as writer:
        roots = {stored.name: stored.root for stored in writer.sources()}
    for source in sources:
        if roots.get(source.name, root) != root:
            raise SourceError(
                f"{root}: a source named {source.name!r} was already ingested from {roots[source.name]}; "
                f"use --name to give this one another name, or `copse forget {source.name}` if it has moved"
            )


def _remove_vanished_sources(
    catalog: Catalog, sources: Sequence[Source], reports: Sequence[Report], root: str
) -> list[Report]:
    """Remove the sources below a path that are gone, unless they may only be hidden by an error."""
    if any(report.error for report in reports):
        return []
    names = {source.name for source in sources}
    unreadable = [error.where for report in reports for error in report.failures]
    removed = []
    with catalog.write() as writer:
        for stored in writer.sources():
            gone = stored.root == root and stored.name not in names
            if gone and not _below(stored.location, unreadable):
                removed.append(Report(stored.name, removed=writer.remove_source(stored.id)))
    return removed


def _below(location: str, places: Iterable[str]) -> bool:
    return any(location == place or location.startswith(place.rstrip("/") + "/") for place in places)


class _Ingest:
    """One run over sources; keeps what is the same for all of them."""

    def __init__(
        self, catalog: Catalog, split: Split, split_name: str, root: str, progress: Progress, afresh: bool
    ) -> None:
        self._catalog = catalog
        self._split = split
        self._split_name = split_name
        self._root = root
        self._progress = progress
        self._afresh = afresh

    def run(self, source: Source) -> Report:
        report = Report(source.name)
        try:
            listed = list(source.units())
            plan = self._plan(source, listed, report)
        except SourceError as error:
            report.error = error
            return report
        self._progress.begin(source.name, len(plan.changed))
        for failure in report.failures:
            self._progress.failed(failure)
        self._rename(plan, report)
        steps = self._steps(source, plan, report)
        while batch := list(islice(steps, _BATCH)):
            with self._catalog.write() as writer:
                for step in batch:
                    step(writer)
        self._remove(plan, report)
        return report

    def _plan(self, source: Source, listed: Sequence[Unit | UnreadableError], report: Report) -> _Plan:
        units = [entry for entry in listed if isinstance(entry, Unit)]
        report.failures += [entry for entry in listed if isinstance(entry, UnreadableError)]
        report.units = len(units)
        with self._catalog.write() as writer:
            for community in source.communities:
                writer.put_community(community)
            source_id = writer.put_source(source.name, source.kind, source.location, self._root)
            stored = writer.units(source_id)
            _refuse_sudden_emptiness(source, units, stored, report.failures)
            changed = [unit for unit in units if self._afresh or _is_changed(unit, stored)]
            report.failures += _known_failures(writer, units, changed, stored)
            plan = _Plan(
                source_id=source_id,
                stored=stored,
                changed=changed,
                renamed=[],
                vanished=_vanished(units, stored, report.failures),
                digests=writer.item_digests(source_id),
                forgotten=writer.forgotten(source_id),
            )
        _pair_renames(plan)
        return plan

    def _rename(self, plan: _Plan, report: Report) -> None:
        """Move renamed units first, so that their items are found under the new key and not written anew."""
        if not plan.renamed:
            return
        with self._catalog.write() as writer:
            for stored, unit in plan.renamed:
                writer.rename_unit(stored.id, unit.key, unit.where)
        report.renamed = len(plan.renamed)

    def _remove(self, plan: _Plan, report: Report) -> None:
        if not plan.vanished:
            return
        with self._catalog.write() as writer:
            for stored in plan.vanished:
                report.removed += writer.remove_unit(stored.id)

    def _steps(self, source: Source, plan: _Plan, report: Report) -> Iterator[_Step]:
        """Everything that is to be written for a source, in order."""
        for unit, records in _read_ahead(source, plan.changed):
            opened = _OpenUnit(unit)
            yield partial(_begin, plan, opened)
            try:
                for record in records:
                    yield from self._record_steps(plan, opened, record, report)
            except UnreadableError as error:
                report.failures.append(error)
                self._progress.failed(error)
                yield partial(_fail, opened, error)
            else:
                yield partial(_finish, opened, report)
            report.read += 1
            self._progress.read(1, 0)

    def _record_steps(
        self, plan: _Plan, opened: _OpenUnit, record: Record, report: Report
    ) -> Iterator[_Step]:
        if isinstance(record, UnreadableError):
            opened.errors.append(record)
            report.failures.append(record)
            self._progress.failed(record)
        elif isinstance(record, Person):
            yield partial(_put_person, opened, record)
        else:
            item, pages = (record.item, record.pages) if isinstance(record, PagedItem) else (record, ())
            yield from self._item_steps(plan, opened, item, pages, report)

    def _item_steps(
        self, plan: _Plan, opened: _OpenUnit, item: Item, pages: Sequence[int], report: Report
    ) -> Iterator[_Step]:
        self._progress.read(0, 1)
        if item.key in plan.forgotten:
            report.forgotten += 1
            return
        opened.keys.add(item.key)
        digest = item_digest(item, f"{self._split_name} {pages}")
        if plan.digests.get(item.key) == digest:
            report.unchanged += 1
            return
        spans = self._split(item, pages)
        report.written += 1
        yield partial(_put_item, plan, opened, item, spans, digest)


def _begin(plan: _Plan, opened: _OpenUnit, writer: Writer) -> None:
    opened.id = writer.begin_unit(plan.source_id, opened.unit.key, opened.unit.where)


def _put_person(opened: _OpenUnit, person: Person, writer: Writer) -> None:
    writer.put_person(person, opened.id)


def _put_item(
    plan: _Plan, opened: _OpenUnit, item: Item, spans: Sequence[Span], digest: str, writer: Writer
) -> None:
    writer.put_item(plan.source_id, opened.id, item, spans, digest)


def _finish(opened: _OpenUnit, report: Report, writer: Writer) -> None:
    unit = opened.unit
    report.removed += writer.finish_unit(opened.id, unit.digest, unit.content, opened.keys, opened.errors)


def _fail(opened: _OpenUnit, error: UnreadableError, writer: Writer) -> None:
    writer.fail_unit(opened.id, opened.unit.digest, opened.unit.content, error)


def _is_changed(unit: Unit, stored: dict[str, StoredUnit]) -> bool:
    return unit.key not in stored or stored[unit.key].digest != unit.digest


def _known_failures(
    writer: Writer, units: Sequence[Unit], changed: Sequence[Unit], stored: dict[str, StoredUnit]
) -> list[UnreadableError]:
    """What could not be read of the units that are skipped now: it still cannot."""
    keys = {unit.key for unit in changed}
    skipped = [stored[unit.key].id for unit in units if unit.key not in keys]
    return [error for unit_id in skipped for error in writer.failures(unit_id)]


def _vanished(
    units: Sequence[Unit], stored: dict[str, StoredUnit], failures: Sequence[UnreadableError]
) -> list[StoredUnit]:
    """Stored units that are not there any more; one below a place that cannot be read may still be there."""
    keys = {unit.key for unit in units}
    unreadable = [error.where for error in failures]
    return [
        unit for unit in stored.values() if unit.key not in keys and not _below(unit.location, unreadable)
    ]


def _refuse_sudden_emptiness(
    source: Source, units: Sequence[Unit], stored: dict[str, StoredUnit], failures: Sequence[UnreadableError]
) -> None:
    if stored and not units and not failures:
        raise SourceError(
            f"{source.location}: nothing is there any more, of {len(stored)} files that were ingested; "
            f"nothing was removed. If that is meant, `copse forget {source.name}`; "
            "if not, see whether a drive is missing"
        )


def _pair_renames(plan: _Plan) -> None:
    """Take a vanished and a new unit with the same bytes for one that moved."""
    new = {unit.content: unit for unit in plan.changed if unit.content and unit.key not in plan.stored}
    remaining = []
    for stored in plan.vanished:
        unit = new.pop(stored.content, None) if stored.content else None
        if unit is None:
            remaining.append(stored)
        else:
            plan.renamed.append((stored, unit))
    plan.vanished = remaining


def _read_ahead(source: Source, units: Sequence[Unit]) -> Iterator[tuple[Unit, Iterable[Record]]]:
    """Read units in order; where they are small, several at the same time."""
    if not source.small_units:
        yield from ((unit, source.read(unit)) for unit in units)
        return
    with ThreadPoolExecutor(_READERS, thread_name_prefix="read") as pool:
        queue: list[tuple[Unit, Future[list[Record]]]] = []
        waiting = iter(units)
        try:
            while True:
                for unit in islice(waiting, 2 * _READERS - len(queue)):
                    queue.append((unit, pool.submit(_read_all, source, unit)))
                if not queue:
                    return
                unit, future = queue.pop(0)
                yield unit, _result(future)
        finally:
            pool.shutdown(cancel_futures=True)


def _read_all(source: Source, unit: Unit) -> list[Record]:
    return list(source.read(unit))


def _result(future: Future[list[Record]]) -> Iterator[Record]:
    yield from future.result()
