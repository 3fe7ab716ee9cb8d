"""What a search needs to know of passages and items, as columns of numbers: whose, which, when, how liked.

A third derived index, beside the dense and the lexical ones. A passage or an item is the row of its number
in the catalog, where nothing means that there is none, so whatever a search proposes is looked up in all
columns at once, and what a viewer and some filters let through is a few comparisons of whole columns.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.errors import LibraryError
from catalog.feed import Feed
from catalog.feed_items import FeedItem, FeedItems
from catalog.nouns import Filters, Kind
from catalog.reader import Place
from search.allowed import Allowed
from search.column_table import Table
from search.derived import StaleIndexError, read_parameters, write_parameters

Ids = npt.NDArray[np.int64]

_KINDS = tuple(Kind)  # a kind's code is its place here, from 1 on
_CODES = {kind.value: code for code, kind in enumerate(_KINDS, 1)}
_BESIDE = 64  # passages of an item that are told with one of them
_FORMAT = 1
_VERSIONS = itertools.count()
_FIELDS = {
    "generation": int,
    "table": str,
    "kinds": list,
    "sources": list,
    "letters_used": int,
    "tags_used": int,
}
_TABLE = re.compile(r"table-\d{1,9}")
_NO_DATE = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where some passages belong, a row each; numbers are those of the catalog.

    Attributes:
        passages: Numbers of the passages [n].
        items: Numbers of their items [n].
        threads: Marks of their threads [n]: the same for passages of one thread, and for no others.
        groups: Numbers that near-identical items share [n]; 0 where there are none.
        votes: Up-votes minus down-votes of the items [n].
        kinds: What the items are [n], as codes that `are_of` knows.
        columns: Where they were looked up.
    """

    passages: Ids
    items: Ids
    threads: Ids
    groups: Ids
    votes: Ids
    kinds: npt.NDArray[np.uint8]
    columns: Columns

    def take(self, rows: npt.NDArray[np.intp]) -> Places:
        """Some of the rows, in the order in which they are named."""
        return Places(
            self.passages[rows],
            self.items[rows],
            self.threads[rows],
            self.groups[rows],
            self.votes[rows],
            self.kinds[rows],
            self.columns,
        )

    def are_of(self, kinds: Collection[Kind]) -> npt.NDArray[np.bool_]:
        """Which of the items are of some kinds [n]."""
        return _among(self.kinds, _codes(kinds))

    def __getitem__(self, row: int) -> Place:
        """One of the rows in full, with ids of item and thread."""
        passage, item = int(self.passages[row]), int(self.items[row])
        item_id, thread_id, kind = self.columns.names(item)
        return Place(
            passage,
            item_id,
            thread_id,
            kind,
            int(self.groups[row]) or None,
            self.columns.ordinal(passage),
            int(self.votes[row]),
            item,
        )


class Columns:
    """The columns. Look things up side by side, but not beside an update.

    Args:
        table: The columns themselves.
        sources: Names of the sources, by number.
        generation: The catalog's generation that the columns show.

    Attributes:
        generation: The same, kept up by `update`.
        version: A number that every change makes another one; no two columns ever have the same.
    """

    def __init__(
        self, table: Table | None = None, sources: Mapping[int, str] | None = None, generation: int = -1
    ) -> None:
        self.table = table or Table()
        self.sources = dict(sources or {})
        self.generation = generation
        self.version = next(_VERSIONS)

    def __len__(self) -> int:
        """Number of passages."""
        return int(np.count_nonzero(self.table.item))

    # --- keeping up ---

    def changed(self, feed: Feed) -> list[int]:
        """Numbers of the items about which something changed in the catalog, rising."""
        numbers = feed.item_numbers(self.generation)
        if self.generation < 0:
            return numbers
        removed = np.array(feed.removed(self.generation), np.int64)
        left = self.table.item[removed[removed < len(self.table.item)]]
        return [int(number) for number in np.union1d(numbers, left[left > 0])]

    def put(self, numbers: Sequence[int], found: FeedItems) -> None:
        """Let items be as they are in the catalog now.

        Args:
            numbers: The items, at most some thousands.
            found: Those of them that are there.
        """
        self.version = next(_VERSIONS)
        self.table.clear(np.array(numbers, np.int64))
        if found.items:
            self._put_items(found.items)
            self._put_tags(found.tags)
        if found.passages:
            self._put_passages(np.array(found.passages, np.int64))

    def _put_items(self, items: Sequence[FeedItem]) -> None:
        ids, source, community, keys, threads, kinds, created, votes, groups = zip(*items, strict=True)
        rows = np.array(ids, np.int64)
        table = self.table
        table.room_for_items(int(rows.max()))
        table.source[rows], table.community[rows] = source, community
        table.kind[rows] = [_CODES[kind] for kind in kinds]
        table.created[rows] = [_NO_DATE if at is None else at for at in created]
        table.votes[rows], table.group[rows] = votes, groups
        table.thread[rows] = [mark(f"{at}:{key}") for at, key in zip(source, threads, strict=True)]
        own = [key.encode() for key in keys]
        other = [b"" if key == thread else thread.encode() for key, thread in zip(keys, threads, strict=True)]
        table.key_at[rows] = table.append_letters([one + two for one, two in zip(own, other, strict=True)])
        table.key_size[rows], table.thread_size[rows] = list(map(len, own)), list(map(len, other))

    def _put_tags(self, tags: Sequence[tuple[int, str]]) -> None:
        by_item = sorted((item, mark(tag)) for item, tag in tags)
        if by_item:
            owners, marks = (np.array(column, np.int64) for column in zip(*by_item, strict=True))
            self.table.append_tags(owners, marks)

    def _put_passages(self, passages: Ids) -> None:
        """Chain the passages of each item, in their order."""
        items, numbers, ordinals = passages.T
        table = self.table
        table.room_for_passages(int(numbers.max()))
        table.item[numbers], table.ordinal[numbers] = items, ordinals
        last = np.append(items[1:] != items[:-1], True)
        table.following[numbers] = np.where(last, 0, np.append(numbers[1:], 0))
        begins = np.append(True, last[:-1])
        table.first[items[begins]] = numbers[begins]

    # --- files ---

    def save(self, folder: Path) -> None:
        """Write the columns to a folder, in place of those that are there, and map them from there.

        Raises:
            LibraryError: If the folder cannot be written.
        """
        before = _tables(folder)
        name = f"table-{max(map(_number, before), default=0) + 1}"
        used = {"letters_used": self.table.letters_used, "tags_used": self.table.tags_used}
        parameters = {"format": _FORMAT, "generation": self.generation, "table": name, "kinds": list(_CODES)}
        parameters |= {"sources": [[number, name] for number, name in self.sources.items()], **used}
        try:
            self.table.save(folder / name)
            write_parameters(folder, parameters)
            self.table = Table.open(folder / name, **used)
        except OSError as error:
            raise LibraryError(
                f"{folder}: the columns cannot be written ({error}); see whether the disk is full"
            ) from error
        for old in before:
            shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> Columns:
        """Map saved columns into memory.

        Raises:
            StaleIndexError: If they are missing, damaged or of another format.
        """
        saved = read_parameters(folder, _FIELDS, _FORMAT)
        if saved["kinds"] != list(_CODES):
            raise StaleIndexError(folder, "the kinds of items are others now")
        try:
            table = Table.open(folder / saved["table"], saved["letters_used"], saved["tags_used"])
            return cls(
                table, {int(number): str(name) for number, name in saved["sources"]}, saved["generation"]
            )
        except (OSError, ValueError, TypeError) as error:
            raise StaleIndexError(folder, f"the columns cannot be read ({error})") from error

    # --- looking up ---

    def items_of(self, passages: Ids) -> Ids:
        """Numbers of the items that passages [n] belong to; 0 where there is no such passage."""
        known = (passages >= 0) & (passages < len(self.table.item))
        if known.all():
            return self.table.item[passages].astype(np.int64)
        found = np.zeros(len(passages), np.int64)
        found[known] = self.table.item[passages[known]]
        return found

    def communities_of(self, passages: Ids) -> npt.NDArray[np.int32]:
        """Numbers of the communities that passages [n] belong to; 0 where there is no such passage."""
        return self.table.community[self.items_of(passages)]

    def firsts(self, items: Ids) -> Ids:
        """Numbers of the first passages of items [n]; 0 where an item has none."""
        return self.table.first[items].astype(np.int64)

    def beside(self, passages: Ids) -> Ids:
        """These passages that are there, and the first 64 of each of their items; rising.

        Args:
            passages: Numbers of passages [n].
        """
        items = self.items_of(passages)
        found = [passages[items > 0]]
        near = self.firsts(np.unique(items[items > 0]))
        for _ in range(_BESIDE):
            near = near[near > 0]
            if not len(near):
                break
            found.append(near)
            near = self.table.following[near].astype(np.int64)
        return np.unique(np.concatenate(found))

    def places(self, passages: Ids) -> Places:
        """Where passages belong, which are all there."""
        items = self.items_of(passages)
        table = self.table
        threads, groups, votes = table.thread[items], table.group[items], table.votes[items]
        kinds = table.kind[items]
        return Places(passages, items, threads, groups.astype(np.int64), votes.astype(np.int64), kinds, self)

    def ordinal(self, passage: int) -> int:
        """Which passage of its item one is, from 0."""
        return int(self.table.ordinal[passage])

    def names(self, item: int) -> tuple[str, str, Kind]:
        """The id of an item, that of its thread, and what it is."""
        table = self.table
        source = self.sources[int(table.source[item])]
        key, other = table.letters_of(item)
        return f"{source}:{key}", f"{source}:{other or key}", _KINDS[int(table.kind[item]) - 1]

    def allowed(self, communities: Collection[int], filters: Filters) -> Allowed:
        """The passages of some communities that pass the filters.

        Args:
            communities: The catalog's numbers of the communities that may be searched.
            filters: What else it is narrowed to; communities are not looked at.
        """
        table = self.table
        fits = _among(table.community, communities)
        if filters.kinds:
            fits &= _among(table.kind, _codes(filters.kinds))
        if filters.since:
            fits &= table.created >= int(filters.since.timestamp())
        if filters.until:
            fits &= (table.created < int(filters.until.timestamp())) & (table.created != _NO_DATE)
        if filters.tags:
            fits &= self._tagged(filters.tags)
        fits[0] = False
        return Allowed.where(fits[table.item])

    def _tagged(self, tags: Collection[str]) -> npt.NDArray[np.bool_]:
        """Which items have any of some tags; shape [items]."""
        table = self.table
        wanted = np.isin(table.tag, [mark(tag) for tag in tags])
        found = np.zeros(len(table.community), np.bool_)
        found[table.tagged[wanted]] = True
        return found


def _tables(folder: Path) -> list[Path]:
    return [path for path in folder.glob("table-*") if _TABLE.fullmatch(path.name)]


def _number(table: Path) -> int:
    return int(table.name.removeprefix("table-"))


def _codes(kinds: Collection[Kind]) -> list[int]:
    return [_CODES[kind.value] for kind in kinds]


def _among(codes: npt.NDArray[np.integer], wanted: Collection[int]) -> npt.NDArray[np.bool_]:
    """Which of some small numbers [n] are among those wanted, by a table; shape [n]."""
    known = np.zeros(max(int(codes.max(initial=0)), *wanted, 0) + 1, np.bool_)
    known[list(wanted)] = True
    return np.asarray(known[codes])


def mark(text: str) -> int:
    """A number that stands for a text: that two texts share one is not to be expected, ever."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)
