"""Lexical index: passages by the words that they share with a question (BM25, on tantivy).

BM25's statistics (how many passages have a word) betray what they are counted over. So every private
community has an index of its own, a *shard*, next to the one of all public communities, and a search
counts over the shards that the viewer may read, and over nothing else.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from catalog.errors import LibraryError
from search.analysis import ENGLISH, UNKNOWN, joined_terms, language_of
from search.derived import PARAMETERS, StaleIndexError, read_parameters, write_parameters
from search.documents import Entry, highest
from search.shard_queries import Where
from search.shard_questions import ShardsQuestion, held_languages
from search.shards import Shard

__all__ = ["PUBLIC", "Entry", "LexicalIndex", "LexicalQuestion", "TantivyIndex", "Where"]

PUBLIC = "(public)"
"""The shard of all public communities; the brackets keep it apart from every community's slug."""

_FORMAT = 4
_CHUNK = 50_000  # entries written at a time: some fifty megabytes; with fewer, an index has more parts
_WORN_SHARE = 0.1  # of a shard's passages that were deleted since it was written anew
_SHARD_FOLDER = re.compile(r"shard-(\d{1,9})")
_EVERYTHING = Where()


class LexicalQuestion(Protocol):
    """A question to an index as the index was when it was asked; threads may share it."""

    def search(
        self, k: int, where: Where = _EVERYTHING
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Find the passages that share most with the question.

        A score is BM25 divided by what no passage can exceed: the sum over the question's words of
        weight · (k1 + 1) · the fields' weights, where the weight of a word is its idf, and up to twice
        that where the question repeats it. Of a long question only the 40 weightiest words count.
        Words that no passage has count in that sum, so a rare word that is nowhere lowers all scores.
        A word that has several stems, in several languages, or stands in several of the title, the
        headings and the tags, counts there once. Scores are rounded to five decimals.

        Args:
            k: How many passages at most.
            where: Conditions that every passage found meets.

        Returns:
            Numbers of passages, int64 [m], and scores from 0 to 1, float32 [m], best first and among
            equals by number; only passages that share a term with the question.
        """
        ...

    def scores(
        self, ids: npt.NDArray[np.int64], homes: Mapping[str, npt.NDArray[np.intp]] | None = None
    ) -> npt.NDArray[np.float32]:
        """The scores of given passages: those of `search`, and 0 for all others.

        Args:
            ids: Numbers of passages [n].
            homes: Which rows of `ids` each shard is asked for; every shard for all of them if nobody knows.

        Returns:
            Scores, float32 [n].
        """
        ...

    def term_weights(self) -> dict[str, float]:
        """Inverse document frequency of each of the question's words.

        A word goes by its term; of several stems, by the one that most passages have.
        """
        ...


class LexicalIndex(Protocol):
    """Finds passages by their words, counting only over the shards that are named.

    Questions may be asked side by side, and beside an update; updates come one after the other.

    Attributes:
        generation: The catalog's generation that the index shows; set by whoever updates it, kept by `save`.
    """

    generation: int

    def update(self, removed: Iterable[int], added: Iterable[Entry]) -> None:
        """Take passages out and put passages in; one that is there already is replaced.

        Raises:
            StaleIndexError: If another process has changed the saved index since it was opened.
            LibraryError: If the index cannot be written.
        """
        ...

    def worn(self) -> Set[str]:
        """The shards of which so much was deleted that they should be written anew."""
        ...

    def renew(self, shards: Collection[str], entries: Iterable[Entry]) -> None:
        """Write some shards anew, as if what was deleted had never been there.

        Args:
            shards: Their names.
            entries: All that they hold; those of other shards are left out.

        Raises:
            LibraryError: If the index cannot be written.
        """
        ...

    def question(self, text: str, shards: Collection[str]) -> LexicalQuestion:
        """Read a question, to ask it of the present state, whatever happens to the index afterwards.

        Args:
            text: What is asked, in plain words; there is no query language.
            shards: The shards that the viewer may read; unknown ones are empty.
        """
        ...

    def analyse(self, text: str, within: str = "") -> list[str]:
        """The terms of a text in any order, as `term_weights` names them, stop words included.

        Args:
            text: The text, or a sentence of one.
            within: The text that tells its language; it does so itself if none is given.
        """
        ...

    def languages(self) -> Set[str]:
        """The languages of the passages; see `search.analysis.LANGUAGES`."""
        ...

    def save(self) -> None:
        """Make the present state, with its generation, the one that is opened next time."""
        ...

    def __len__(self) -> int:
        """Number of passages."""
        ...


class TantivyIndex:
    """A folder of tantivy indexes, one a shard. Fulfils `LexicalIndex`.

    What is exact: the document frequencies and the number of passages, counted over the live passages
    of the shards that are searched, and so the inverse document frequencies (Robertson and Zaragoza,
    2009, in Lucene's form). The length of a passage is kept in one byte, exact up to 40 terms. The
    average length is that of each shard by itself. Deleted passages may count in it until the shard is
    written anew, which is due when a tenth is deleted.
    """

    def __init__(self, folder: Path, generation: int, shards: dict[str, Shard], *, labelled: bool) -> None:
        """Use `create` or `open`."""
        self.generation = generation
        self._folder = folder
        self._shards = shards
        self._highest = highest(labelled=labelled)
        self._saved = self._parameters()

    @classmethod
    def create(cls, folder: Path, *, labelled: bool = True) -> TantivyIndex:
        """Make an empty index, in place of the one that may be there.

        Args:
            folder: Where it is kept.
            labelled: Whether its entries are.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / PARAMETERS).unlink(missing_ok=True)
        except OSError as error:
            raise LibraryError(f"{folder}: cannot be written: {error.strerror}") from error
        index = cls(folder, 0, {}, labelled=labelled)
        index.save()
        return index

    @classmethod
    def open(cls, folder: Path, *, labelled: bool = True) -> TantivyIndex:
        """Open a saved index.

        Args:
            folder: Where it is kept.
            labelled: Whether its entries are.

        Raises:
            StaleIndexError: If it is missing, damaged or of another format; `create` it again.
        """
        saved = _read(folder)
        shards = {}
        for name, place in saved["shards"].items():
            shards[name] = Shard.open(folder / place["folder"], place["deleted"])
            if len(shards[name]) != place["count"]:
                raise StaleIndexError(folder, f"{place['folder']} is not as it was saved")
        return cls(folder, saved["generation"], shards, labelled=labelled)

    def save(self) -> None:
        """Make the present state the one that is opened next time, and drop the shards it replaces.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        parameters = self._parameters()
        try:
            write_parameters(self._folder, parameters)
        except OSError as error:
            raise LibraryError(f"{self._folder}: cannot be written: {error.strerror}") from error
        self._saved = parameters
        used = {shard.folder for shard in self._shards.values()}
        for folder in self._shard_folders():
            if folder not in used:
                shutil.rmtree(folder, ignore_errors=True)

    def update(self, removed: Iterable[int], added: Iterable[Entry]) -> None:
        """Take passages out and put passages in; one that is there already is replaced.

        Raises:
            StaleIndexError: If another process has changed the saved index since it was opened.
            LibraryError: If the index cannot be written.
        """
        if _read(self._folder) != self._saved:
            raise StaleIndexError(self._folder, "another process has changed it since it was opened")
        gone = set(removed)
        shards = dict(self._shards)
        for chunk in _chunks(added):
            self._apply(shards, gone | chunk.keys(), chunk)
            gone.clear()
        self._shards = shards  # at once: who asks meanwhile sees either state, and none between them

    def worn(self) -> frozenset[str]:
        """The shards of which so much was deleted that they should be written anew."""
        return frozenset(
            name for name, shard in self._shards.items() if shard.deleted > _WORN_SHARE * len(shard)
        )

    def renew(self, shards: Collection[str], entries: Iterable[Entry]) -> None:
        """Write some shards anew, as if what was deleted had never been there.

        Raises:
            LibraryError: If the index cannot be written.
        """
        renewed: dict[str, Shard] = {}
        for chunk in _chunks(entry for entry in entries if entry.shard in shards):
            self._apply(renewed, (), chunk)
        self._shards = {name: self._shards[name] for name in self._shards.keys() - shards} | renewed

    def question(self, text: str, shards: Collection[str]) -> ShardsQuestion:
        """Read a question, to ask it of the present state, whatever happens to the index afterwards."""
        return ShardsQuestion(text, self._named(shards), self._highest)

    def analyse(self, text: str, within: str = "") -> list[str]:
        """The terms of a text in its language, as `term_weights` names them, stop words included."""
        alone = all(shard.languages.keys() <= {ENGLISH, UNKNOWN} for shard in self._shards.values())
        return joined_terms(text, ENGLISH if alone else language_of(within or text)).split()

    def languages(self) -> Set[str]:
        """The languages of the passages."""
        return held_languages(self._shards.values()).keys()

    def __len__(self) -> int:
        return sum(map(len, self._shards.values()))

    def _named(self, shards: Collection[str]) -> dict[str, Shard]:
        return {name: self._shards[name] for name in sorted(set(shards)) if name in self._shards}

    def _apply(self, shards: dict[str, Shard], replaced: Collection[int], entries: dict[int, Entry]) -> None:
        """Take out `replaced` and put in `entries`, shard by shard."""
        by_shard: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries.values():
            by_shard[entry.shard].append(entry)
        for name in sorted(shards.keys() | by_shard.keys()):
            shard = self._changed(shards.pop(name, None), replaced, by_shard[name])
            if shard is not None:
                shards[name] = shard

    def _changed(self, shard: Shard | None, replaced: Collection[int], entries: list[Entry]) -> Shard | None:
        """A shard after a change; None if it is empty then."""
        if shard is None:
            return Shard.create(self._new_folder(), entries) if entries else None
        gone = shard.count(replaced)
        if not gone and not entries:
            return shard
        if gone == len(shard) and not entries:
            return None
        return shard.changed(replaced, entries)

    def _parameters(self) -> dict[str, Any]:
        shards = {
            name: {"folder": shard.folder.name, "count": len(shard), "deleted": shard.deleted}
            for name, shard in sorted(self._shards.items())
        }
        return {"format": _FORMAT, "generation": self.generation, "shards": shards}

    def _shard_folders(self) -> Iterator[Path]:
        return (path for path in self._folder.iterdir() if _SHARD_FOLDER.fullmatch(path.name))

    def _new_folder(self) -> Path:
        numbers = (int(path.name.removeprefix("shard-")) for path in self._shard_folders())
        return self._folder / f"shard-{max(numbers, default=0) + 1}"


def _chunks(entries: Iterable[Entry]) -> Iterator[dict[int, Entry]]:
    """Entries by number, so many at a time; at least once, if only to say that there are none."""
    rest = iter(entries)
    chunk = list(islice(rest, _CHUNK))
    while True:
        yield {entry.id: entry for entry in chunk}
        if not (chunk := list(islice(rest, _CHUNK))):
            return


def _read(folder: Path) -> dict[str, Any]:
    """The saved parameters, in full."""
    saved = read_parameters(folder, {"generation": int, "shards": dict}, _FORMAT)
    for place in saved["shards"].values():
        if not isinstance(place, dict) or place.keys() != {"folder", "count", "deleted"}:
            raise StaleIndexError(folder, f"{PARAMETERS} describes a shard wrongly")
        if not _SHARD_FOLDER.fullmatch(str(place["folder"])):
            raise StaleIndexError(folder, f"{PARAMETERS} names a folder that is not a shard's")
    return saved
