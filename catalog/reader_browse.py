"""What a viewer may leaf through: practices by what they are, and the files that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Row, Select, and_, func, or_, select, type_coerce

from catalog.lists import as_list, listed
from catalog.narrowed import conditions, titled
from catalog.nouns import Filters, Item, Kind, Order, State
from catalog.reader_items import select_items
from catalog.reader_people import PeopleReader
from catalog.schema import communities, items, sources, units

_BEGINNING = 2000  # characters of each text
_WHEN = type_coerce(func.coalesce(items.c.created, items.c.updated, 0), BigInteger)  # seconds
_VOTES = func.coalesce(items.c.votes, 0)


_SORTED: Mapping[Order, Any] = {Order.NEWEST: _WHEN, Order.USEFUL: _VOTES}


@dataclass(frozen=True, slots=True)
class Browsed:
    """What is leafed through: what opens a thread, and answers only where answers are asked for.

    Attributes:
        filters: What narrows it.
        state: Only what is in this state.
        title: Words that the title has.
        order: What comes first.
    """

    filters: Filters = field(default_factory=Filters)
    state: State | None = None
    title: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of what is leafed through.

    Attributes:
        items: The items, each with the beginning of its text.
        end: What sorts the last of them; the next part begins behind it. None if nothing comes after it.
    """

    items: tuple[Item, ...]
    end: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How much there is to leaf through.

    Attributes:
        total: How many items.
        kinds: How many of each kind.
        states: How many in each state.
        communities: How many of each community, by slug.
    """

    total: int
    kinds: Mapping[Kind, int]
    states: Mapping[State, int]
    communities: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file that an item was read from.

    Attributes:
        location: Where it was; within an archive, the archive's path followed by its own.
        root: The path that was ingested.
        digest: SHA-256 (hex) of its bytes, where the source is a folder.
    """

    location: str
    root: str
    digest: str


class BrowseReader(PeopleReader):
    """The part of `catalog.reader.Reader` that leafs through items."""

    def browse(self, browsed: Browsed, after: tuple[int, int] | None = None, limit: int = 30) -> Shelf:
        """Items one after the other, by what sorts them and not by their places, which move.

        Args:
            browsed: What is leafed through.
            after: The `end` of the part before; None for the beginning.
            limit: How many at most.
        """
        by = _SORTED[browsed.order]
        # Numbers first: sorting rows with their texts would read the texts of all.
        query = select(items.c.id, by.label("by")).where(self._readable(), *_wanted(browsed))
        if after is not None:
            query = query.where(or_(by < after[0], and_(by == after[0], items.c.id < after[1])))
        found = self._db.execute(query.order_by(by.desc(), items.c.id.desc()).limit(limit + 1)).all()
        shown = found[:limit]
        end = (shown[-1].by, shown[-1].id) if len(found) > limit else None
        return Shelf(self._begun([row.id for row in shown]), end)

    def counted(self, browsed: Browsed) -> Counted:
        """How many items there are to leaf through, in all and by what they are.

        The states are counted whichever one is asked for, so that one can go from one to another.
        """
        columns = (communities.c.slug, items.c.kind, items.c.state)
        query = select(*columns, func.count().label("many")).select_from(items.join(communities))
        rows = self._db.execute(query.where(self._readable(), *_bounds(browsed)).group_by(*columns)).all()
        kinds, states, slugs = Counter[Kind](), Counter[State](), Counter[str]()
        for slug, kind, state, many in rows:
            if state:
                states[State(state)] += many
            if browsed.state in (None, state):
                kinds[Kind(kind)] += many
                slugs[slug] += many
        return Counted(sum(kinds.values()), dict(kinds), dict(states), dict(sorted(slugs.items())))

    def file_of(self, item_id: str) -> SourceFile | None:
        """The file that an item was read from; None if the viewer may not read the item, or it has none."""
        source, _, key = item_id.partition(":")
        query = select(units.c.location, sources.c.root, units.c.content)
        query = query.select_from(items.join(units, units.c.id == items.c.unit_id).join(sources))
        found = self._db.execute(
            query.where(self._readable(), sources.c.name == source, items.c.key == key)
        ).one_or_none()
        return SourceFile(*found) if found else None

    def _begun(self, numbers: Sequence[int]) -> tuple[Item, ...]:
        """Items by their numbers, in this order, each with the beginning of its text."""
        rows = {row.id: row for row in self._read(_beginnings(), ids=as_list(numbers))}
        return tuple(self._complete([rows[number] for number in numbers]))

    def _read(self, statement: Select[Any], **values: Any) -> Sequence[Row[Any]]:
        raise NotImplementedError

    def _complete(self, rows: Sequence[Row[Any]]) -> list[Item]:
        raise NotImplementedError


@cache
def _beginnings() -> Select[Any]:
    """Items with only the beginning of their texts, of which a document may have millions of letters."""
    query = select_items(func.substr(items.c.text, 1, _BEGINNING))
    return query.where(items.c.id.in_(listed("ids")))


def _wanted(browsed: Browsed) -> list[Any]:
    state = [items.c.state == browsed.state.value] if browsed.state else []
    return [*_bounds(browsed), *state]


def _bounds(browsed: Browsed) -> list[Any]:
    """All that narrows it but the state."""
    found = [*conditions(browsed.filters), titled(browsed.title)]
    opens = items.c.thread == items.c.key
    answers = Kind.ANSWER in browsed.filters.kinds
    found.append(or_(opens, items.c.kind == Kind.ANSWER.value) if answers else opens)
    return found
