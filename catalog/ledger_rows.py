"""What is stored of items and deeds, as it tells of people: all, or what changed after a generation."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

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

_NUMBERS = ("rows", "communities", "kinds", "created", "votes", "openers", "groups")


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

    def opened(self, members: Places, openers: Places) -> Items:
        """The same where some items have other openers; all are given by number."""
        changed = self.openers.copy()
        changed[np.searchsorted(self.rows, members)] = openers
        return replace(self, openers=changed)

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
    """All items, or some; each as if it had opened its thread."""
    created = func.coalesce(type_coerce(items.c.created, BigInteger), NOTHING)
    columns = (items.c.id, items.c.community_id, _KIND, created, func.coalesce(items.c.votes, 0))
    query = select(*columns).where(_among(items.c.id, rows)).order_by(items.c.id)
    found = read_columns(db, query, [np.int32, np.int32, np.int8, np.float64, np.int32])
    numbers, communities, kinds, times, votes = found
    return Items(
        rows=numbers,
        communities=communities,
        kinds=kinds,
        created=times,
        votes=votes,
        openers=numbers,
        groups=_read_groups(db, numbers, rows),
        ids=_read_ids(db, rows),
        tags=_read_tags(db, numbers, rows),
    )


def _read_groups(db: Connection, numbers: Places, rows: Places | None) -> Places:
    """The groups of near-identical items to which items belong."""
    query = select(copies.c.item_id, copies.c.group_id).where(_among(copies.c.item_id, rows))
    members, groups = read_columns(db, query, [np.int32, np.int32])
    found = np.zeros(len(numbers), np.int32)
    found[np.searchsorted(numbers, members)] = groups
    return found


def _read_ids(db: Connection, rows: Places | None) -> Texts:
    """The ids of items, from an index: reading the items themselves would take twice as long."""
    text = cast(sources.c.name + ":" + items.c.key, LargeBinary)
    query = select(items.c.id, text).select_from(items.join(sources)).where(_among(items.c.id, rows))
    owners, lengths, runs = [np.empty(0, np.int32)], [np.empty(0, np.int32)], []
    for batch, texts in read_batches(db, query):
        owners.append(np.array(batch, np.int32))
        lengths.append(np.fromiter(map(len, texts), np.int32, len(texts)))
        runs.append(b"".join(texts))
    return Texts.cut(b"".join(runs), np.concatenate(lengths)).take(np.argsort(np.concatenate(owners)))


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


def read_openers(db: Connection, rows: Places | None = None) -> tuple[Places, Places]:
    """Numbers of items, and beside each that of the item that opened its thread.

    Args:
        db: A connection in a transaction.
        rows: Only where one of the two is among these.
    """
    opener = items.alias()
    same = (opener.c.source_id == items.c.source_id) & (opener.c.key == items.c.thread)
    query = select(items.c.id, opener.c.id).select_from(items.join(opener, same))
    sides = [items.c.id] if rows is None else [items.c.id, opener.c.id]
    found = [read_columns(db, query.where(_among(side, rows)), [np.int32, np.int32]) for side in sides]
    members, openers = map(np.concatenate, zip(*found, strict=True))
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
