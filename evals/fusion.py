"""Two rankings → one: the simple ways that a better one has to beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from evals.nouns import Ranking, Run

WEIGHTS = tuple(step / 10 for step in range(11))
"""Weights that are tried for a convex combination."""

_RANK_CONSTANT = 60


def reciprocal_ranks(first: Run, second: Run) -> Run:
    """Add up 1 / (60 + rank) (Cormack, Clarke and Büttcher: Reciprocal Rank Fusion, SIGIR 2009)."""
    return {
        query: _add([_ranks(run.get(query, [])) for run in (first, second)]) for query in {**first, **second}
    }


def convex(lexical: Run, dense: Run, weight: float) -> Run:
    """Add up scores that are stretched to lie from 0 to 1 within each ranking.

    Args:
        lexical: One run; a document that it lacks counts 0.
        dense: The other run.
        weight: Share of the other run.
    """
    parts = ((lexical, 1 - weight), (dense, weight))
    return {
        query: _add([_stretched(run.get(query, []), share) for run, share in parts])
        for query in {**lexical, **dense}
    }


def _ranks(ranking: Ranking) -> dict[str, float]:
    return {document: 1 / (_RANK_CONSTANT + rank) for rank, (document, _) in enumerate(ranking, 1)}


def _stretched(ranking: Ranking, share: float) -> dict[str, float]:
    if not ranking:
        return {}
    low, high = ranking[-1][1], ranking[0][1]
    width = (high - low) or 1.0
    return {document: share * (score - low) / width if high > low else share for document, score in ranking}


def _add(parts: Iterable[Mapping[str, float]]) -> Ranking:
    sums: dict[str, float] = defaultdict(float)
    for part in parts:
        for document, score in part.items():
            sums[document] += score
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))
