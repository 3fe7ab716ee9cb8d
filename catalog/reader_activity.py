"""What a viewer may read of many items and people at once, without any text but titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from catalog.reader_people import PeopleReader
from catalog.schema import items, models, passages, vectors

_CHUNK = 400  # parameters in one statement

Sight = tuple[frozenset[str], bool, frozenset[int]]
"""What tells two viewers apart who are not told the same of everybody."""


class ActivityReader(PeopleReader):
    """The part of `catalog.reader.Reader` that reads what pages about everybody need."""

    def sight(self, anonymous: Iterable[int]) -> Sight:
        """What the viewer may read, whether the library is theirs, and who they are if they are anonymous.

        Whoever has these alike is told the same of everybody.

        Args:
            anonymous: The numbers of the people who are anonymous.
        """
        owns, veiled = self._is_owner(), frozenset(anonymous)
        named = veiled and "@" in self.viewer.name and not owns
        return self.viewer.communities, owns, veiled & self._own() if named else frozenset()

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


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    numbers = sorted({int(value) for value in values})
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
