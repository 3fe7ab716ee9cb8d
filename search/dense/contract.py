"""What a dense index does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from search.allowed import Allowed

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class DenseIndex(Protocol):
    """Finds passages by their vectors.

    Vectors and questions have unit length. Searches may run side by side, and beside `save`, but not beside
    an update.

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
            Numbers [m] and cosines [m] with what `vectors` gives, best first and among equals by number; m is
            the smaller of k and the number of passages that are allowed and here.
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
