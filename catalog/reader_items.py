"""What a viewer may read of items: their texts, who wrote them, and the passages that they are cut into.

Most of what a question takes from the catalog comes from here. So statements are drawn once and take lists as
one parameter, and what belongs to an item comes with it. A reader is one view of the catalog, in which
nothing changes: what it has read, it does not read again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select

from catalog.errors import NotFoundError
from catalog.lists import as_list, each, listed
from catalog.nouns import Contribution, Item, Kind, Link, LinkKind, Passage, Person, Role, State, Viewer
from catalog.reader_people import ROOT, PeopleReader, people_by_row
from catalog.schema import (
    communities,
    contributions,
    copies,
    disputes,
    item_tags,
    items,
    links,
    passages,
    people,
    sources,
)

_AT_ONCE = 400  # items that are read in one go
_KEPT = 2_000  # items that a reader keeps; who reads more leafs through all, and comes to none again

K = TypeVar("K")
V = TypeVar("V")


def readable(table: Any = items, of_viewer: Any = None) -> Any:
    """The condition on items that every read of content carries.

    The sum keeps SQLite from looking up items by community, of which there are few with many items each,
    where it could look up the few that are asked for.

    Args:
        table: The items.
        of_viewer: Which communities the viewer may read; those that `ItemsReader._read` gives if nothing is
            said.
    """
    if of_viewer is None:
        of_viewer = communities.c.slug.in_(listed("readable"))
    return (table.c.community_id + 0).in_(select(communities.c.id).where(of_viewer))


class ItemsReader(PeopleReader):
    """The part of `catalog.reader.Reader` that reads items and their passages."""

    def __init__(self, connection: Connection, viewer: Viewer) -> None:
        super().__init__(connection, viewer)
        self._may_read = as_list(sorted(viewer.communities))
        self._items_read: dict[str, Item | None] = {}
        self._passages_read: dict[int, Passage | None] = {}
        self._copies_read: dict[str, tuple[str, ...] | None] = {}
        self._persons_read: dict[int, Person] = {}

    def item(self, item_id: str) -> Item:
        """One item.

        Raises:
            NotFoundError: If there is none with this id among those that the viewer may read.
        """
        found = self.items([item_id])
        if not found:
            raise NotFoundError(
                f"{item_id}: no such item, or not yours to read; `copse search` shows each item's id"
            )
        return found[item_id]

    def items(self, item_ids: Iterable[str]) -> dict[str, Item]:
        """Items by id; those that are gone or not readable are left out."""
        wanted = sorted(set(item_ids))
        new = [item_id for item_id in wanted if item_id not in self._items_read]
        read = {item.id: item for item in self._complete(self._read_pairs(_items_by_key(), new))}
        return _told(wanted, self._items_read, {item_id: read.get(item_id) for item_id in new})

    def threads(self, thread_ids: Iterable[str]) -> dict[str, list[Item]]:
        """The items of each thread, oldest first, by the id of the item that opened it."""
        rows = self._read_pairs(_items_by_thread(), list(dict.fromkeys(thread_ids)))
        known = {row.id: item for row in rows if (item := self._items_read.get(f"{row.name}:{row.key}"))}
        new = [row for row in rows if row.id not in known]
        read = known | dict(zip((row.id for row in new), self._complete(new), strict=True))
        _told((), self._items_read, {item.id: item for item in read.values()})
        threads: dict[str, list[Item]] = defaultdict(list)
        for row in sorted(rows, key=_age):
            threads[read[row.id].thread_id].append(read[row.id])
        return dict(threads)

    def each_item(self) -> Iterator[Item]:
        """Every item that the viewer may read, in the order in which they were first stored."""
        last = 0
        while rows := self._read(_items_after(), last=last, limit=_AT_ONCE):
            yield from self._complete(rows)
            last = rows[-1].id

    def copies(self, item_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The near-identical items that the viewer may read too, the oldest first, by the item's id."""
        wanted = sorted(set(item_ids))
        new = [item_id for item_id in wanted if item_id not in self._copies_read]
        read = self._read_copies(new)
        return _told(wanted, self._copies_read, {item_id: read.get(item_id) for item_id in new})

    def passages(self, passage_ids: Iterable[int]) -> dict[int, Passage]:
        """Passages by number; those that are gone or not readable are left out."""
        wanted = sorted(set(passage_ids))
        new = [number for number in wanted if number not in self._passages_read]
        rows = self._read(_passages_by_id(), ids=as_list(new)) if new else ()
        read = {row.id: _passage(row) for row in rows}
        return _told(wanted, self._passages_read, {number: read.get(number) for number in new})

    def passages_of(self, item_id: str) -> list[Passage]:
        """All passages of an item in their order; none if the viewer may not read it."""
        return self.passages_of_all([item_id]).get(item_id, [])

    def passages_of_all(self, item_ids: Iterable[str]) -> dict[str, list[Passage]]:
        """All passages of items in their order, by item; those that are not readable are left out."""
        found: dict[str, list[Passage]] = defaultdict(list)
        for row in self._read_pairs(_passages_by_item(), list(dict.fromkeys(item_ids))):
            passage = _passage(row)
            found[passage.item_id].append(passage)
        for its in found.values():
            _told((), self._passages_read, {passage.id: passage for passage in its})
        return dict(found)

    def _read(self, statement: Select[Any], **values: Any) -> Sequence[Row[Any]]:
        return self._db.execute(statement, {"readable": self._may_read, **values}).all()

    def _read_pairs(self, statement: Select[Any], ids: Sequence[str]) -> list[Row[Any]]:
        """The rows of a statement that takes pairs of a source and a key, which ids are made of."""
        pairs = [item_id.split(":", 1) for item_id in ids if ":" in item_id]
        return [
            row
            for start in range(0, len(pairs), _AT_ONCE)
            for row in self._read(statement, pairs=as_list(pairs[start : start + _AT_ONCE]))
        ]

    def _read_copies(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        groups = {f"{row.name}:{row.key}": row.group_id for row in self._read_pairs(_copies_by_key(), ids)}
        members: dict[int, list[str]] = defaultdict(list)
        if groups:
            for row in self._read(_copies_by_group(), groups=as_list(sorted(set(groups.values())))):
                members[row.group_id].append(f"{row.name}:{row.key}")
        return {
            item_id: tuple(one for one in members[group] if one != item_id)
            for item_id, group in groups.items()
        }

    def _complete(self, rows: Sequence[Row[Any]]) -> list[Item]:
        """Make items of rows of `select_items`."""
        contributed = self._contributions_in(rows) if rows else {}
        return [_item(row, contributed[row.id]) for row in rows]

    def _contributions_in(self, rows: Sequence[Row[Any]]) -> dict[int, list[Contribution]]:
        """Who did what to items; rows that are one person are told once."""
        did = {row.id: _listed_in(row.contributions) for row in rows}
        persons = self._persons({person for all_did in did.values() for person, _, _ in all_did})
        disputed = self._disputed(did)
        contributed: dict[int, list[Contribution]] = {}
        for row in rows:
            told: dict[tuple[int, str], Contribution] = {}
            for number, role, at in did[row.id]:
                root = persons[number]
                person = self._stand_in(root, row.community) if root.anonymous else root
                one = Contribution(person, Role(role), _time(at), disputed=(row.id, root.id) in disputed)
                told.setdefault((person.id, role), one)
            contributed[row.id] = list(told.values())
        return contributed

    def _persons(self, rows: Collection[int]) -> Mapping[int, Person]:
        """The people that rows of `people` stand for; at least these."""
        new = {row for row in rows if row not in self._persons_read}
        if new:
            self._persons_read |= people_by_row(self._db, new)
        return self._persons_read

    def _disputed(self, item_ids: Iterable[int]) -> frozenset[tuple[int, int]]:
        """The items among these that are no evidence for somebody, and the people for whom they are not."""
        rows = self._db.execute(_disputed_items(), {"ids": as_list(item_ids)})
        return frozenset((item, root) for item, root in rows)


def select_items(text: Any = items.c.text) -> Select[Any]:
    """The columns that `_complete` makes items of, under the gate.

    What belongs to an item comes along as one JSON text each.

    Args:
        text: The text, or as much of it as is wanted.
    """
    tags = select(func.json_group_array(item_tags.c.tag)).where(item_tags.c.item_id == items.c.id)
    one = func.json_array(contributions.c.person_id, contributions.c.role, contributions.c.at)
    did = select(func.json_group_array(one)).where(contributions.c.item_id == items.c.id)
    target = items.alias("target")
    there = and_(target.c.source_id == items.c.source_id, target.c.key == links.c.key, readable(target))
    points = select(func.json_group_array(func.json_array(links.c.kind, links.c.key)))
    points = points.select_from(links.join(target, there)).where(links.c.item_id == items.c.id)
    columns = (
        items.c.id,
        sources.c.name,
        items.c.key,
        communities.c.slug,
        communities.c.name.label("community"),
        *(items.c[name] for name in _AS_THEY_ARE),
        text.label("text"),
        *(items.c[name] for name in ("kind", "state", "solution_start", "solution_end")),
        tags.correlate(items).scalar_subquery().label("tags"),
        did.correlate(items).scalar_subquery().label("contributions"),
        points.correlate(items).scalar_subquery().label("links"),
    )
    return select(*columns).select_from(items.join(sources).join(communities)).where(readable())


_AS_THEY_ARE = ("title", "url", "created", "updated", "thread", "votes", "accepted")


def select_passages() -> Select[Any]:
    """The columns that passages are made of, under the gate."""
    text = func.substr(items.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
    names = ("id", "ordinal", "start", "end", "heading", "page", "seconds")
    columns = (*(passages.c[name] for name in names), sources.c.name, items.c.key, text.label("text"))
    return select(*columns).select_from(passages.join(items).join(sources)).where(readable())


def _asked_for(column: Any) -> Select[Any]:
    """The numbers of the items of which the source and this column are one of the pairs asked for."""
    pair = each("pairs")
    source, key = (func.json_extract(pair.c.value, place) for place in ("$[0]", "$[1]"))
    joined = pair.join(sources, sources.c.name == source)
    joined = joined.join(items, and_(items.c.source_id == sources.c.id, column == key))
    return select(items.c.id).select_from(joined).correlate(None)


@cache
def _items_by_key() -> Select[Any]:
    return select_items().where(items.c.id.in_(_asked_for(items.c.key)))


@cache
def _items_by_thread() -> Select[Any]:
    return select_items().where(items.c.id.in_(_asked_for(items.c.thread)))


@cache
def _items_after() -> Select[Any]:
    query = select_items().where(items.c.id > bindparam("last"))
    return query.order_by(items.c.id).limit(bindparam("limit"))


@cache
def _passages_by_id() -> Select[Any]:
    return select_passages().where(passages.c.id.in_(listed("ids")))


@cache
def _passages_by_item() -> Select[Any]:
    query = select_passages().where(passages.c.item_id.in_(_asked_for(items.c.key)))
    return query.order_by(passages.c.item_id, passages.c.ordinal)


def _select_copies() -> Select[Any]:
    columns = (sources.c.name, items.c.key, copies.c.group_id)
    return select(*columns).select_from(copies.join(items).join(sources)).where(readable())


@cache
def _copies_by_key() -> Select[Any]:
    return _select_copies().where(copies.c.item_id.in_(_asked_for(items.c.key)))


@cache
def _copies_by_group() -> Select[Any]:
    return _select_copies().where(copies.c.group_id.in_(listed("groups"))).order_by(items.c.id)


@cache
def _disputed_items() -> Select[Any]:
    joined = disputes.join(people).join(sources, sources.c.name == disputes.c.source)
    joined = joined.join(items, (items.c.source_id == sources.c.id) & (items.c.key == disputes.c.key))
    query = select(items.c.id, ROOT.label("root")).select_from(joined)
    return query.where(items.c.id.in_(listed("ids")))


def _told(wanted: Iterable[K], kept: dict[K, V | None], read: Mapping[K, V | None]) -> dict[K, V]:
    """What is wanted of what was read before and now, as far as there is any; what was read now is kept."""
    found = {key: value for key in wanted if (value := read.get(key) or kept.get(key))}
    if len(kept) + len(read) > _KEPT:
        kept.clear()
    if len(read) <= _KEPT:
        kept.update(read)
    return found


def _item(row: Row[Any], contributed: Sequence[Contribution]) -> Item:
    return Item(
        source=row.name,
        key=row.key,
        kind=Kind(row.kind),
        title=row.title,
        text=row.text,
        community=row.slug,
        url=row.url,
        created=row.created,
        updated=row.updated,
        tags=tuple(_listed_in(row.tags)),
        thread=row.thread,
        votes=row.votes,
        state=State(row.state) if row.state else None,
        accepted=row.accepted,
        solution=None if row.solution_start is None else (row.solution_start, row.solution_end),
        contributions=tuple(contributed),
        links=tuple(Link(LinkKind(kind), key) for kind, key in _listed_in(row.links)),
    )


def _passage(row: Row[Any]) -> Passage:
    return Passage(
        id=row.id,
        item_id=f"{row.name}:{row.key}",
        ordinal=row.ordinal,
        start=row.start,
        end=row.end,
        heading=tuple(row.heading),
        page=row.page,
        text=row.text,
        seconds=row.seconds,
    )


def _age(row: Row[Any]) -> tuple[bool, float, int]:
    """What is undated counts as the oldest."""
    return row.created is not None, row.created.timestamp() if row.created else 0.0, row.id


def _listed_in(text: str) -> list[Any]:
    """The values of a JSON list in their order; of most items, most lists are empty."""
    return sorted(json.loads(text), key=_first_two) if text != "[]" else []


def _first_two(value: Any) -> Any:
    return value if isinstance(value, str) else value[:2]


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
