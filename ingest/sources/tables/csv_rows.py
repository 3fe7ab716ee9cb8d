"""Rows of a CSV file, one at a time, however large or damaged the file is."""

from __future__ import annotations

import csv
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from catalog.errors import UnreadableError
from ingest.sources.tables.columns import recognised
from ingest.sources.tables.lines import LONGEST, lines, open_text
from ingest.sources.tables.records import RawRow

_CELL_LIMIT = 10_000_000  # characters
_ROW_LINES = 10_000
_RESTARTS = 100  # each one reads up to that many lines anew
_DELIMITERS = ",;\t|"
_TOLD = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a line that spreadsheets write and obey
_TOP = 20  # lines that show the delimiter
_LOCK = threading.Lock()


class _TooLongLineError(Exception):
    """A line that is not held in memory."""


class _EndlessRowError(Exception):
    """A row of so many lines that a quotation mark must be missing."""


def csv_rows(
    path: Path, where: str, told: Mapping[str, tuple[str, ...]]
) -> Iterator[RawRow | UnreadableError]:
    """Read the rows that are not empty; an unclosed quotation mark costs only its own line.

    Args:
        path: The file.
        where: How to name it to a person.
        told: What `copse.toml` says about the columns.

    Raises:
        UnreadableError: If the file cannot be opened, is no text, or is empty.
    """
    with open_text(path, where) as file:
        feed = _Feed(lines(file))
        delimiter = feed.delimiter(told)
        reader = csv.reader(feed, delimiter=delimiter)
        restarts = 0
        while True:
            feed.taken.clear()
            try:
                row = _next(reader) if restarts > _RESTARTS else _whole(_next(reader), feed)
            except csv.Error as error:
                reason = f"the row is malformed ({error}); correct it"
                yield UnreadableError(f"{where} line {feed.taken[0][0]}", reason)
            except _TooLongLineError as error:
                reason = f"the line is longer than {LONGEST:,} characters; it was left out"
                yield UnreadableError(f"{where} line {error}", reason)
            except _EndlessRowError:
                yield UnreadableError(f"{where} line {feed.taken[0][0]}", _UNCLOSED)
                restarts += 1
                feed.give_back(restarts <= _RESTARTS)
                reader = csv.reader(feed, delimiter=delimiter)
            else:
                if row is None:
                    return
                if any(cell.strip() for cell in row):
                    yield RawRow(feed.taken[0][0], row)


_UNCLOSED = "a quotation mark opens here and is never closed; the row was left out. Double it or close it"


class _Feed:
    """Gives lines to the CSV reader, and remembers those of the row that is being read.

    Attributes:
        taken: Number and text of the lines of this row.
    """

    def __init__(self, source: Iterator[tuple[int, str | None]]) -> None:
        self._source = source
        self._waiting: deque[tuple[int, str | None]] = deque()
        self._size = 0
        self._ended = False
        self.taken: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self.taken:
            self._size, self._ended = 0, False
        elif len(self.taken) >= _ROW_LINES or self._size > LONGEST:
            raise _EndlessRowError
        entry = self._waiting.popleft() if self._waiting else next(self._source, None)
        if entry is None:
            self._ended = True
            raise StopIteration
        number, text = entry
        if text is None:
            raise _TooLongLineError(number)
        self.taken.append((number, text))
        self._size += len(text)
        return text

    def delimiter(self, told: Mapping[str, tuple[str, ...]]) -> str:
        """The delimiter that makes most known names of columns in one line, or most columns of the first."""
        self._waiting.extend(islice(self._source, _TOP))
        top = [text for _, text in self._waiting if text and text.strip()]
        if top and (match := _TOLD.fullmatch(top[0])):
            while not (self._waiting.popleft()[1] or "").strip():
                pass
            return match[1]

        def fit(one: str) -> tuple[int, int]:
            rows = [_split(line, one) for line in top]
            return max((recognised(row, told) for row in rows), default=0), len(rows[0]) if rows else 0

        return max(_DELIMITERS, key=fit)

    def is_cut_off(self) -> bool:
        """Whether the file ended within the quotation marks of a row of several lines."""
        quotes = sum(text.count('"') for _, text in self.taken)
        return self._ended and len(self.taken) > 1 and quotes % 2 == 1

    def give_back(self, lines: bool) -> None:
        """Read the lines of this row again, except the first; or drop them."""
        if lines:
            self._waiting.extendleft(reversed(self.taken[1:]))


def _whole(row: list[str] | None, feed: _Feed) -> list[str] | None:
    if row is not None and feed.is_cut_off():
        raise _EndlessRowError
    return row


def _split(line: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    with _LOCK:  # the limit belongs to the module, not to a reader
        before = csv.field_size_limit(_CELL_LIMIT)
        try:
            return next(reader, None)
        finally:
            csv.field_size_limit(before)
