"""Finds candidates among many passages by comparing short codes of their vectors, with faiss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from search.allowed import Allowed
from search.dense.contract import Floats, Ids

_LEVELS = np.array([-1.510, -0.4528, 0.4528, 1.510], np.float32)
_BITS = 4  # of a code for two components, 2 each

_API: Any = faiss  # its stubs describe the C++ constructors, not those that Python has


class CodedScan:
    """Every vector in 2 bits a component, all of which are scanned for each question.

    A component becomes the nearest of four levels, those that lose least of a normal distribution (Max:
    Quantizing for Minimum Distortion, IRE Transactions on Information Theory 1960), laid out by its mean and
    deviation. So there is nothing to train. Two components make a code of 4 bits, of which faiss compares 32
    at a time by tables in registers (André, Kermarrec and Le Scouarnec: Cache Locality Is Not Enough, VLDB
    2015). A vector of 384 components takes 96 bytes.

    Args:
        index: A faiss index that knows passages by their numbers.
    """

    def __init__(self, index: Any) -> None:
        self._faiss = index

    @classmethod
    def laid_out(cls, sample: Floats) -> CodedScan:
        """An empty one, for vectors like these [n, dimension]."""
        dimension = _even(sample.shape[1])
        quantizer = _API.IndexFlatIP(dimension)
        quantizer.add(np.zeros((1, dimension), np.float32))  # one list, which holds all
        index = _API.IndexIVFPQFastScan(
            quantizer, dimension, 1, dimension // 2, _BITS, faiss.METRIC_INNER_PRODUCT
        )
        quantizer.this.disown()
        index.own_fields = True
        index.by_residual = False
        faiss.copy_array_to_vector(_pairs(_padded(sample)).ravel(), index.pq.centroids)
        index.is_trained = True
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> CodedScan:
        """Read one that was written; raises RuntimeError if that cannot be done."""
        return cls(faiss.read_index(str(path)))

    def write(self, path: Path) -> None:
        """Write it to a file; raises RuntimeError if that cannot be done."""
        faiss.write_index(self._faiss, str(path))

    def drop(self, ids: Ids) -> None:
        """Take passages out; those that are not there are ignored."""
        if len(ids):
            self._faiss.remove_ids(_API.IDSelectorBatch(np.ascontiguousarray(ids)))

    def put(self, ids: Ids, vectors: Floats) -> None:
        """Put passages in that are not there."""
        if len(ids):
            self._faiss.add_with_ids(_padded(vectors), np.ascontiguousarray(ids))

    def candidates(self, query: Floats, number: int, allowed: Allowed | None) -> Ids:
        """Numbers of the allowed passages that seem nearest to a question; fewer if there are no more."""
        faiss.omp_set_num_threads(1)  # whoever asks at the same time has the other processors
        parameters = _API.SearchParametersIVF(nprobe=1, sel=_selector(allowed))
        _, ids = self._faiss.search(_padded(query.reshape(1, -1)), number, params=parameters)
        return np.asarray(ids[0, ids[0] >= 0], np.int64)

    def __len__(self) -> int:
        return int(self._faiss.ntotal)


def _selector(allowed: Allowed | None) -> Any:
    return None if allowed is None else _API.IDSelectorBitmap(allowed.bits)


def _pairs(sample: Floats) -> Floats:
    """What each code of two components stands for; shape [dimension / 2, 16, 2]."""
    mean, deviation = sample.mean(axis=0), sample.std(axis=0)
    levels = mean[:, None] + deviation[:, None] * _LEVELS  # [dimension, 4]
    first, second = levels[0::2], levels[1::2]
    return np.stack([np.repeat(first, 4, axis=1), np.tile(second, (1, 4))], axis=2)


def _even(dimension: int) -> int:
    return dimension + dimension % 2


def _padded(vectors: Floats) -> Floats:
    """The same with an even number of components."""
    vectors = np.ascontiguousarray(vectors, np.float32)
    return np.pad(vectors, ((0, 0), (0, 1))) if vectors.shape[1] % 2 else vectors
