"""Vectors of passages, each in a slot: those of a file, and behind them those that came since."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from search.dense.contract import Floats, Ids
from search.dense.rows import Rows, row_bytes, to_floats
from search.dense.stored import StoredRows

_LEAST_ROOM = 256  # vectors
_BLOCK = 16_384  # vectors read at a time

Numbers = npt.NDArray[np.int32]


class Slots:
    """The vectors of passages in 8 bits, and where each is.

    A slot is filled once and never again, so files only grow. What happened is a list of events: a number
    says that the next slot holds this passage from now on, and the complement of a number that the passage
    is gone. The number of a passage leads to its slot by an array that takes 4 bytes for each number.

    Args:
        events: What happened; shape [n].
        kept: The vectors of the first slots, in a file.

    Attributes:
        dimension: Components of a vector.
        live: Passages that are here.
        used: Slots that are filled.
        events: How much has happened.
    """

    def __init__(self, events: Ids, kept: StoredRows) -> None:
        self.dimension = kept.dimension
        self._slot_of = _replayed(events)
        # Both in one place, as `is_kept` exchanges them while others read.
        self._parts = kept, self._room(0)
        self.used = len(kept)
        self.live = int(np.count_nonzero(self._slot_of >= 0))
        self.events = len(events)
        self._fresh_events: list[Ids] = []

    def slots(self, ids: Ids) -> Numbers:
        """Where passages [n] are; -1 for those that are not here."""
        known = (ids >= 0) & (ids < len(self._slot_of))
        if known.all():
            return self._slot_of[ids]
        slots = np.full(len(ids), -1, np.int32)
        slots[known] = self._slot_of[ids[known]]
        return slots

    def ids(self) -> Ids:
        """Numbers of all passages, rising."""
        return np.flatnonzero(self._slot_of >= 0)

    def rows(self, slots: Numbers) -> Rows:
        """The vectors in these slots, as they are kept; shape [n, row_bytes(dimension)]."""
        kept, fresh = self._parts
        late = slots >= len(kept)
        if not late.any():
            return kept.rows(slots)
        rows = self._room(len(slots))
        rows[late] = fresh[slots[late] - len(kept)]
        rows[~late] = kept.rows(slots[~late])
        return rows

    def _room(self, count: int) -> Rows:
        return np.empty((count, row_bytes(self.dimension)), np.uint8)

    def floats(self, slots: Numbers) -> Floats:
        """The vectors in these slots; shape [n, dimension]."""
        return to_floats(self.rows(slots))

    def blocks(self, ids: Ids) -> Iterator[tuple[Ids, Rows]]:
        """Vectors of passages that are here, in bounded pieces."""
        for start in range(0, len(ids), _BLOCK):
            some = ids[start : start + _BLOCK]
            yield some, self.rows(self._slot_of[some])

    def changed(self, removed: Ids, added: Ids, rows: Rows) -> tuple[Ids, npt.NDArray[np.bool_]]:
        """What an update really changes.

        Returns:
            The passages that go without coming again, and which of the added ones are new or have
            another vector.
        """
        gone = np.setdiff1d(removed, added)
        gone = gone[self.slots(gone) >= 0]
        slots = self.slots(added)
        here = slots >= 0
        differs = ~here
        differs[here] = (self.rows(slots[here]) != rows[here]).any(axis=1)
        return gone, differs

    def put(self, gone: Ids, added: Ids, rows: Rows) -> None:
        """Take passages out and put passages in; what `changed` has told."""
        before = np.count_nonzero(self.slots(added) >= 0)
        self._reach(int(added.max(initial=-1)))
        self._slot_of[gone] = -1
        self._slot_of[added] = np.arange(self.used, self.used + len(added))
        self._append(rows)
        self.live += len(added) - int(before) - len(gone)
        self._fresh_events.append(np.concatenate([~gone, added]))
        self.events += len(gone) + len(added)

    def _reach(self, highest: int) -> None:
        if highest >= len(self._slot_of):
            longer = np.full(max(highest + 1, len(self._slot_of) * 5 // 4), -1, np.int32)
            longer[: len(self._slot_of)] = self._slot_of
            self._slot_of = longer

    def _append(self, rows: Rows) -> None:
        kept, fresh = self._parts
        start = self.used - len(kept)
        end = start + len(rows)
        if end > len(fresh):
            room = self._room(max(end, 2 * start, _LEAST_ROOM))
            room[:start] = fresh[:start]
            self._parts = kept, (fresh := room)
        fresh[start:end] = rows
        self.used = len(kept) + end

    def unsaved(self) -> tuple[Ids, Rows]:
        """Events and vectors that are in no file yet."""
        kept, fresh = self._parts
        nothing = np.empty(0, np.int64)
        return np.concatenate([nothing, *self._fresh_events]), fresh[: self.used - len(kept)]

    def is_kept(self, kept: StoredRows) -> None:
        """All of it is in files now, from which it is read, in the same slots."""
        self._parts = kept, self._room(0)
        self._fresh_events = []


def _replayed(events: Ids) -> Numbers:
    """The slot of each number after some events; -1 for those of passages that are not here."""
    adds = events >= 0
    numbers = np.where(adds, events, ~events)
    last = np.full(int(numbers.max(initial=-1)) + 1, -1, np.int64)
    np.maximum.at(last, numbers, np.arange(len(events)))
    slots = np.where(adds, np.cumsum(adds) - 1, -1).astype(np.int32)
    return np.where(last >= 0, slots[last], np.int32(-1)) if len(events) else np.empty(0, np.int32)
