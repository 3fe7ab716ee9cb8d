"""What is stored of items and deeds, as it tells of people: all, or what changed after a generation."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    case,
    cast,
    func,
    select,
    true,
    type_coerce,
)

from catalog.activity import KINDS, ROLES, Bools, Floats, Places, Tags, Texts
from catalog.rows import NOTHING, read_batches, read_columns
from catalog.schema import contributions, copies, disputes, item_tags, items, people, sources

_KIND = case({kind.value: number for number, kind in enumerate(KINDS)}, value=items.c.kind)
_ROLE = case({role.value: number for number, role in enumerate(ROLES)}, value=contributions.c.role)
_ROOT = func.coalesce(people.c.merged_id, people.c.id)

_NUMBERS: dict[str, Any] = {
    "rows": np.int32,
    "communities": np.int32,
    "kinds": np.int8,
    "created": np.float64,
    "votes": np.int32,
    "openers": np.int32,
    "groups": np.int32,
}


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Items as they are stored.

    Attributes:
        rows: The catalog's numbers of them [m], rising.
        communities: The numbers of their communities [m].
        kinds: What they are, as a place in `KINDS` [m].
        created: When they were written, in seconds since 1970 [m]; NaN where nobody knows.
        votes: Up-votes minus down-votes [m]; 0 where there are none.
        openers: The number of the item that opened the thread [m]; their own, if that one is not there.
        groups: The number that near-identical items share [m]; 0 where there are none.
        ids: Their ids.
        tags: Their own tags.
    """

    rows: Places
    communities: Places
    kinds: Places
    created: Floats
    votes: Places
    openers: Places
    groups: Places
    ids: Texts
    tags: Tags

    def take(self, places: Places | Bools) -> Items:
        """Some of the items."""
        columns = {name: getattr(self, name)[places] for name in _NUMBERS}
        return replace(self, ids=self.ids.take(places), tags=self.tags.take(places), **columns)

    def joined(self, others: Items) -> Items:
        """These items and others, by number."""
        columns = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in _NUMBERS}
        both = Items(ids=self.ids.joined(others.ids), tags=self.tags.joined(others.tags), **columns)
        return both.take(np.argsort(both.rows, kind="stable"))


@dataclass(frozen=True, slots=True, eq=False)
class Deeds:
    """Who did what, as it is stored, in no order.

    Attributes:
        items: The number of the item [n].
        persons: The number of the row of who did it [n].
        roles: What they did, as a place in `ROLES` [n].
        times: When, in seconds since 1970 [n]; NaN where nobody knows.
    """

    items: Places
    persons: Places
    roles: Places
    times: Floats

    def without(self, rows: Places) -> Deeds:
        """The deeds on other items than some."""
        kept = ~np.isin(self.items, rows)
        return Deeds(self.items[kept], self.persons[kept], self.roles[kept], self.times[kept])

    def joined(self, others: Deeds) -> Deeds:
        """These deeds and others."""
        pairs = ((getattr(self, name), getattr(others, name)) for name in self.__slots__)
        return Deeds(*map(np.concatenate, pairs))


def count_items(db: Connection) -> int:
    """How many items there are."""
    return db.scalar(select(func.count()).select_from(items)) or 0


def read_rows(db: Connection, since: int | None = None) -> Places:
    """The numbers of all items, or of those that changed after a generation, rising."""
    query = select(items.c.id)
    if since is not None:
        query = query.where(items.c.generation > since)
    [rows] = read_columns(db, query, [np.int32])
    return np.sort(rows)


def read_items(db: Connection, rows: Places | None = None) -> Items:
    """All items, or some."""
    opener = items.alias()
    named = select(opener.c.id).where(opener.c.source_id == items.c.source_id, opener.c.key == items.c.thread)
    opened = case((items.c.thread == items.c.key, items.c.id), else_=named.scalar_subquery())
    columns = (
        items.c.id,
        items.c.community_id,
        _KIND,
        type_coerce(items.c.created, BigInteger),
        func.coalesce(items.c.votes, 0),
        func.coalesce(opened, items.c.id),
        func.coalesce(copies.c.group_id, 0),
        cast(sources.c.name + ":" + items.c.key, LargeBinary),
    )
    joined = items.join(sources).outerjoin(copies, copies.c.item_id == items.c.id)
    query = select(*columns).select_from(joined).where(_among(items.c.id, rows)).order_by(items.c.id)
    parts: list[list[Any]] = [[np.empty(0, kind)] for kind in _NUMBERS.values()]
    ids = [Texts.of(())]
    for *numbers, texts in read_batches(db, query):
        for part, kind, values in zip(parts, _NUMBERS.values(), numbers, strict=True):
            part.append(np.array(values, kind))
        ids.append(Texts.of(texts))
    told = dict(zip(_NUMBERS, map(np.concatenate, parts), strict=True))
    return Items(ids=reduce(Texts.joined, ids), tags=_read_tags(db, told["rows"], rows), **told)


def _read_tags(db: Connection, carriers: Places, rows: Places | None) -> Tags:
    """The own tags of items."""
    mine = _among(item_tags.c.item_id, rows)
    names = tuple(sorted(db.scalars(select(item_tags.c.tag).where(mine).distinct())))
    number = {name: code for code, name in enumerate(names)}
    query = select(item_tags.c.item_id, item_tags.c.tag).where(mine)
    owners, codes = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for numbers, tags in read_batches(db, query.order_by(item_tags.c.item_id, item_tags.c.tag)):
        owners.append(np.array(numbers, np.int32))
        codes.append(np.fromiter(map(number.__getitem__, tags), np.int32, len(tags)))
    owner = np.concatenate(owners)
    starts, ends = np.searchsorted(owner, carriers), np.searchsorted(owner, carriers, side="right")
    return Tags(names, np.concatenate(codes), starts.astype(np.int32), ends.astype(np.int32))


def read_members(db: Connection, rows: Places) -> tuple[Places, Places]:
    """Items of threads that some items opened, and the numbers of these openers."""
    opener = items.alias()
    same = (items.c.source_id == opener.c.source_id) & (items.c.thread == opener.c.key)
    query = select(items.c.id, opener.c.id).select_from(opener.join(items, same))
    members, openers = read_columns(db, query.where(_among(opener.c.id, rows)), [np.int32, np.int32])
    return members, openers


def read_deeds(db: Connection, rows: Places | None = None) -> Deeds:
    """The deeds on all items, or on some."""
    time = func.coalesce(type_coerce(contributions.c.at, BigInteger), NOTHING)
    query = select(contributions.c.item_id, contributions.c.person_id, _ROLE, time)
    query = query.where(_among(contributions.c.item_id, rows))
    return Deeds(*read_columns(db, query, [np.int32, np.int32, np.int8, np.float64]))


def read_disputes(db: Connection) -> tuple[Places, Places]:
    """The items that are no evidence for somebody, and the numbers of the people for whom they are not."""
    joined = disputes.join(people).join(sources, sources.c.name == disputes.c.source)
    joined = joined.join(items, (items.c.source_id == sources.c.id) & (items.c.key == disputes.c.key))
    query = select(items.c.id, _ROOT).select_from(joined)
    numbers, roots = read_columns(db, query, [np.int32, np.int32])
    return numbers, roots


def _among(column: ColumnElement[int], rows: Places | None) -> ColumnElement[bool]:
    """Whether an item is one of some; given as one text, as thousands of parameters take long to bind."""
    if rows is None:
        return true()
    return column.in_(select(func.json_each(json.dumps(rows.tolist())).table_valued("value").c.value))
