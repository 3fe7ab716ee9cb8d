"""What a viewer may read: the one gate. Every query starts from `_readable`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, and_, false, func, or_, select

from catalog.asked import AskedDay, Demand, select_asked, select_asked_days
from catalog.errors import NotFoundError, UnreadableError
from catalog.gaps import Gap, select_gaps
from catalog.narrowed import conditions
from catalog.nouns import (
    Community,
    Filters,
    Item,
    Kind,
    Viewer,
    Votes,
)
from catalog.reader_activity import ActivityReader
from catalog.reader_browse import BrowseReader
from catalog.reader_feedback import FeedbackReader
from catalog.reader_items import ItemsReader, readable
from catalog.reader_origins import FoundOrigin, select_origins
from catalog.reader_requests import RequestsReader
from catalog.schema import (
    communities,
    community_readers,
    copies,
    failures,
    item_tags,
    items,
    models,
    passages,
    sources,
    vectors,
    votes,
)
from catalog.written import find_written, may_change, written_ids

_CHUNK = 400  # parameters in one statement

# Who may read an item is told by an index that holds nothing else: without the hint, SQLite reads the rows,
# and without the plus it looks every item up in each of the communities.
_READABLE_ITEMS = """
    SELECT json_group_array(items.id) FROM json_each(?1) wanted
    CROSS JOIN items INDEXED BY ix_items_gate ON items.id = wanted.value
    WHERE +items.community_id IN
        (SELECT id FROM communities WHERE slug IN (SELECT value FROM json_each(?2)))
"""
_READABLE_PASSAGES = """
    SELECT json_group_array(passages.id) FROM json_each(?1) wanted
    CROSS JOIN passages ON passages.id = wanted.value
    CROSS JOIN items INDEXED BY ix_items_gate ON items.id = passages.item_id
    WHERE +items.community_id IN
        (SELECT id FROM communities WHERE slug IN (SELECT value FROM json_each(?2)))
"""


@dataclass(frozen=True, slots=True)
class NumberedCommunity:
    """The catalog's number of a community, and whether only some may read it."""

    number: int
    private: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage belongs: enough to group passages without reading any text.

    Attributes:
        passage: Number of the passage.
        item_id: The item that it is a piece of.
        thread_id: The item that opened the thread.
        kind: Kind of the item.
        group: Number that it shares with near-identical items; None if there are none.
        ordinal: Which passage of its item it is, from 0.
        votes: Up-votes minus down-votes of the item; 0 where its source has none.
        item: The catalog's number of the item.
    """

    passage: int
    item_id: str
    thread_id: str
    kind: Kind
    group: int | None = None
    ordinal: int = 0
    votes: int = 0
    item: int = 0


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One line of the library's status: a source, and how much of it the viewer may read."""

    name: str
    kind: str
    location: str
    items: int


@dataclass(frozen=True, slots=True)
class Status:
    """What a viewer may know about the state of the library."""

    generation: int | None  # it also moves with what a viewer may not read, who is not told then
    model: str | None
    items: dict[tuple[str, str], int]  # by community slug and kind
    people: int
    passages: int
    embedded: int
    sources: tuple[SourceSummary, ...]
    failures: tuple[UnreadableError, ...]


class Reader(ItemsReader, ActivityReader, BrowseReader, RequestsReader, FeedbackReader):
    """One consistent view of what a viewer may read; get one from `Catalog.read`.

    Args:
        connection: A connection in a transaction.
        viewer: Who reads.
        generation: The catalog's generation in this view.
    """

    def __init__(self, connection: Connection, viewer: Viewer, generation: int) -> None:
        super().__init__(connection, viewer)
        self.generation = generation
        self._communities: list[Community] | None = None

    def communities(self) -> list[Community]:
        """The communities that the viewer may read, by name, with the readers of the private ones."""
        if self._communities is None:
            self._communities = self._read_communities()
        return self._communities

    def _read_communities(self) -> list[Community]:
        readers: dict[int, set[str]] = defaultdict(set)
        for row in self._db.execute(select(community_readers)):
            readers[row.community_id].add(row.reader)
        query = select(communities).where(self._readable_community()).order_by(communities.c.name)
        return [
            Community(row.slug, row.name, row.private, frozenset(readers[row.id]))
            for row in self._db.execute(query)
        ]

    def passage_ids(self, filters: Filters) -> npt.NDArray[np.int64]:
        """Numbers of all passages that the viewer may read and that pass the filters, rising.

        Returns:
            An array of shape [n].
        """
        query = (
            select(passages.c.id)
            .select_from(passages.join(items))
            .where(self._readable(), *conditions(filters))
        )
        return np.array(self._db.scalars(query.order_by(passages.c.id)).all(), dtype=np.int64)

    def numbered_communities(self) -> dict[str, NumberedCommunity]:
        """The communities that the viewer may read, by slug, as those who follow the catalog number them."""
        rows = self._db.exec_driver_sql("SELECT slug, id, private FROM communities").all()
        readable = self.viewer.communities
        return {
            slug: NumberedCommunity(number, bool(private))
            for slug, number, private in rows
            if slug in readable
        }

    def readable_items(self, numbers: Sequence[int]) -> npt.NDArray[np.int64]:
        """Those of some items that are there and that the viewer may read.

        Args:
            numbers: The catalog's numbers of the items; thousands of them take some milliseconds.

        Returns:
            Their numbers, of shape [n].
        """
        return self._numbers(_READABLE_ITEMS, numbers)

    def readable_passages(self, numbers: Sequence[int]) -> npt.NDArray[np.int64]:
        """The same for passages."""
        return self._numbers(_READABLE_PASSAGES, numbers)

    def _numbers(self, statement: str, numbers: Sequence[int]) -> npt.NDArray[np.int64]:
        # As JSON texts: thousands of parameters and rows would take longer than all that is looked up.
        texts = json.dumps(list(numbers)), json.dumps(sorted(self.viewer.communities))
        return np.array(json.loads(self._db.exec_driver_sql(statement, texts).scalar_one()), np.int64)

    def places(self, passage_ids: Sequence[int]) -> dict[int, Place]:
        """Where passages belong, by passage; those that are gone or not readable are left out."""
        found: dict[int, Place] = {}
        for chunk in _chunks(passage_ids):
            found |= self._places(passages.c.id.in_(chunk))
        return found

    def _places(self, condition: Any) -> dict[int, Place]:
        columns = (
            passages.c.id,
            passages.c.ordinal,
            sources.c.name,
            items.c.key,
            items.c.thread,
            items.c.kind,
            items.c.votes,
            copies.c.group_id,
            items.c.id,
        )
        joined = passages.join(items).join(sources).outerjoin(copies, copies.c.item_id == items.c.id)
        query = select(*columns).select_from(joined).where(self._readable(), condition)
        # By position: of the thousands of rows that a search reads, names would take most of the time.
        return {
            number: Place(
                number, f"{name}:{key}", f"{name}:{thread}", _KINDS[kind], group, ordinal, votes or 0, item
            )
            for number, ordinal, name, key, thread, kind, votes, group, item in self._db.execute(query)
        }

    def written(self, limit: int = 100) -> list[Item]:
        """What the viewer wrote here; for the owner, all that was written here. The latest first."""
        ids = written_ids(self._db, self.viewer, limit)
        found = self.items(ids)
        return [found[one] for one in ids if one in found]

    def changeable(self, item_id: str) -> bool:
        """Whether an item was written here, and is the viewer's to change."""
        try:
            return may_change(self._db, self.viewer, find_written(self._db, self.viewer, item_id))
        except NotFoundError:
            return False

    def votes(self, item_ids: Iterable[str]) -> dict[str, tuple[Votes, ...]]:
        """Votes day by day, oldest first, of the items that have dated ones, by id."""
        keys = [tuple(item_id.split(":", 1)) for item_id in item_ids if ":" in item_id]
        columns = (sources.c.name, items.c.key, votes.c.day, votes.c.value)
        query = select(*columns).select_from(votes.join(items).join(sources)).where(self._readable())
        found: dict[str, list[Votes]] = defaultdict(list)
        for chunk in _chunks(keys):
            mine = query.where(_among(items.c.key, chunk))
            for row in self._db.execute(mine.order_by(votes.c.day)):
                found[f"{row.name}:{row.key}"].append(Votes(row.day, row.value))
        return {item_id: tuple(voted) for item_id, voted in found.items()}

    def vectors(self, passage_ids: Sequence[int], model: str) -> dict[int, npt.NDArray[np.float32]]:
        """Unit-length vectors of passages under a model, each of shape [dimension]."""
        joined = vectors.join(models).join(passages).join(items)
        query = select(vectors.c.passage_id, vectors.c.vector).select_from(joined)
        query = query.where(self._readable(), models.c.name == model)
        return {
            row.passage_id: np.frombuffer(row.vector, dtype="<f2").astype(np.float32)
            for chunk in _chunks(passage_ids)
            for row in self._db.execute(query.where(vectors.c.passage_id.in_(chunk)))
        }

    def tags(self, limit: int = 200) -> list[tuple[str, int]]:
        """The most used tags with the number of items that carry them, the most used first."""
        count = func.count().label("uses")
        query = select(item_tags.c.tag, count).select_from(item_tags.join(items)).where(self._readable())
        query = query.group_by(item_tags.c.tag).order_by(count.desc(), item_tags.c.tag).limit(limit)
        return [(row.tag, row.uses) for row in self._db.execute(query)]

    def gaps(self, limit: int = 50, question: str = "") -> list[Gap]:
        """Questions that could not be answered, the most asked first, then the newest.

        Only those for which the viewer may read every community that was searched.

        Args:
            limit: How many at most.
            question: Only what was asked in these words, in any case and punctuation.
        """
        return select_gaps(self._db, self.viewer, limit, question)

    def asked(self, days: int, now: datetime, limit: int = 50) -> list[Demand]:
        """What was asked in the last days, the most asked first, then the latest.

        Only where the viewer may read every community that was searched.

        Args:
            days: How many days, today included.
            now: The time.
            limit: How many at most.
        """
        return select_asked(self._db, self.viewer, limit, days, now)

    def asked_days(self, days: int, now: datetime) -> list[AskedDay]:
        """How much was asked on each of the last days, the oldest first, under the same gate."""
        return select_asked_days(self._db, self.viewer, days, now)

    def origins(self) -> list[FoundOrigin]:
        """What was added to the library, by name, where all that came from it is the viewer's to manage."""
        return select_origins(self._db, self.viewer)

    def status(self) -> Status:
        """Counts of what the viewer may read; failures only for one who may read everything.

        A file that could not be read belongs to no community yet, so its name may betray a private one.
        """
        joined = passages.join(items).outerjoin(
            vectors.join(models, and_(models.c.id == vectors.c.model_id, models.c.serving)),
            vectors.c.passage_id == passages.c.id,
        )
        counted = select(func.count(passages.c.id), func.count(vectors.c.passage_id)).select_from(joined)
        total, embedded = self._db.execute(counted.where(self._readable())).one()
        return Status(
            generation=self.generation if self._reads_everything() else None,
            model=self._db.scalar(select(models.c.name).where(models.c.serving)),
            items=self._item_counts(),
            people=self._people_count(),
            passages=total,
            embedded=embedded,
            sources=tuple(self._source_summaries()),
            failures=tuple(self._failures()),
        )

    def _item_counts(self) -> dict[tuple[str, str], int]:
        query = select(communities.c.slug, items.c.kind, func.count()).select_from(items.join(communities))
        query = query.where(self._readable()).group_by(communities.c.slug, items.c.kind)
        return {
            (slug, kind): count for slug, kind, count in self._db.execute(query.order_by(communities.c.slug))
        }

    def _source_summaries(self) -> list[SourceSummary]:
        columns = (sources.c.name, sources.c.kind, sources.c.location)
        query = (
            select(*columns, func.count(items.c.id)).select_from(sources.join(items)).where(self._readable())
        )
        return [
            SourceSummary(*row) for row in self._db.execute(query.group_by(*columns).order_by(sources.c.name))
        ]

    def _failures(self) -> list[UnreadableError]:
        if not self._reads_everything():
            return []
        rows = self._db.execute(select(failures).order_by(failures.c.location, failures.c.id))
        return [UnreadableError(row.location, row.reason) for row in rows]

    def _reads_everything(self) -> bool:
        return set(self._db.scalars(select(communities.c.slug))) <= self.viewer.communities

    # --- the gate ---

    def _readable_community(self) -> Any:
        return communities.c.slug.in_(self.viewer.communities) if self.viewer.communities else false()

    def _readable(self) -> Any:
        """The condition on `items` that every read of content carries."""
        return readable(items, self._readable_community())


_KINDS = {kind.value: kind for kind in Kind}


def _among(column: Any, keys: Sequence[tuple[str, ...]]) -> Any:
    """Whether an item's source and this column are one of some pairs, as the indexes can look it up."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    return or_(
        *(
            and_(
                items.c.source_id == select(sources.c.id).where(sources.c.name == name).scalar_subquery(),
                column.in_(wanted),
            )
            for name, wanted in by_source.items()
        )
    )


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
