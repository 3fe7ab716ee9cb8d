"""What everybody did, made of items without a catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from catalog.activity import KINDS, ROLES, Activity, People, Tags, Texts
from catalog.nouns import Item, Person
from search.people.record import Record, make_record

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_activity(items: Sequence[Item], originals: Mapping[str, str] | None = None) -> Activity:
    """The deeds on some items.

    Args:
        items: The items, with contributions of people who have numbers.
        originals: By the id of a copy, the id of the item that it is a copy of.
    """
    place = {item.id: at for at, item in enumerate(items)}
    deeds = [(at, one) for at, item in enumerate(items) for one in item.contributions if not one.person.bot]
    copied = originals or {}
    slugs = tuple(sorted({item.community for item in items}))
    return Activity(
        rows=np.arange(len(items)),
        ids=Texts.of([item.id.encode() for item in items]),
        kinds=np.array([KINDS.index(item.kind) for item in items], np.int8),
        communities=np.array([slugs.index(item.community) for item in items], np.int16),
        slugs=slugs,
        tags=Tags.of([item.tags for item in items]),
        openers=np.array([place.get(item.thread_id, at) for at, item in enumerate(items)], np.int64),
        originals=np.array([place[copied.get(item.id, item.id)] for item in items], np.int64),
        created=np.array([_seconds(item.created) for item in items]),
        votes=np.array([item.votes or 0 for item in items], np.int64),
        persons=np.array([one.person.id for _, one in deeds], np.int64),
        items=np.array([at for at, _ in deeds], np.int64),
        roles=np.array([ROLES.index(one.role) for _, one in deeds], np.int64),
        times=np.array([_seconds(one.at or items[at].created) for at, one in deeds], np.float64),
        disputed=np.array([one.disputed for _, one in deeds], bool),
    )


def make_record_of(items: Sequence[Item], originals: Mapping[str, str] | None = None) -> Record:
    """The record of these items."""
    people: dict[int, Person] = {one.person.id: one.person for item in items for one in item.contributions}
    return make_record(make_activity(items, originals), People.of(people.values()), NOW)


def numbered(record: Record, fits: Mapping[str, float]) -> dict[int, float]:
    """Fits of items by number, of those that are given by id."""
    rows = dict(zip(record.activity.ids, record.activity.rows.tolist(), strict=True))
    return {rows[item_id]: fit for item_id, fit in fits.items() if item_id in rows}


def _seconds(at: datetime | None) -> float:
    return np.nan if at is None else at.timestamp()


def told(record: Record) -> list[Any]:
    """All that a record tells, with what it calls things instead of their numbers."""
    seen = record.activity
    items = [
        (
            seen.ids[place],
            KINDS[seen.kinds[place]],
            seen.slugs[seen.communities[place]],
            seen.tags[place],
            seen.ids[seen.openers[place]],
            seen.ids[seen.originals[place]],
            seen.votes[place],
        )
        for place in range(len(seen))
    ]
    deeds = zip(record.who.tolist(), seen.items.tolist(), seen.roles.tolist(), seen.disputed, strict=True)
    done = [(record.people[who], seen.ids[item], ROLES[role], bool(no)) for who, item, role, no in deeds]
    return [items, done, seen.times.tolist(), seen.tags.names, list(record.people), record.shows.tolist()]
