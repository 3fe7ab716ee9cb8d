"""JSON that somebody else wrote: read in bounds, and taken apart without trusting its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.errors import UnreadableError
from ingest.formats.tidy import legible
from ingest.sources.shared.files import open_regular

Json = Mapping[str, Any]
"""A JSON object."""

LARGEST = 48 << 20
"""Most bytes of a file: as values in memory they take up to ten times as much."""

_DECODER = json.JSONDecoder()


def load(path: Path, where: str, largest: int = LARGEST) -> tuple[list[Any], UnreadableError | None]:
    """Read a file of JSON: one value, or several one after the other (JSON lines, pages that were joined).

    Args:
        path: The file.
        where: How to name it to a person.
        largest: Most bytes that it may have.

    Returns:
        Its values up to the first mistake, and that mistake.

    Raises:
        UnreadableError: If it cannot be opened, is too large, or is no text.
    """
    with open_regular(path, where) as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise UnreadableError(where, f"is larger than {largest >> 20} MB; save it in several files")
    try:
        return _values(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError as error:
        raise UnreadableError(where, "is not UTF-8; export it again") from error


def mapping(value: object) -> Json:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Json]:
    """The objects in a list, or in lists within it; the value itself, if it is an object."""
    return list(_flat(value, 3))


def number(value: object) -> int | None:
    """A whole number; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else None


def string(value: object) -> str:
    """A text, without control characters; empty for anything else but a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(number(value) or "")
    return legible(value) if isinstance(value, str) else ""


def _flat(value: object, depth: int) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list) and depth:
        for one in value:
            yield from _flat(one, depth - 1)


def _values(text: str, where: str) -> tuple[list[Any], UnreadableError | None]:
    found: list[Any] = []
    at = _next(text, 0)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            return found, UnreadableError(f"{where} line {_line(text, at, error)}", _reason(text, error))
        found.append(value)
        at = _next(text, at)
    return found, None


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _line(text: str, at: int, error: Exception) -> int:
    return error.lineno if isinstance(error, json.JSONDecodeError) else text.count("\n", 0, at) + 1


def _reason(text: str, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nests too deeply to be read; export it again"
    ended = isinstance(error, json.JSONDecodeError) and (
        error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    )
    if ended:
        return "the file ends in the middle; copy or export it again"
    return f"is no JSON here ({error}); export it again"
