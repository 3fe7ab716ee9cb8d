"""Finds the nearest passages by comparing every vector; for small libraries, without faiss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from search.allowed import Allowed
from search.dense.contract import Floats, Ids

_NONE = np.empty(0, np.int64), np.empty(0, np.float32)


class ExactScan:
    """All vectors in 32 bits, in memory.

    Args:
        dimension: Components of a vector.
    """

    def __init__(self, dimension: int) -> None:
        self._ids: Ids = np.empty(0, np.int64)
        self._vectors: Floats = np.empty((0, dimension), np.float32)

    def drop(self, ids: Ids) -> None:
        """Take passages out; those that are not there are ignored."""
        stays = ~np.isin(self._ids, ids)
        if not stays.all():
            self._ids, self._vectors = self._ids[stays], self._vectors[stays]

    def put(self, ids: Ids, vectors: Floats) -> None:
        """Put passages in that are not there."""
        self._ids = np.concatenate([self._ids, ids])
        self._vectors = np.concatenate([self._vectors, vectors])

    def nearest(self, query: Floats, k: int, allowed: Allowed | None) -> tuple[Ids, Floats]:
        """The k passages nearest to a question; as `DenseIndex.search`."""
        if not len(self._ids):
            return _NONE  # nothing says yet how long vectors are
        ids, scores = self._ids, cosines(self._vectors, query)
        if allowed is not None:
            here = allowed.has(ids)
            ids, scores = ids[here], scores[here]
        return best(ids, scores, k)


def cosines(vectors: Floats, query: Floats) -> Floats:
    """The cosine of each vector with a question, the same whatever other vectors there are; shape [n]."""
    found: Floats = np.vecdot(vectors, query)
    return found.clip(-1, 1)


def best(ids: Ids, scores: Floats, k: int) -> tuple[Ids, Floats]:
    """The k best of some scored passages, best first, equals by number."""
    k = min(k, len(ids))
    if k < 1:
        return _NONE
    kept: npt.NDArray[np.intp] = np.flatnonzero(
        scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
    )
    order = kept[np.lexsort((ids[kept], -scores[kept]))[:k]]
    return ids[order], scores[order]
