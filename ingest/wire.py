"""Records as lines of JSON, so that a child process can send them without being trusted.

Only plain values cross: whatever a hostile file makes of its reader, no object of its making is
rebuilt on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from catalog.errors import TransientError, UnreadableError
from catalog.nouns import Item, Person
from ingest.documents import PagedItem
from ingest.sources.protocol import Record


@dataclass(frozen=True, slots=True)
class _Refusal:
    where: str
    reason: str
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a record, or how reading ended.

    Attributes:
        paged: An item of a file with pages or of a recording.
        item: Any other item.
        person: A person that a unit declares.
        row: A row that cannot be read; the rest goes on.
        failed: Why the unit as a whole cannot be read; the last line.
        end: Whether the unit ends here; the last line.
        last: Whether the process ends too; said with the last line.
    """

    paged: PagedItem | None = None
    item: Item | None = None
    person: Person | None = None
    row: _Refusal | None = None
    failed: _Refusal | None = None
    end: bool = False
    last: bool = False


_LINE: TypeAdapter[Line] = TypeAdapter(Line)


def pack(record: Record) -> bytes:
    """A record as a line."""
    if isinstance(record, PagedItem):
        return dump(Line(paged=record))
    if isinstance(record, Item):
        return dump(Line(item=record))
    if isinstance(record, Person):
        return dump(Line(person=record))
    return dump(Line(row=_refusal(record)))


def failure(error: UnreadableError) -> Line:
    """The line that says why a unit cannot be read."""
    return Line(failed=_refusal(error))


def dump(line: Line) -> bytes:
    """A line's bytes, its end included."""
    return _LINE.dump_json(line, exclude_defaults=True) + b"\n"


def load(data: bytes) -> Line:
    """The line that some bytes say.

    Raises:
        ValueError: If they are none.
    """
    return _LINE.validate_json(data)


def record_of(line: Line) -> Record | None:
    """The record in a line; None for the last line of a unit.

    Raises:
        UnreadableError: If the line says that the unit cannot be read.
    """
    if line.failed:
        raise _error(line.failed)
    return line.paged or line.item or line.person or (_error(line.row) if line.row else None)


def _refusal(error: UnreadableError) -> _Refusal:
    return _Refusal(error.where, error.reason, isinstance(error, TransientError))


def _error(refusal: _Refusal) -> UnreadableError:
    kind = TransientError if refusal.transient else UnreadableError
    return kind(refusal.where, refusal.reason)
