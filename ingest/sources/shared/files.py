"""Opening files that somebody else put there, and telling whether they changed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from catalog.errors import UnreadableError


@contextmanager
def open_regular(path: Path, where: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading; anything else in the file system is refused.

    Raises:
        UnreadableError: If it is missing, forbidden or no file (a folder, pipe, socket or device), or if
            reading it fails.
    """
    try:
        # A named pipe without a writer would block an ordinary open for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise UnreadableError(where, "is a folder, pipe, socket or device, not a file; it was left out")
        with os.fdopen(handle, "rb") as file:
            yield file
    except OSError as error:
        raise UnreadableError(where, reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """Say why the operating system refused, and what to do about it."""
    if isinstance(error, PermissionError):
        return "may not be read; grant read permission to the user who runs Copse"
    if isinstance(error, FileNotFoundError):
        return "is not there any more; ingest again"
    return f"cannot be read ({error.strerror or error}); check the disk or the network share"


def file_hash(path: Path, where: str) -> str:
    """SHA-256 (hex) of a file's bytes.

    Raises:
        UnreadableError: If the file cannot be read.
    """
    digest = hashlib.sha256()
    with open_regular(path, where) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def fingerprint(*parts: str) -> str:
    """SHA-256 (hex) of several texts, in which different sequences never look alike."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
