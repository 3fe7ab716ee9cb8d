"""What the indexes are made from: every passage, whoever may read it.

Only the code that builds indexes and embeds passages uses this. It tells what has changed since a
generation, so that an index catches up instead of being built anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from catalog.embedding_text import embedding_text
from catalog.feed_items import FeedItems, changed_items, read_items, source_names
from catalog.ledger import Ledger, read_ledger
from catalog.schema import communities, item_tags, items, models, passages, removed_passages, state, vectors
from catalog.vectors import StoredModel

_CHUNK = 400
_BY_COMMUNITY = communities.c.private, items.c.community_id  # an order: the public ones first


@dataclass(frozen=True, slots=True)
class FeedPassage:
    """A passage as an index needs it: its text, and all that a filter can ask for."""

    id: int
    community: str
    private: bool
    kind: str
    tags: tuple[str, ...]
    created: int | None
    title: str
    heading: tuple[str, ...]
    text: str

    @property
    def embedding_text(self) -> str:
        """The text that is embedded for this passage."""
        return embedding_text(self.title, self.heading, self.text)


class Feed:
    """One consistent view of all passages; get one from `Catalog.feed`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def generation(self) -> int:
        """The catalog's generation in this view."""
        return self._db.scalar(select(state.c.value).where(state.c.key == "generation")) or 0

    def private_communities(self) -> list[str]:
        """Slugs of the private communities, sorted."""
        query = select(communities.c.slug).where(communities.c.private).order_by(communities.c.slug)
        return list(self._db.scalars(query))

    def passage_count(self) -> int:
        """Number of passages."""
        return self._db.scalar(select(func.count()).select_from(passages)) or 0

    def changed(self, since: int) -> Iterator[FeedPassage]:
        """Passages that were stored, or whose item changed, after a generation.

        The public ones come first, then one private community after the other, so that each of these lies
        in few parts of an index.
        """
        joined = passages.join(items).join(communities)
        ids = select(passages.c.id).select_from(joined).where(passages.c.generation > since)
        return self._load(self._db.scalars(ids.order_by(*_BY_COMMUNITY, passages.c.id)).all())

    def changed_items(self, since: int) -> Iterator[FeedPassage]:
        """Whole items of which a passage was stored, or that changed, after a generation.

        Each goes by the number of its first passage, and has its whole text and no headings. They come in
        the order of `changed`.
        """
        ids = select(passages.c.item_id).where(passages.c.generation > since)
        changed = select(items.c.id).select_from(items.join(communities)).where(items.c.id.in_(ids))
        numbers = self._db.scalars(changed.order_by(*_BY_COMMUNITY, items.c.id)).all()
        first = select(passages.c.item_id, func.min(passages.c.ordinal).label("ordinal")).group_by(
            passages.c.item_id
        )
        for chunk in _chunks(numbers):
            opening = first.where(passages.c.item_id.in_(chunk)).subquery()
            here = and_(passages.c.item_id == opening.c.item_id, passages.c.ordinal == opening.c.ordinal)
            query = select(passages.c.item_id, passages.c.id).select_from(passages.join(opening, here))
            numbered = {row.item_id: row.id for row in self._db.execute(query)}
            yield from self._load([numbered[item] for item in chunk if item in numbered], whole=True)

    def passages_of_changed_items(self, since: int) -> list[int]:
        """Numbers of all passages of the items that `changed_items` gives."""
        ids = select(passages.c.item_id).where(passages.c.generation > since)
        return list(self._db.scalars(select(passages.c.id).where(passages.c.item_id.in_(ids))))

    def item_numbers(self, since: int) -> list[int]:
        """The catalog's numbers of the items about which anything changed after a generation, rising."""
        return changed_items(self._db, since)

    def items(self, numbers: Sequence[int]) -> FeedItems:
        """Items by number, without their texts; those that are gone are left out."""
        return read_items(self._db, numbers)

    def source_names(self) -> dict[int, str]:
        """Names of the sources, by number."""
        return source_names(self._db)

    def has_changed_more(self, since: int, number: int) -> bool:
        """Whether more than so many passages, vectors or items came, went or changed after a generation."""
        for table in (passages, removed_passages, vectors, items):
            some = select(table.c.generation).where(table.c.generation > since).limit(number + 1)
            if (self._db.scalar(select(func.count()).select_from(some.subquery())) or 0) > number:
                return True
        return False

    def removed(self, since: int) -> list[int]:
        """Numbers of the passages that were removed after a generation."""
        query = select(removed_passages.c.passage_id).where(removed_passages.c.generation > since)
        return list(self._db.scalars(query.order_by(removed_passages.c.passage_id)))

    def ledger(self, before: Ledger | None = None) -> Ledger:
        """What everybody did; of what was read before, only what has changed since is read anew."""
        return read_ledger(self._db, before)

    def has_changed_more_items(self, since: int, number: int) -> bool:
        """Whether more than so many items are new or have changed after a generation."""
        some = select(items.c.id).where(items.c.generation > since).limit(number + 1).subquery()
        return (self._db.scalar(select(func.count()).select_from(some)) or 0) > number

    def models(self) -> list[StoredModel]:
        """All models with vectors here, the serving one first."""
        query = select(models).order_by(models.c.serving.desc(), models.c.id)
        return [StoredModel(*row) for row in self._db.execute(query)]

    def pending(self, model: str, after: int = 0, limit: int | None = None) -> list[int]:
        """Numbers of the passages that have no vector of a model yet, rising.

        Args:
            model: Name of the model.
            after: Only those with a higher number than this.
            limit: At most so many.
        """
        query = select(passages.c.id).where(_without_vector(model, after)).order_by(passages.c.id)
        return list(self._db.scalars(query.limit(limit)))

    def count_pending(self, model: str, after: int = 0) -> int:
        """How many passages with a higher number than this have no vector of a model yet."""
        return self._db.scalar(select(func.count()).where(_without_vector(model, after))) or 0

    def load(self, passage_ids: Sequence[int]) -> list[FeedPassage]:
        """Passages by number, in the order of their numbers."""
        return list(self._load(sorted(passage_ids)))

    def vector_ids(self, model: StoredModel, since: int = 0) -> npt.NDArray[np.int64]:
        """Numbers of the passages that got their vector of a model after a generation, rising; shape [n]."""
        query = select(vectors.c.passage_id).where(
            vectors.c.model_id == model.id, vectors.c.generation > since
        )
        return np.array(self._db.scalars(query.order_by(vectors.c.passage_id)).all(), dtype=np.int64)

    def vectors(self, model: StoredModel, passage_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Vectors of the given passages, which must all have one; shape [n, dimension]."""
        found: dict[int, bytes] = {}
        for chunk in _chunks(passage_ids.tolist()):
            query = select(vectors.c.passage_id, vectors.c.vector).where(vectors.c.model_id == model.id)
            found.update(
                {
                    row.passage_id: row.vector
                    for row in self._db.execute(query.where(vectors.c.passage_id.in_(chunk)))
                }
            )
        flat = b"".join(found[passage_id] for passage_id in passage_ids.tolist())
        return np.frombuffer(flat, dtype="<f2").astype(np.float32).reshape(-1, model.dimension)

    def _load(self, passage_ids: Sequence[int], *, whole: bool = False) -> Iterator[FeedPassage]:
        piece = func.substr(items.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
        text: ColumnElement[str] = items.c.text if whole else piece.label("text")
        columns = (items.c.id.label("item_id"), items.c.kind, items.c.created, items.c.title)
        query = select(
            passages.c.id, passages.c.heading, text, *columns, communities.c.slug, communities.c.private
        )
        query = query.select_from(passages.join(items).join(communities))
        for chunk in _chunks(passage_ids):
            rows = {row.id: row for row in self._db.execute(query.where(passages.c.id.in_(chunk)))}
            tags = self._tags([row.item_id for row in rows.values()])
            for row in (rows[number] for number in chunk if number in rows):
                yield FeedPassage(
                    id=row.id,
                    community=row.slug,
                    private=row.private,
                    kind=row.kind,
                    tags=tuple(tags[row.item_id]),
                    created=None if row.created is None else int(row.created.timestamp()),
                    title=row.title,
                    heading=() if whole else tuple(row.heading),
                    text=row.text,
                )

    def _tags(self, item_ids: Sequence[int]) -> dict[int, list[str]]:
        tags: dict[int, list[str]] = defaultdict(list)
        query = select(item_tags).where(item_tags.c.item_id.in_(set(item_ids))).order_by(item_tags.c.tag)
        for row in self._db.execute(query):
            tags[row.item_id].append(row.tag)
        return tags


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _without_vector(model: str, after: int) -> ColumnElement[bool]:
    joined = vectors.join(models, models.c.id == vectors.c.model_id)
    has = exists().select_from(joined).where(vectors.c.passage_id == passages.c.id, models.c.name == model)
    return and_(passages.c.id > after, ~has)
