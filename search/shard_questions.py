"""A question to some shards: which words it has, what each is worth, and what is found by them.

Everything is counted when the question is read, over the shards as they are then, and nothing is changed
afterwards: several threads may ask at once, each its own question or all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from search.analysis import Word, likely_languages, question_words
from search.shard_queries import ShardQuestion, Where
from search.shards import Shard, inverse_document_frequency

MOST_TERMS = 40
"""Words of a question that are looked for: with fewer, long posts find less; with more, no more."""

_EVERYTHING = Where()
_MARGIN = 2  # a shard is asked for so many times its share of the k best at first


class ShardsQuestion:
    """A question to some shards. Fulfils `search.lexical.LexicalQuestion`.

    Args:
        text: What is asked.
        shards: The shards that the viewer may read, by name.
        highest: What no passage can exceed for a word of weight 1.
    """

    def __init__(self, text: str, shards: Mapping[str, Shard], highest: float) -> None:
        self._names, self._shards = list(shards), list(shards.values())
        self._read(text, self._shards, highest)

    def _read(self, text: str, shards: Sequence[Shard], highest: float) -> None:
        said = question_words(text, likely_languages(text, held_languages(shards)))
        count = sum(map(len, shards))
        self._idf = {word: inverse_document_frequency(_frequency(word, shards), count) for word in said}
        weights = {word: idf * _repeated(said[word]) for word, idf in self._idf.items()}
        telling = dict(sorted(weights.items(), key=lambda pair: -pair[1])[:MOST_TERMS])
        bound = sum(telling.values()) * highest
        self._shares = {word: weight / bound for word, weight in telling.items()}

    @cached_property
    def _asked(self) -> list[ShardQuestion]:
        return [ShardQuestion(shard, self._shares) for shard in self._shards]

    def search(
        self, k: int, where: Where = _EVERYTHING
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Find the passages that share most with the question; see `LexicalQuestion.search`."""
        numbers, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        if k <= 0:
            return numbers, scores
        size = sum(map(len, self._shards))
        for asked in sorted(self._asked, key=lambda one: -len(one.shard)):
            # What the larger shards hold tells how much a passage of the smaller ones needs.
            floor, share = (scores[k - 1], _MARGIN * len(asked.shard) / size) if len(scores) >= k else (0, 1)
            more, theirs = asked.search(k, where, float(floor), min(share, 1))
            numbers, scores = np.concatenate([numbers, more]), np.concatenate([scores, theirs])
            order = np.lexsort((numbers, -scores))[:k]
            numbers, scores = numbers[order], scores[order]
        return numbers, scores

    def scores(
        self, ids: npt.NDArray[np.int64], homes: Mapping[str, npt.NDArray[np.intp]] | None = None
    ) -> npt.NDArray[np.float32]:
        """The scores of given passages, float32 [n]; see `LexicalQuestion.scores`."""
        scores = np.zeros(len(ids), np.float32)
        for asked, rows in self._homes(ids) if homes is None else self._told(homes):
            rows = rows[np.argsort(ids[rows])]
            found, values = asked.scores(ids[rows])
            scores[rows[ids[rows].searchsorted(found)]] = values
        return scores

    def _told(
        self, homes: Mapping[str, npt.NDArray[np.intp]]
    ) -> Iterator[tuple[ShardQuestion, npt.NDArray[np.intp]]]:
        """The shards with the rows that each is asked for."""
        asked = dict(zip(self._names, self._asked, strict=True))
        return ((asked[name], rows) for name, rows in homes.items() if name in asked)

    def _homes(self, ids: npt.NDArray[np.int64]) -> Iterator[tuple[ShardQuestion, npt.NDArray[np.intp]]]:
        """The shards with the rows of passages that they hold, as they tell themselves."""
        order = np.argsort(ids)
        left = rising = ids[order]
        for asked in sorted(self._asked, key=lambda one: len(one.shard)):
            here, left = asked.shard.among(left)
            yield asked, order[rising.searchsorted(here)]

    def term_weights(self) -> dict[str, float]:
        """Inverse document frequency of each of the question's words, counted over the shards."""
        return {_commonest(word, self._shards): idf for word, idf in self._idf.items()}


def held_languages(shards: Iterable[Shard]) -> Counter[str]:
    """How many passages are in each language."""
    held: Counter[str] = Counter()
    for shard in shards:
        held.update(shard.languages)
    return held


def _repeated(said: int) -> float:
    """How much more a word counts that is said so often: at most twice as much.

    It saturates as the repetition of BM25 does, with k3 = 1 (Robertson and Zaragoza, 2009).
    """
    return 2 * said / (said + 1)


def _frequency(word: Word, shards: Iterable[Shard]) -> int:
    return sum(shard.document_frequency(word) for shard in shards)


def _commonest(word: Word, shards: Sequence[Shard]) -> str:
    """The term that most passages have: the one by which the word is found in their texts."""
    return max(word, key=lambda term: _frequency((term,), shards)) if len(word) > 1 else word[0]
