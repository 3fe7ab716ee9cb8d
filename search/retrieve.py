"""Question → matches → hits: dense and lexical retrieval, fused, under a viewer and filters."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from catalog.embedding_text import plain_text
from catalog.nouns import Filters, Item
from catalog.reader import Place, Reader
from search.allowed import Allowed
from search.encoder import Encoder
from search.indexes import Indexes
from search.lexical import PUBLIC, LexicalQuestion, Where
from search.query import Query, read_query
from search.remembered import Remembered
from search.reranker import Reranker, reorder
from search.results import Hit

_CACHED_FILTERS = 32
_LET_THROUGH = 0.3  # share of the passages that pass a filter from which it is cheaper to filter later
_SURPLUS = 1.3  # then so much more is searched for than will do on average
_FEWEST_ITEMS = 50  # nobody asks for more results
_DEEPEST = 10_000  # passages taken from each index
_HALF_APPROVED = 10  # votes that add half of what votes can add to an item's score
_MOST_COPIES = 20  # of one item that are named: a form may have been copied a thousand times

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may fit a question; scores as in `Hit`."""

    place: Place
    score: float
    meaning: float
    words: float


@dataclass(frozen=True, slots=True)
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
        directions: What each item is about, by its id: the mean direction of its passages, of unit length
            (zero if none is embedded yet), of shape [dimension].
    """

    question: str
    vector: Floats
    weights: dict[str, float]
    matches: tuple[Match, ...]
    items: tuple[Match, ...]
    dense_weight: float
    directions: Mapping[str, Floats]

    def best_by_item(self, *, copies: bool = False) -> list[Match]:
        """The best match of each item, best first.

        Args:
            copies: Whether all of several near-identical items are wanted, and not only the best one.
        """
        return list(self.items if copies else self._without_copies())

    def best_by_thread(self) -> list[Match]:
        """The best match of each thread, best first; of near-identical items only the best one counts."""
        best: dict[str, Match] = {}
        for match in self._without_copies():
            best.setdefault(match.place.thread_id, match)
        return list(best.values())

    def without(self, threads: Collection[str]) -> Retrieval:
        """The same without some threads, as if they were not there."""
        if not threads:
            return self
        return replace(
            self,
            matches=tuple(match for match in self.matches if match.place.thread_id not in threads),
            items=tuple(match for match in self.items if match.place.thread_id not in threads),
        )

    def lacks_items(self) -> bool:
        """Whether so many matches are those of copies that few items are left without them."""
        left = sum(1 for _ in self._without_copies())
        return left < len(self.items) / 2 and left < _FEWEST_ITEMS

    def _without_copies(self) -> Iterator[Match]:
        """The items, but of near-identical ones only the one that fits best."""
        shown: dict[int, str] = {}
        for match in self.items:
            group, item_id = match.place.group, match.place.item_id
            if group is None or shown.setdefault(group, item_id) == item_id:
                yield match


def fuse(meaning: Floats, words: Floats, dense_weight: float) -> Floats:
    """Convex combination of two scores that both lie between 0 and 1.

    Both are normalised by their theoretical bounds and not by the other hits of the same question, so
    a score means the same from question to question, and one weight suits short questions and whole
    posts: the bound of BM25 grows with the question (Bruch, Gai and Ingber: An Analysis of Fusion
    Functions for Hybrid Retrieval, ACM TOIS 2023).

    Args:
        meaning: Cosines, negative ones counted as 0; shape [n].
        words: BM25 scores divided by the highest that the question allows; shape [n].
        dense_weight: Share of `meaning`, from 0 to 1.
    """
    return dense_weight * np.maximum(meaning, 0) + (1 - dense_weight) * words


def item_directions(vectors: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """What each of some items is about: the mean direction of its passages.

    Args:
        vectors: Vectors of the items' passages, item by item, of shape [n, dimension], unit length or zero.
        starts: The first row of each item, rising; shape [items].

    Returns:
        An array of shape [items, dimension], of unit length or zero.
    """
    if not len(starts):
        return np.empty((0, vectors.shape[1]), np.float32)
    sums = np.add.reduceat(vectors, starts, axis=0)
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)


def item_meaning(query: Query, vectors: Floats, starts: npt.NDArray[np.intp], directions: Floats) -> Floats:
    """How near each of some items is to a question in meaning.

    The mean of three cosines: the question's with the item's best passage, the question's with the mean
    direction of all passages, and the same for the mean direction of the question's own pieces. The
    best passage finds the paragraph that answers; the means find what is about the same altogether.

    Args:
        query: The question.
        vectors: Vectors of the items' passages, item by item, of shape [n, dimension], unit length or zero.
        starts: The first row of each item, rising; shape [items].
        directions: The items' mean directions, of shape [items, dimension].

    Returns:
        An array of shape [items].
    """
    if not len(starts):
        return np.empty(0, np.float32)
    best = np.maximum.reduceat(vectors @ query.vector, starts)
    return np.asarray((best + directions @ query.vector + directions @ query.gist) / 3, np.float32)


def approval(votes: int) -> float:
    """How far peers approve of an item, from 0 to 1: ever less for each further vote."""
    return max(votes, 0) / (max(votes, 0) + _HALF_APPROVED)


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much in a hit's score.

    People who ask describe the same problem in words of their own. Who states or names something uses
    the words of the field, and so do the documents about it. Votes decide between items that fit alike.

    Attributes:
        question: Share of meaning, the rest being shared words, where something is asked; from 0 to 1.
        statement: The same where nothing is asked.
        votes: What the approval of peers adds at most.
    """

    question: float
    statement: float
    votes: float


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


class Retriever:
    """Searches both indexes and fuses what they find.

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
        self._allowed: OrderedDict[object, Allowed] = OrderedDict()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="dense")

    def read(self, question: str) -> Query:
        """Embed a question."""
        return read_query(question, self._encoder)

    def encode_all(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        return self._remembered(texts)

    def meaning(self, vector: Floats, passage_ids: Sequence[int]) -> Floats:
        """Cosines of a question and passages, of shape [n]; 0 for passages that are not embedded yet."""
        with self._indexes.lock:
            return self._vectors(np.array(passage_ids, dtype=np.int64)) @ vector

    def _vectors(self, passage_ids: npt.NDArray[np.int64]) -> Floats:
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
            k: How many are taken from each index; more where most of them are copies.
        """
        found = self._retrieve(reader, query, filters, k)
        while k < _DEEPEST and found.lacks_items() and len(found.items) >= k / 2:
            k *= 4
            found = self._retrieve(reader, query, filters, k)
        return found if self._reranking is None else _reranked(reader, found, self._reranking)

    def _retrieve(self, reader: Reader, query: Query, filters: Filters, k: int) -> Retrieval:
        where, shards = _lexical_scope(reader, filters)
        with self._indexes.lock:
            allowed = self._allowed_passages(reader, filters)
            # FAISS calculates outside of Python's lock: meanwhile, words are searched for.
            dense = self._beside.submit(self._indexes.dense.search, query.vector, k, allowed)
            try:
                asked_passages = self._indexes.lexical.question(query.text, shards)
                asked_items = self._indexes.items.question(query.text, shards)
                passages = _words_found(asked_passages, len(self._indexes.lexical), k, where, allowed)
                wholes = _words_found(asked_items, len(self._indexes.items), k, where, allowed)
            finally:
                wait([dense])  # nobody may change an index that is being searched
            dense_ids, _ = dense.result()
            found = np.unique(np.concatenate([dense_ids, passages[0], wholes[0]]))
            places = reader.places_beside(found.tolist())
            ids = np.array(sorted(places), dtype=np.int64)
            vectors = self._vectors(ids)
            words = _word_scores(asked_passages, ids, passages)
            firsts = np.array(sorted(i for i in places if places[i].ordinal == 0), dtype=np.int64)
            whole = _word_scores(asked_items, firsts, wholes)
            weights = asked_passages.term_weights()
        dense_weight = self._weights.question if query.is_question else self._weights.statement
        cosines = np.maximum(vectors @ query.vector, 0)
        scores = fuse(cosines, words, dense_weight)
        order = np.lexsort((ids, -scores))
        ranked = (column[order].tolist() for column in (ids, scores, cosines, words))
        matches = tuple(Match(places[number], *told) for number, *told in zip(*ranked, strict=True))
        item_words = dict(zip((places[i].item_id for i in firsts.tolist()), whole.tolist(), strict=True))
        items, directions = _items(
            query, matches, vectors[order], item_words, dense_weight, self._weights.votes
        )
        return Retrieval(query.text, query.vector, weights, matches, items, dense_weight, directions)

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

    def _allowed_passages(self, reader: Reader, filters: Filters) -> Allowed:
        """The passages that the viewer may read and that pass the filters; kept until something changes."""
        key = (reader.generation, reader.viewer.communities, filters)
        if key not in self._allowed:
            self._allowed[key] = Allowed.of(reader.passage_ids(filters))
            while len(self._allowed) > _CACHED_FILTERS:
                self._allowed.popitem(last=False)
        return self._allowed[key]


def _reranked(reader: Reader, found: Retrieval, reranking: Reranking) -> Retrieval:
    """Let the reranker read the best items, each with its best passage."""
    best = found.items[: reranking.depth]
    items = reader.items({match.place.item_id for match in best})
    passages = reader.passages([match.place.passage for match in best])
    known = [one for one in best if one.place.item_id in items and one.place.passage in passages]
    texts = [
        f"{items[one.place.item_id].title}\n{plain_text(passages[one.place.passage].text)}" for one in known
    ]
    scores = np.array([match.score for match in known], np.float32)
    told = reranking.reranker.score(found.question, texts)
    moved = reorder(scores, told, reranking.weight).tolist()
    ordered = [replace(match, score=score) for match, score in zip(known, moved, strict=True)]
    ordered.sort(key=lambda match: (-match.score, match.place.passage))
    return replace(found, items=(*ordered, *found.items[len(best) :]))


def _items(
    query: Query,
    matches: Sequence[Match],
    vectors: Floats,
    words: Mapping[str, float],
    dense_weight: float,
    votes_weight: float,
) -> tuple[tuple[Match, ...], dict[str, Floats]]:
    """The items that passages belong to, best first, each with its best passage; and their directions.

    Args:
        query: The question.
        matches: The passages, best first.
        vectors: Their vectors, of shape [matches, dimension].
        words: The share of the question's words that each item has.
        dense_weight: Share of meaning in the scores.
        votes_weight: What approval adds at most.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, match in enumerate(matches):
        rows[match.place.item_id].append(row)
    order = [row for its in rows.values() for row in its]
    starts = np.cumsum([0, *map(len, rows.values())])[:-1]
    directions = item_directions(vectors[order], starts)
    meaning = np.maximum(item_meaning(query, vectors[order], starts, directions), 0)
    shared = np.array([words[item_id] for item_id in rows], np.float32)
    votes = np.array([approval(matches[its[0]].place.votes) for its in rows.values()], np.float32)
    scores = fuse(meaning, shared, dense_weight) + votes_weight * votes
    columns = zip(rows.values(), scores.tolist(), meaning.tolist(), shared.tolist(), strict=True)
    items = (Match(matches[its[0]].place, score, near, common) for its, score, near, common in columns)
    ranked = tuple(sorted(items, key=lambda match: (-match.score, match.place.passage)))
    return ranked, dict(zip(rows, directions, strict=True))


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
    asked: LexicalQuestion, ids: npt.NDArray[np.int64], known: tuple[npt.NDArray[np.int64], Floats]
) -> Floats:
    """BM25 of every candidate, also of those that another index found.

    Args:
        asked: What is asked, of the index where the words are looked up.
        ids: The candidates, rising; shape [n]. All pass the filters.
        known: What the index has found itself, as numbers and scores.
    """
    scores = np.zeros(len(ids), dtype=np.float32)
    here = np.isin(known[0], ids)
    scores[np.searchsorted(ids, known[0][here])] = known[1][here]
    new = ~np.isin(ids, known[0])
    scores[new] = asked.scores(ids[new])
    return scores


def _lexical_scope(reader: Reader, filters: Filters) -> tuple[Where, frozenset[str]]:
    """The viewer and the filters in terms of the lexical index: a condition, and the shards to search."""
    private = frozenset(community.slug for community in reader.communities() if community.private)
    wanted = filters.communities & reader.viewer.communities if filters.communities else None
    where = Where(
        communities=wanted,  # without a wish there is no condition: what may not be read is in other shards
        kinds=frozenset(kind.value for kind in filters.kinds),
        tags=filters.tags,
        since=None if filters.since is None else int(filters.since.timestamp()),
        until=None if filters.until is None else int(filters.until.timestamp()),
    )
    return where, private | {PUBLIC}
