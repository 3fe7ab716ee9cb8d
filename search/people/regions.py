"""The parts of a map that can be named, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.activity import Places
from search.people.layout import Positions
from search.people.naming import MOST_TERMS, Vocabulary, join_terms, shared_tags, telling_terms

_BROAD, _FINE = 9, 40  # names that are written on the whole map, and on parts of it
_A_REGION = 6  # points of a region at least, on average


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the map in which items are about the same.

    Attributes:
        name: Tags that most of them share, else their most telling words.
        terms: Further ones.
        x: Where its middle is, from the left.
        y: The same from the bottom.
        points: How many points lie in it.
        broad: Whether it is one of the few of the whole map, or one of the many that are seen from close by.
    """

    name: str
    terms: tuple[str, ...]
    x: float
    y: float
    points: int
    broad: bool


def regions(positions: Positions, name: Callable[[Sequence[int]], Sequence[str]]) -> Iterator[Region]:
    """The parts of a map that can be named: first the broad ones, each kind by how many points they have.

    Points are put together by Ward's method; of two parts with the same name, the larger one has it.

    Args:
        positions: Where the points lie [n, 2].
        name: Gives the terms that tell some points from all others, the most telling first.
    """
    for broad, most in ((True, _BROAD), (False, _FINE)):
        named: set[str] = set()
        for rows in _parts(positions, min(most, len(positions) // _A_REGION)):
            terms = list(name(rows.tolist()))
            if terms and join_terms(terms) not in named:
                named.add(join_terms(terms))
                x, y = np.median(positions[rows], axis=0).round(4).tolist()
                yield Region(join_terms(terms), tuple(terms[2:MOST_TERMS]), x, y, len(rows), broad)


def _parts(positions: Positions, wanted: int) -> list[Places]:
    if wanted < 2:
        return []
    from sklearn.cluster import AgglomerativeClustering

    labels = AgglomerativeClustering(n_clusters=wanted, linkage="ward").fit_predict(positions)
    parts = [np.flatnonzero(labels == label) for label in range(wanted)]
    return sorted(parts, key=lambda rows: (-len(rows), int(rows[0])))


class Names:
    """Names for parts of a map.

    Args:
        titles: The titles of all points.
        tags: Their tags.
    """

    def __init__(self, titles: Sequence[str], tags: Sequence[Sequence[str]]) -> None:
        self._titles = titles
        self._tags = tags
        self._words = Vocabulary(titles)
        self._counts = Counter(one for own in tags for one in set(own))

    def of(self, rows: Sequence[int]) -> list[str]:
        """The terms that tell some points from all others, the most telling first."""
        shared = shared_tags([self._tags[row] for row in rows], self._counts, len(self._tags))
        return shared or telling_terms([self._titles[row] for row in rows], self._words)
