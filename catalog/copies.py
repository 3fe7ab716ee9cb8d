"""Near-identical items: their sketches, and the groups that they form.

A sketch is a MinHash signature cut into bands; items with an equal band are candidates (Broder: On the
resemblance and containment of documents, 1997; Leskovec, Rajaraman and Ullman: Mining of Massive Datasets,
chapter 3). A group has the number of its leader: an item that all others of the group are like. Making
sketches and judging candidates is not the catalog's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.schema import BANDS, band, copies, items, sketches, state

_CHUNK = 500  # parameters in one statement
DIGITS = 16
"""How much of an item's digest is kept beside its sketch, to tell whether it still is what was sketched."""

_LINKED = "linked"  # in `state`: the generation among whose items all copies are found


@dataclass(frozen=True, slots=True)
class Sketched:
    """An item, as far as near-identical ones are concerned.

    Attributes:
        id: The catalog's number of the item.
        title: Its title.
        text: Its text.
        thread: Number of its source and key of its thread: what is in one thread is seldom a copy.
        digest: The digest of all that is stored of the item.
    """

    id: int
    title: str
    text: str
    thread: tuple[int, str]
    digest: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of an item's text.

    Attributes:
        item: The item.
        signature: A byte of each of its MinHash values, `BANDS` times `BAND_BYTES` of them; empty if the text
            is too short to tell.
    """

    item: Sketched
    signature: bytes = b""


def changed_since_linked(db: Connection) -> list[int]:
    """Numbers of the items about which anything changed since `set_linked` was called last, rising."""
    since = db.scalar(select(state.c.value).where(state.c.key == _LINKED))
    changed = items.c.generation > (-1 if since is None else since)
    return list(db.scalars(select(items.c.id).where(changed).order_by(items.c.id)))


def set_linked(db: Connection, generation: int) -> None:
    """Note that all copies among the items of a generation are found."""
    made = upsert(state).values(key=_LINKED, value=generation)
    db.execute(made.on_conflict_do_update(index_elements=["key"], set_={"value": generation}))


def unsketched(db: Connection, ids: Sequence[int]) -> list[Sketched]:
    """Those of some hundred items that have no sketch, or have changed since they were sketched."""
    joined = items.outerjoin(sketches, sketches.c.item_id == items.c.id)
    stale = (
        _sketched()
        .select_from(joined)
        .where(sketches.c.digest.is_distinct_from(func.substr(items.c.digest, 1, DIGITS)))
    )
    return [_read(row) for row in db.execute(stale.where(items.c.id.in_(ids)).order_by(items.c.id))]


def put_sketches(db: Connection, made: Sequence[Sketch]) -> list[int]:
    """Store sketches, and forget what the items were grouped with before; gives those that were."""
    left = _forget(db, [sketch.item.id for sketch in made])
    rows = [
        {"item_id": one.item.id, "digest": one.item.digest[:DIGITS], "signature": one.signature}
        for one in made
    ]
    if rows:
        db.execute(insert(sketches), rows)
    return left


def with_candidates(db: Connection, ids: Sequence[int]) -> set[int]:
    """Those of some hundred items that have a band in common with another item; few have."""
    return set(db.scalars(_WITH_CANDIDATES, {"ids": ids}))


def candidates(db: Connection, sketch: Sketch, most: int) -> dict[int, bytes]:
    """Signatures of other items that have a band in common with this one, the oldest ones first.

    Items that belong to a group are left out unless they lead it: who joins a group is like its leader,
    so a group never becomes a chain of which one end has nothing to do with the other.
    """
    asked = {"item": sketch.item.id, "signature": sketch.signature, "most": most}
    return {row.item_id: row.signature for row in db.execute(_CANDIDATES, asked)}


def _share_a_band(one: ColumnElement[bytes], other: ColumnElement[bytes]) -> ColumnElement[bool]:
    return or_(*(band(one, number) == band(other, number) for number in range(BANDS)))


def _with_candidates() -> Select[tuple[int]]:
    other = sketches.alias()
    shared = _share_a_band(other.c.signature, sketches.c.signature)
    found = exists().where(shared, other.c.item_id != sketches.c.item_id)
    asked = sketches.c.item_id.in_(bindparam("ids", expanding=True))
    return select(sketches.c.item_id).where(asked, sketches.c.signature != b"", found)


def _candidates() -> Select[tuple[int, bytes]]:
    led = exists().where(copies.c.item_id == sketches.c.item_id, copies.c.group_id != copies.c.item_id)
    shared = _share_a_band(sketches.c.signature, bindparam("signature", type_=LargeBinary))
    same = and_(shared, sketches.c.item_id != bindparam("item"), ~led)
    query = select(sketches.c.item_id, sketches.c.signature).where(same)
    return query.order_by(sketches.c.item_id).limit(bindparam("most"))


_WITH_CANDIDATES = _with_candidates()
_CANDIDATES = _candidates()


def read_sketched(db: Connection, item_id: int) -> Sketched:
    """An item of which the number is known."""
    return _read(db.execute(_sketched().where(items.c.id == item_id)).one())


def join(db: Connection, item_id: int, other_id: int) -> list[int]:
    """Put an item that is in no group into the group of another, which leads it or is in none either.

    Returns:
        The items that are in a group now and were not.
    """
    led = db.scalar(select(copies.c.group_id).where(copies.c.item_id == other_id))
    leader = min(item_id, other_id) if led is None else led
    joining = [item_id] if led is not None else [item_id, other_id]
    db.execute(insert(copies), [{"item_id": one, "group_id": leader} for one in joining])
    return joining


def _sketched() -> Select[Any]:
    return select(items.c.id, items.c.title, items.c.text, items.c.source_id, items.c.thread, items.c.digest)


def _read(row: Row[Any]) -> Sketched:
    return Sketched(row.id, row.title, row.text, (row.source_id, row.thread), row.digest)


def dissolve(db: Connection) -> list[int]:
    """Let go of the groups whose leader has gone or changed: who was like it need not be alike.

    Returns:
        The items that were in them.
    """
    leaders = select(copies.c.item_id).where(copies.c.item_id == copies.c.group_id)
    return _forget(db, list(db.scalars(select(copies.c.item_id).where(copies.c.group_id.not_in(leaders)))))


def _forget(db: Connection, ids: Sequence[int]) -> list[int]:
    """Let items be new, as far as copies are concerned; gives those that were in a group."""
    left: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        left += db.scalars(select(copies.c.item_id).where(copies.c.item_id.in_(chunk)))
        for table in (copies, sketches):
            db.execute(delete(table).where(table.c.item_id.in_(chunk)))
    return left
