"""Question → matches → hits: dense and lexical retrieval, fused, under a viewer and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from catalog.embedding_text import plain_text
from catalog.nouns import Filters, Item
from catalog.reader import Reader
from search.allowed import Allowed
from search.columns import Columns, Ids
from search.encoder import Encoder
from search.fusion import Floats, Weights, approval, cosines, fuse, item_directions, item_meaning
from search.indexes import Indexes
from search.kept import Kept
from search.matches import Match, Matches, Retrieval
from search.query import Query, read_query
from search.remembered import Remembered
from search.reranker import Reranker, reorder
from search.results import Hit
from search.scope import Scope, scope_of
from search.word_scores import WordScores

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

One = TypeVar("One")
Other = TypeVar("Other")

LOOKED_AT = 100
"""The best items, of which each passage's words are looked up."""

_ASKED = 32  # words; longer questions are rare
_BESIDE = 4  # threads, beside those that ask
_EMBEDDING = 16  # the same: all who ask at once share runs of the model
_CACHED_FILTERS = 32
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
        words: Tells their shares of the question's words.
        items: The items that they belong to, rising [m].
        whole: The items' own shares of these words [m].
        proposed: How many items the indexes named.
    """

    columns: Columns
    passages: Ids
    vectors: Floats
    words: WordScores
    items: Ids
    whole: Floats
    proposed: int


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
        self._beside = ThreadPoolExecutor(_BESIDE, thread_name_prefix="words")
        self._embedding = ThreadPoolExecutor(_EMBEDDING, thread_name_prefix="sentences")

    @property
    def reorders(self) -> bool:
        """Whether the best items are put in order by more than their scores."""
        return self._reranking is not None

    def warm_up(self) -> None:
        """Embed texts of all lengths that questions have: the first of each takes twice as long as others."""
        for words in range(1, _ASKED + 1):
            self._encoder.encode(["how " * words])

    def read(self, question: str) -> Query:
        """Read a question; it is embedded when it is searched for."""
        return read_query(question, self._encoder)

    def encode_all(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        return self._remembered(texts)

    def encode_beside(self, texts: Sequence[str]) -> Future[Floats]:
        """The same, on another thread, while this one does something else."""
        return self._embedding.submit(self.encode_all, texts)

    def meaning(self, vector: Floats, passage_ids: Sequence[int]) -> Floats:
        """Cosines of a question and passages, of shape [n]; 0 for passages that are not embedded yet."""
        with self._indexes.sharing.reading():
            return cosines(self._vectors(np.array(passage_ids, dtype=np.int64)), vector)

    def _vectors(self, passage_ids: Ids) -> Floats:
        """Vectors of passages, of shape [n, dimension]; zeros for those that are not embedded yet."""
        if not len(self._indexes.dense):
            return np.zeros((len(passage_ids), self._encoder.dimension), np.float32)
        return self._indexes.dense.vectors(passage_ids)

    def retrieve(
        self, reader: Reader, query: Query, filters: Filters, k: int, looked_at: int = LOOKED_AT
    ) -> Retrieval:
        """Find the passages and the items that fit a question, among those that the viewer may read.

        Args:
            reader: The viewer's view of the catalog.
            query: What is asked.
            filters: What the search is narrowed to; applied within every index.
            k: How many are taken from each index; more where most of them are copies, or gone.
            looked_at: Of so many items, the best, each passage's words are looked up: they tell which one of
                them fits best.
        """
        scope = scope_of(reader, filters)
        rows = LOOKED_AT if self.reorders else looked_at
        found = self._retrieve(reader, query, filters, scope, k, rows)
        while k < _DEEPEST and found.lacks_items() and found.proposed >= k / 2:
            k *= 4
            found = self._retrieve(reader, query, filters, scope, k, rows)
        return found if self._reranking is None else _reranked(reader, found, self._reranking)

    def _retrieve(
        self, reader: Reader, query: Query, filters: Filters, scope: Scope, k: int, looked_at: int
    ) -> Retrieval:
        with self._indexes.sharing.reading():
            return rank(query, self._find(reader, query, filters, scope, k), self._weights, looked_at)

    def _find(self, reader: Reader, query: Query, filters: Filters, scope: Scope, k: int) -> Found:
        """What the indexes name, with all that is known of it; hold the indexes while they are asked."""
        indexes = self._indexes
        columns, allowed = indexes.columns, self._allowed_passages(scope, filters)
        (words, whole), (by_meaning, _) = self._side_by_side(
            lambda: _by_words(indexes, query.text, scope, allowed, k),
            lambda: indexes.dense.search(query.vector, k, allowed),
        )
        named = columns.beside(np.concatenate([by_meaning, words.numbers, whole.numbers]))
        passages = _confirmed(reader, columns, named)
        items = np.unique(columns.items_of(passages))
        shares, vectors = self._side_by_side(
            lambda: whole.of(columns.firsts(items), columns), lambda: self._vectors(passages)
        )
        proposed = len(np.unique(columns.items_of(named)))
        return Found(columns, passages, vectors, words, items, shares, proposed)

    def _side_by_side(self, one: Callable[[], One], other: Callable[[], Other]) -> tuple[One, Other]:
        """Do two things at once: model and indexes calculate outside of Python's lock.

        Both have ended when this returns or raises: nobody may change an index that is being searched.
        """
        beside = self._beside.submit(one)
        try:
            here = other()
        finally:
            wait([beside])
        return beside.result(), here

    def _allowed_passages(self, scope: Scope, filters: Filters) -> Allowed:
        """The passages that the viewer may read and that pass the filters; kept until something changes."""
        columns = self._indexes.columns
        key = (columns.version, scope.communities, replace(filters, communities=frozenset()))
        return self._allowed.get(key, lambda: columns.allowed(scope.communities, filters))

    def hits(self, reader: Reader, matches: Sequence[Match]) -> list[Hit]:
        """Read the items and passages of matches; what was deleted meanwhile is left out."""
        matches = list(matches)
        items = reader.items({match.place.item_id for match in matches})
        passages = reader.passages([match.place.passage for match in matches])
        copies = read_copies(reader, {one.place.item_id for one in matches if one.place.group})
        found = (
            (items.get(match.place.item_id), passages.get(match.place.passage), match) for match in matches
        )
        return [
            Hit(item, passage, match.score, match.meaning, match.words, copies.get(item.id, ()))
            for item, passage, match in found
            if item and passage
        ]


def _by_words(
    indexes: Indexes, text: str, scope: Scope, allowed: Allowed, k: int
) -> tuple[WordScores, WordScores]:
    """What passages, and what whole items, have of a question's words."""
    words, whole = (WordScores(index, text, scope, allowed, k) for index in (indexes.lexical, indexes.items))
    return words, whole


def rank(query: Query, found: Found, weights: Weights, looked_at: int = LOOKED_AT) -> Retrieval:
    """Put passages, and the items that they belong to, in the order in which they fit a question."""
    dense_weight = weights.dense(query)
    places = found.columns.places(found.passages)
    by_item = np.argsort(places.items, kind="stable")
    starts = np.searchsorted(places.items[by_item], found.items)
    vectors = found.vectors[by_item]
    directions = item_directions(vectors, starts)
    meaning = np.maximum(item_meaning(query, vectors, starts, directions), 0)
    votes = places.votes[by_item[starts]]
    item_scores = fuse(meaning, found.whole, dense_weight) + weights.votes * approval(votes)
    near = np.maximum(cosines(found.vectors, query.vector), 0)
    words = _words_of_best(found, item_scores, places.items, looked_at)
    scores = fuse(near, words, dense_weight)
    best = places.take(np.lexsort((found.passages, -scores, places.items))[starts])
    return Retrieval(
        query.text,
        query.vector,
        found.words.weights,
        Matches(places, scores, near, words).take(np.lexsort((found.passages, -scores))),
        Matches(best, item_scores, meaning, found.whole).take(np.lexsort((best.passages, -item_scores))),
        dense_weight,
        dict(zip(found.items.tolist(), directions, strict=True)),
        found.proposed,
    )


def _words_of_best(found: Found, item_scores: Floats, items: Ids, looked_at: int) -> Floats:
    """The words that passages share with the question.

    To look up what was not found by its words costs more than all else, and says nothing but which of an
    item's passages fits best. So it is done for the items that somebody may look at; of all others, only what
    was found counts.

    Args:
        found: What was found.
        item_scores: Scores of the items [m].
        items: The item of each passage [n].
        looked_at: How many items somebody may look at.
    """
    words, known = found.words.known(found.passages)
    best = found.items[np.argsort(-item_scores, kind="stable")[:looked_at]]
    new = ~known & np.isin(items, best)
    words[new] = found.words.of(found.passages[new], found.columns)
    return words


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
