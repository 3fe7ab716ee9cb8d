"""A source that does what its units are called; importable, so that it can be sent to a child process."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.errors import TransientError, UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Link, LinkKind, Person, Role, Votes
from ingest.documents import PagedItem
from ingest.sources.protocol import Record, Unit

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
ANN = Person("Ann", bot=False)
ITEM = Item(
    "it",
    "1",
    Kind.QUESTION,
    "Why?",
    "Because é 🍐.",
    "garden",
    created=NOON,
    tags=("a", "b"),
    votes=-1,
    solution=(0, 3),
    contributions=(Contribution(ANN, Role.ASKED, NOON),),
    links=(Link(LinkKind.DUPLICATE, "2"),),
    voted=(Votes(NOON, 2),),
)
RECORDS: tuple[Record, ...] = (ITEM, PagedItem(ITEM, (0, 4), ((0, 75),)), ANN)


@dataclass
class Misbehaving:
    """Its units are called `fine`, `hang`, `crash` and so on."""

    name: str = "it"
    kind: str = "test"
    location: str = "/it"
    communities: Sequence[Community] = ()
    small_units: bool = False
    in_child: bool = True

    def units(self) -> Iterator[Unit | UnreadableError]:
        """Nothing is listed."""
        return iter(())

    def read(self, unit: Unit) -> Iterator[Record]:
        """Give all records, and then do what the unit is called."""
        yield from RECORDS
        yield UnreadableError(unit.where, f"read in {os.getpid()}")
        getattr(self, unit.key)()

    def fine(self) -> None:
        """End well."""

    def hang(self) -> None:
        """Do nothing for ever."""
        time.sleep(3600)

    def crash(self) -> None:
        """Die as a library written in C does."""
        os.kill(os.getpid(), signal.SIGSEGV)

    def fill(self) -> None:
        """Take all memory."""
        hoard = [bytes(1 << 24)]
        while True:
            hoard.append(bytes(1 << 24))

    def recurse(self) -> None:
        """Nest without end."""
        self.recurse()

    def stumble(self) -> None:
        """Meet something unforeseen."""
        raise KeyError("posts")

    def refuse(self) -> None:
        """Say why not."""
        raise TransientError("/it/3", "does not answer")

    def call(self) -> None:
        """Reach for the network."""
        socket.create_connection(("127.0.0.1", 9))
