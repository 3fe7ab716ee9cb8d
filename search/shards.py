"""One shard of the lexical index: a tantivy index, and what is counted over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from tantivy import Index, IndexWriter, Occur, Query, Searcher, TextAnalyzerBuilder, Tokenizer

from catalog.errors import LibraryError
from search.analysis import LANGUAGES, Word
from search.derived import StaleIndexError
from search.documents import EVERY, FIELDS, ONLY_LABELS, TERMS, Entry, documents, schema

Ids = npt.NDArray[np.int64]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

SCHEMA = schema()

_HEAP_BYTES = 64_000_000
_COUNTED = ("text", ONLY_LABELS)
_MOST_REMEMBERED = 5_000  # words of which a shard remembers how many passages have them
_SMALL = 5_000  # passages of a shard that knows the numbers of all
_MANY = 1_000  # passages from which it is looked first whether all are new


def inverse_document_frequency(frequency: int, count: int) -> float:
    """The weight of a term that `frequency` of `count` passages have, as Lucene and tantivy define it."""
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


class Held(NamedTuple):
    """A field in which passages have a term.

    Attributes:
        in_text: Whether it is the text, and not a label.
        passages: The query for them.
        factor: What their scores are multiplied by to count as much as the field does, however rare the term.
    """

    in_text: bool
    passages: Query
    factor: float


@dataclass(frozen=True)
class Shard:
    """The passages of one shard as they were at one commit.

    Attributes:
        folder: Where the tantivy index is.
        deleted: How many passages were deleted since it was written anew.
        searcher: What tantivy searches it with, as it was then.
    """

    folder: Path
    deleted: int
    searcher: Searcher
    _index: Index
    _frequencies: dict[Word, int] = field(default_factory=dict)
    _fields: dict[str, tuple[Held, ...]] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, entries: Iterable[Entry]) -> Shard:
        """Write a new shard.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with _reported(folder):
            index = _with_terms(Index(SCHEMA, path=str(folder), reuse=False))
        return cls(folder, 0, index.searcher(), index)._after((), 0, entries)

    @classmethod
    def open(cls, folder: Path, deleted: int) -> Shard:
        """Open a shard that was written before.

        Raises:
            StaleIndexError: If it is missing or damaged.
        """
        try:
            index = _with_terms(Index.open(str(folder)))
            return cls(folder, deleted, index.searcher(), index)
        except (ValueError, OSError) as error:
            raise StaleIndexError(folder, f"cannot be opened ({error})") from error

    def __len__(self) -> int:
        """Number of live passages."""
        return self.searcher.num_docs

    def count(self, ids: Collection[int]) -> int:
        """How many of these passages are here."""
        if not ids or not len(self) or (len(ids) > _MANY and min(ids) > self._last):
            return 0
        return _count(self.searcher, one_of("id", ids))

    def changed(self, removed: Collection[int], entries: Iterable[Entry]) -> Shard:
        """The shard after passages are taken out and put in, in the same folder."""
        gone = self.count(removed)
        return self._after(removed if gone else (), gone, entries)

    def _after(self, removed: Collection[int], gone: int, entries: Iterable[Entry]) -> Shard:
        with _reported(self.folder):
            writer: IndexWriter = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
            if removed:
                writer.delete_documents_by_query(one_of("id", removed))
            for document in documents(entries):
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        return Shard(self.folder, self.deleted + gone, self._index.searcher(), self._index)

    def document_frequency(self, word: Word) -> int:
        """How many live passages have a word, by whichever of its terms and in whichever field."""
        return _remembered(self._frequencies, word, self._counted)

    def _counted(self, word: Word) -> int:
        """The same, counted. No passage has a term in both of the fields."""
        if len(word) == 1:
            return sum(self._living(name, word[0]) for name in _COUNTED)
        terms = [term_in(name, term) for name in _COUNTED for term in word]
        return _count(self.searcher, Query.boolean_query([(Occur.Should, term) for term in terms]))

    def _living(self, name: str, term: str) -> int:
        """How many live passages have a term in a field: told at once as long as none is deleted."""
        if self._written == len(self):
            return self.searcher.doc_freq(name, term)
        return _count(self.searcher, Query.term_query(SCHEMA, name, term, "basic"))

    def holding(self, term: str) -> tuple[Held, ...]:
        """The fields in which passages have a term."""
        return _remembered(self._fields, term, self._holding)

    def _holding(self, term: str) -> tuple[Held, ...]:
        found = ((name, self.searcher.doc_freq(name, term)) for name in FIELDS)
        return tuple(
            Held(name == "text", term_in(name, term), FIELDS[name] / self._rarity(frequency))
            for name, frequency in found
            if frequency
        )

    def _rarity(self, frequency: int) -> float:
        """What tantivy makes of a frequency: it counts deleted passages as long as they are on the disk."""
        return inverse_document_frequency(frequency, self._written)

    @cached_property
    def _written(self) -> int:
        """How many passages are on the disk, some of which may be deleted."""
        written: int = self.searcher.doc_freq(*EVERY)
        return written

    def among(self, ids: Ids) -> tuple[Ids, Ids]:
        """Those of some passages, rising, that may be here, and those that may be elsewhere.

        All may be either, unless the shard is small.
        """
        if len(self) > _SMALL:
            return ids, ids
        first, last = self._range
        if ids.searchsorted(first) == ids.searchsorted(last, "right"):
            return ids[:0], ids
        here = np.isin(ids, self._numbers)
        return ids[here], ids[~here]

    @cached_property
    def _numbers(self) -> Ids:
        hits = self.searcher.search(Query.all_query(), limit=max(len(self), 1), count=False).hits
        return np.array(self.searcher.fast_field_values("id", [address for _, address in hits]), np.int64)

    @cached_property
    def _range(self) -> tuple[int, int]:
        """The lowest and the highest number of a passage."""
        return (int(self._numbers.min()), int(self._numbers.max())) if len(self) else (0, -1)

    @cached_property
    def _last(self) -> int:
        """The highest number of a passage."""
        hits = self.searcher.search(Query.all_query(), limit=1, count=False, order_by_field="id").hits
        return hits[0][0] if hits else -1

    @cached_property
    def languages(self) -> dict[str, int]:
        """How many live passages are in each language."""
        upper = {name: self.searcher.doc_freq("language", name) for name in LANGUAGES}
        commonest = max(upper, key=lambda name: upper[name])
        counts = {name: self._living("language", name) for name in upper if upper[name] and name != commonest}
        counts[commonest] = len(self) - sum(counts.values())  # every passage is in one language
        return {name: count for name, count in sorted(counts.items()) if count}


def term_in(name: str, term: str) -> Query:
    """Passages with a term in a field, scored by how often it stands there."""
    return Query.term_query(SCHEMA, name, term, "freq")


def one_of(name: str, values: Collection[int] | Collection[str]) -> Query:
    """Passages with any of some values in a field."""
    if len(values) == 1:
        return Query.term_query(SCHEMA, name, next(iter(values)), "basic")
    return Query.term_set_query(SCHEMA, name, sorted(values))


def _remembered(known: dict[_Key, _Value], key: _Key, tell: Callable[[_Key], _Value]) -> _Value:
    """What is known of a key, or told now and kept; threads may come at once, and tell the same."""
    value = known.get(key)
    if value is None:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        value = known[key] = tell(key)
    return value


def _count(searcher: Searcher, query: Query) -> int:
    found: int = searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # missing in the stub
    return found


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
