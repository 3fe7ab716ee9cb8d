"""Source → catalog: read what has changed, write it in small transactions, drop what has vanished.

A unit is marked as being read before its first item is written and as read after its last one, so a
run that was killed at any moment is continued by the next one. An unchanged unit is not read, an
unchanged item is not written. What vanished at the source vanishes here at the end, unless it is suddenly
so much that somebody should be asked first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Protocol

from catalog.errors import SourceError, TransientError, UnreadableError
from catalog.nouns import Item, Person, Span
from catalog.store import Catalog
from catalog.writer import StoredItem, StoredUnit, Writer, item_digest
from ingest.documents import PagedItem
from ingest.sources.protocol import LiveSource, Record, Source, Unit

_BATCH = 200  # records written in one transaction
_READERS = 4  # units of a source with small units that are read at the same time
_SUDDEN = 5  # asking first, if more than one in so many vanish …
_FEW = 2  # … and more than so many


class Progress(Protocol):
    """Somebody who wants to know how far an ingest has come."""

    def begin(self, source: str, units: int) -> None:
        """A source starts; so many of its units will be read."""
        ...

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """So many more units and items were read, and so many passages of them are new."""
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
        held: Units and items that vanished at the source and were kept, because they are suddenly so many.
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
    held: int = 0
    forgotten: int = 0
    failures: list[UnreadableError] = field(default_factory=list)
    error: SourceError | None = None


Split = Callable[[PagedItem], Sequence[Span]]
"""Splits an item into passages."""

Confirm = Callable[[str, int, int], bool]
"""Asks whether so many things of a source, of so many, may be removed at once."""

Read = Callable[[Source, Unit], Iterable[Record]]
"""Reads a unit of a source."""


def read_here(source: Source, unit: Unit) -> Iterable[Record]:
    """Read a unit in this process."""
    return source.read(unit)


def keep(source: str, gone: int, total: int) -> bool:  # noqa: ARG001
    """Nobody can be asked, so what suddenly vanished is kept."""
    return False


@dataclass(slots=True)
class _Plan:
    """What is to be done for a source, from comparing it with what is stored."""

    source_id: int
    stored: dict[str, StoredUnit]
    changed: list[Unit]
    renamed: list[tuple[StoredUnit, Unit]]
    vanished: list[StoredUnit]
    items: dict[str, StoredItem]
    keys: dict[int, list[str]]
    forgotten: set[str]

    def gone_from(self, unit: Unit, keys: set[str]) -> tuple[int, int]:
        """How many items of a unit are not among these any more, and how many it had."""
        stored = self.stored.get(unit.key)
        had = self.keys.get(stored.id, []) if stored else []
        return sum(key not in keys for key in had), len(had)


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
    read: Read = read_here,
    confirm: Confirm = keep,
    now: datetime | None = None,
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
        read: Reads a unit.
        confirm: Is asked before suddenly much is removed; without it, that is kept.
        now: The time against which a failed unit is due for another try.

    Returns:
        One report a source.

    Raises:
        SourceError: If a source has the name of one that was ingested from another path.
        LibraryError: If another process is ingesting into this library.
    """
    with catalog.ingesting():
        _check_names(catalog, sources, root)
        job = _Ingest(
            catalog, split, split_name, root, progress, afresh, read, confirm, now or datetime.now(UTC)
        )
        reports = [job.run(source) for source in sources]
        return reports + _remove_vanished_sources(catalog, sources, reports, root, confirm)


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
    catalog: Catalog, sources: Sequence[Source], reports: Sequence[Report], root: str, confirm: Confirm
) -> list[Report]:
    """Remove the sources below a path that are gone, unless they may only be hidden by an error."""
    if any(report.error for report in reports):
        return []
    names = {source.name for source in sources}
    unreadable = [error.where for report in reports for error in report.failures]
    with catalog.write() as writer:
        stored = {one: writer.count_items(one.id) for one in writer.sources() if one.root == root}
    gone = [one for one in stored if one.name not in names and not _below(one.location, unreadable)]
    removed = []
    for one in gone:
        count, total = stored[one], sum(stored.values())
        if _is_sudden(count, total) and not confirm(one.name, count, total):
            removed.append(Report(one.name, held=count))
            continue
        with catalog.write() as writer:
            removed.append(Report(one.name, removed=writer.remove_source(one.id)))
    return removed


def _by_unit(items: dict[str, StoredItem]) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = defaultdict(list)
    for key, item in items.items():
        keys[item.unit_id].append(key)
    return keys


def _is_sudden(gone: int, total: int) -> bool:
    """Whether so much vanished at once that an accident is more likely than an intention."""
    return gone > _FEW and gone * _SUDDEN > total


def _below(location: str, places: Iterable[str]) -> bool:
    return any(location == place or location.startswith(place.rstrip("/") + "/") for place in places)


@dataclass(slots=True)
class _Ingest:
    """One run over sources; keeps what is the same for all of them."""

    catalog: Catalog
    split: Split
    split_name: str
    root: str
    progress: Progress
    afresh: bool
    read: Read
    confirm: Confirm
    now: datetime

    def run(self, source: Source) -> Report:
        report = Report(source.name)
        try:
            listed = self._listed(source)
            plan = self._plan(source, listed, report)
        except SourceError as error:
            report.error = error
            return report
        self.progress.begin(source.name, len(plan.changed))
        for failure in report.failures:
            self.progress.failed(failure)
        self._rename(plan, report)
        steps = self._steps(source, plan, report)
        while batch := list(islice(steps, _BATCH)):
            with self.catalog.write() as writer:
                for step in batch:
                    step(writer)
        if report.error is None:
            self._remove(source, plan, report)
            self._keep_cursor(source, plan)
        return report

    def _listed(self, source: Source) -> list[Unit | UnreadableError]:
        if isinstance(source, LiveSource):
            with self.catalog.write() as writer:
                cursors = {stored.name: stored.cursor for stored in writer.sources()}
            source.cursor = cursors.get(source.name, "")
            source.complete = source.complete or self.afresh or not source.cursor
        return list(source.units())

    def _plan(self, source: Source, listed: Sequence[Unit | UnreadableError], report: Report) -> _Plan:
        units = [entry for entry in listed if isinstance(entry, Unit)]
        report.failures += [entry for entry in listed if isinstance(entry, UnreadableError)]
        with self.catalog.write() as writer:
            for community in source.communities:
                writer.put_community(community)
            source_id = writer.put_source(source.name, source.kind, source.location, self.root)
            stored = writer.units(source_id)
            complete = not isinstance(source, LiveSource) or source.complete
            if complete:
                self._refuse_sudden_emptiness(source, units, stored, report.failures)
            else:
                units += self._unlisted(units, stored)
            report.units = len(units)
            changed = [unit for unit in units if self.afresh or self._is_due(unit, stored)]
            report.failures += _known_failures(writer, units, changed, stored)
            plan = _Plan(
                source_id=source_id,
                stored=stored,
                changed=changed,
                renamed=[],
                vanished=_vanished(units, stored, report.failures) if complete else [],
                items=(stored_items := writer.stored_items(source_id)),
                keys=_by_unit(stored_items),
                forgotten=writer.forgotten(source_id),
            )
        _pair_renames(plan)
        return plan

    def _is_due(self, unit: Unit, stored: dict[str, StoredUnit]) -> bool:
        """Whether a unit is new or changed, or could not be read and should be tried again by now."""
        before = stored.get(unit.key)
        if before is None or not before.digest or before.digest != unit.digest:
            return True
        return before.retry_at is not None and before.retry_at <= self.now

    def _unlisted(self, units: Sequence[Unit], stored: dict[str, StoredUnit]) -> list[Unit]:
        """What a listing of changes leaves out: it is as it was."""
        keys = {unit.key for unit in units}
        return [
            Unit(one.key, one.digest, one.location, one.content)
            for one in stored.values()
            if one.key not in keys
        ]

    def _refuse_sudden_emptiness(
        self,
        source: Source,
        units: Sequence[Unit],
        stored: dict[str, StoredUnit],
        failures: Sequence[UnreadableError],
    ) -> None:
        if not stored or units or failures or self.confirm(source.name, len(stored), len(stored)):
            return
        raise SourceError(
            f"{source.location}: nothing is there any more, of {len(stored)} files that were ingested; "
            f"nothing was removed. If that is meant, use --yes or `copse forget {source.name}`; "
            "if not, see whether a drive is missing"
        )

    def _rename(self, plan: _Plan, report: Report) -> None:
        """Move renamed units first, so that their items are found under the new key and not written anew."""
        if not plan.renamed:
            return
        with self.catalog.write() as writer:
            for stored, unit in plan.renamed:
                writer.rename_unit(stored.id, unit.key, unit.where)
        report.renamed = len(plan.renamed)

    def _remove(self, source: Source, plan: _Plan, report: Report) -> None:
        if not plan.vanished:
            return
        gone, total = len(plan.vanished), len(plan.stored)
        if gone < total and _is_sudden(gone, total) and not self.confirm(source.name, gone, total):
            report.held += gone
            return
        with self.catalog.write() as writer:
            for stored in plan.vanished:
                report.removed += writer.remove_unit(stored.id)

    def _keep_cursor(self, source: Source, plan: _Plan) -> None:
        """Note how far a live source was listed; what could not be read of it is due by itself."""
        if isinstance(source, LiveSource):
            with self.catalog.write() as writer:
                writer.set_cursor(plan.source_id, source.cursor)

    def _steps(self, source: Source, plan: _Plan, report: Report) -> Iterator[_Step]:
        """Everything that is to be written for a source, in order."""
        for unit, records in _read_ahead(source, plan.changed, self.read):
            opened = _OpenUnit(unit)
            yield partial(_begin, plan, opened)
            try:
                for record in records:
                    yield from self._record_steps(plan, opened, record, report)
            except UnreadableError as error:
                report.failures.append(error)
                self.progress.failed(error)
                yield partial(_fail, opened, error, self._retry_at(plan, unit, error))
            except SourceError as error:  # such as a key that has expired meanwhile: what was read is kept
                report.error = error
                return
            else:
                yield from self._end_steps(source, plan, opened, report)
            report.read += 1
            self.progress.read(1, 0)

    def _end_steps(self, source: Source, plan: _Plan, opened: _OpenUnit, report: Report) -> Iterator[_Step]:
        """The end of a unit; one that lost suddenly much stays open, and is read again next time."""
        gone, total = plan.gone_from(opened.unit, opened.keys)
        if _is_sudden(gone, total) and not self.confirm(source.name, gone, total):
            report.held += gone
        else:
            yield partial(_finish, opened, report)

    def _retry_at(self, plan: _Plan, unit: Unit, error: UnreadableError) -> datetime:
        """When to try again: soon if that may help, and more and more rarely."""
        stored = plan.stored.get(unit.key)
        attempts = min(stored.attempts if stored else 0, 10)
        if isinstance(error, TransientError):
            wait = timedelta(seconds=min(error.wait or 0, 86_400))
            return self.now + max(wait, min(timedelta(minutes=4**attempts), timedelta(days=1)))
        return self.now + min(timedelta(days=2**attempts), timedelta(days=30))

    def _record_steps(
        self, plan: _Plan, opened: _OpenUnit, record: Record, report: Report
    ) -> Iterator[_Step]:
        if isinstance(record, UnreadableError):
            opened.errors.append(record)
            report.failures.append(record)
            self.progress.failed(record)
        elif isinstance(record, Person):
            yield partial(_put_person, opened, record)
        else:
            paged = record if isinstance(record, PagedItem) else PagedItem(record)
            yield from self._item_steps(plan, opened, paged, report)

    def _item_steps(
        self, plan: _Plan, opened: _OpenUnit, paged: PagedItem, report: Report
    ) -> Iterator[_Step]:
        item = paged.item
        self.progress.read(0, 1)
        if item.key in plan.forgotten:
            report.forgotten += 1
            return
        opened.keys.add(item.key)
        digest = item_digest(item, f"{self.split_name} {paged.pages} {paged.times}")
        stored = plan.items.get(item.key)
        if stored and stored.digest == digest:
            report.unchanged += 1
            return
        spans = self.split(paged)
        self.progress.read(0, 0, len(spans))
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


def _fail(opened: _OpenUnit, error: UnreadableError, retry_at: datetime, writer: Writer) -> None:
    writer.fail_unit(opened.id, opened.unit.digest, opened.unit.content, error, retry_at)


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


def _read_ahead(source: Source, units: Sequence[Unit], read: Read) -> Iterator[tuple[Unit, Iterable[Record]]]:
    """Read units in order; where they are small, several at the same time."""
    if not source.small_units:
        yield from ((unit, read(source, unit)) for unit in units)
        return
    with ThreadPoolExecutor(_READERS, thread_name_prefix="read") as pool:
        queue: list[tuple[Unit, Future[list[Record]]]] = []
        waiting = iter(units)
        try:
            while True:
                for unit in islice(waiting, 2 * _READERS - len(queue)):
                    queue.append((unit, pool.submit(_read_all, read, source, unit)))
                if not queue:
                    return
                unit, future = queue.pop(0)
                yield unit, _result(future)
        finally:
            pool.shutdown(cancel_futures=True)


def _read_all(read: Read, source: Source, unit: Unit) -> list[Record]:
    return list(read(source, unit))


def _result(future: Future[list[Record]]) -> Iterator[Record]:
    yield from future.result()
