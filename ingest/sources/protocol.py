"""What every kind of source offers: units that can be compared cheaply, and read one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item, Person
from ingest.documents import PagedItem


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part of a source that is read, or skipped, as a whole: a file, a table, a dump.

    Attributes:
        key: Its identifier within the source: a path relative to the source, `/`-separated.
        digest: SHA-256 (hex) of all that its items depend on; when it is unchanged, the unit is skipped.
        where: How to name it to a person, in messages: a path.
        content: SHA-256 (hex) of the bytes of a single file; a unit that vanished and one that appeared
            with the same content are a rename. Empty where that makes no sense.
    """

    key: str
    digest: str
    where: str
    content: str = ""


Record = Item | PagedItem | Person | UnreadableError
"""What a unit yields: items (with their page starts, if they have pages); people that it declares (author
records); rows that cannot be read."""


class Source(Protocol):
    """One place that a community keeps its knowledge in.

    Attributes:
        name: Unique in the library; the first half of every item's id.
        kind: Name of the kind of source.
        location: Where it is: a path.
        communities: The communities that its items belong to.
        small_units: Whether a unit is read quickly and fits into memory, so that several are read at once.
    """

    name: str
    kind: str
    location: str
    communities: Sequence[Community]
    small_units: bool

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List what is there now, in a stable order; an entry that cannot be opened is an error in the list.

        Raises:
            SourceError: If the source as a whole is missing or cannot be listed.
        """
        ...

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a unit, in a stable order; a malformed row is yielded as an error and the rest goes on.

        Raises:
            UnreadableError: If the unit as a whole cannot be read.
        """
        ...
