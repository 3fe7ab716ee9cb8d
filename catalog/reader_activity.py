"""What a viewer may read of who did what, for all people at once: columns of numbers, without any text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Row, func, select, type_coerce

from catalog.nouns import Kind, Person, Role
from catalog.reader_people import PeopleReader, people_by_row
from catalog.schema import (
    communities,
    contributions,
    copies,
    disputes,
    item_tags,
    items,
    models,
    passages,
    people,
    sources,
    vectors,
)

_CHUNK = 400  # parameters in one statement
_ROOT = func.coalesce(people.c.merged_id, people.c.id)

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Sight = tuple[frozenset[str], bool, frozenset[int]]
"""What tells two viewers apart who are not told the same of everybody."""

ROLES = tuple(Role)
"""Roles in the order of the numbers that stand for them."""


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Who did what to which items, as columns; programs are left out.

    Items, in the order in which they were stored; their *place* is the number of their row here:

    Attributes:
        rows: The catalog's numbers of the items [m].
        ids: Their ids.
        kinds: What they are.
        communities: Slugs of their communities.
        tags: Their tags, sorted, and those of the item that opened their thread.
        openers: Place of the item that opened the thread [m]; its own, if that one is not there.
        originals: Place of the first of its near-identical items [m]; its own, if it has none.
        created: When they were written, in seconds since 1970 [m]; NaN where nobody knows.
        votes: Up-votes minus down-votes [m]; 0 where there are none.
        persons: Of each deed, the number of the person who did it [n].
        items: The place of the item [n], rising.
        roles: What they did, as a place in `ROLES` [n].
        times: When, in seconds since 1970 [n]: of the deed, else of the item; NaN where nobody knows.
        disputed: Whether it is no evidence of what they know [n].
    """

    rows: Places
    ids: tuple[str, ...]
    kinds: tuple[Kind, ...]
    communities: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    openers: Places
    originals: Places
    created: Floats
    votes: Places
    persons: Places
    items: Places
    roles: Places
    times: Floats
    disputed: Bools


class ActivityReader(PeopleReader):
    """The part of `catalog.reader.Reader` that reads what all people did."""

    def activity(self) -> Activity:
        """Who did what to all items that the viewer may read."""
        told = self._told_items()
        place = {row.id: number for number, row in enumerate(told)}
        openers = _openers(told)
        disputed = self._all_disputed()
        created = _seconds([row.created for row in told])
        deeds = [deed for deed in self._deeds() if deed[1] in place]
        done = np.array([place[deed[1]] for deed in deeds], np.int64)
        times = _seconds([deed[3] for deed in deeds])
        return Activity(
            rows=np.array([row.id for row in told], np.int64),
            ids=tuple(f"{row.name}:{row.key}" for row in told),
            kinds=tuple(Kind(row.kind) for row in told),
            communities=tuple(row.slug for row in told),
            tags=_with_openers(self._all_tags(place), openers),
            openers=openers,
            originals=_originals(told),
            created=created,
            votes=np.array([row.votes or 0 for row in told], np.int64),
            persons=np.array([deed[0] for deed in deeds], np.int64),
            items=done,
            roles=np.array([_NUMBERS[deed[2]] for deed in deeds], np.int64),
            times=np.where(np.isnan(times), created[done], times) if deeds else times,
            disputed=np.array([(deed[1], deed[0]) in disputed for deed in deeds], bool),
        )

    def sight(self) -> Sight:
        """What the viewer may read, whether the library is theirs, and who they are if they are anonymous.

        Whoever has these alike is told the same of everybody.
        """
        named = "@" in self.viewer.name and not self._is_owner()
        veiled = set(self._db.scalars(select(_ROOT).where(people.c.anonymous))) if named else set()
        return self.viewer.communities, self._is_owner(), frozenset(veiled and veiled & self._own())

    def persons(self, numbers: Iterable[int]) -> dict[int, Person]:
        """The people of these numbers who have done something that the viewer may read.

        Who is anonymous has no name here, but for the owner.
        """
        wanted = set(numbers)
        shown = people_by_row(self._db, set(self._counts(wanted))) if wanted else {}
        named = set(self._named_counts(wanted)) if wanted else set()
        return {
            number: person if number in named else replace(person, name="")
            for number, person in shown.items()
        }

    def titles(self, rows: Sequence[int]) -> dict[int, str]:
        """Titles of items, by the catalog's numbers of them."""
        query = select(items.c.id, items.c.title).where(self._readable())
        return {
            number: title
            for chunk in _chunks(rows)
            for number, title in self._db.execute(query.where(items.c.id.in_(chunk)))
        }

    def item_vectors(self, rows: Sequence[int], model: str) -> dict[int, npt.NDArray[np.float32]]:
        """What items are about: the mean direction of their passages, each of shape [dimension].

        Args:
            rows: The catalog's numbers of the items.
            model: The model that made the vectors; items without any are left out.
        """
        joined = vectors.join(models).join(passages).join(items)
        query = select(items.c.id, vectors.c.vector).select_from(joined)
        query = query.where(self._readable(), models.c.name == model)
        sums: dict[int, npt.NDArray[np.float32]] = {}
        for chunk in _chunks(rows):
            for number, stored in self._db.execute(query.where(items.c.id.in_(chunk))):
                vector = np.frombuffer(stored, dtype="<f2").astype(np.float32)
                sums[number] = sums[number] + vector if number in sums else vector
        return {number: total / max(float(np.linalg.norm(total)), 1e-9) for number, total in sums.items()}

    def _told_items(self) -> Sequence[Row[Any]]:
        columns = (
            items.c.id,
            sources.c.name,
            items.c.key,
            items.c.thread,
            items.c.kind,
            communities.c.slug,
            type_coerce(items.c.created, BigInteger).label("created"),
            items.c.votes,
            copies.c.group_id,
        )
        joined = items.join(sources).join(communities).outerjoin(copies, copies.c.item_id == items.c.id)
        query = select(*columns).select_from(joined).where(self._readable())
        return self._db.execute(query.order_by(items.c.id)).all()

    def _deeds(self) -> Sequence[Any]:
        """Person, item, role and time; what several rows of one person say is told once."""
        time = func.min(type_coerce(contributions.c.at, BigInteger))
        columns = (_ROOT.label("root"), contributions.c.item_id, contributions.c.role)
        programs = select(_ROOT).where(people.c.bot)
        query = select(*columns, time).select_from(contributions.join(people).join(items))
        query = query.where(self._readable(), _ROOT.not_in(programs))
        query = query.group_by(*columns).order_by(contributions.c.item_id, columns[0], contributions.c.role)
        return self._db.execute(query).all()

    def _all_disputed(self) -> set[tuple[int, int]]:
        """The items that are no evidence for somebody, and the people for whom they are not."""
        joined = disputes.join(people).join(sources, sources.c.name == disputes.c.source)
        joined = joined.join(items, (items.c.source_id == sources.c.id) & (items.c.key == disputes.c.key))
        query = select(items.c.id, _ROOT).select_from(joined).where(self._readable())
        return {(item, root) for item, root in self._db.execute(query)}

    def _all_tags(self, place: dict[int, int]) -> list[list[str]]:
        tags: list[list[str]] = [[] for _ in place]
        query = select(item_tags.c.item_id, item_tags.c.tag).select_from(item_tags.join(items))
        for number, tag in self._db.execute(query.where(self._readable()).order_by(item_tags.c.tag)):
            tags[place[number]].append(tag)
        return tags


_NUMBERS = {role.value: number for number, role in enumerate(ROLES)}


def _seconds(values: Sequence[int | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _openers(told: Sequence[Row[Any]]) -> Places:
    known = {(row.name, row.key): number for number, row in enumerate(told)}
    found = (known.get((row.name, row.thread), number) for number, row in enumerate(told))
    return np.array(list(found), np.int64)


def _originals(told: Sequence[Row[Any]]) -> Places:
    first: dict[int, int] = {}
    found = (
        number if row.group_id is None else first.setdefault(row.group_id, number)
        for number, row in enumerate(told)
    )
    return np.array(list(found), np.int64)


def _with_openers(tags: Sequence[Sequence[str]], openers: Places) -> tuple[tuple[str, ...], ...]:
    """An answer is about what its question is about."""
    pairs = zip(tags, openers.tolist(), strict=True)
    return tuple(tuple(sorted({*own, *tags[opener]})) for own, opener in pairs)


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    numbers = sorted({int(value) for value in values})
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
