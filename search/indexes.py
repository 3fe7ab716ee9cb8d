"""Keeps the two derived indexes in step with the catalog.

Both live in a folder of the library that can be deleted at any time. Each carries the generation of
the catalog that it shows; before every search, what has changed since is brought in.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from catalog.errors import LibraryError
from catalog.feed import Feed, FeedPassage
from catalog.store import Catalog
from catalog.vectors import StoredModel
from search.dense import DenseIndex, FlatIndex
from search.derived import StaleIndexError
from search.lexical import PUBLIC, Entry, LexicalIndex, TantivyIndex

_CHUNK = 20_000  # vectors read from the catalog at a time


class Indexes:
    """The dense and the lexical index of a library.

    Attributes:
        dense: Passages by meaning; empty until something is embedded.
        lexical: Passages by words.
        model: The model that the dense index is made with; None until something is embedded.
        generation: The catalog's generation that both show.
        lock: Held while the indexes change; hold it to search them.
    """

    dense: DenseIndex
    lexical: LexicalIndex

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._folder = catalog.folder / "indexes"
        self.model: StoredModel | None = None
        self.generation = -1
        self.lock = threading.RLock()

    def refresh(self) -> None:
        """Bring both indexes to the catalog's present generation, building what is missing."""
        if self._catalog.generation() == self.generation:
            return
        with self.lock, self._exclusive(), self._catalog.feed() as feed:
            generation = feed.generation()
            self._refresh_lexical(feed, generation)
            self._refresh_dense(feed, generation)
            self.generation = generation

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Let one process at a time change the index files."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / "lock").open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise LibraryError(f"{self._folder}: cannot write the indexes: {error.strerror}") from error
