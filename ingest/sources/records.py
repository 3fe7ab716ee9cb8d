"""Records of a table file: the rows of a CSV file, the objects of a JSON Lines file.

Both give the same: named columns, and cells that hold one text or a list of texts.
"""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import UnreadableError
from ingest.formats.text import decode
from ingest.sources.files import open_regular

CSV_SUFFIXES = frozenset({".csv", ".tsv"})
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = CSV_SUFFIXES | JSON_SUFFIXES

_TABLE_LIMIT = 256 << 20  # bytes; a table is held in memory while it is read
_CELL_LIMIT = 10 << 20  # characters
_RESTARTS = 100  # each one reads the rest of the table anew
_DELIMITERS = ",;\t|"
_CSV_LOCK = threading.Lock()

Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One row.

    Attributes:
        line: The line on which it begins, counted from 1.
        cells: Column to cell, without empty cells; a cell of several texts was a list.
    """

    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What a table file holds.

    Attributes:
        columns: Names of the columns, in the file's order.
        records: Its rows, in the file's order; an error for each row that is malformed.
    """

    columns: tuple[str, ...]
    records: tuple[Record | UnreadableError, ...]


def read_table(path: Path) -> Table:
    """Read a table file by its suffix; it may be in any common encoding.

    Raises:
        UnreadableError: If it cannot be opened, is no text, is empty, or is larger than 256 MB.
    """
    with open_regular(path, str(path)) as file:
        data = file.read(_TABLE_LIMIT + 1)
    if len(data) > _TABLE_LIMIT:
        raise UnreadableError(str(path), f"is larger than {_TABLE_LIMIT >> 20} MB; split the table")
    # UTF-16 is full of NUL bytes that belong there; elsewhere they are an accident of an export.
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.replace(b"\0", b"")
    text = decode(data, str(path)).replace("\0", "")
    if not text.strip():
        raise UnreadableError(str(path), "is empty")
    return _json_lines(text, path) if path.suffix.lower() in JSON_SUFFIXES else _csv(text, path)


def _json_lines(text: str, path: Path) -> Table:
    records = [
        _json_record(line, number, path) for number, line in enumerate(text.split("\n"), 1) if line.strip()
    ]
    names = dict.fromkeys(name for record in records if isinstance(record, Record) for name in record.cells)
    return Table(tuple(names), tuple(records))


def _json_record(line: str, number: int, path: Path) -> Record | UnreadableError:
    where = f"{path} line {number}"
    try:
        value = json.loads(line)
        if not isinstance(value, dict):
            return UnreadableError(where, "is not a JSON object; each line must hold one, as in {...}")
        cells = {" ".join(name.split()): _json_cell(cell) for name, cell in value.items()}
    except (ValueError, RecursionError) as error:
        return UnreadableError(where, f"is not JSON ({error}); each line must hold one object")
    return Record(number, {name: cell for name, cell in cells.items() if cell})


def _json_cell(value: object) -> Cell:
    values = value if isinstance(value, list) else [value]
    texts = (_json_text(one).replace("\0", "").strip() for one in values if one is not None)
    return tuple(text for text in texts if text)


def _json_text(value: object) -> str:
    if isinstance(value, dict) and "name" in value:  # a person, as many exports write one
        return f"{value['name']} <{value['email']}>" if value.get("email") else str(value["name"])
    # lone surrogates are possible in JSON, but in no file that could be written
    return (
        value.encode(errors="ignore").decode()
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
    )


def _csv(text: str, path: Path) -> Table:
    with _CSV_LOCK:  # the limit belongs to the module, not to a reader
        before = csv.field_size_limit(_CELL_LIMIT)
        try:
            return _csv_table(text, path)
        finally:
            csv.field_size_limit(before)


def _csv_table(text: str, path: Path) -> Table:
    lines = list(io.StringIO(text, newline=""))
    rows = _csv_rows(lines, _delimiter(lines), path)
    header = next((row for row in rows if isinstance(row, tuple)), None)
    if header is None:
        raise UnreadableError(str(path), "has no readable line with the names of its columns")
    columns = _unique(header[1])
    records = tuple(
        row if isinstance(row, UnreadableError) else _csv_record(row, columns, path) for row in rows
    )
    return Table(columns, records)


def _csv_rows(
    lines: Sequence[str], delimiter: str, path: Path
) -> Iterator[tuple[int, list[str]] | UnreadableError]:
    """Yield rows with the line on which each begins; an unclosed quotation mark costs only its own line."""
    start, restarts = 0, 0
    while start < len(lines):
        begin = start
        reader = csv.reader(lines[start:], delimiter=delimiter)
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                yield UnreadableError(
                    f"{path} line {begin + 1}", f"the row is malformed ({error}); correct it"
                )
                begin = start + reader.line_num
                continue
            if row is None:
                return
            end = start + reader.line_num
            if (
                end == len(lines)
                and end - begin > 1
                and restarts < _RESTARTS
                and _is_unclosed(lines[begin:end])
            ):
                break
            if any(cell.strip() for cell in row):
                yield begin + 1, row
            begin = end
        reason = (
            "a quotation mark opens here and is never closed; the row was left out. Double it or close it"
        )
        yield UnreadableError(f"{path} line {begin + 1}", reason)
        start, restarts = begin + 1, restarts + 1


def _is_unclosed(lines: Sequence[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 1


def _csv_record(row: tuple[int, list[str]], columns: Sequence[str], path: Path) -> Record | UnreadableError:
    line, cells = row
    if len([cell for cell in cells[len(columns) :] if cell.strip()]):
        reason = (
            f"has {len(cells)} cells for {len(columns)} columns; put quotation marks around cells with commas"
        )
        return UnreadableError(f"{path} line {line}", reason)
    texts = zip(columns, (cell.strip() for cell in cells), strict=False)  # cells missing at the end are empty
    return Record(line, {column: (text,) for column, text in texts if text})


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first line into most columns."""
    first = next(line for line in lines if line.strip())
    return max(_DELIMITERS, key=lambda one: len(next(csv.reader([first], delimiter=one))))


def _unique(header: Sequence[str]) -> tuple[str, ...]:
    """Name the columns without a name, and number those whose name is taken."""
    names: dict[str, None] = {}
    for place, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {place}"
        names[name if name not in names else f"{name} {place}"] = None
    return tuple(names)
