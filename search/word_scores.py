"""What is found by words within a scope, and how much others of the candidates share with the question."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from search.allowed import Allowed
from search.columns import Columns, Ids
from search.fusion import Floats
from search.lexical import PUBLIC, LexicalIndex, LexicalQuestion, Where
from search.scope import Scope

_LET_THROUGH = 0.3  # share of the passages that pass a filter from which it is cheaper to filter later
_SURPLUS = 4  # then so much more is searched for than will do on average: the best are unlike the average

Rows = npt.NDArray[np.intp]


class WordScores:
    """A question to a lexical index, and the best that was found by it.

    Args:
        index: The index.
        text: What is asked.
        scope: What is searched.
        allowed: What may be found.
        k: How many are wanted.

    Attributes:
        numbers: The numbers of what was found [m], rising.
        weights: How much each word of the question counts.
    """

    def __init__(self, index: LexicalIndex, text: str, scope: Scope, allowed: Allowed, k: int) -> None:
        self._scope = scope
        self._asked = index.question(text, scope.names)
        numbers, scores = _found(self._asked, len(index), k, scope.where, allowed)
        order = np.argsort(numbers)
        self.numbers, self._scores = numbers[order], scores[order]
        self.weights = self._asked.term_weights()

    def known(self, ids: Ids) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """The scores of those of some candidates that were found.

        Args:
            ids: The candidates [n].

        Returns:
            Scores [n], 0 for all others, and which ones were found [n].
        """
        at = self.numbers.searchsorted(ids)
        found = np.append(self.numbers, -1)[at] == ids
        return np.where(found, np.append(self._scores, 0)[at], 0).astype(np.float32), found

    def of(self, ids: Ids, columns: Columns) -> Floats:
        """The scores of candidates, also of those that another index found.

        Args:
            ids: The candidates [n], all of which pass the filters.
            columns: Tell in which shard each is.
        """
        scores, found = self.known(ids)
        others = ids[~found]
        scores[~found] = self._asked.scores(others, self._homes(others, columns))
        return scores

    def _homes(self, ids: Ids, columns: Columns) -> dict[str, Rows]:
        """Which rows of passages [n] are in which shard."""
        communities, rows = columns.communities_of(ids), defaultdict[str, list[Rows]](list)
        for number in np.unique(communities).tolist():
            rows[self._scope.shards.get(number, PUBLIC)].append(np.flatnonzero(communities == number))
        return {shard: np.concatenate(some) for shard, some in rows.items()}


def _found(asked: LexicalQuestion, size: int, k: int, where: Where, allowed: Allowed) -> tuple[Ids, Floats]:
    """The k best by words among those allowed, as numbers and scores.

    A condition costs more than the search itself. Where it lets many through, more are searched for
    without it, and the k best of those that are allowed are the same.

    Args:
        asked: What is asked.
        size: How many the index holds.
        k: How many are wanted.
        where: The condition.
        allowed: What it lets through.
    """
    share = allowed.count / max(size, 1)
    if where != Where() and share > _LET_THROUGH:
        ids, scores = asked.search(int(_SURPLUS * k / min(share, 1)))
        kept = np.flatnonzero(allowed.has(ids))[:k]
        if len(kept) == k:
            return ids[kept], scores[kept]
    return asked.search(k, where)
