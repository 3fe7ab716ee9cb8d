"""A question to one shard, as queries of tantivy whose scores are set from outside.

tantivy weighs a term by its rarity in the shard. A search gives every term the weight that it has for
the viewer instead: the query is boosted by the quotient of the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
from tantivy import FieldType, Occur, Query

from search.analysis import Word
from search.shards import SCHEMA, Ids, Shard, one_of

SCORE_DECIMALS = 5  # tantivy adds up in single precision, in an order that depends on the layout

_SPARE = 16  # fetched beyond k, so that passages that tie with the last one are seen
_MOST_SINGLE = 800  # passages that are looked for one by one
_MOST_READ = 100_000  # passages of a shard in which words are read to the end, instead of looked up for each
_NOTHING = np.empty(0, np.int64), np.empty(0, np.float32)

Found = tuple[Ids, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Where:
    """Conditions on passages, all of which hold for whatever is found.

    Attributes:
        communities: Slugs, any of them; None for every community, an empty set for none.
        kinds: Kinds, any of them; empty for every kind.
        tags: Tags, any of them; empty for no condition.
        since: Created at or after this second since 1970; passages without a date do not qualify.
        until: Created before this second since 1970; passages without a date do not qualify.
    """

    communities: frozenset[str] | None = None
    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None


class ShardQuestion:
    """A question to one shard; scores are Σ weight · field's weight · BM25's factor.

    Args:
        shard: The shard as it is.
        weights: What each word is worth to the viewer.
    """

    def __init__(self, shard: Shard, weights: Mapping[Word, float]) -> None:
        self.shard = shard
        self._clauses = list(_clauses(shard, weights))  # none: no passage has any word

    def search(self, k: int, where: Where, floor: float = 0.0, share: float = 1.0) -> Found:
        """Find the best passages, at least k of them where so many share a term and reach the floor.

        Args:
            k: How many are wanted; more are returned where scores tie.
            where: Conditions on the passages.
            floor: The score that a passage needs; what scores less may be left out.
            share: How many of k are likely to do so.

        Returns:
            Numbers of passages [m] and scores [m], best first.
        """
        if not self._clauses:
            return _NOTHING
        query, size = _under(self._any, _conditions(where)), len(self.shard)
        limit = min(math.ceil(k * share) + _SPARE, size)
        while limit:
            numbers, scores = self._found(query, limit)
            if len(scores) < limit or limit == size or scores[-1] < max([floor, *scores[k - 1 : k]]):
                return numbers, scores
            limit = min(limit * 4, size)
        return _NOTHING

    def scores(self, ids: Ids) -> Found:
        """Those of given passages that are here, and their scores; those of score 0 may be left out."""
        if not self._clauses or not len(ids):
            return _NOTHING
        query = self._all if len(self.shard) > _MOST_READ else self._any
        return self._found(_under(query, [_given(ids.tolist())]), len(ids))

    @cached_property
    def _any(self) -> Query:
        """Passages with any of the words."""
        return Query.boolean_query([(Occur.Should, clause) for clause in self._clauses])

    @cached_property
    def _all(self) -> Query:
        """All passages, with or without the words.

        Each clause is an optional part of its own, which tantivy looks up for the passages that are
        asked for. Several in one part would be read from end to end, in windows of 4,096 passages.
        """
        query = Query.const_score_query(Query.all_query(), 0.0)
        for clause in self._clauses:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Should, clause)])
        return query

    def _found(self, query: Query, limit: int) -> Found:
        hits = self.shard.searcher.search(query, limit=limit, count=False).hits
        if not hits:
            return _NOTHING
        numbers = self.shard.searcher.fast_field_values("id", [address for _, address in hits])
        scores = np.array([score for score, _ in hits]).round(SCORE_DECIMALS)
        return np.array(numbers, np.int64), scores.astype(np.float32)


def _given(ids: Sequence[int]) -> Query:
    """Some passages. A set costs little for each, but is compared with all numbers that there are."""
    if len(ids) > _MOST_SINGLE:
        return one_of("id", ids)
    should, single = Occur.Should, partial(Query.term_query, SCHEMA, "id", index_option="basic")
    return Query.boolean_query([(should, single(number)) for number in ids])


def _under(query: Query, conditions: Iterable[Query]) -> Query:
    """A query within conditions, which leave the scores alone."""
    silent = [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in conditions]
    return Query.boolean_query([(Occur.Must, query), *silent]) if silent else query


def _clauses(shard: Shard, weights: Mapping[Word, float]) -> Iterator[Query]:
    """The text and the labels of each word; of several stems or labels, only the best counts."""
    for word, weight in weights.items():
        held = [one for term in word for one in shard.holding(term)]
        for in_text in (True, False) if held else ():
            clauses = [
                Query.boost_query(one.passages, weight * one.factor) for one in held if one.in_text == in_text
            ]
            if clauses:
                yield _best_of(clauses)


def _best_of(clauses: list[Query]) -> Query:
    return clauses[0] if len(clauses) == 1 else Query.disjunction_max_query(clauses)


def _conditions(where: Where) -> Iterator[Query]:
    if where.communities is not None:
        yield one_of("community", where.communities)
    if where.kinds:
        yield one_of("kind", where.kinds)
    if where.tags:
        yield one_of("tag", where.tags)
    if where.since is not None or where.until is not None:
        yield _created(where.since, where.until)


def _created(since: int | None, until: int | None) -> Query:
    last = None if until is None else until - 1  # an open side has to count as inclusive
    return Query.range_query(SCHEMA, "created", FieldType.Integer, since, last)
