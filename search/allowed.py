"""The passages that a search may find: what the viewer may read and what passes the filters, a bit each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """A set of passages; a million of them take 125 KB. Made once, then shared by searches side by side.

    Attributes:
        bits: A bit for each number from 0 on, the lowest of a byte first; shape [bytes], read-only.
        count: How many passages it holds.
    """

    bits: npt.NDArray[np.uint8]
    count: int

    @classmethod
    def of(cls, ids: npt.NDArray[np.integer]) -> Allowed:
        """The set of these passages.

        Args:
            ids: Their numbers, from 0 on, in any order; shape [n].
        """
        is_in = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.bool_)
        is_in[ids] = True
        return cls.where(is_in)

    @classmethod
    def where(cls, is_in: npt.NDArray[np.bool_]) -> Allowed:
        """The set of the passages for which this is true; shape [numbers]."""
        bits = np.packbits(is_in, bitorder="little")
        bits.flags.writeable = False
        return cls(bits, int(np.count_nonzero(is_in)))

    def has(self, ids: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Which of these passages [n] are in the set; shape [n]."""
        known = (ids >= 0) & (ids < len(self.bits) * 8)
        if known.all():
            return self._has(ids)
        is_in = np.zeros(len(ids), np.bool_)
        is_in[known] = self._has(ids[known])
        return is_in

    def _has(self, ids: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        shifted: npt.NDArray[np.uint8] = self.bits[ids >> 3] >> (ids & 7).astype(np.uint8)
        return (shifted & 1).astype(np.bool_)

    def ids(self) -> npt.NDArray[np.int64]:
        """Numbers of all passages in the set, rising; shape [count]."""
        return np.flatnonzero(np.unpackbits(self.bits, bitorder="little"))
