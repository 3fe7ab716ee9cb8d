"""Question → matches → hits: dense and lexical retrieval, fused, under a viewer and filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from catalog.embedding_text import plain_text
from catalog.nouns import Filters, Item
from catalog.reader import Reader
from search.allowed import Allowed
from search.columns import Columns, Ids
from search.encoder import Encoder
from search.fusion import Floats, Weights, approval, cosines, fuse, item_directions, item_meaning
from search.indexes import Indexes
from search.kept import Kept
from search.lexical import PUBLIC, LexicalQuestion, Where
from search.matches import Match, Matches, Retrieval
from search.query import Query, read_query
from search.remembered import Remembered
from search.reranker import Reranker, reorder
from search.results import Hit

__all__ = [
    "Floats",
    "Match",
    "Matches",
    "Reranking",
    "Retrieval",
    "Retriever",
    "Weights",
    "fuse",
    "read_copies",
]

_CACHED_FILTERS = 32
_LET_THROUGH = 0.3  # share of the passages that pass a filter from which it is cheaper to filter later
_SURPLUS = 1.3  # then so much more is searched for than will do on average
_DEEPEST = 10_000  # passages taken from each index
_MOST_COPIES = 20  # of one item that are named: a form may have been copied a thousand times


@dataclass(frozen=True, slots=True)
class Reranking:
    """What reads the best items once more.

    Attributes:
        reranker: The model.
        depth: How many items it reads.
        weight: Its share in their order.
    """

    reranker: Reranker
    depth: int
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the indexes named and the catalog confirmed, before it is ranked.

    Attributes:
        columns: Where the passages are looked up.
        passages: The passages, rising [n].
        vectors: Their vectors, of shape [n, dimension].
        words: Their shares of the question's words [n].
        items: The items that they belong to, rising [m].
        whole: The same shares of the items [m].
        weights: How much each word counts.
        proposed: How many items the indexes named.
    """

    columns: Columns
    passages: Ids
    vectors: Floats
    words: Floats
    items: Ids
    whole: Floats
    weights: dict[str, float]
    proposed: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched: the viewer and the filters in terms of the indexes.

    Attributes:
        communities: The catalog's numbers of the communities.
        shards: The lexical shards in which words are counted, all that the viewer may read; by the number
            of each community that it holds.
        where: The condition for what is found by words.
    """

    communities: frozenset[int]
    shards: dict[int, str]
    where: Where


class Retriever:
    """Searches the indexes and fuses what they find. Safe to use from several threads.

    Args:
        indexes: The indexes.
        encoder: The model that the dense index is made with.
        weights: What counts how much in a hit's score.
        reranking: What puts the best items in order at last, if anything does.
    """

    def __init__(
        self, indexes: Indexes, encoder: Encoder, weights: Weights, reranking: Reranking | None = None
    ) -> None:
        self._indexes = indexes
        self._encoder = encoder
        self._weights = weights
        self._reranking = reranking
        self._remembered = Remembered(self._encoder.encode)
        self._allowed: Kept[Allowed] = Kept(_CACHED_FILTERS)

    def read(self, question: str) -> Query:
        """Embed a question."""
        return read_query(question, self._encoder)

    def encode_all(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        return self._remembered(texts)

    def meaning(self, vector: Floats, passage_ids: Sequence[int]) -> Floats:
        """Cosines of a question and passages, of shape [n]; 0 for passages that are not embedded yet."""
        with self._indexes.sharing.reading():
            return cosines(self._vectors(np.array(passage_ids, dtype=np.int64)), vector)

    def _vectors(self, passage_ids: Ids) -> Floats:
        """Vectors of passages, of shape [n, dimension]; zeros for those that are not embedded yet."""
        if not len(self._indexes.dense):
            return np.zeros((len(passage_ids), self._encoder.dimension), np.float32)
        return self._indexes.dense.vectors(passage_ids)

    def retrieve(self, reader: Reader, query: Query, filters: Filters, k: int) -> Retrieval:
        """Find the passages and the items that fit a question, among those that the viewer may read.

        Args:
            reader: The viewer's view of the catalog.
            query: What is asked.
            filters: What the search is narrowed to; applied within every index.
            k: How many are taken from each index; more where most of them are copies, or gone.
        """
        scope = _scope(reader, filters)
        found = self._retrieve(reader, query, filters, scope, k)
        while k < _DEEPEST and found.lacks_items() and found.proposed >= k / 2:
            k *= 4
            found = self._retrieve(reader, query, filters, scope, k)
        return found if self._reranking is None else _reranked(reader, found, self._reranking)

    def _retrieve(self, reader: Reader, query: Query, filters: Filters, scope: Scope, k: int) -> Retrieval:
        with self._indexes.sharing.reading():
            return rank(query, self._find(reader, query, filters, scope, k), self._weights)

    def _find(self, reader: Reader, query: Query, filters: Filters, scope: Scope, k: int) -> Found:
        """What the indexes name, with all that is known of it; hold the indexes while they are asked."""
        indexes = self._indexes
        columns, allowed = indexes.columns, self._allowed_passages(scope, filters)
        asked_passages = indexes.lexical.question(query.text, {PUBLIC, *scope.shards.values()})
        asked_items = indexes.items.question(query.text, {PUBLIC, *scope.shards.values()})
        by_meaning, _ = indexes.dense.search(query.vector, k, allowed)
        by_words = _words_found(asked_passages, len(indexes.lexical), k, scope.where, allowed)
        by_whole = _words_found(asked_items, len(indexes.items), k, scope.where, allowed)
        named = columns.beside(np.concatenate([by_meaning, by_words[0], by_whole[0]]))
        passages = _confirmed(reader, columns, named)
        items = np.unique(columns.items_of(passages))
        return Found(
            columns,
            passages,
            self._vectors(passages),
            _word_scores(asked_passages, passages, by_words, columns, scope),
            items,
            _word_scores(asked_items, columns.firsts(items), by_whole, columns, scope),
            asked_passages.term_weights(),
            len(np.unique(columns.items_of(named))),
        )

    def _allowed_passages(self, scope: Scope, filters: Filters) -> Allowed:
        """The passages that the viewer may read and that pass the filters; kept until something changes."""
        columns = self._indexes.columns
        key = (id(columns), columns.version, scope.communities, replace(filters, communities=frozenset()))
        return self._allowed.get(key, lambda: columns.allowed(scope.communities, filters))

    def hits(self, reader: Reader, matches: Sequence[Match]) -> list[Hit]:
        """Read the items and passages of matches; what was deleted meanwhile is left out."""
        items = reader.items({match.place.item_id for match in matches})
        passages = reader.passages([match.place.passage for match in matches])
        copies = read_copies(reader, items)
        found = (
            (items.get(match.place.item_id), passages.get(match.place.passage), match) for match in matches
        )
        return [
            Hit(item, passage, match.score, match.meaning, match.words, copies.get(item.id, ()))
            for item, passage, match in found
            if item and passage
        ]


def rank(query: Query, found: Found, weights: Weights) -> Retrieval:
    """Put passages, and the items that they belong to, in the order in which they fit a question."""
    dense_weight = weights.dense(query)
    near = np.maximum(cosines(found.vectors, query.vector), 0)
    scores = fuse(near, found.words, dense_weight)
    places = found.columns.places(found.passages)
    matches = Matches(places, scores, near, found.words)
    order = np.lexsort((found.passages, -scores, places.items))  # item by item, the best passage first
    starts = np.searchsorted(places.items[order], found.items)
    vectors = found.vectors[order]
    directions = item_directions(vectors, starts)
    meaning = np.maximum(item_meaning(query, vectors, starts, directions), 0)
    best = places.take(order[starts])
    item_scores = fuse(meaning, found.whole, dense_weight) + weights.votes * approval(best.votes)
    items = Matches(best, item_scores, meaning, found.whole)
    return Retrieval(
        query.text,
        query.vector,
        found.weights,
        matches.take(np.lexsort((found.passages, -scores))),
        items.take(np.lexsort((best.passages, -item_scores))),
        dense_weight,
        dict(zip(found.items.tolist(), directions, strict=True)),
        found.proposed,
    )


def _confirmed(reader: Reader, columns: Columns, passages: Ids) -> Ids:
    """Those of some passages that are there, and the viewer's to read, at this moment.

    The indexes may show what was deleted or has become private since. The catalog is asked in any case:
    of the items, and where it has moved on since the columns were made, of every passage.
    """
    items = columns.items_of(passages)
    if reader.generation != columns.generation:
        return np.intersect1d(passages, reader.readable_passages(passages.tolist()), assume_unique=True)
    readable = reader.readable_items(np.unique(items).tolist())
    return passages[np.isin(items, readable)]


def _reranked(reader: Reader, found: Retrieval, reranking: Reranking) -> Retrieval:
    """Let the reranker read the best items, each with its best passage."""
    best = found.items[: reranking.depth]
    items = reader.items({match.place.item_id for match in best})
    passages = reader.passages(best.places.passages.tolist())
    known = [
        (row, items[match.place.item_id].title, passages[match.place.passage].text)
        for row, match in enumerate(best)
        if match.place.item_id in items and match.place.passage in passages
    ]
    rows = np.array([row for row, _, _ in known], np.intp)
    told = reranking.reranker.score(
        found.question, [f"{title}\n{plain_text(text)}" for _, title, text in known]
    )
    scores = found.items.scores.copy()
    scores[rows] = reorder(scores[rows], told, reranking.weight)
    moved = rows[np.lexsort((best.places.passages[rows], -scores[rows]))]
    order = np.concatenate([moved, np.arange(len(best), len(found.items))])
    return replace(found, items=replace(found.items, scores=scores).take(order))


def read_copies(reader: Reader, item_ids: Iterable[str]) -> dict[str, tuple[Item, ...]]:
    """The near-identical items of items that have some, by id, the oldest first; at most 20 of each."""
    ids = {item_id: others[:_MOST_COPIES] for item_id, others in reader.copies(item_ids).items()}
    items = reader.items({other for others in ids.values() for other in others})
    return {
        item_id: tuple(items[other] for other in others if other in items) for item_id, others in ids.items()
    }


def _words_found(
    asked: LexicalQuestion, size: int, k: int, where: Where, allowed: Allowed
) -> tuple[npt.NDArray[np.int64], Floats]:
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


def _word_scores(
    asked: LexicalQuestion, ids: Ids, known: tuple[Ids, Floats], columns: Columns, scope: Scope
) -> Floats:
    """BM25 of every candidate, also of those that another index found.

    Args:
        asked: What is asked, of the index where the words are looked up.
        ids: The candidates [n]. All pass the filters.
        known: What the index has found itself, as numbers and scores.
        columns: Tell in which shards the others are.
        scope: Tells which shards there are.
    """
    by_number = np.argsort(known[0])
    numbers, scores = known[0][by_number], np.zeros(len(ids), np.float32)
    at = np.searchsorted(numbers, ids)
    new = np.append(numbers, -1)[at] != ids
    scores[~new] = known[1][by_number][at[~new]]
    scores[new] = asked.scores(ids[new], _homes(columns, scope, ids[new]))
    return scores


def _homes(columns: Columns, scope: Scope, passages: Ids) -> dict[str, npt.NDArray[np.intp]]:
    """Which rows of passages [n] are in which lexical shard."""
    communities, rows = columns.communities_of(passages), defaultdict[str, list[npt.NDArray[np.intp]]](list)
    for number in np.unique(communities).tolist():
        rows[scope.shards.get(number, PUBLIC)].append(np.flatnonzero(communities == number))
    return {shard: np.concatenate(some) for shard, some in rows.items()}


def _scope(reader: Reader, filters: Filters) -> Scope:
    """The viewer and the filters in terms of the indexes."""
    communities = reader.numbered_communities()
    wanted = frozenset(communities) & filters.communities if filters.communities else frozenset(communities)
    return Scope(
        communities=frozenset(communities[slug].number for slug in wanted),
        shards={one.number: slug if one.private else PUBLIC for slug, one in communities.items()},
        where=Where(
            # Without a wish there is no condition: what may not be read is in other shards.
            communities=wanted if filters.communities else None,
            kinds=frozenset(kind.value for kind in filters.kinds),
            tags=filters.tags,
            since=None if filters.since is None else int(filters.since.timestamp()),
            until=None if filters.until is None else int(filters.until.timestamp()),
        ),
    )
