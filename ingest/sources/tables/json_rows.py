"""Objects of JSON files as records: one a line, or one after the other in an array."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from catalog.errors import UnreadableError
from ingest.sources.tables.lines import LONGEST, lines, open_text
from ingest.sources.tables.records import Cell, Record

_CHUNK = 1 << 20  # characters
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def objects(path: Path, where: str) -> Iterator[tuple[int, dict[str, object]] | UnreadableError]:
    """Read the objects of a file of JSON lines, with the numbers of their lines.

    Raises:
        UnreadableError: If the file cannot be opened, is no text, or is empty.
    """
    with open_text(path, where) as file:
        for number, line in lines(file):
            if line is None:
                reason = f"is longer than {LONGEST:,} characters; it was left out"
                yield UnreadableError(f"{where} line {number}", reason)
            elif line.strip():
                yield _object(line, number, where)


def json_lines(path: Path, where: str) -> Iterator[Record | UnreadableError]:
    """Read the records of a file of JSON lines.

    Raises:
        UnreadableError: If the file cannot be opened, is no text, or is empty.
    """
    for one in objects(path, where):
        yield one if isinstance(one, UnreadableError) else as_record(*one)


def json_array(path: Path, where: str) -> Iterator[Record | UnreadableError]:
    """Read the records of a JSON array of objects, one at a time; what follows damage is not read.

    Raises:
        UnreadableError: If the file cannot be opened, is no text, is empty, or holds no array.
    """
    with open_text(path, where) as file:
        for number, value in enumerate(_elements(file, where), 1):
            if isinstance(value, UnreadableError):
                yield value
            elif isinstance(value, dict):
                yield as_record(number, value)
            else:
                yield UnreadableError(f"{where} object {number}", "is not a JSON object, as in {…}")


def as_record(line: int, value: dict[str, object]) -> Record:
    """Make a record of an object."""
    cells = {" ".join(legible(name).split()): as_cell(cell) for name, cell in value.items()}
    return Record(line, {name: cell for name, cell in cells.items() if cell})


def as_cell(value: object) -> Cell:
    """Make a cell of a value: of a list, a text for each element."""
    values = value if isinstance(value, list) else [value]
    texts = (_text(one).replace("\0", "").strip() for one in values if one is not None)
    return tuple(text for text in texts if text)


def legible(text: str) -> str:
    """Remove lone surrogates, which are possible in JSON, but in no file that could be written."""
    return text.encode(errors="ignore").decode()


def _object(line: str, number: int, where: str) -> tuple[int, dict[str, object]] | UnreadableError:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = f"is not JSON ({error}); each line must hold one object"
        return UnreadableError(f"{where} line {number}", reason)
    if not isinstance(value, dict):
        reason = "is not a JSON object; each line must hold one, as in {...}"
        return UnreadableError(f"{where} line {number}", reason)
    return number, value


def _elements(file: TextIO, where: str) -> Iterator[object]:
    """Decode the elements of an array; an error ends them."""
    text, at, count = file.read(_CHUNK).lstrip(), 1, 0
    if not text.startswith("["):
        raise UnreadableError(where, "holds no JSON array; write the objects as in [{…}, {…}]")
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if text.startswith("]", at):
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            # An element that goes on beyond what was read so far; reading twice as much keeps it linear.
            more = "" if len(text) - at > LONGEST else file.read(max(_CHUNK, len(text) - at))
            if not more or isinstance(error, RecursionError):
                reason = f"is not JSON ({error}); correct it. All before was read, what follows was not"
                yield UnreadableError(f"{where} object {count + 1}", reason)
                return
            text, at = text[at:] + more, 0
            continue
        count += 1
        yield value


def _text(value: object) -> str:
    if isinstance(value, dict) and "name" in value:  # a person, as many exports write one
        name, email = value["name"], value.get("email")
        return legible(f"{name} <{email}>" if email else str(name))
    return legible(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
