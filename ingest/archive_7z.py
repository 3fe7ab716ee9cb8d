"""Unpacks 7z archives into files whose names we choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import py7zr
from py7zr.io import Py7zIO, WriterFactory


class _File(Py7zIO):
    """Where the bytes of one member go."""

    def __init__(self, file: IO[bytes] | None, spend: Callable[[int], None]) -> None:
        self._file, self._spend, self._size = file, spend, 0

    def write(self, s: bytes | bytearray) -> int:
        """Keep some bytes."""
        self._spend(len(s))
        self._size += len(s)
        if self._file is not None:
            self._file.write(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002
        """Nothing is read back."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002
        """Nothing is read back."""
        return 0

    def flush(self) -> None:
        """Write what is held back."""
        if self._file is not None:
            self._file.flush()

    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def close(self) -> None:
        """The member is complete."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Files(WriterFactory):
    """Opens a file for each member.

    Args:
        into: The folder.
        stored: The name to write each member under; other members go nowhere.
        spend: Is told of bytes as they come; what it raises ends the unpacking.
    """

    def __init__(self, into: Path, stored: Mapping[str, str], spend: Callable[[int], None]) -> None:
        self._into, self._stored, self._spend = into, stored, spend

    def create(self, filename: str) -> Py7zIO:
        """Open the file of a member."""
        name = self._stored.get(filename)
        return _File((self._into / name).open("wb") if name else None, self._spend)


def extract(file: IO[bytes], names: Sequence[str], files: Files) -> None:
    """Unpack some members of an archive."""
    with py7zr.SevenZipFile(file) as archive:
        archive.extract(targets=names, factory=files)
