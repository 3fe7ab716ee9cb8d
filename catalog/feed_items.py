"""What the columns of items are made from: numbers and keys of items and their passages, without any text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, func, select, type_coerce

from catalog.schema import copies, item_tags, items, passages, sources


class FeedItem(NamedTuple):
    """An item without its text; numbers are those of the catalog's rows.

    Attributes:
        id: Its number.
        source: Number of its source.
        community: Number of its community.
        key: The source's own key of it.
        thread: Key of the item that opened its thread.
        kind: What it is.
        created: When it was written, in seconds since 1970; None if nobody knows.
        votes: Up-votes minus down-votes; 0 where there are none.
        group: Number that it shares with near-identical items; 0 if there are none.
    """

    id: int
    source: int
    community: int
    key: str
    thread: str
    kind: str
    created: int | None
    votes: int
    group: int


@dataclass(frozen=True, slots=True)
class FeedItems:
    """Some items, with what belongs to them.

    Attributes:
        items: The items, by number.
        tags: Number of an item, and a tag of it.
        passages: Number of an item, and the number and the ordinal of a passage of it; by item and ordinal.
    """

    items: Sequence[FeedItem]
    tags: Sequence[tuple[int, str]]
    passages: Sequence[tuple[int, int, int]]


def read_items(db: Connection, numbers: Sequence[int]) -> FeedItems:
    """Those of some items that are there."""
    wanted = select(func.json_each(json.dumps(list(numbers))).table_valued("value").c.value)
    tagged = select(item_tags.c.item_id, item_tags.c.tag).where(item_tags.c.item_id.in_(wanted))
    pieces = select(passages.c.item_id, passages.c.id, passages.c.ordinal)
    pieces = pieces.where(passages.c.item_id.in_(wanted))
    return FeedItems(
        [FeedItem(*row) for row in db.execute(_items().where(items.c.id.in_(wanted)).order_by(items.c.id))],
        [(item, tag) for item, tag in db.execute(tagged)],
        sorted(((item, number, ordinal) for item, number, ordinal in db.execute(pieces)), key=_in_order),
    )


def _items() -> Select[Any]:
    columns = (
        items.c.id,
        items.c.source_id,
        items.c.community_id,
        items.c.key,
        items.c.thread,
        items.c.kind,
        type_coerce(items.c.created, BigInteger),
        func.coalesce(items.c.votes, 0),
        func.coalesce(copies.c.group_id, 0),
    )
    return select(*columns).select_from(items.outerjoin(copies, copies.c.item_id == items.c.id))


def _in_order(passage: tuple[int, int, int]) -> tuple[int, int, int]:
    item, number, ordinal = passage
    return item, ordinal, number


def changed_items(db: Connection, since: int) -> list[int]:
    """Numbers of the items about which anything changed after a generation, rising."""
    return list(db.scalars(select(items.c.id).where(items.c.generation > since).order_by(items.c.id)))


def source_names(db: Connection) -> dict[int, str]:
    """Names of the sources, by number."""
    return {row.id: row.name for row in db.execute(select(sources.c.id, sources.c.name))}
