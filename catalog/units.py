"""The parts of sources that are read, or skipped, as a whole, and how reading them went."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import UnreadableError
from catalog.schema import failures, items, units

_CHUNK = 500  # parameters in one statement

_MINE = units.c.id == bindparam("row")
_READ = update(units).where(_MINE).values(attempts=0, retry_at=None)
_FAILED = update(units).where(_MINE).values(attempts=units.c.attempts + 1)


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """What the catalog knows of a unit of a source."""

    id: int
    key: str
    digest: str
    content: str
    location: str
    attempts: int
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosedUnit:
    """How reading a unit ended.

    Attributes:
        id: Its number.
        digest: The digest under which it will be skipped from now on.
        content: The digest of its bytes.
        errors: What could not be read of it.
        keys: Keys of the items that it holds now; others go.
        retry_at: When it is tried again, if it could not be read at all; what was stored from it stays.
    """

    id: int
    digest: str
    content: str
    errors: Sequence[UnreadableError] = ()
    keys: Container[str] = frozenset()
    retry_at: datetime | None = None


def stored_units(db: Connection, source_id: int) -> dict[str, StoredUnit]:
    """The units of a source, by key."""
    mine = units.c.source_id == source_id
    columns = (units.c[name] for name in StoredUnit.__slots__)
    return {
        row.key: StoredUnit(*row) for row in db.execute(select(*columns).where(mine).order_by(units.c.key))
    }


def begin_units(db: Connection, source_id: int, places: Sequence[tuple[str, str]]) -> list[int]:
    """Mark units as being read, and give their numbers: until they are closed, a new run reads them again.

    Args:
        db: A connection in a transaction.
        source_id: Their source.
        places: Key and location of each.
    """
    statement = upsert(units)
    changed = {"digest": "", "location": statement.excluded.location}
    statement = statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=changed)
    common = {"source_id": source_id, "digest": "", "content": ""}
    db.execute(statement, [common | {"key": key, "location": location} for key, location in places])
    numbers: dict[str, int] = {}
    query = select(units.c.key, units.c.id).where(units.c.source_id == source_id)
    for start in range(0, len(places), _CHUNK):
        keys = [key for key, _ in places[start : start + _CHUNK]]
        numbers.update((row.key, row.id) for row in db.execute(query.where(units.c.key.in_(keys))))
    return [numbers[key] for key, _ in places]


def close_units(db: Connection, closed: Sequence[ClosedUnit]) -> None:
    """Note how reading units ended."""
    read = [_closing(unit) for unit in closed if unit.retry_at is None]
    failed = [_closing(unit) | {"retry_at": unit.retry_at} for unit in closed if unit.retry_at is not None]
    for statement, rows in ((_READ, read), (_FAILED, failed)):
        if rows:
            db.execute(statement, rows)
    for start in range(0, len(closed), _CHUNK):
        numbers = [unit.id for unit in closed[start : start + _CHUNK]]
        db.execute(delete(failures).where(failures.c.unit_id.in_(numbers)))
    told = [
        {"unit_id": unit.id, "location": error.where, "reason": error.reason}
        for unit in closed
        for error in unit.errors
    ]
    if told:
        db.execute(insert(failures), told)


def _closing(unit: ClosedUnit) -> dict[str, object]:
    return {"row": unit.id, "digest": unit.digest, "content": unit.content}


def gone_from(db: Connection, closed: Sequence[ClosedUnit]) -> list[int]:
    """Numbers of the items that units, which could be read, do not hold any more."""
    keys = {unit.id: unit.keys for unit in closed if unit.retry_at is None}
    numbers, gone = list(keys), []
    query = select(items.c.id, items.c.key, items.c.unit_id)
    for start in range(0, len(numbers), _CHUNK):
        mine = items.c.unit_id.in_(numbers[start : start + _CHUNK])
        gone += [item for item, key, unit in db.execute(query.where(mine)) if key not in keys[unit]]
    return gone


def count_in_units(db: Connection, unit_ids: Sequence[int]) -> dict[int, int]:
    """How many items are stored of each of some units; those without any are left out."""
    counts: dict[int, int] = {}
    query = select(items.c.unit_id, func.count()).group_by(items.c.unit_id)
    for start in range(0, len(unit_ids), _CHUNK):
        mine = items.c.unit_id.in_(unit_ids[start : start + _CHUNK])
        counts.update((unit_id, count) for unit_id, count in db.execute(query.where(mine)))
    return counts


def failures_of(db: Connection, source_id: int) -> dict[int, list[UnreadableError]]:
    """What could not be read of the units of a source when they were last read, by unit."""
    found: dict[int, list[UnreadableError]] = {}
    joined = failures.join(units, units.c.id == failures.c.unit_id)
    query = select(failures).select_from(joined).where(units.c.source_id == source_id)
    for row in db.execute(query.order_by(failures.c.id)):
        found.setdefault(row.unit_id, []).append(UnreadableError(row.location, row.reason))
    return found
