"""Brings each derived index up to date from the feed; a new one takes the place of what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from catalog.feed import Feed, FeedPassage
from catalog.vectors import StoredModel
from search.columns import Columns
from search.dense import DenseIndex, Ids, VectorIndex
from search.derived import StaleIndexError, saved_generation
from search.lexical import PUBLIC, Entry, TantivyIndex

_Index = TypeVar("_Index")
Alone = Callable[[], AbstractContextManager[None]]

_CHUNK = 20_000  # vectors read from the catalog at a time
_VECTORS_AT_ONCE = 2_000  # vectors put in while nobody may search: some 20 ms
_SAVED_EVERY = 5  # chunks
_ITEMS_AT_ONCE = 5_000
_RENEWED_AT_ONCE = 2_000  # passages: from so few, what is worn is written anew while an asker waits
_FEW, _MANY = 200, 5_000  # changes from which an index is written: by its size, so many


def serving_model(feed: Feed) -> StoredModel | None:
    """The model that questions are answered with; None until something is embedded."""
    return next((model for model in feed.models() if model.serving), None)


_Changes = tuple[Iterable[int], Iterator[Entry]]


def _passages(feed: Feed, since: int) -> _Changes:
    """What was removed after a generation, and what was put in."""
    return feed.removed(since), map(_entry, feed.changed(since))


def _whole_items(feed: Feed, since: int) -> _Changes:
    """The same for whole items; one that begins with another passage than before changes its number."""
    removed = {*feed.removed(since), *feed.passages_of_changed_items(since)}
    return removed, map(_whole, feed.changed_items(since))


def refreshed_passages(folder: Path, feed: Feed, thorough: bool) -> TantivyIndex:
    """The lexical index of passages as it is on disk, brought up to date there."""
    return _refreshed_lexical(folder, feed, _passages, thorough, labelled=True)


def refreshed_items(folder: Path, feed: Feed, thorough: bool) -> TantivyIndex:
    """The same of whole items."""
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


def caught_up_dense(
    folder: Path, feed: Feed, model: StoredModel | None, serving: DenseIndex, alone: Alone
) -> DenseIndex:
    """The dense index that serves, brought up to date in memory; else the one on disk, or a new one.

    Args:
        folder: Where it is kept.
        feed: What has changed.
        model: The model whose vectors it holds; without one, there are none.
        serving: The index that is searched.
        alone: Keeps others from searching while it is changed.
    """
    if model is None:
        return VectorIndex(1)
    index: DenseIndex | None = serving
    if not _is_of(index, feed, model) or _is_far_behind(serving, folder, feed):
        index = _opened(VectorIndex.load, folder)
    if index is None or not _is_of(index, feed, model):
        index = VectorIndex(model.dimension, model.name)
    if index.generation != feed.generation():
        _bring_in(index, folder, feed, model, alone if index is serving else nullcontext)
    return index


def _is_of(index: DenseIndex | None, feed: Feed, model: StoredModel) -> bool:
    """Whether an index only lacks what is new; one newer than the catalog: that was put back to a backup."""
    return index is not None and index.model == model.name and index.generation <= feed.generation()


def _is_far_behind(index: DenseIndex, folder: Path, feed: Feed) -> bool:
    """Whether another process has written much into the files that this one lacks."""
    saved = saved_generation(folder)
    return saved is not None and saved > index.generation and feed.has_changed_more(index.generation, _MANY)


def _bring_in(index: DenseIndex, folder: Path, feed: Feed, model: StoredModel, alone: Alone) -> None:
    """Bring in what is new; what is much is saved in between, so that memory stays bounded.

    The index keeps its generation until all is in: whoever is killed before that finds most of it there.
    """
    removed = feed.removed(index.generation)
    if removed:
        with alone():
            index.update(removed, np.empty(0, np.int64), np.empty((0, model.dimension), np.float32))
    for number, ids in enumerate(_chunks(feed.vector_ids(model, index.generation)), 1):
        vectors = feed.vectors(model, ids)
        for start in range(0, len(ids), _VECTORS_AT_ONCE):
            some = slice(start, start + _VECTORS_AT_ONCE)
            with alone():
                index.update((), ids[some], vectors[some])
        if number % _SAVED_EVERY == 0:
            index.save(folder)
    index.generation = feed.generation()


def caught_up_columns(folder: Path, feed: Feed, serving: Columns, alone: Alone) -> Columns:
    """The columns that serve, brought up to date in memory; else those on disk, or new ones."""
    columns: Columns | None = serving
    if not 0 <= serving.generation <= feed.generation():
        columns = _opened(Columns.load, folder)
    if columns is None or columns.generation > feed.generation():
        columns = Columns()
    if columns.generation != feed.generation():
        numbers, columns.sources = columns.changed(feed), feed.source_names()
        for start in range(0, len(numbers), _ITEMS_AT_ONCE):
            some = numbers[start : start + _ITEMS_AT_ONCE]
            found = feed.items(some)
            with alone():
                columns.put(some, found)
        columns.generation = feed.generation()
    return columns


def save_where_due(folder: Path, feed: Feed, index: DenseIndex | Columns) -> None:
    """Write an index that was changed in memory, if to bring the same in again would take long.

    Args:
        folder: Where it is kept.
        feed: Tells how much has changed since it was written.
        index: The index.

    Raises:
        LibraryError: If it cannot be written.
    """
    saved = saved_generation(folder)
    if saved == index.generation or not len(index):
        return
    many = min(_MANY, max(_FEW, len(index) // _FEW))
    if saved is None or saved > index.generation or feed.has_changed_more(saved, many):
        index.save(folder)


def _opened(open_index: Callable[[Path], _Index], folder: Path) -> _Index | None:
    try:
        return open_index(folder)
    except StaleIndexError:
        return None


def _chunks(ids: Ids) -> Iterator[Ids]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
