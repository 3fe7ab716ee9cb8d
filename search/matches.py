"""What one search of the indexes found: passages and items in the order in which they fit, as columns.

A search finds thousands of passages, of which few are ever looked at. So they stay rows of numbers, and
become a `Match` with its `Place` when somebody looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import numpy.typing as npt

from catalog.nouns import Kind
from catalog.reader import Place
from search.columns import Places
from search.fusion import Floats

_FEWEST_ITEMS = 50  # nobody asks for more results

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may fit a question; scores as in `Hit`."""

    place: Place
    score: float
    meaning: float
    words: float


@dataclass(frozen=True, slots=True, eq=False)
class Matches(Sequence[Match]):
    """Matches, best first.

    Attributes:
        places: Where each belongs.
        scores: Their scores [n].
        meanings: Their likeness to the question in meaning [n].
        words: Their share of its words [n].
    """

    places: Places
    scores: Floats
    meanings: Floats
    words: Floats

    def __len__(self) -> int:
        return len(self.scores)

    @overload
    def __getitem__(self, at: int) -> Match: ...
    @overload
    def __getitem__(self, at: slice) -> Matches: ...
    def __getitem__(self, at: int | slice) -> Match | Matches:
        """One of them, or some in the same order."""
        if isinstance(at, slice):
            return self.take(np.arange(len(self))[at])
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        score, meaning, words = self.scores[at], self.meanings[at], self.words[at]
        return Match(self.places[at], float(score), float(meaning), float(words))

    def __iter__(self) -> Iterator[Match]:
        return (self[row] for row in range(len(self)))

    def take(self, rows: Rows) -> Matches:
        """Those in some rows, in the order in which they are named."""
        return Matches(self.places.take(rows), self.scores[rows], self.meanings[rows], self.words[rows])

    def from_score(self, least: float) -> Matches:
        """Those with at least this score."""
        return self.take(np.flatnonzero(self.scores >= least))

    def by_item(self) -> dict[int, float]:
        """The scores, by the catalog's number of the item."""
        return dict(zip(self.places.items.tolist(), self.scores.tolist(), strict=True))

    def by_passage(self) -> dict[int, float]:
        """The scores, by number of the passage."""
        return dict(zip(self.places.passages.tolist(), self.scores.tolist(), strict=True))

    def without_copies(self) -> Matches:
        """The same, but of near-identical items only the one that fits best."""
        return self.take(_first_of_each(self.places.groups, alone=0))

    def first_of_each_thread(self) -> Matches:
        """The best of each thread."""
        return self.take(_first_of_each(self.places.threads))

    def of_kinds(self, kinds: Collection[Kind]) -> Matches:
        """Those of items of some kinds."""
        return self.take(np.flatnonzero(self.places.are_of(kinds)))

    def without(self, threads: Collection[str]) -> Matches:
        """The same without those of some threads."""
        kept = [row for row, match in enumerate(self) if match.place.thread_id not in threads]
        return self.take(np.array(kept, np.intp))


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """What one search of the indexes found, for all that is made of it.

    Attributes:
        question: What was asked.
        vector: The question's vector, of shape [dimension].
        weights: How much each word of the question counts, by its rarity in what the viewer may read.
        matches: The passages that fit, and those beside them in their items, best first.
        items: The items that they belong to, best first: each with its best passage, and the scores of
            the whole item.
        dense_weight: Share of meaning in the scores.
        directions: What each item is about, by its number: the mean direction of its passages, of unit length
            (zero if none is embedded yet), of shape [dimension].
        proposed: How many items the indexes named, of which some may be gone or not the viewer's to read.
    """

    question: str
    vector: Floats
    weights: dict[str, float]
    matches: Matches
    items: Matches
    dense_weight: float
    directions: Mapping[int, Floats]
    proposed: int = 0

    def best_by_item(self, *, copies: bool = False) -> Matches:
        """The best match of each item, best first.

        Args:
            copies: Whether all of several near-identical items are wanted, and not only the best one.
        """
        return self.items if copies else self.items.without_copies()

    def best_by_thread(self) -> Matches:
        """The best match of each thread, best first; of near-identical items only the best one counts."""
        return self.items.without_copies().first_of_each_thread()

    def without(self, threads: Collection[str]) -> Retrieval:
        """The same without some threads, as if they were not there."""
        if not threads:
            return self
        return replace(self, matches=self.matches.without(threads), items=self.items.without(threads))

    def lacks_items(self) -> bool:
        """Whether so much of what was named is gone, or a copy, that few items are left without that."""
        left = len(self.items.without_copies())
        return left < self.proposed / 2 and left < _FEWEST_ITEMS


def _first_of_each(marks: npt.NDArray[np.int64], alone: int | None = None) -> Rows:
    """The first row of each mark, in the order of the rows.

    Args:
        marks: A mark for each row [n].
        alone: A mark of which all rows are kept.
    """
    _, first = np.unique(marks, return_index=True)
    if alone is not None:
        first = np.union1d(first, np.flatnonzero(marks == alone))
    return np.sort(first)
