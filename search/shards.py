"""One shard of the lexical index: a tantivy index whose scores are set from outside.

tantivy weighs a term by its rarity in the shard. A search gives every term the weight that it has for
the viewer instead: the query is boosted by the quotient of the two.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tantivy import (
    FieldType,
    Index,
    IndexWriter,
    Occur,
    Query,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)

from catalog.errors import LibraryError
from search.analysis import LANGUAGES, Word
from search.derived import StaleIndexError
from search.documents import EVERY, FIELDS, ONLY_LABELS, TERMS, Entry, documents, schema

SCORE_DECIMALS = 5  # tantivy adds up in single precision, in an order that depends on the layout

_HEAP_BYTES = 64_000_000
_COUNTED_ONCE = (("text",), tuple(name for name in FIELDS if name != "text"))
_NOTHING = np.empty(0, np.int64), np.empty(0, np.float32)
_COUNTED = ("text", ONLY_LABELS)
_MOST_FREQUENCIES = 100_000  # words of which a shard remembers how many passages have them
_SPARE = 16  # fetched beyond k, so that passages that tie with the last one are seen


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


_SCHEMA = schema()


def inverse_document_frequency(frequency: int, count: int) -> float:
    """The weight of a term that `frequency` of `count` passages have, as Lucene and tantivy define it."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


@dataclass(frozen=True)
class Shard:
    """The passages of one shard as they were at one commit.

    Attributes:
        folder: Where the tantivy index is.
        deleted: How many passages were deleted since it was written anew.
    """

    folder: Path
    deleted: int
    _index: Index
    _searcher: Searcher
    _frequencies: dict[Word, int] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, entries: Iterable[Entry]) -> Shard:
        """Write a new shard.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with _reported(folder):
            index = _with_terms(Index(_SCHEMA, path=str(folder), reuse=False))
        return cls(folder, 0, index, index.searcher())._after((), 0, entries)

    @classmethod
    def open(cls, folder: Path, deleted: int) -> Shard:
        """Open a shard that was written before.

        Raises:
            StaleIndexError: If it is missing or damaged.
        """
        try:
            index = _with_terms(Index.open(str(folder)))
            return cls(folder, deleted, index, index.searcher())
        except (ValueError, OSError) as error:
            raise StaleIndexError(folder, f"cannot be opened ({error})") from error

    def __len__(self) -> int:
        """Number of live passages."""
        return self._searcher.num_docs

    def count(self, ids: Collection[int]) -> int:
        """How many of these passages are here."""
        return _count(self._searcher, _one_of("id", ids)) if ids and len(self) else 0

    def changed(self, removed: Collection[int], entries: Iterable[Entry]) -> Shard:
        """The shard after passages are taken out and put in, in the same folder."""
        gone = self.count(removed)
        return self._after(removed if gone else (), gone, entries)

    def _after(self, removed: Collection[int], gone: int, entries: Iterable[Entry]) -> Shard:
        with _reported(self.folder):
            writer: IndexWriter = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            if removed:
                writer.delete_documents_by_query(_one_of("id", removed))
            for document in documents(entries):
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        return Shard(self.folder, self.deleted + gone, self._index, self._index.searcher())

    def document_frequency(self, word: Word) -> int:
        """How many live passages have a word, by whichever of its terms and in whichever field."""
        frequency = self._frequencies.get(word)
        if frequency is None:
            frequency = self._counted(word)
            if len(self._frequencies) >= _MOST_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[word] = frequency
        return frequency

    def _counted(self, word: Word) -> int:
        """The same, counted. No passage has a term in both of the fields."""
        if len(word) == 1:
            return sum(self._living(name, word[0]) for name in _COUNTED)
        terms = [_term(name, term) for name in _COUNTED for term in word]
        return _count(self._searcher, Query.boolean_query([(Occur.Should, term) for term in terms]))

    def _living(self, name: str, term: str) -> int:
        """How many live passages have a term in a field: told at once as long as none is deleted."""
        if self._searcher.doc_freq(*EVERY) == len(self):
            return self._searcher.doc_freq(name, term)
        return _count(self._searcher, Query.term_query(_SCHEMA, name, term, "basic"))

    @cached_property
    def languages(self) -> dict[str, int]:
        """How many live passages are in each language."""
        upper = {name: self._searcher.doc_freq("language", name) for name in LANGUAGES}
        commonest = max(upper, key=lambda name: upper[name])
        counts = {name: self._living("language", name) for name in upper if upper[name] and name != commonest}
        counts[commonest] = len(self) - sum(counts.values())  # every passage is in one language
        return {name: count for name, count in sorted(counts.items()) if count}

    def question(self, weights: Mapping[Word, float]) -> ShardQuestion:
        """A question to the shard as it is.

        Args:
            weights: What each word is worth to the viewer.
        """
        clauses = list(_clauses(self._searcher, weights))
        return ShardQuestion(self._searcher, Query.boolean_query(clauses) if clauses else None)


@dataclass(frozen=True, slots=True)
class ShardQuestion:
    """A question to one shard; scores are Σ weight · field's weight · BM25's factor."""

    _searcher: Searcher
    _terms: Query | None  # None if no passage has any of the words

    def search(self, k: int, where: Where) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Find the best passages, at least k of them where so many share a term.

        Args:
            k: How many are wanted; more are returned where scores tie.
            where: Conditions on the passages.

        Returns:
            Numbers of passages [m] and scores [m], best first.
        """
        if self._terms is None:
            return _NOTHING
        query, size = _under(self._terms, _conditions(where)), self._searcher.num_docs
        limit = min(k + _SPARE, size)
        while limit:
            numbers, scores = self._found(query, limit)
            if len(scores) < limit or limit == size or scores[-1] < scores[k - 1]:
                return numbers, scores
            limit = min(limit * 4, size)
        return _NOTHING

    def scores(self, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Those of given passages that are here and share a term, and their scores; shape [m]."""
        if self._terms is None:
            return _NOTHING
        # As a set, they would be looked for among all numbers, at twice the price.
        given = Query.boolean_query([(Occur.Should, _one_of("id", [number])) for number in ids.tolist()])
        return self._found(_under(self._terms, [given]), len(ids))

    def _found(self, query: Query, limit: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values("id", [address for _, address in hits])
        scores = np.array([score for score, _ in hits]).round(SCORE_DECIMALS)
        return np.array(numbers, np.int64), scores.astype(np.float32)


def _under(query: Query, conditions: Iterable[Query]) -> Query:
    """A query within conditions, which leave the scores alone."""
    silent = [(Occur.Must, Query.const_score_query(condition, 0.0)) for condition in conditions]
    return Query.boolean_query([(Occur.Must, query), *silent]) if silent else query


def _clauses(searcher: Searcher, weights: Mapping[Word, float]) -> Iterator[tuple[Occur, Query]]:
    count = searcher.doc_freq(*EVERY)  # with the deleted ones, as tantivy itself counts
    for word, weight in weights.items():
        for names in _COUNTED_ONCE:
            if clauses := list(_alternatives(searcher, word, weight, names, count)):
                yield Occur.Should, _best_of(clauses)


def _alternatives(
    searcher: Searcher, word: Word, weight: float, names: Collection[str], count: int
) -> Iterator[Query]:
    for name in names:
        for term in word:
            if frequency := searcher.doc_freq(name, term):
                boost = weight * FIELDS[name] / inverse_document_frequency(frequency, count)
                yield Query.boost_query(_term(name, term), boost)


def _best_of(clauses: list[Query]) -> Query:
    return clauses[0] if len(clauses) == 1 else Query.disjunction_max_query(clauses)


def _count(searcher: Searcher, query: Query) -> int:
    found: int = searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # missing in the stub
    return found


def _conditions(where: Where) -> Iterator[Query]:
    if where.communities is not None:
        yield _one_of("community", where.communities)
    if where.kinds:
        yield _one_of("kind", where.kinds)
    if where.tags:
        yield _one_of("tag", where.tags)
    if where.since is not None or where.until is not None:
        yield _created(where.since, where.until)


def _created(since: int | None, until: int | None) -> Query:
    last = None if until is None else until - 1  # an open side has to count as inclusive
    return Query.range_query(_SCHEMA, "created", FieldType.Integer, since, last)


def _term(name: str, term: str) -> Query:
    return Query.term_query(_SCHEMA, name, term, "freq")


def _one_of(name: str, values: Collection[int] | Collection[str]) -> Query:
    if len(values) == 1:
        return Query.term_query(_SCHEMA, name, next(iter(values)), "basic")
    return Query.term_set_query(_SCHEMA, name, sorted(values))


def _with_terms(index: Index) -> Index:
    splitter = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
    index.register_tokenizer(TERMS, splitter)
    return index


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise LibraryError(
            f"{folder}: the lexical index cannot be written ({error}); see whether the disk is full "
            "or another Copse is writing, then try again"
        ) from error
