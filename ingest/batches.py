"""What was read of a source, a few hundred records at a time: compared, split and written.

A batch is one transaction, which holds nothing but statements: comparing, splitting and asking somebody are
done before it, so that nobody who writes, too, waits long.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from catalog.errors import TransientError, UnreadableError
from catalog.nouns import Item, Person, Span
from catalog.records import Declared, NewItem
from catalog.store import Catalog
from catalog.units import ClosedUnit
from catalog.writer import Writer, item_digest
from ingest.documents import PagedItem
from ingest.plan import Plan
from ingest.report import Confirm, Progress, Report, Split, is_sudden
from ingest.sources.protocol import Unit

_MOST = 200  # records written in one transaction …
_CHARACTERS = 4_000_000  # … and characters of their texts, unless a single one has more


class SeenKeys:
    """The keys that a unit holds now, in eight bytes each: an export may hold millions."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._sorted = True

    def add(self, key: str) -> None:
        """Take in a key."""
        self._hashes.append(hash(key))
        self._sorted = False

    def __contains__(self, key: object) -> bool:
        if not self._sorted:
            np.frombuffer(self._hashes, np.int64).sort()
            self._sorted = True
        wanted = hash(key)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


@dataclass(slots=True, eq=False)
class OpenUnit:
    """A unit that is being read.

    Attributes:
        unit: The unit.
        id: The catalog's number of it; 0 before it is stored.
        keys: Keys of the items that were read of it.
        errors: What could not be read of it.
    """

    unit: Unit
    id: int = 0
    keys: SeenKeys = field(default_factory=SeenKeys)
    errors: list[UnreadableError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Begun:
    """Reading a unit begins."""

    opened: OpenUnit


@dataclass(frozen=True, slots=True)
class Got:
    """A record of a unit."""

    opened: OpenUnit
    record: Item | PagedItem | Person


@dataclass(frozen=True, slots=True)
class Ended:
    """Reading a unit ends, or is not possible."""

    opened: OpenUnit
    error: UnreadableError | None = None


Event = Begun | Got | Ended

_Split = tuple[Item, Sequence[Span], str]
"""An item, its passages, and the digest of all that is stored of it."""


def batches(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Cut what is read so that a batch neither takes much memory nor keeps others from writing."""
    batch: list[Event] = []
    characters = 0
    for event in events:
        batch.append(event)
        characters += _length(event)
        if len(batch) >= _MOST or characters >= _CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _length(event: Event) -> int:
    item = _item(event)
    return len(item.text) if item else 0


def _item(event: Event) -> Item | None:
    if not isinstance(event, Got) or isinstance(event.record, Person):
        return None
    return event.record.item if isinstance(event.record, PagedItem) else event.record


_Closed = tuple[OpenUnit, Sequence[UnreadableError], datetime | None]
"""A unit that ends, what could not be read of it, and when it is tried again if that is all of it."""


@dataclass(slots=True)
class BatchWriter:
    """Writes what is read of one source.

    Attributes:
        catalog: Where to write.
        plan: What is to be done for the source.
        report: Is told what was done.
        progress: Is told how far it has come.
        split: Splits an item into passages.
        split_name: Names the way of splitting.
        confirm: Is asked before suddenly much is removed.
        now: The time from which a failed unit's next try is counted.
    """

    catalog: Catalog
    plan: Plan
    report: Report
    progress: Progress
    split: Split
    split_name: str
    confirm: Confirm
    now: datetime

    def write(self, batch: Sequence[Event]) -> None:
        """Write one batch."""
        new = self._new_items(batch)
        closed = self._closed(batch)
        with self.catalog.write() as writer:
            self._begin(writer, [event.opened for event in batch if isinstance(event, Begun)])
            writer.put_records(self.plan.source_id, list(self._records(batch, new)))
            ended = [
                ClosedUnit(opened.id, opened.unit.digest, opened.unit.content, errors, opened.keys, retry_at)
                for opened, errors, retry_at in closed
            ]
            if ended:
                self.report.removed += writer.close_units(ended)
        units = sum(isinstance(event, Ended) for event in batch)
        self.report.read += units
        self.progress.read(units, 0)

    def _new_items(self, batch: Sequence[Event]) -> dict[int, _Split]:
        """The items of a batch that are new or have changed, split into passages, by place in the batch."""
        items = {at: item for at, event in enumerate(batch) if (item := self._wanted(event))}
        before = self._stored_digests([item.key for item in items.values()])
        new: dict[int, _Split] = {}
        for at, item in items.items():
            paged = _paged(batch[at])
            digest = item_digest(item, f"{self.split_name} {paged.pages} {paged.times}")
            if before.get(item.key) == digest:
                self.report.unchanged += 1
                continue
            new[at] = (item, self.split(paged), digest)
        self.report.written += len(new)
        self.progress.read(0, 0, sum(len(spans) for _, spans, _ in new.values()))
        return new

    def _wanted(self, event: Event) -> Item | None:
        """The item of an event, unless somebody asked to forget it."""
        item = _item(event)
        if item is None:
            return None
        self.progress.read(0, 1)
        if item.key in self.plan.forgotten:
            self.report.forgotten += 1
            return None
        event.opened.keys.add(item.key)
        return item

    def _stored_digests(self, keys: Sequence[str]) -> dict[str, str]:
        if not self.plan.stored or not keys:
            return {}
        with self.catalog.write() as writer:
            return writer.stored_digests(self.plan.source_id, keys)

    def _begin(self, writer: Writer, opened: Sequence[OpenUnit]) -> None:
        if opened:
            places = [(one.unit.key, one.unit.where) for one in opened]
            for one, number in zip(opened, writer.begin_units(self.plan.source_id, places), strict=True):
                one.id = number

    def _records(self, batch: Sequence[Event], new: dict[int, _Split]) -> Iterator[NewItem | Declared]:
        for at, event in enumerate(batch):
            if at in new:
                yield NewItem(event.opened.id, *new[at])
            elif isinstance(event, Got) and isinstance(event.record, Person):
                yield Declared(event.opened.id, event.record)

    def _closed(self, batch: Sequence[Event]) -> list[_Closed]:
        """The units that end here; one that lost suddenly much stays open, and is read again next time."""
        closed: list[_Closed] = []
        for event in batch:
            if not isinstance(event, Ended):
                continue
            if event.error is not None:
                closed.append((event.opened, [event.error], self._retry_at(event.opened.unit, event.error)))
            elif not self._is_held(event.opened):
                closed.append((event.opened, event.opened.errors, None))
        return closed

    def _is_held(self, opened: OpenUnit) -> bool:
        stored = self.plan.stored.get(opened.unit.key)
        total = self.plan.items.get(stored.id, 0) if stored else 0
        if stored is None or not is_sudden(total, total):
            return False
        with self.catalog.write() as writer:
            gone = writer.count_gone(ClosedUnit(stored.id, "", "", keys=opened.keys))
        if not is_sudden(gone, total) or self.confirm(self.report.source, gone, total):
            return False
        self.report.held += gone
        return True

    def _retry_at(self, unit: Unit, error: UnreadableError) -> datetime:
        """When to try again: soon if that may help, and more and more rarely."""
        stored = self.plan.stored.get(unit.key)
        attempts = min(stored.attempts if stored else 0, 10)
        if isinstance(error, TransientError):
            wait = timedelta(seconds=min(error.wait or 0, 86_400))
            return self.now + max(wait, min(timedelta(minutes=4**attempts), timedelta(days=1)))
        return self.now + min(timedelta(days=2**attempts), timedelta(days=30))


def _paged(event: Event) -> PagedItem:
    record = event.record if isinstance(event, Got) else None
    if isinstance(record, PagedItem):
        return record
    assert isinstance(record, Item)  # noqa: S101 - `_wanted` gives the items of such events only
    return PagedItem(record)
