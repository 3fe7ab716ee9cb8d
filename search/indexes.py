"""Keeps the derived indexes in step with the catalog.

All live in a folder of the library that can be deleted at any time. Each carries the generation of
the catalog that it shows; before every search, what has changed since is brought in. Where much has changed,
that happens beside the searches, which go on with the indexes as they were: what they find is confirmed by
the catalog under the viewer, so nothing comes back that is gone or not theirs to read.

What changes stays small: the dense index and the columns are changed in memory, where nobody may search for
that moment, and are written to disk when many changes have come together. Until then, whoever opens them
brings in the same changes again.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from catalog.errors import CopseError, LibraryError
from catalog.store import Catalog
from catalog.vectors import StoredModel
from search.catching_up import (
    caught_up_columns,
    caught_up_dense,
    refreshed_items,
    refreshed_passages,
    save_where_due,
    serving_model,
)
from search.columns import Columns
from search.dense import DenseIndex, VectorIndex
from search.lexical import LexicalIndex
from search.sharing import Sharing

_LOG = logging.getLogger(__name__)

_FEW = 200  # changes that are brought in while an asker waits


class Indexes:
    """The derived indexes of a library.

    Attributes:
        dense: Passages by meaning; empty until something is embedded.
        lexical: Passages by words.
        items: Whole items by words; an item goes by the number of its first passage.
        columns: What else is known of passages and items.
        model: The model that the dense index is made with; None until something is embedded.
        generation: The catalog's generation that all show.
        sharing: Read under it what belongs together; whoever changes the indexes in memory holds it alone.
    """

    lexical: LexicalIndex
    items: LexicalIndex
    dense: DenseIndex
    columns: Columns
    model: StoredModel | None

    def __init__(self, catalog: Catalog) -> None:
        self.sharing = Sharing()
        self.generation = -1
        self.dense = VectorIndex(1)
        self.columns = Columns()
        self.model = None
        self._catalog = catalog
        self._folder = catalog.folder / "indexes"
        self._changing = threading.Lock()
        self._starting = threading.Lock()
        self._beside: threading.Thread | None = None
        self._rests_until = 0.0
        self.catch_up()

    def refresh(self) -> None:
        """Bring the indexes to the catalog's present generation; where much has changed, begin to.

        Raises:
            LibraryError: If the indexes cannot be written.
        """
        if self._catalog.generation() == self.generation:
            return
        if self._is_much():
            self._catch_up_beside()
        else:
            self._catch_up(thorough=False)

    def catch_up(self) -> None:
        """Bring the indexes to the catalog's present generation, building what is missing.

        Raises:
            LibraryError: If the indexes cannot be written.
        """
        self._catch_up(thorough=True)
        self._save()

    def _catch_up(self, *, thorough: bool) -> None:
        """Do so in memory.

        Args:
            thorough: Whether large parts from which much was deleted are written anew, too.
        """
        with self._changing:
            if self._catalog.generation() == self.generation:
                return
            with self._exclusive(), self._catalog.feed() as feed:
                alone = self.sharing.changing
                model = serving_model(feed)
                columns = caught_up_columns(self._folder / "columns", feed, self.columns, alone)
                lexical = refreshed_passages(self._folder / "lexical", feed, thorough)
                items = refreshed_items(self._folder / "items", feed, thorough)
                dense = caught_up_dense(self._folder / "dense", feed, model, self.dense, alone)
                with alone():
                    self.columns, self.lexical, self.items, self.dense = columns, lexical, items, dense
                    self.model, self.generation = model, feed.generation()

    def _save(self) -> None:
        """Write to disk what has changed so much in memory that to bring it in again would take long."""
        with self._changing, self._exclusive(), self._catalog.feed() as feed:
            save_where_due(self._folder / "dense", feed, self.dense)
            save_where_due(self._folder / "columns", feed, self.columns)

    def _is_much(self) -> bool:
        """Whether an asker would have to wait long; another model is waited for, as questions need it."""
        with self._catalog.feed() as feed:
            return serving_model(feed) == self.model and feed.has_changed_more(self.generation, _FEW)

    def _catch_up_beside(self) -> None:
        """Catch up while searches go on; half of the time at most, however fast the catalog changes."""
        with self._starting:
            busy = self._beside is not None and self._beside.is_alive()
            if busy or time.monotonic() < self._rests_until:
                return
            self._beside = threading.Thread(target=self._catch_up_quietly, name="copse-indexes", daemon=True)
            self._beside.start()

    def _catch_up_quietly(self) -> None:
        began = time.monotonic()
        try:
            self.catch_up()
        except CopseError as error:
            _LOG.warning("what is new is not found yet: %s", error)
        finally:
            now = time.monotonic()
            self._rests_until = now + (now - began)

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
