"""What a search found → the problems among it; where those are too few, a search for problems alone."""

from __future__ import annotations

from dataclasses import replace

from catalog.nouns import Filters, Kind
from catalog.reader import Reader
from search.matches import Matches, Retrieval
from search.query import Query
from search.replies import LEAST_SCORE
from search.retrieve import LOOKED_AT, Retriever

PROBLEM_KINDS = frozenset({Kind.QUESTION, Kind.LESSON, Kind.POST})

_DEPTH = 100  # passages taken from each index; problems are wanted while somebody types
_SPARE = 5  # problems that are looked at besides
_ALIKE = 0.5  # share of the best problem's score below which another is not alike


def find_problems(
    reader: Reader,
    retriever: Retriever,
    query: Query,
    filters: Filters,
    k: int,
    shared: Retrieval | None = None,
) -> Matches:
    """The best match of each problem like the one described, best first.

    What is asked for by its kind is taken as a problem; else what usually is one.

    Args:
        reader: The viewer's view of the catalog.
        retriever: Searches the indexes.
        query: The problem described.
        filters: What the search is narrowed to.
        k: How many problems are wanted. More than that are found: several may repeat one problem, and a
            solved one may overtake its equals.
        shared: What was found for the same question already, narrowed to the same.
    """
    kinds, most = filters.kinds or PROBLEM_KINDS, 2 * k + _SPARE
    if shared is not None and not retriever.reorders:
        # Of these items, each passage's words were looked up, as they would be in a search for problems.
        matches = _of_threads(shared.items[:LOOKED_AT].of_kinds(kinds))
        if len(matches) >= most or (len(matches) and float(matches.scores[-1]) < _least(matches)):
            return matches.from_score(_least(matches))[:most]
    found = retriever.retrieve(reader, query, replace(filters, kinds=kinds), _DEPTH)
    matches = found.best_by_thread()
    return matches.from_score(_least(matches))[:most]


def _of_threads(items: Matches) -> Matches:
    return items.without_copies().first_of_each_thread()


def _least(matches: Matches) -> float:
    """The score from which a problem is alike."""
    return max(LEAST_SCORE, _ALIKE * float(matches.scores.max(initial=0.0)))
