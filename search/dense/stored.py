"""Rows of bytes in a file, read when they are needed."""

from __future__ import annotations

import ctypes
import mmap
import os
import weakref
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.errors import LibraryError
from search.dense.rows import Rows, row_bytes

_MAPPED = 128 << 20  # bytes

# Not `os.pread`: after each row it lets other threads go first, and they may take milliseconds.
_pread = ctypes.PyDLL(None).pread
_pread.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64)
_pread.restype = ctypes.c_ssize_t


class StoredRows:
    """The vectors of a file, which may grow meanwhile. Any number of threads may read at once.

    The file's beginning is mapped into memory, from which rows come ten times as fast as by calls of the
    system. But what is mapped counts as memory of the process, pages for each row that was ever looked at; so
    what lies behind is read, and kept by the system alone, as long as it has room.

    Args:
        path: The file; None for no rows.
        count: How many of its rows count.
        dimension: Components of a vector.
        most_mapped: Bytes that are mapped.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is too short.
    """

    def __init__(self, path: Path | None, count: int, dimension: int, most_mapped: int = _MAPPED) -> None:
        self.dimension = dimension
        self._path, self._count, self._width = path, count, row_bytes(dimension)
        self._mapped: Rows = np.empty((0, self._width), np.uint8)
        if path is None or not count:
            return
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)  # when the last search that reads it is done
        if os.fstat(self._file).st_size < count * self._width:
            raise ValueError(f"{path.name} is too short")
        if mapped := min(count, most_mapped // self._width) * self._width:
            content = mmap.mmap(self._file, mapped, prot=mmap.PROT_READ)
            self._mapped = np.frombuffer(content, np.uint8).reshape(-1, self._width)

    def __len__(self) -> int:
        return self._count

    def rows(self, places: npt.NDArray[np.integer]) -> Rows:
        """The rows in some places; shape [n, row_bytes(dimension)].

        Raises:
            LibraryError: If they cannot be read.
        """
        far = places >= len(self._mapped)
        if not far.any():
            near: Rows = self._mapped[places]
            return near
        rows = np.empty((len(places), self._width), np.uint8)
        rows[~far] = self._mapped[places[~far]]
        wanted, order = np.unique(places[far].astype(np.int64), return_inverse=True)
        rows[far] = self._read(wanted)[order]
        return rows

    def _read(self, places: npt.NDArray[np.int64]) -> Rows:
        """The rows in places that rise; those side by side are read at once."""
        rows = np.empty((len(places), self._width), np.uint8)
        firsts = np.flatnonzero(np.diff(places, prepend=-2) > 1)
        lengths = np.diff(firsts, append=len(places))
        into = rows.ctypes.data + firsts * self._width
        asked = (into, lengths * self._width, places[firsts] * self._width)
        read = 0
        # A loop of Python's, so that others take turns where it is long: all of it may wait for the disk.
        for to, size, start in zip(*(numbers.tolist() for numbers in asked), strict=True):
            read += _pread(self._file, to, size, start)
        if read != rows.size:
            raise LibraryError(
                f"{self._path}: cannot be read; see whether the disk is failing, then try again"
            )
        return rows
