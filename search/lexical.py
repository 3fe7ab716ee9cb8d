"""Lexical index: passages by the words that they share with a question (BM25, on tantivy).

BM25's statistics (how many passages have a word) betray what they are counted over. So every private
community has an index of its own, a *shard*, next to the one of all public communities, and a search
counts over the shards that the viewer may read, and over nothing else.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from search.analysis import analyse, question_terms
from search.derived import PARAMETERS, StaleIndexError, read_parameters, write_parameters
from search.shards import FIELDS, K1, Entry, Shard, Where

__all__ = ["PUBLIC", "Entry", "LexicalIndex", "TantivyIndex", "Where"]

PUBLIC = "(public)"
"""The shard of all public communities; the brackets keep it apart from every community's slug."""

_FORMAT = 1
_CHUNK = 20_000  # entries written at a time
_SHARD_FOLDERS = "shard-*"
_EVERYTHING = Where()


class LexicalIndex(Protocol):
    """Finds passages by their words, counting only over the shards that are named.

    Searches may run side by side, but not beside an update.

    Attributes:
        generation: The catalog's generation that the index shows; set by whoever updates it, kept by `save`.
    """

    generation: int

    def update(self, removed: Iterable[int], added: Iterable[Entry]) -> None:
        """Take passages out and put passages in; one that is there already is replaced.

        Raises:
            StaleIndexError: If somebody else has changed the saved index since it was opened.
            LibraryError: If the index cannot be written.
        """
        ...

    def search(
        self,
        question: str,
        shards: Collection[str],
        k: int,
        where: Where = _EVERYTHING,
        ids: Sequence[int] | None = None,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Find the passages that share most with a question.

        A score is BM25 divided by what no passage could exceed: the sum over the question's distinct
        terms of idf · (k1 + 1) · the fields' weights. Terms that no passage has count in that sum, so a
        rare word that is nowhere lowers all scores. Scores are rounded to five decimals.

        Args:
            question: What is asked, in plain words; there is no query language.
            shards: The shards that the viewer may read; unknown ones are empty.
            k: How many passages at most.
            where: Conditions that every passage found meets.
            ids: If given, only these passages are scored.

        Returns:
            Numbers of passages, int64 [m], and scores from 0 to 1, float32 [m], best first and among
            equals by number; only passages that share a term.
        """
        ...

    def term_weights(self, question: str, shards: Collection[str]) -> dict[str, float]:
        """Inverse document frequency of each of the question's terms, counted over the shards."""
        ...

    def analyse(self, text: str) -> list[str]:
        """The terms of a text, as `term_weights` names them, stop words included."""
        ...

    def save(self) -> None:
        """Make the index's present state, with its generation, the one that is opened next time."""
        ...

    def __len__(self) -> int:
        """Number of passages."""
        ...


class TantivyIndex:
    """A folder of tantivy indexes, one a shard. Fulfils `LexicalIndex`.

    What is exact: the document frequencies and the number of passages, over the live passages of the
    shards searched, and so the inverse document frequencies (Robertson & Zaragoza 2009, as in Lucene).
    The lengths of passages are kept in one byte, exact up to 40 terms. A shard's average length is that
    of its own passages, whatever other shards are searched; deleted passages count in it until the
    shard is written anew, at once for shards of up to 20,000 passages, for larger ones when a tenth
    is deleted.
    """

    def __init__(self, folder: Path, shards: dict[str, Shard], generation: int) -> None:
        self.generation = generation
        self._folder = folder
        self._shards = shards
        self._saved: object = None
        self._next_folder = 1

    @classmethod
    def create(cls, folder: Path) -> TantivyIndex:
        """Make an empty index, in place of the one that may be there.

        Raises:
            LibraryError: If the folder cannot be written.
        """
