"""What an ingest asks those who start it, and what it tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Span
from ingest.documents import PagedItem
from ingest.sources.protocol import Record, Source, Unit

Split = Callable[[PagedItem], Sequence[Span]]
"""Splits an item into passages."""

Confirm = Callable[[str, int, int], bool]
"""Asks whether so many things of a source, of so many, may be removed at once."""

Read = Callable[[Source, Unit], Iterable[Record]]
"""Reads a unit of a source."""


Stored = Callable[[], None]
"""Is told that something was stored."""


class Progress(Protocol):
    """Somebody who wants to know how far an ingest has come."""

    def begin(self, source: str, units: int) -> None:
        """A source starts; so many of its units will be read."""
        ...

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """So many more units and items were read, and so many passages of them are new."""
        ...

    def failed(self, error: UnreadableError) -> None:
        """Something could not be read."""
        ...


@dataclass(slots=True)
class Report:
    """What an ingest did to one source.

    Attributes:
        source: Name of the source.
        units: Units that the source has now.
        read: Units that were read because they are new or changed.
        written: Items that were new or changed.
        unchanged: Items that were read and found unchanged.
        renamed: Units that moved.
        removed: Items that vanished at the source.
        held: Units and items that vanished at the source and were kept, because they are suddenly so many.
        forgotten: Items left out because somebody asked to forget them.
        failures: What could not be read, now or when an unchanged unit was last read.
        error: Why the source as a whole could not be read.
    """

    source: str
    units: int = 0
    read: int = 0
    written: int = 0
    unchanged: int = 0
    renamed: int = 0
    removed: int = 0
    held: int = 0
    forgotten: int = 0
    failures: list[UnreadableError] = field(default_factory=list)
    error: SourceError | None = None


def keep(source: str, gone: int, total: int) -> bool:  # noqa: ARG001
    """Nobody can be asked, so what suddenly vanished is kept."""
    return False


def nothing() -> None:
    """Nobody waits for what is stored."""


def is_sudden(gone: int, total: int) -> bool:
    """Whether so much vanished at once that an accident is more likely than an intention."""
    return gone > _FEW and gone * _SUDDEN > total


_SUDDEN = 5  # asking first, if more than one in so many vanish …
_FEW = 2  # … and more than so many
