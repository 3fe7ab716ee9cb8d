"""What everybody did, whoever may read it: read from the catalog into columns, once for all viewers.

Like an index, it is made from everything, catches up with what has changed, and is asked through a viewer:
`Activity.within` is what one of them may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection, select

from catalog.activity import ROLES, Activity, Bools, Places
from catalog.ledger_rows import (
    Deeds,
    Items,
    count_items,
    read_deeds,
    read_disputes,
    read_items,
    read_openers,
    read_rows,
)
from catalog.persons import Persons, read_persons
from catalog.schema import communities, state

_MUCH = 0.2  # share of the items from which all is read anew instead of what has changed
_BY_NAME = np.argsort(np.argsort(np.array(ROLES)))  # which role comes first, by its name


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What everybody did, as of one generation of the catalog.

    Attributes:
        generation: The generation.
        activity: What everybody did; items have only their own tags.
        persons: Who they are, and what they wish.
        items: The items as they are stored, and
        deeds: the deeds, for what changes later.
    """

    generation: int
    activity: Activity
    persons: Persons
    items: Items
    deeds: Deeds


def read_ledger(db: Connection, before: Ledger | None = None) -> Ledger:
    """Read what everybody did.

    Args:
        db: A connection in a transaction.
        before: What was read before, so that of items and deeds only those that changed are read.
    """
    generation = db.scalar(select(state.c.value).where(state.c.key == "generation")) or 0
    items, deeds = _stored(db, before)
    persons = read_persons(db, before.persons if before else None)
    if before is not None and items is before.items and persons is before.persons:
        return replace(before, generation=generation)
    return Ledger(generation, _activity(db, items, deeds, persons), persons, items, deeds)


def _stored(db: Connection, before: Ledger | None) -> tuple[Items, Deeds]:
    """Items and deeds as they are stored now."""
    changed = read_rows(db, before.generation) if before is not None else None
    if before is None or changed is None or len(changed) > _MUCH * len(before.items.rows):
        items, deeds = read_items(db).opened(*read_openers(db)), read_deeds(db)
        db.exec_driver_sql("PRAGMA shrink_memory")  # the pages that were read are not needed again
        return items, deeds
    there = _there(db, before.items.rows, changed)
    if there.all() and not len(changed):
        return before.items, before.deeds
    kept = before.items.take(there & ~_within(before.items.rows, changed))
    kept = replace(kept, openers=np.where(np.isin(kept.openers, changed), kept.rows, kept.openers))
    items = kept.joined(read_items(db, changed)).opened(*read_openers(db, changed))
    # Without the tags that nothing carries any more.
    items = replace(items, tags=items.tags.only(np.ones(len(items.rows), bool)))
    left = before.deeds.without(np.union1d(changed, before.items.rows[~there]))
    return items, left.joined(read_deeds(db, changed))


def _there(db: Connection, rows: Places, changed: Places) -> Bools:
    """Which items are still there.

    An item that is there was there before, or has changed. So if there are as many as that makes, nothing
    has gone.
    """
    new = ~_within(changed, rows)
    if len(rows) + new.sum() == count_items(db):
        return np.ones(len(rows), bool)
    return _within(rows, read_rows(db))


def _within(rows: Places, others: Places) -> Bools:
    """Which of some rising numbers are among others, which rise, too."""
    return np.asarray(np.append(others, -1)[np.searchsorted(others, rows)] == rows)


def _activity(db: Connection, items: Items, deeds: Deeds, persons: Persons) -> Activity:
    """What everybody did, of what is stored."""
    rows, size = items.rows, int(items.rows[-1]) + 1 if len(items.rows) else 1
    place = np.full(size, -1, np.int32)
    place[rows] = np.arange(len(rows))
    rows_of = db.execute(select(communities.c.id, communities.c.slug))
    slugs, codes = _coded(items.communities, {number: slug for number, slug, *_ in rows_of})
    openers = _place_of(place, items.openers)
    done = _merged(place, deeds, persons)
    at = place[done.items]
    return Activity(
        rows=rows,
        ids=items.ids,
        kinds=items.kinds,
        communities=codes,
        slugs=slugs,
        tags=items.tags,
        openers=np.where(openers < 0, np.arange(len(rows), dtype=np.int32), openers),
        originals=_originals(items.groups),
        created=items.created,
        votes=items.votes,
        persons=done.persons,
        items=at,
        roles=done.roles,
        times=np.where(np.isnan(done.times), items.created[at], done.times),
        disputed=_disputed(db, done),
    )


def _place_of(place: Places, rows: Places) -> Places:
    """Places of items, by number; -1 for what is not there."""
    known = rows < len(place)
    return np.where(known, place[np.where(known, rows, 0)], -1)


def _coded(numbers: Places, names: Mapping[int, str]) -> tuple[tuple[str, ...], Places]:
    """The slugs of communities, and for each item the place of its own among them."""
    known = sorted(names)
    code = np.zeros(max(known, default=0) + 1, np.int16)
    code[known] = np.arange(len(known))
    return tuple(names[number] for number in known), code[numbers]


def _originals(groups: Places) -> Places:
    """The place of the first item of each group; an item's own place if it is in none."""
    originals = np.arange(len(groups), dtype=np.int32)
    grouped = np.flatnonzero(groups)
    _, first, inverse = np.unique(groups[grouped], return_index=True, return_inverse=True)
    originals[grouped] = grouped[first][inverse]
    return originals


def _merged(place: Places, deeds: Deeds, persons: Persons) -> Deeds:
    """The deeds of people, by item, person and role; what several rows of one person say is told once.

    Of several times, the first one is told. Deeds of programs, and on items that are not there, are left out.
    """
    roots = persons.roots[deeds.persons]
    kept = np.flatnonzero(~persons.programs[roots] & (_place_of(place, deeds.items) >= 0))
    items, roots, roles = deeds.items[kept], roots[kept], deeds.roles[kept]
    keys = (items.astype(np.int64) * len(persons.roots) + roots) * len(ROLES) + _BY_NAME[roles]
    order = np.argsort(keys, kind="stable")
    keys, kept = keys[order], kept[order]
    new = np.diff(keys, prepend=-1) > 0
    told = deeds.times[kept]
    times = told[new]
    np.fmin.at(times, np.cumsum(new)[~new] - 1, told[~new])
    chosen = order[new]
    return Deeds(items[chosen], roots[chosen], roles[chosen], times)


def _disputed(db: Connection, deeds: Deeds) -> Bools:
    rows, roots = read_disputes(db)
    size = int(max(deeds.persons.max(initial=0), roots.max(initial=0))) + 1
    pairs = deeds.items.astype(np.int64) * size + deeds.persons
    return np.isin(pairs, rows.astype(np.int64) * size + roots)
