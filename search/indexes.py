"""Keeps the three derived indexes in step with the catalog.

All live in a folder of the library that can be deleted at any time. Each carries the generation of
the catalog that it shows; before every search, what has changed since is brought in. Where much has changed,
that happens beside the searches, which go on with the indexes as they were: what they find is read from the
catalog under the viewer, so nothing comes back that is gone or not theirs to read.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from catalog.errors import CopseError, LibraryError
from catalog.feed import Feed, FeedPassage
from catalog.store import Catalog
from catalog.vectors import StoredModel
from search.dense import DenseIndex, Ids, VectorIndex
from search.derived import StaleIndexError
from search.lexical import PUBLIC, Entry, LexicalIndex, TantivyIndex

_Index = TypeVar("_Index")
_LOG = logging.getLogger(__name__)

_CHUNK = 20_000  # vectors read from the catalog at a time
_RENEWED_AT_ONCE = 2_000  # passages: from so few, what is worn is written anew while an asker waits
_FEW = 200  # changes that are brought in while an asker waits


class Indexes:
    """The dense and the lexical indexes of a library.

    Attributes:
        dense: Passages by meaning; empty until something is embedded.
        lexical: Passages by words.
        items: Whole items by words; an item goes by the number of its first passage.
        model: The model that the dense index is made with; None until something is embedded.
        generation: The catalog's generation that all show.
        lock: Held while the indexes are exchanged; hold it to search them.
    """

    lexical: LexicalIndex
    items: LexicalIndex
    dense: DenseIndex
    model: StoredModel | None

    def __init__(self, catalog: Catalog) -> None:
        self.lock = threading.RLock()
        self.generation = -1
        self._catalog = catalog
        self._folder = catalog.folder / "indexes"
        self._changing = threading.Lock()
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
            self.catch_up(thorough=False)

    def catch_up(self, *, thorough: bool = True) -> None:
        """Bring the indexes to the catalog's present generation, building what is missing.

        Args:
            thorough: Whether large parts from which much was deleted are written anew, too.

        Raises:
            LibraryError: If the indexes cannot be written.
        """
        with self._changing:
            if self._catalog.generation() == self.generation:
                return
            with self._exclusive(), self._catalog.feed() as feed:
                model = _serving(feed)
                lexical = _refreshed_passages(self._folder / "lexical", feed, thorough)
                items = _refreshed_items(self._folder / "items", feed, thorough)
                dense = _refreshed_dense(self._folder / "dense", feed, model) if model else VectorIndex(1)
                with self.lock:
                    self.lexical, self.items, self.dense, self.model = lexical, items, dense, model
                    self.generation = feed.generation()

    def _is_much(self) -> bool:
        """Whether an asker would have to wait long; another model is waited for, as questions need it."""
        with self._catalog.feed() as feed:
            return _serving(feed) == self.model and feed.has_changed_more(self.generation, _FEW)

    def _catch_up_beside(self) -> None:
        """Catch up while searches go on; half of the time at most, however fast the catalog changes."""
        with self.lock:
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


def _serving(feed: Feed) -> StoredModel | None:
    return next((model for model in feed.models() if model.serving), None)


_Changes = tuple[Iterable[int], Iterator[Entry]]


def _passages(feed: Feed, since: int) -> _Changes:
    """What was removed after a generation, and what was put in."""
    return feed.removed(since), map(_entry, feed.changed(since))


def _whole_items(feed: Feed, since: int) -> _Changes:
    """The same for whole items; one that begins with another passage than before changes its number."""
    removed = {*feed.removed(since), *feed.passages_of_changed_items(since)}
    return removed, map(_whole, feed.changed_items(since))


def _refreshed_passages(folder: Path, feed: Feed, thorough: bool) -> TantivyIndex:
    return _refreshed_lexical(folder, feed, _passages, thorough, labelled=True)


def _refreshed_items(folder: Path, feed: Feed, thorough: bool) -> TantivyIndex:
    return _refreshed_lexical(folder, feed, _whole_items, thorough, labelled=False)


def _refreshed_lexical(
    folder: Path, feed: Feed, changes: Callable[[Feed, int], _Changes], thorough: bool, *, labelled: bool
) -> TantivyIndex:
    """The newest lexical index on disk, brought up to date; a new one if there is none that can be used."""
    index = _opened(partial(TantivyIndex.open, labelled=labelled), folder)
    # An index newer than the catalog: the catalog was put back to an older backup.
    if index is None or index.generation > feed.generation():
        index = TantivyIndex.create(folder, labelled=labelled)
    if index.generation != feed.generation():
        index.update(*changes(feed, index.generation))
        if (worn := index.worn()) and (thorough or len(index) <= _RENEWED_AT_ONCE):
            index.renew(worn, changes(feed, 0)[1])
        index.generation = feed.generation()
        index.save()
    return index


def _entry(passage: FeedPassage) -> Entry:
    return Entry(
        id=passage.id,
        shard=passage.community if passage.private else PUBLIC,
        community=passage.community,
        kind=passage.kind,
        tags=passage.tags,
        created=passage.created,
        title=passage.title,
        heading=" > ".join(passage.heading),
        text=passage.text,
    )


def _whole(item: FeedPassage) -> Entry:
    """An item as one text, its title the first line of it."""
    entry = _entry(item)
    return replace(entry, text=f"{entry.title}\n{entry.text}", labelled=False)


def _refreshed_dense(folder: Path, feed: Feed, model: StoredModel) -> VectorIndex:
    """The newest dense index on disk, brought up to date; a new one if there is none that can be used."""
    index = _opened(VectorIndex.load, folder)
    if index is None or index.generation > feed.generation() or index.model != model.name:
        index = VectorIndex(model.dimension, model.name)
    if index.generation != feed.generation():
        nothing = np.empty(0, np.int64), np.empty((0, model.dimension), np.float32)
        index.update(feed.removed(index.generation), *nothing)
        for ids in _chunks(feed.vector_ids(model, index.generation)):
            index.update((), ids, feed.vectors(model, ids))
        index.generation = feed.generation()
        index.save(folder)
    return index


def _opened(open_index: Callable[[Path], _Index], folder: Path) -> _Index | None:
    try:
        return open_index(folder)
    except StaleIndexError:
        return None


def _chunks(ids: Ids) -> Iterator[Ids]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
