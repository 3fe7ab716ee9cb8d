"""Records of a table, whatever file it comes from: named columns, and cells of one text or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from catalog.errors import UnreadableError
from ingest.sources.tables.columns import header_place

_SAMPLE = 1_000  # rows
_SAMPLE_SIZE = 4_000_000  # characters
_TOP = 20  # rows, one of which names the columns

Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One row.

    Attributes:
        line: Where it begins: the number of its line, its row or its object, counted from 1.
        cells: Column to cell, without empty cells; a cell of several texts was a list.
    """

    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row, before it is known what its columns are called.

    Attributes:
        line: The number of its line or row, counted from 1.
        cells: Its texts.
    """

    line: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """One table, of which only the first rows are in memory.

    Attributes:
        sheet: Name of its sheet; empty for a file that has none.
        columns: Names of the columns, in the file's order.
        sample: Its first rows.
        complete: Whether these are all.
        rest: The other rows; they can be read once.
        place: How to name a row to a person, by its number.
    """

    sheet: str
    columns: tuple[str, ...]
    sample: tuple[Record | UnreadableError, ...]
    complete: bool
    rest: Iterator[Record | UnreadableError]
    place: Callable[[int], str]

    @property
    def readable(self) -> list[Record]:
        """The rows of the sample that are well-formed."""
        return [record for record in self.sample if isinstance(record, Record)]

    @property
    def errors(self) -> list[UnreadableError]:
        """What is wrong with the other rows of the sample."""
        return [record for record in self.sample if isinstance(record, UnreadableError)]

    def records(self) -> Iterator[Record | UnreadableError]:
        """All rows, in the file's order; they can be read once."""
        return chain(self.sample, self.rest)


def from_rows(
    rows: Iterator[RawRow | UnreadableError],
    told: Mapping[str, tuple[str, ...]],
    place: Callable[[int], str],
    sheet: str = "",
) -> Table | None:
    """Make a table of rows, one of the first of which names the columns; None if no row is readable.

    Args:
        rows: The rows, without empty ones.
        told: What `copse.toml` says about the columns.
        place: How to name a row to a person.
        sheet: Name of the sheet.
    """
    top: list[RawRow | UnreadableError] = []
    for row in rows:
        top.append(row)
        if len(top) == _TOP:
            break
    readable = [row for row in top if isinstance(row, RawRow)]
    if not readable:
        return None
    header = readable[header_place([row.cells for row in readable], told)]
    columns = _unique(header.cells)
    errors = [row for row in top[: top.index(header)] if isinstance(row, UnreadableError)]
    remaining = chain(errors, top[top.index(header) + 1 :], rows)
    named = (row if isinstance(row, UnreadableError) else _named(row, columns, place) for row in remaining)
    sample, complete = _sampled(named)
    return Table(sheet, columns, sample, complete, named, place)


def from_objects(records: Iterator[Record | UnreadableError], place: Callable[[int], str]) -> Table:
    """Make a table of records whose columns have names already; those of the first records count."""
    sample, complete = _sampled(records)
    names = dict.fromkeys(name for record in sample if isinstance(record, Record) for name in record.cells)
    return Table("", tuple(names), sample, complete, records, place)


def _sampled(
    records: Iterator[Record | UnreadableError],
) -> tuple[tuple[Record | UnreadableError, ...], bool]:
    sample: list[Record | UnreadableError] = []
    size = 0
    for record in records:
        sample.append(record)
        size += _size(record.cells.values()) if isinstance(record, Record) else 0
        if len(sample) == _SAMPLE or size > _SAMPLE_SIZE:
            return tuple(sample), False
    return tuple(sample), True


def _size(cells: Iterable[Cell]) -> int:
    return sum(len(text) for cell in cells for text in cell)


def _named(row: RawRow, columns: Sequence[str], place: Callable[[int], str]) -> Record | UnreadableError:
    if any(cell.strip() for cell in row.cells[len(columns) :]):
        count = len(row.cells)
        reason = f"has {count} cells for {len(columns)} columns; put quotation marks around cells with commas"
        return UnreadableError(place(row.line), reason)
    texts = zip(columns, (cell.strip() for cell in row.cells), strict=False)  # missing cells are empty
    return Record(row.line, {column: (text,) for column, text in texts if text})


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Name the columns without a name, and number those whose name is taken."""
    names: dict[str, None] = {}
    for place, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {place}"
        names[name if name not in names else f"{name} {place}"] = None
    return tuple(names)
