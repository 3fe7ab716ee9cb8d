"""What every kind of source offers: units that can be compared cheaply, and read one at a time.

To add a kind of source:

1. Write `ingest/sources/<kind>.py` with a class that fits `Source` (or `LiveSource`, for what is asked over
   the network), and a `FileKind` or a `LiveKind` that finds or opens it.
2. Name that kind in `ingest/sources/kinds.py`.
3. Subclass `SourceContract` of `tests/ingest/contract.py` with a small example of it. It holds all kinds to
   the same rules: idempotent, resumable, deletions, authors, dates, links, and private stays private.

`docs/adding-a-source.md` does all three with an example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item, Person
from ingest.config import Config
from ingest.documents import Document, PagedItem
from ingest.tree import Tree

if TYPE_CHECKING:
    from ingest.web.client import WebClient


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part of a source that is read, or skipped, as a whole: a file, a table, a thread.

    Attributes:
        key: Its identifier within the source: a path relative to the source, `/`-separated.
        digest: Changes whenever its items may: SHA-256 (hex) of all that they depend on, or the source's
            own mark of a version. When it is unchanged, the unit is skipped.
        where: How to name it to a person, in messages: a path, a web address.
        content: SHA-256 (hex) of the bytes of a single file; a unit that vanished and one that appeared
            with the same content are a rename. Empty where that makes no sense.
        size: Bytes that are looked through before its first record comes; more time is allowed for more.
    """

    key: str
    digest: str
    where: str
    content: str = ""
    size: int = 0


Record = Item | PagedItem | Person | UnreadableError
"""What a unit yields: items (with their page starts, if they have pages); people that it declares (author
records); rows that cannot be read."""


class Source(Protocol):
    """One place that a community keeps its knowledge in.

    Attributes:
        name: Unique in the library; the first half of every item's id.
        kind: Name of the kind of source.
        location: Where it is: a path, a web address.
        communities: The communities that its items belong to; complete before the first unit is read.
        small_units: Whether a unit is read quickly and fits into memory, so that several are read at once.
        in_child: Whether `read` parses by itself what may be hostile. It then runs in a bounded child
            process: the source must be picklable, and can neither reach the network nor write files nor
            start programs. A source that gives its files to a `DocumentParser` one by one says False.
    """

    name: str
    kind: str
    location: str
    communities: Sequence[Community]
    small_units: bool
    in_child: bool

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List what is there now, in a stable order; an entry that cannot be opened is an error in the list.

        Raises:
            SourceError: If the source as a whole is missing or cannot be listed.
        """
        ...

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a unit, in a stable order; a malformed row is yielded as an error and the rest goes on.

        Raises:
            UnreadableError: If the unit as a whole cannot be read; a `TransientError` is tried again soon.
        """
        ...


@runtime_checkable
class LiveSource(Source, Protocol):
    """A source that is asked over the network, and lists only what has changed.

    Attributes:
        cursor: How far earlier syncs came, in the source's own terms; empty at first. It is set before
            `units` is called, and kept when every listed unit has been written.
        complete: Whether `units` listed all that is there, so that what it did not list has vanished. It is
            True before `units` is called if a full listing is wanted, and may be changed by `units`.
    """

    cursor: str
    complete: bool


class DocumentParser(Protocol):
    """What reads files of any supported format, each in a bounded child process."""

    def parse(self, path: Path, where: str) -> Document:
        """Read a file.

        Raises:
            UnreadableError: If it cannot be read.
        """
        ...


@dataclass(frozen=True)
class Found:
    """Files that belong together to one source.

    Attributes:
        at: The file or the folder within the tree that the source is named after; empty for the whole tree.
        keys: All files that it takes; nothing else reads them.
    """

    at: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a source is found, and whose it is.

    Attributes:
        name: The name that the source shall have.
        tree: The folder or the archive.
        community: The community that it belongs to; a source with several makes theirs from this one's
            slug and name (`sub_community`).
        config: What `copse.toml` says there.
        parser: What reads documents.
    """

    name: str
    tree: Tree
    community: Community
    config: Config
    parser: DocumentParser


class FileKind(Protocol):
    """A kind of source that lies in files: an export, a dump, a mailbox."""

    name: str
    """Its name, as in `copse source add --kind`."""
    about: str
    """What it is, in a few words."""

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find the sources of this kind among files that no other kind has taken; cheaply, and never wrongly.

        It may look at names, and at the first bytes of files (`tree.head`).
        """
        ...

    def open(self, found: Found, place: Place) -> Source:
        """Make the source.

        Raises:
            SourceError: If what lists its communities cannot be read.
        """
        ...


@dataclass(frozen=True)
class LivePlace:
    """A web address that was added, and how to reach it.

    Attributes:
        name: The name that the source shall have.
        address: The web address.
        community: The community that it belongs to.
        options: What its steward chose; the options of its kind, and no others.
        web: The client for the address's host (and those that the options allow).
        parser: What reads documents.
    """

    name: str
    address: str
    community: Community
    web: WebClient
    parser: DocumentParser
    options: Mapping[str, str] = field(default_factory=dict)


class LiveKind(Protocol):
    """A kind of source that is asked over the network."""

    name: str
    """Its name, as in `copse source add --kind`."""
    about: str
    """What it is, in a few words."""
    options: Mapping[str, str]
    """What can be chosen, with its explanation; a key is named by the environment variable that holds it."""

    def recognises(self, address: str) -> bool:
        """Tell by the web address alone whether it is surely of this kind."""
        ...

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """Other hosts that it has to ask, such as that of an API."""
        ...

    def open(self, place: LivePlace) -> LiveSource:
        """Make the source; communities are asked for at once, if they come from there.

        Raises:
            SourceError: If it does not answer, refuses the key, or is of another kind.
        """
        ...


def sub_community(
    parent: Community, name: str, slug: str, readers: frozenset[str] | None = None
) -> Community:
    """A part of a community: a channel, a category.

    Args:
        parent: The whole; a part of a private community is private.
        name: The part's name.
        slug: The part's short name (`ingest.config.slug` makes one).
        readers: Who may read it, if it is private by itself; who reads the whole reads it too only if
            they are among them.
    """
    if readers is None:
        return Community(f"{parent.slug}-{slug}", f"{parent.name}: {name}", parent.private, parent.readers)
    return Community(f"{parent.slug}-{slug}", f"{parent.name}: {name}", True, readers)
