"""The dense index: exact while it is small; then codes find candidates, and their vectors decide."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from catalog.errors import LibraryError
from search.allowed import Allowed
from search.dense import files
from search.dense.contract import Floats, Ids
from search.dense.exact import ExactScan, best, cosines
from search.dense.files import Saved
from search.dense.rows import to_floats, to_rows
from search.dense.slots import Slots
from search.dense.stored import StoredRows
from search.derived import StaleIndexError

if TYPE_CHECKING:  # what needs no codes does not wait until faiss is loaded
    from search.dense.coded import CodedScan

EXACT_UP_TO = 10_000
"""Passages all of whose vectors are compared for each question: with more, codes are faster."""

_SAMPLE = 8_192  # vectors by which codes are laid out
_AT_LEAST = 256  # candidates, however few passages are wanted; more among many
_CHEAP_SHARE = 1 / 64  # of the passages, whose vectors are compared faster than all codes
_UNCODED_SHARE = 1 / 32  # of the passages, whose codes are made again at the next start instead of saved
_DEAD_SHARE = 1 / 4  # of the slots, that are worth no new files
_FEW = 4_096  # slots that are no waste


class VectorIndex:
    """Vectors of passages in 8 bits (see `to_rows`), derived from those of the catalog. Fulfils `DenseIndex`.

    Up to `exact_up_to` passages, a search compares all vectors. Above, it scans codes in 2 bits a component
    (`CodedScan`), and compares the vectors of a few times as many candidates as are wanted; scores are the
    same. A filter that leaves few passages makes the search compare all again. Vectors are read from a file:
    a million passages of 384 dimensions take 0.1 GB of memory, and what the system keeps of the file.

    Args:
        dimension: Components of a vector.
        model: Name of the encoder that makes the vectors.
        generation: The catalog's generation that the index shows.
        exact_up_to: So many passages are searched exactly.
    """

    def __init__(
        self, dimension: int, model: str = "", generation: int = 0, exact_up_to: int = EXACT_UP_TO
    ) -> None:
        self.dimension = dimension
        self.model = model
        self.generation = generation
        self._exact_up_to = exact_up_to
        self._saved: Saved | None = None  # what is on disk, if it was read or written by this one
        self._slots = Slots(np.empty(0, np.int64), StoredRows(None, 0, dimension))
        self._scan: ExactScan | CodedScan = ExactScan(dimension)

    def update(self, removed: Iterable[int], added_ids: Ids, vectors: Floats) -> None:
        """Take passages out and put passages in; one that is there already is replaced."""
        rows = to_rows(vectors)
        gone, differs = self._slots.changed(np.fromiter(removed, np.int64), added_ids, rows)
        added, rows = added_ids[differs], rows[differs]
        self._scan.drop(np.concatenate([gone, added[self._slots.slots(added) >= 0]]))
        self._slots.put(gone, added, rows)
        if isinstance(self._scan, ExactScan) and len(self) > self._exact_up_to:
            self._scan_anew()
        else:
            self._scan.put(added, to_floats(rows))

    def _scan_anew(self) -> None:
        """Make what finds candidates from the vectors."""
        slots, ids = self._slots, self._slots.ids()
        scan: ExactScan | CodedScan = ExactScan(self.dimension)
        if len(ids) > self._exact_up_to:
            sample = np.random.default_rng(0).choice(ids, min(len(ids), _SAMPLE), replace=False)
            scan = _coded().laid_out(slots.floats(slots.slots(np.sort(sample))))
        for some, rows in slots.blocks(ids):
            scan.put(some, to_floats(rows))
        self._scan = scan

    def search(self, query: Floats, k: int, allowed: Allowed | None) -> tuple[Ids, Floats]:
        """Find the passages nearest to a question; see `DenseIndex.search`."""
        scan, slots = self._scan, self._slots
        if isinstance(scan, ExactScan):
            return scan.nearest(query, k, allowed)
        number = _candidates(k, slots.live)
        most = slots.live if allowed is None else allowed.count
        if most > max(number, slots.live * _CHEAP_SHARE):
            ids = scan.candidates(query, number, allowed)
            if len(ids) == number:
                return _nearest_of(slots, ids, query, k)
        return _nearest_of(slots, slots.ids() if allowed is None else allowed.ids(), query, k)

    def vectors(self, ids: Ids) -> Floats:
        """Vectors of these passages; zeros for those that are not here."""
        at = self._slots.slots(ids)
        if (at >= 0).all():
            return self._slots.floats(at)
        vectors = np.zeros((len(ids), self.dimension), np.float32)
        vectors[at >= 0] = self._slots.floats(at[at >= 0])
        return vectors

    def save(self, folder: Path) -> None:
        """Write what has changed to a folder; see `DenseIndex.save`.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._save(folder)
        except (OSError, RuntimeError) as error:
            raise LibraryError(
                f"{folder}: the dense index cannot be written ({error}); see whether the disk is full"
            ) from error

    def _save(self, folder: Path) -> None:
        saved, self._saved = self._saved, None  # if this fails, the next one writes all anew
        if saved is not None and saved == _on_disk(folder) and not _is_wasteful(self._slots):
            saved = files.extend(folder, saved, self._slots)
        else:  # also where another process has changed the files
            saved, self._slots = files.write_anew(folder, self._slots)
            if len(self) <= self._exact_up_to and not isinstance(self._scan, ExactScan):
                self._scan_anew()
        saved = replace(saved, generation=self.generation, model=self.model)
        saved = self._save_codes(folder, saved)
        files.finish(folder, saved)
        self._saved = saved

    def _save_codes(self, folder: Path, saved: Saved) -> Saved:
        """Write the codes, if they are not those on disk, but for few."""
        if isinstance(self._scan, ExactScan):
            return replace(saved, codes=None)
        uncoded = saved.events - saved.codes.events if saved.codes else saved.events
        if saved.codes and uncoded <= len(self) * _UNCODED_SHARE:
            return saved
        return files.write_codes(folder, saved, self._scan.write)

    @classmethod
    def load(cls, folder: Path, exact_up_to: int = EXACT_UP_TO) -> Self:
        """Read a saved index.

        Args:
            folder: Where it is.
            exact_up_to: So many passages are searched exactly, if there are no codes yet.

        Raises:
            StaleIndexError: If it is missing, damaged or of another format.
        """
        saved = files.read(folder)
        index = cls(saved.dimension, saved.model, saved.generation, exact_up_to)
        index._slots, events = files.open_slots(folder, saved)
        index._saved = saved
        if saved.codes is None:
            index._scan_anew()
        else:
            index._scan = _read_codes(folder, saved, index._slots, events[saved.codes.events :])
        return index

    def __len__(self) -> int:
        return self._slots.live


def _candidates(k: int, passages: int) -> int:
    """Candidates for the k nearest: the more passages there are, the nearer to each other they lie."""
    digits = math.log10(passages)
    return int(_AT_LEAST * max(1.0, digits - 4) + k * max(2.0, digits - 2))


def _nearest_of(slots: Slots, ids: Ids, query: Floats, k: int) -> tuple[Ids, Floats]:
    """The k nearest of these passages, those of them that are here."""
    here = ids[slots.slots(ids) >= 0]
    scores = [cosines(to_floats(rows), query) for _, rows in slots.blocks(here)]
    return best(here, np.concatenate(scores), k) if scores else best(here, np.empty(0, np.float32), k)


def _read_codes(folder: Path, saved: Saved, slots: Slots, later: Ids) -> CodedScan:
    """The saved codes, and those of what changed after they were written."""
    path = files.sound_codes(folder, saved)
    try:
        scan = _coded().read(path)
    except RuntimeError as error:
        raise StaleIndexError(folder, f"{path.name} cannot be read ({error})") from error
    changed = np.unique(np.where(later < 0, ~later, later))
    scan.drop(changed)
    for some, rows in slots.blocks(changed[slots.slots(changed) >= 0]):
        scan.put(some, to_floats(rows))
    return scan


def _on_disk(folder: Path) -> Saved | None:
    try:
        return files.read(folder)
    except StaleIndexError:
        return None


def _is_wasteful(slots: Slots) -> bool:
    """Whether so many slots are of no use any more that new files are worth it."""
    return slots.used - slots.live > max(_FEW, slots.live * _DEAD_SHARE)


def _coded() -> type[CodedScan]:
    from search.dense.coded import CodedScan

    return CodedScan
