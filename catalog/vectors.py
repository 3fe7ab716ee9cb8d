"""Embedding models, and the vectors that passages have under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.schema import models, passages, state, vectors


def move_generation(db: Connection) -> int:
    """Move the catalog's generation up by one, and give it."""
    db.execute(upsert(state).values(key="generation", value=0).on_conflict_do_nothing())
    moved = update(state).where(state.c.key == "generation").values(value=state.c.value + 1)
    return int(db.execute(moved.returning(state.c.value)).scalar_one())


def stored_generation(db: Connection) -> int:
    """The catalog's generation."""
    return db.scalar(select(state.c.value).where(state.c.key == "generation")) or 0


@dataclass(frozen=True, slots=True)
class StoredModel:
    """An embedding model whose vectors the catalog holds.

    Attributes:
        id: Its number.
        name: Its identity: short name and the start of its weights' digest.
        location: What to load it by.
        dimension: Length of its vectors.
        serving: Whether questions are answered with it now.
    """

    id: int
    name: str
    location: str
    dimension: int
    serving: bool


class VectorWriter:
    """One transaction that stores vectors; get one from `Catalog.write_vectors`.

    Args:
        connection: A connection in a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put_model(self, name: str, location: str, dimension: int) -> StoredModel:
        """Store a model if it is new; the first one serves at once."""
        row = self._db.execute(select(models).where(models.c.name == name)).one_or_none()
        if row is None:
            first = self._db.scalar(select(func.count()).select_from(models)) == 0
            values = {"name": name, "location": location, "dimension": dimension, "serving": first}
            self._db.execute(insert(models).values(values))
            row = self._db.execute(select(models).where(models.c.name == name)).one()
        return StoredModel(*row)

    def put_vectors(
        self, model: StoredModel, passage_ids: Sequence[int], array: npt.NDArray[np.float32]
    ) -> int:
        """Store vectors of passages; of those that are gone by now, nothing is stored.

        Args:
            model: The model that made them.
            passage_ids: Numbers of the passages, at most some thousands.
            array: Unit-length rows of shape [n, dimension].

        Returns:
            How many were stored.
        """
        live = set(self._db.scalars(select(passages.c.id).where(passages.c.id.in_(passage_ids))))
        blobs = array.astype("<f2")
        if not live:
            return 0
        common = {"model_id": model.id, "generation": move_generation(self._db)}
        rows = [
            {"passage_id": passage_id, "vector": blob.tobytes(), **common}
            for passage_id, blob in zip(passage_ids, blobs, strict=True)
            if passage_id in live
        ]
        # Another process may have embedded the same passage meanwhile, to the same vector.
        self._db.execute(upsert(vectors).on_conflict_do_nothing(), rows)
        return len(rows)

    def serve(self, model: StoredModel) -> None:
        """Answer with this model from now on, and drop the vectors of every other."""
        self._db.execute(delete(models).where(models.c.id != model.id))
        self._db.execute(update(models).where(models.c.id == model.id).values(serving=True))
        move_generation(self._db)
