"""Tables by the suffix of their file: CSV, JSON and Excel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from catalog.errors import UnreadableError
from ingest.sources.tables.columns import Columns, is_register
from ingest.sources.tables.csv_rows import csv_rows
from ingest.sources.tables.json_rows import json_array, json_lines
from ingest.sources.tables.records import Table, from_objects, from_rows
from ingest.sources.tables.workbooks import holds_register, workbook_rows
from ingest.tree import Tree, suffix_of

_CSV = frozenset({".csv", ".tsv"})
_LINES = frozenset({".jsonl", ".ndjson"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_PEEK = 1 << 16  # bytes of a JSON file that are looked at


def is_table(tree: Tree, key: str) -> bool:
    """Tell whether a file surely is a table: by its suffix, and by its columns where that is not enough."""
    suffix = suffix_of(key)
    if suffix in _WORKBOOKS:
        return _holds_register(tree, key)
    return suffix in _CSV | _LINES or (suffix == ".json" and _is_array(tree.head(key, _PEEK)))


def tables(path: Path, key: str, where: str, told: Columns) -> Iterator[Table]:
    """Read the tables of a file one after the other; only a workbook has several.

    A table has to be read before the next one is asked for.

    Args:
        path: The file.
        key: Its name, whose suffix says how to read it.
        where: How to name it to a person.
        told: What `copse.toml` says about the columns.

    Raises:
        UnreadableError: If it cannot be opened, or is not what its suffix says.
    """
    suffix = PurePosixPath(key).suffix.lower()
    if suffix in _WORKBOOKS:
        yield from _sheets(path, where, told)
    elif suffix in _CSV:
        table = from_rows(csv_rows(path, where, told), told, lambda line: f"{where} line {line}")
        if table is None:
            raise UnreadableError(where, "has no readable line with the names of its columns")
        yield table
    elif suffix in _LINES:
        yield from_objects(json_lines(path, where), lambda line: f"{where} line {line}")
    else:
        yield from_objects(json_array(path, where), lambda line: f"{where} object {line}")


def _sheets(path: Path, where: str, told: Columns) -> Iterator[Table]:
    found = False
    for sheet, rows in workbook_rows(path, where):
        table = from_rows(rows, told, partial(_place, where, sheet), sheet)
        if table is not None:
            found = True
            yield table
    if not found:
        raise UnreadableError(where, "is empty")


def _place(where: str, sheet: str, row: int) -> str:
    return f"{where} sheet {sheet!r} row {row}"


def _holds_register(tree: Tree, key: str) -> bool:
    try:
        return holds_register(tree.path(key), tree.where(key))
    except UnreadableError:
        return False


def _is_array(head: bytes) -> bool:
    """Whether a JSON file begins with an array whose first object has the columns of a register."""
    text = head.decode("utf-8-sig", errors="ignore").lstrip()
    start = text[1:].lstrip()
    if not text.startswith("[") or not start.startswith("{"):
        return False
    try:
        first, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return is_register(first)
