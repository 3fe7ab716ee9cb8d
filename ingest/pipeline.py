"""Source → catalog: read what has changed, write it in small transactions, drop what has vanished.

A unit is marked as being read before its first item is written and as read after its last one, so a
run that was killed at any moment is continued by the next one. An unchanged unit is not read, an
unchanged item is not written. What vanished at the source vanishes here at the end, unless it is suddenly
so much that somebody should be asked first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from catalog.errors import SourceError, UnreadableError
from catalog.store import Catalog
from ingest.batches import BatchWriter, Begun, Ended, Event, Got, OpenUnit, batches
from ingest.plan import Plan, is_below, make_plan
from ingest.report import Confirm, Progress, Read, Report, Split, Stored, is_sudden, keep, nothing
from ingest.sources.protocol import LiveSource, Record, Source, Unit

__all__ = ["Confirm", "Progress", "Read", "Report", "Split", "Stored", "ingest", "keep", "read_here"]

_READERS = 4  # units of a source with small units that are read at the same time


def read_here(source: Source, unit: Unit) -> Iterable[Record]:
    """Read a unit in this process."""
    return source.read(unit)


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
    stored: Stored = nothing,
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
        stored: Is called whenever something was stored, so that whoever works on it can go on.
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
            catalog,
            split,
            split_name,
            root,
            progress,
            afresh,
            read,
            confirm,
            stored,
            now or datetime.now(UTC),
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
    gone = [one for one in stored if one.name not in names and not is_below(one.location, unreadable)]
    removed = []
    for one in gone:
        count, total = stored[one], sum(stored.values())
        if is_sudden(count, total) and not confirm(one.name, count, total):
            removed.append(Report(one.name, held=count))
            continue
        with catalog.write() as writer:
            removed.append(Report(one.name, removed=writer.remove_source(one.id)))
    return removed


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
    stored: Stored
    now: datetime

    def run(self, source: Source) -> Report:
        report = Report(source.name)
        try:
            plan = make_plan(
                self.catalog, source, self.root, report, self.confirm, self.now, afresh=self.afresh
            )
        except SourceError as error:
            report.error = error
            return report
        self.progress.begin(source.name, len(plan.changed))
        for failure in report.failures:
            self.progress.failed(failure)
        self._rename(plan, report)
        self._write(source, plan, report)
        if report.error is None:
            self._remove(source, plan, report)
            self._keep_cursor(source, plan)
        return report

    def _write(self, source: Source, plan: Plan, report: Report) -> None:
        writer = BatchWriter(
            self.catalog, plan, report, self.progress, self.split, self.split_name, self.confirm, self.now
        )
        for batch in batches(self._events(source, plan, report)):
            writer.write(batch)
            self.stored()

    def _rename(self, plan: Plan, report: Report) -> None:
        """Move renamed units first, so that their items are found under the new key and not written anew."""
        if not plan.renamed:
            return
        with self.catalog.write() as writer:
            for stored, unit in plan.renamed:
                writer.rename_unit(stored.id, unit.key, unit.where)
        report.renamed = len(plan.renamed)

    def _remove(self, source: Source, plan: Plan, report: Report) -> None:
        if not plan.vanished:
            return
        gone, total = len(plan.vanished), len(plan.stored)
        if gone < total and is_sudden(gone, total) and not self.confirm(source.name, gone, total):
            report.held += gone
            return
        with self.catalog.write() as writer:
            for stored in plan.vanished:
                report.removed += writer.remove_unit(stored.id)

    def _keep_cursor(self, source: Source, plan: Plan) -> None:
        """Note how far a live source was listed; what could not be read of it is due by itself."""
        if isinstance(source, LiveSource):
            with self.catalog.write() as writer:
                writer.set_cursor(plan.source_id, source.cursor)

    def _events(self, source: Source, plan: Plan, report: Report) -> Iterator[Event]:
        """Everything that is read of a source, in order."""
        for unit, records in _read_ahead(source, plan.changed, self.read):
            opened = OpenUnit(unit)
            yield Begun(opened)
            try:
                for record in records:
                    if isinstance(record, UnreadableError):
                        opened.errors.append(record)
                        self._fail(record, report)
                    else:
                        yield Got(opened, record)
            except UnreadableError as error:
                self._fail(error, report)
                yield Ended(opened, error)
            except SourceError as error:  # such as a key that has expired meanwhile: what was read is kept
                report.error = error
                return
            else:
                yield Ended(opened)

    def _fail(self, error: UnreadableError, report: Report) -> None:
        report.failures.append(error)
        self.progress.failed(error)


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
