"""Dense index: passages by meaning, as the cosine of their vectors with the question's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
import numpy.typing as npt

from catalog.errors import LibraryError
from search.allowed import Allowed
from search.derived import StaleIndexError, read_parameters, replace_file, write_parameters

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_FORMAT = 1
_FILE = "vectors.faiss"
_FIELDS = {"generation": int, "model": str, "dimension": int, "count": int, "sha256": str}
_SPARE = 16  # fetched beyond k, so that passages that tie with the last one are seen


class DenseIndex(Protocol):
    """Finds passages by their vectors, exactly.

    Vectors and questions have unit length. Searches may run side by side, but not beside an update.

    Attributes:
        model: Name of the encoder that made the vectors.
        dimension: Components of a vector.
        generation: The catalog's generation that the index shows; set by whoever updates it, kept by `save`.
    """

    model: str
    dimension: int
    generation: int

    def update(self, removed: Iterable[int], added_ids: Ids, vectors: Floats) -> None:
        """Take passages out and put passages in; one that is there already is replaced.

        Args:
            removed: Numbers of passages; those that are not there are ignored.
            added_ids: Numbers of passages [n]; each at most once.
            vectors: Their vectors [n, dimension].
        """
        ...

    def search(self, query: Floats, k: int, allowed: Allowed | None) -> tuple[Ids, Floats]:
        """Find the passages nearest to a question.

        Args:
            query: The question's vector [dimension].
            k: How many passages at most.
            allowed: The only passages that may be found; None for all.

        Returns:
            Numbers [m] and cosines [m], best first and among equals by number; m is the smaller of k
            and the number of passages that are allowed and here.
        """
        ...

    def vectors(self, ids: Ids) -> Floats:
        """Vectors [n, dimension] of these passages [n]; zeros for those that are not here."""
        ...

    def save(self, folder: Path) -> None:
        """Write the index to a folder, in place of the one that is there.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        ...

    @classmethod
    def load(cls, folder: Path) -> DenseIndex:
        """Read a saved index.

        Raises:
            StaleIndexError: If it is missing, damaged or of another format.
        """
        ...

    def __len__(self) -> int:
        """Number of passages."""
        ...


class FlatIndex:
    """Every vector in 16-bit floats, compared one by one with faiss. Fulfils `DenseIndex`.

    The catalog keeps vectors in 16 bits, so nothing is lost, and a search is exact under every filter.
    A million passages of 384 dimensions take 0.8 GB of memory.

    Args:
        dimension: Components of a vector.
        model: Name of the encoder that makes the vectors.
        generation: The catalog's generation that the index shows.
    """

    def __init__(self, dimension: int, model: str = "", generation: int = 0) -> None:
        self.dimension = dimension
        self.model = model
        self.generation = generation
        half = faiss.ScalarQuantizer.QT_fp16
        self._use(faiss.IndexIDMap2(faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)))

    def _use(self, index: Any) -> None:
        self._faiss = index
        self._ids: Ids = np.sort(faiss.vector_to_array(index.id_map))

    def update(self, removed: Iterable[int], added_ids: Ids, vectors: Floats) -> None:
        """Take passages out and put passages in; one that is there already is replaced."""
        gone = np.intersect1d(np.union1d(np.fromiter(removed, np.int64), added_ids), self._ids)
        if len(gone):
            self._faiss.remove_ids(faiss.IDSelectorBatch(gone))
        if len(added_ids):
            self._faiss.add_with_ids(
                np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(added_ids, np.int64)
            )
        self._use(self._faiss)

    def search(self, query: Floats, k: int, allowed: Allowed | None) -> tuple[Ids, Floats]:
        """Find the passages nearest to a question; see `DenseIndex.search`."""
        wanted = self._ids if allowed is None else self._ids[allowed.has(self._ids)]
        k = min(k, len(wanted))
        if k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = _parameters(allowed)
        limit = min(k + _SPARE, len(wanted))
        while True:
            values, ids = self._faiss.search(_row(query), limit, params=parameters)
            if limit == len(wanted) or values[0, -1] < values[0, k - 1]:
                break
            limit = min(limit * 4, len(wanted))
        order = np.lexsort((ids[0], -values[0]))[:k]
        return ids[0, order], np.clip(values[0, order], -1, 1)

    def vectors(self, ids: Ids) -> Floats:
        """Vectors of these passages; zeros for those that are not here."""
        vectors = np.zeros((len(ids), self.dimension), np.float32)
        here = np.isin(ids, self._ids)
        if here.any():
            vectors[here] = self._faiss.reconstruct_batch(np.ascontiguousarray(ids[here], np.int64))
        return vectors

    def save(self, folder: Path) -> None:
        """Write the index to a folder, in place of the one that is there.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        temporary = folder / f"{_FILE}.tmp"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            faiss.write_index(self._faiss, str(temporary))
            digest = _digest(temporary)
            replace_file(temporary, folder / _FILE)
            write_parameters(folder, self._parameters(digest))
        except (OSError, RuntimeError) as error:
            raise LibraryError(
                f"{folder}: the dense index cannot be written ({error}); see whether the disk is full"
            ) from error

    def _parameters(self, digest: str) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "generation": self.generation,
            "model": self.model,
            "dimension": self.dimension,
            "count": len(self),
            "sha256": digest,
        }

    @classmethod
    def load(cls, folder: Path) -> FlatIndex:
        """Read a saved index.

        Raises:
            StaleIndexError: If it is missing, damaged or of another format.
        """
        saved = read_parameters(folder, _FIELDS, _FORMAT)
        try:
            if _digest(folder / _FILE) != saved["sha256"]:  # faiss must not parse damaged bytes
                raise StaleIndexError(folder, f"{_FILE} is damaged")
            index = cls(saved["dimension"], saved["model"], saved["generation"])
            index._use(faiss.read_index(str(folder / _FILE)))
        except (OSError, RuntimeError) as error:
            raise StaleIndexError(folder, f"{_FILE} cannot be read ({error})") from error
        return index

    def __len__(self) -> int:
        return len(self._ids)


def _row(query: Floats) -> Floats:
    """The question as faiss wants it: one row."""
    return np.ascontiguousarray(query, np.float32).reshape(1, -1)


def _parameters(allowed: Allowed | None) -> Any:
    """What limits a search to these passages."""
    api: Any = faiss  # its stubs describe the C++ constructors, not those that Python has
    return None if allowed is None else api.SearchParameters(sel=api.IDSelectorBitmap(allowed.bits))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
