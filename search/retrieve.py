"""Question → matches → hits: dense and lexical retrieval, fused, under a viewer and filters."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.errors import QuestionError
from catalog.nouns import Filters, Item
from catalog.reader import Place, Reader
from search.encoder import Encoder
from search.indexes import Indexes
from search.lexical import PUBLIC, Where
from search.results import Hit

LONGEST_QUESTION = 100_000
_CACHED_FILTERS = 32
_FEWEST_ITEMS = 50  # nobody asks for more results
_DEEPEST = 10_000  # passages taken from each index
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
        matches: The passages that fit, best first.
    """

    question: str
    vector: Floats
    weights: dict[str, float]
    matches: tuple[Match, ...]

    def best_by_item(self, *, copies: bool = False) -> list[Match]:
        """The best match of each item, best first.

        Args:
            copies: Whether all of several near-identical items are wanted, and not only the best one.
        """
        best: dict[str, Match] = {}
        for match in self.matches if copies else self._without_copies():
            best.setdefault(match.place.item_id, match)
        return list(best.values())

    def best_by_thread(self) -> list[Match]:
        """The best match of each thread, best first; of near-identical items only the best one counts."""
        best: dict[str, Match] = {}
        for match in self._without_copies():
            best.setdefault(match.place.thread_id, match)
        return list(best.values())

    def lacks_items(self) -> bool:
        """Whether so many matches are those of copies that few items are left without them."""
        left = [match.place.item_id for match in self._without_copies()]
        return len(left) < len(self.matches) / 2 and len(set(left)) < _FEWEST_ITEMS

    def _without_copies(self) -> Iterator[Match]:
        """The matches, but of near-identical items only those of the one that fits best."""
        shown: dict[int, str] = {}
        for match in self.matches:
            group, item_id = match.place.group, match.place.item_id
            if group is None or shown.setdefault(group, item_id) == item_id:
                yield match


def fuse(meaning: Floats, words: Floats, dense_weight: float) -> Floats:
    """Convex combination of two scores that both lie between 0 and 1.

    Both are normalised by their theoretical bounds and not by the other hits of the same question, so
    a score means the same from question to question (Bruch, Gai and Ingber: An Analysis of Fusion
    Functions for Hybrid Retrieval, ACM TOIS 2023).

    Args:
        meaning: Cosines, negative ones counted as 0; shape [n].
        words: BM25 scores divided by the highest that the question allows; shape [n].
        dense_weight: Share of `meaning`, from 0 to 1.
    """
    return dense_weight * np.maximum(meaning, 0) + (1 - dense_weight) * words


def check_question(question: str) -> str:
    """The question without surrounding space.

    Raises:
        QuestionError: If nothing is asked, or far too much.
    """
    question = " ".join(question.split())
    if not any(character.isalnum() for character in question):
        raise QuestionError(
            'nothing to search for: ask a question in words, such as "how do I sharpen a hoe?"'
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and {LONGEST_QUESTION:,} is the most: "
            "leave out logs and quotes"
        )
    return question


class Retriever:
    """Searches both indexes and fuses what they find.

    Args:
        indexes: The indexes.
        encoder: The model that the dense index is made with.
        dense_weight: Share of meaning in a hit's score.
    """

    def __init__(self, indexes: Indexes, encoder: Encoder, dense_weight: float) -> None:
        self._indexes = indexes
        self._encoder = encoder
        self.dense_weight = dense_weight
        self._allowed: OrderedDict[object, npt.NDArray[np.int64]] = OrderedDict()

    def encode(self, question: str) -> Floats:
        """The question's vector, of shape [dimension]."""
        vector: Floats = self._encoder.encode([question])[0]
        return vector

    def encode_all(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        return self._encoder.encode(texts)

    def meaning(self, vector: Floats, passage_ids: Sequence[int]) -> Floats:
        """Cosines of a question and passages, of shape [n]; 0 for passages that are not embedded yet."""
        with self._indexes.lock:
            return self._indexes.dense.scores(vector, np.array(passage_ids, dtype=np.int64))

    def retrieve(
        self, reader: Reader, question: str, filters: Filters, k: int, vector: Floats | None = None
    ) -> Retrieval:
        """Find the passages that fit a question, among those that the viewer may read.

        Args:
            reader: The viewer's view of the catalog.
            question: What is asked.
            filters: What the search is narrowed to; applied within both indexes.
            k: How many passages are taken from each index; more where most of them are of copies.
            vector: The question's vector, if it is known already.
        """
        found = self._retrieve(reader, question, filters, k, vector)
        while k < _DEEPEST and found.lacks_items() and len(found.matches) >= k:
            k *= 4
            found = self._retrieve(reader, question, filters, k, found.vector)
        return found

    def _retrieve(
        self, reader: Reader, question: str, filters: Filters, k: int, vector: Floats | None
    ) -> Retrieval:
        vector = self.encode(question) if vector is None else vector
        where, shards = _lexical_scope(reader, filters)
        with self._indexes.lock:
            allowed = self._allowed_ids(reader, filters)
            dense_ids, _ = self._indexes.dense.search(vector, k, allowed)
            lexical_ids, _ = self._indexes.lexical.search(question, shards, k, where)
            ids = np.union1d(dense_ids, lexical_ids)
            meaning = self._indexes.dense.scores(vector, ids)
            words = self._word_scores(question, shards, where, ids)
            weights = self._indexes.lexical.term_weights(question, shards)
        scores = fuse(meaning, words, self.dense_weight)
        places = reader.places(ids.tolist())
        order = np.lexsort((ids, -scores))
        found = (
            Match(places[int(ids[i])], float(scores[i]), max(float(meaning[i]), 0.0), float(words[i]))
            for i in order
            if int(ids[i]) in places
        )
        return Retrieval(question, vector, weights, tuple(found))

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

    def _word_scores(
        self, question: str, shards: frozenset[str], where: Where, ids: npt.NDArray[np.int64]
    ) -> Floats:
        """BM25 of every candidate, also of those that only the dense index found."""
        scores = np.zeros(len(ids), dtype=np.float32)
        found, values = self._indexes.lexical.search(question, shards, len(ids), where, ids=ids.tolist())
        scores[np.searchsorted(ids, found)] = values
        return scores

    def _allowed_ids(self, reader: Reader, filters: Filters) -> npt.NDArray[np.int64]:
        """The passages that the viewer may read and that pass the filters; kept until something changes."""
        key = (reader.generation, reader.viewer.communities, filters)
        if key not in self._allowed:
            self._allowed[key] = reader.passage_ids(filters)
            while len(self._allowed) > _CACHED_FILTERS:
                self._allowed.popitem(last=False)
        return self._allowed[key]


def read_copies(reader: Reader, item_ids: Iterable[str]) -> dict[str, tuple[Item, ...]]:
    """The near-identical items of items that have some, by id, the oldest first; at most 20 of each."""
    ids = {item_id: others[:_MOST_COPIES] for item_id, others in reader.copies(item_ids).items()}
    items = reader.items({other for others in ids.values() for other in others})
    return {
        item_id: tuple(items[other] for other in others if other in items) for item_id, others in ids.items()
    }


def _lexical_scope(reader: Reader, filters: Filters) -> tuple[Where, frozenset[str]]:
    """The viewer and the filters in terms of the lexical index: a condition, and the shards to search."""
    private = frozenset(community.slug for community in reader.communities() if community.private)
    communities = reader.viewer.communities & (filters.communities or reader.viewer.communities)
    where = Where(
        communities=communities,
        kinds=frozenset(kind.value for kind in filters.kinds),
        tags=filters.tags,
        since=None if filters.since is None else int(filters.since.timestamp()),
        until=None if filters.until is None else int(filters.until.timestamp()),
    )
    return where, private | {PUBLIC}
