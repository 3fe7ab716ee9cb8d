"""All people as columns: who is one with whom, who is a program, and what they wish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import BigInteger, Connection, LargeBinary, cast, func, select, type_coerce

from catalog.activity import Bools, Floats, People, Places, Texts
from catalog.rows import NOTHING, read_batches, read_columns
from catalog.schema import hidden_topics, people, state
from catalog.versions import PEOPLE

_ROOT = func.coalesce(people.c.merged_id, people.c.id)


@dataclass(frozen=True, slots=True, eq=False)
class Persons:
    """All people.

    Attributes:
        roots: By a row's number, the number under which it is shown; 0 where there is no row.
        programs: By the number under which somebody is shown, whether it is a program.
        told: The people, programs too, as they wish to be named while nobody pauses.
        paused: Until when each of them pauses, in seconds since 1970 [p]; NaN for who does not.
        version: How often anything about people had changed.
    """

    version: int
    roots: Places
    programs: Bools
    told: People
    paused: Floats

    def at(self, now: datetime) -> People:
        """The people as they wish to be named at a time."""
        return replace(self.told, suggestible=self.told.suggestible & ~(self.paused > now.timestamp()))


def read_persons(db: Connection, before: Persons | None = None) -> Persons:
    """Read all people; of their rows, a declared name goes before others, and the stricter wish holds.

    Args:
        db: A connection in a transaction.
        before: What was read before; it is given back if nothing about people has changed.
    """
    version = db.scalar(select(state.c.value).where(state.c.key == PEOPLE)) or 0
    if before is not None and before.version == version:
        return before
    columns = (
        people.c.id,
        _ROOT,
        people.c.unit_id.is_not(None),
        people.c.bot,
        people.c.opted_out,
        people.c.anonymous,
        people.c.departed,
        func.coalesce(type_coerce(people.c.paused_until, BigInteger), NOTHING),
    )
    kinds = (np.int32, np.int32, bool, bool, bool, bool, bool, np.float64)
    read = read_columns(db, select(*columns).order_by(people.c.id), kinds)
    rows, roots, declared, bot, opted_out, anonymous, departed, paused = read
    size = int(rows[-1]) + 1 if len(rows) else 1
    root_of = np.zeros(size, np.int32)
    root_of[rows] = roots
    numbers = np.unique(roots)

    def anyone(flags: Bools) -> Bools:
        found = np.zeros(size, bool)
        found[roots[flags]] = True
        return found

    programs = anyone(bot)
    until, pausing = np.full(size, np.nan), np.flatnonzero(~np.isnan(paused))
    np.fmax.at(until, roots[pausing], paused[pausing])
    told = People(
        numbers=numbers,
        names=_read_names(db).take(_named(rows, roots, declared)[numbers]),
        suggestible=~(programs | anyone(opted_out))[numbers],
        anonymous=anyone(anonymous)[numbers],
        departed=anyone(departed)[numbers],
        hidden=_hidden(db, root_of),
    )
    return Persons(version, root_of, programs, told, until[numbers])


def _read_names(db: Connection) -> Texts:
    """The names of all rows, by number."""
    query = select(cast(people.c.name, LargeBinary)).order_by(people.c.id)
    return Texts.of([name for (names,) in read_batches(db, query) for name in names])


def _named(rows: Places, roots: Places, declared: Bools) -> Places:
    """By the number under which somebody is shown, the place of the row whose name they have."""
    found = np.zeros(int(rows[-1]) + 1 if len(rows) else 1, np.int32)
    found[rows] = np.arange(len(rows))
    first = np.flatnonzero(declared)[::-1]  # what is put there last stays: the lowest number
    found[roots[first]] = first
    return found


def _hidden(db: Connection, root_of: Places) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row, topic in db.execute(select(hidden_topics.c.person_id, hidden_topics.c.topic)):
        found[int(root_of[row])].add(topic)
    return {root: frozenset(topics) for root, topics in found.items()}
