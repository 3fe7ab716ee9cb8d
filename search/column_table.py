"""The columns as arrays with room to grow, kept as plain NumPy files that are mapped into memory.

A row's number is that of the passage or the item in the catalog. Rows of what is gone hold zeros. Keys of
items, and their tags, are appended to arrays of their own; what an item no longer has is left there and
means nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]

_SHARE, _LEAST = 16, 1024  # room beyond what is used: a sixteenth, and a little
_PASSAGES = {"item": np.int32, "ordinal": np.int32, "following": np.int32}
_ITEMS = {
    "first": np.int32,
    "source": np.int32,
    "community": np.int32,
    "kind": np.uint8,
    "created": np.int64,
    "votes": np.int32,
    "group": np.int32,
    "thread": np.int64,
    "key_at": np.int64,
    "key_size": np.uint32,
    "thread_size": np.uint32,
    "tag_at": np.int32,
    "tag_count": np.int32,
}
_LETTERS = {"letters": np.uint8}
_TAGS = {"tag": np.int64, "tagged": np.int32}
NAMES = (*_PASSAGES, *_ITEMS, *_LETTERS, *_TAGS)
"""The columns, each of which is a file."""


class Table:
    """The columns.

    Attributes:
        item: Of each passage, its item.
        ordinal: Which passage of the item it is, from 0.
        following: The next passage of the item; 0 after the last one.
        first: Of each item, its first passage.
        source: Number of its source.
        community: Number of its community.
        kind: Code of its kind.
        created: When it was written, in seconds since 1970; the least number if nobody knows.
        votes: Up-votes minus down-votes.
        group: Number that near-identical items share; 0 if there are none.
        thread: Mark of its thread.
        key_at: Where its key begins among the letters.
        key_size: How many bytes it has.
        thread_size: How many bytes the key of its thread has, which follows it; 0 if it is the same.
        tag_at: Where its tags begin.
        tag_count: How many it has.
        letters: Keys in UTF-8, one after the other.
        tag: Marks of tags; 0 for what is gone.
        tagged: The item that has each.
    """

    item: npt.NDArray[np.int32]
    ordinal: npt.NDArray[np.int32]
    following: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    community: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    created: npt.NDArray[np.int64]
    votes: npt.NDArray[np.int32]
    group: npt.NDArray[np.int32]
    thread: npt.NDArray[np.int64]
    key_at: npt.NDArray[np.int64]
    key_size: npt.NDArray[np.uint32]
    thread_size: npt.NDArray[np.uint32]
    tag_at: npt.NDArray[np.int32]
    tag_count: npt.NDArray[np.int32]
    letters: npt.NDArray[np.uint8]
    tag: npt.NDArray[np.int64]
    tagged: npt.NDArray[np.int32]

    def __init__(self) -> None:
        for name, kind in {**_PASSAGES, **_ITEMS, **_LETTERS, **_TAGS}.items():
            setattr(self, name, np.zeros(_LEAST, kind))
        self.letters_used = 0
        self.tags_used = 0

    # --- growing ---

    def room_for_passages(self, highest: int) -> None:
        """Have rows for passages up to this number."""
        self._grow(_PASSAGES, highest + 1)

    def room_for_items(self, highest: int) -> None:
        """Have rows for items up to this number."""
        self._grow(_ITEMS, highest + 1)

    def append_letters(self, texts: Sequence[bytes]) -> Ids:
        """Put texts at the end of the letters, and tell where each begins; shape [texts]."""
        sizes = np.array(list(map(len, texts)), np.int64)
        starts = self.letters_used + np.cumsum(sizes) - sizes
        end = self.letters_used + int(sizes.sum())
        self._grow(_LETTERS, end)
        self.letters[self.letters_used : end] = np.frombuffer(b"".join(texts), np.uint8)
        self.letters_used = end
        return starts

    def append_tags(self, owners: Ids, marks: Ids) -> None:
        """Put the tags of items at the end of the tags.

        Args:
            owners: The items, rising, one for each tag [n].
            marks: The tags' marks [n].
        """
        end = self.tags_used + len(owners)
        self._grow(_TAGS, end)
        self.tag[self.tags_used : end], self.tagged[self.tags_used : end] = marks, owners
        items, starts, counts = np.unique(owners, return_index=True, return_counts=True)
        self.tag_at[items], self.tag_count[items] = self.tags_used + starts, counts
        self.tags_used = end

    def _grow(self, columns: dict[str, Any], needed: int) -> None:
        for name, kind in columns.items():
            column = getattr(self, name)
            if len(column) < needed:
                larger = np.zeros(needed + needed // 2 + _LEAST, kind)
                larger[: len(column)] = column
                setattr(self, name, larger)

    def clear(self, items: Ids) -> None:
        """Take items, their tags and their passages out; those that are not there are ignored."""
        items = items[items < len(self.first)]
        passages = self.first[items]
        while len(passages := passages[passages > 0]):
            following = self.following[passages]
            for name in _PASSAGES:
                getattr(self, name)[passages] = 0
            passages = following
        self.first[items] = self.community[items] = self.group[items] = 0
        counts = self.tag_count[items]
        for at, count in zip(self.tag_at[items[counts > 0]], counts[counts > 0], strict=True):
            self.tag[at : at + count] = 0
        self.tag_count[items] = 0

    def letters_of(self, item: int) -> tuple[str, str]:
        """The key of an item, and that of its thread; empty where it is the same."""
        middle = int(self.key_at[item]) + int(self.key_size[item])
        own = self.letters[int(self.key_at[item]) : middle].tobytes().decode()
        return own, self.letters[middle : middle + int(self.thread_size[item])].tobytes().decode()

    # --- files ---

    def save(self, folder: Path) -> None:
        """Write every column to a new folder, with a little room to grow.

        Raises:
            OSError: If it cannot be written.
        """
        folder.mkdir(parents=True)
        used = {"letters": self.letters_used, "tag": self.tags_used, "tagged": self.tags_used}
        used |= dict.fromkeys(_PASSAGES, _last(self.item)) | dict.fromkeys(_ITEMS, _last(self.source))
        for name in NAMES:
            column, size = getattr(self, name), used[name]
            room = np.zeros(size // _SHARE + _LEAST, column.dtype)
            with (folder / f"{name}.npy").open("wb") as file:
                np.save(file, np.concatenate([column[:size], room]))
                file.flush()
                os.fsync(file.fileno())

    @classmethod
    def open(cls, folder: Path, letters_used: int, tags_used: int) -> Table:
        """Map saved columns; what is changed in them stays in memory.

        Raises:
            OSError: If one is missing.
            ValueError: If one is damaged.
        """
        table = cls()
        for name in NAMES:
            # Not as a `memmap`, every slice of which costs its own time.
            column = np.asarray(np.load(folder / f"{name}.npy", mmap_mode="c"))
            if column.dtype != getattr(table, name).dtype or column.ndim != 1:
                raise ValueError(f"{name}.npy holds something else")
            setattr(table, name, column)
        table.letters_used, table.tags_used = letters_used, tags_used
        if len({len(getattr(table, name)) for name in _ITEMS}) > 1 or len(table.letters) < letters_used:
            raise ValueError("the columns do not fit together")
        return table


def _last(column: npt.NDArray[np.int32]) -> int:
    """One past the last row that holds anything."""
    held = np.flatnonzero(column)
    return int(held[-1]) + 1 if len(held) else 0
