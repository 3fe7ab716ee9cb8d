"""What every kind of source must do.

A test of a kind subclasses `SourceContract`, describes a small example of its origin, and gets these tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import Item, Link, Span
from catalog.store import Catalog
from ingest.documents import PagedItem
from ingest.parser import Parser
from ingest.pipeline import Report, ingest
from ingest.sources.discover import Wish, discover
from ingest.sources.protocol import Record, Source, Unit


class Silent:
    """Nobody looks on."""

    def begin(self, source: str, units: int) -> None: ...

    def read(self, units: int, items: int, passages: int = 0) -> None: ...

    def failed(self, error: UnreadableError) -> None: ...


def whole(paged: PagedItem) -> Sequence[Span]:
    """One passage an item."""
    return [Span(0, len(paged.item.text))]


@dataclass(frozen=True)
class Snapshot:
    """What a library holds: items by id, as its owner reads them."""

    items: dict[str, Item]

    def authors(self) -> set[str]:
        return {one.person.name for item in self.items.values() for one in item.contributions}


class SourceContract:
    """Subclass it as `class TestContract(SourceContract)`; its example has four items by two people or more.

    Attributes:
        names: Display names that must be among the contributors.
        nobody: Display names (bots apart, deleted users) that must not be among the contributors at all.
        bots: Display names that may contribute, but are nobody to ask.
        edited: Key of the item whose text `change` changes.
        deleted: Key of the item that `change` deletes.
        secret: Key of an item that a guest must not read; empty if the kind knows nothing private.
        link: An item's key and a link that it must have; None if the kind has no links.
        undated: Whether items may have no date.
    """

    names: ClassVar[set[str]]
    nobody: ClassVar[set[str]] = set()
    bots: ClassVar[set[str]] = set()
    edited: ClassVar[str]
    deleted: ClassVar[str]
    secret: ClassVar[str] = ""
    link: ClassVar[tuple[str, Link] | None] = None
    undated: ClassVar[bool] = False

    def write(self, at: Path) -> None:
        """Write the origin into an empty folder."""
        raise NotImplementedError

    def change(self, at: Path) -> None:
        """Edit the text of one item at the origin, and delete one other."""
        raise NotImplementedError

    def sources(self, at: Path, parser: Parser, scratch: Path) -> list[Source]:
        """Open the sources; for a live one, override this."""
        return discover(at, parser, scratch, Wish())

    # --- what follows is the same for all ---

    @pytest.fixture
    def at(self, tmp_path: Path) -> Path:
        at = tmp_path / "origin"
        at.mkdir()
        self.write(at)
        return at

    @pytest.fixture
    def sync(self, catalog: Catalog, at: Path, tmp_path: Path) -> Iterator[Callable[..., list[Report]]]:
        scratch = tmp_path / "scratch"
        with Parser(1) as parser:

            def run(read: Callable[[Source, Unit], Iterable[Record]] | None = None) -> list[Report]:
                scratch.mkdir(exist_ok=True)
                sources = self.sources(at, parser, scratch)
                return ingest(
                    catalog,
                    sources,
                    whole,
                    root=str(at),
                    progress=Silent(),
                    read=read or parser.read,
                    confirm=lambda *_: True,
                )

            yield run

    def test_everything_comes_across(self, catalog: Catalog, sync: Callable[..., list[Report]]) -> None:
        """Items have texts, titles and dates, and the people who wrote them."""
        reports = sync()
        assert [(report.error, report.failures) for report in reports] == [(None, [])] * len(reports)
        stored = snapshot(catalog)
        assert len(stored.items) >= 4
        assert all(item.title and item.text for item in stored.items.values())
        assert self.undated or all(item.created for item in stored.items.values())
        assert self.names <= stored.authors()
        assert not self.nobody & stored.authors()
        if self.link:
            key, link = self.link
            assert link in by_key(stored, key).links

    def test_a_second_run_writes_nothing(self, catalog: Catalog, sync: Callable[..., list[Report]]) -> None:
        """Not a row changes, and the generation stays."""
        sync()
        before = catalog.generation()
        with catalog.engine.connect() as connection:
            version = connection.exec_driver_sql("PRAGMA data_version").scalar()
            reports = sync()
            assert connection.exec_driver_sql("PRAGMA data_version").scalar() == version
        assert sum(report.written + report.removed for report in reports) == 0
        assert catalog.generation() == before

    def test_an_edit_and_a_deletion_take_effect(
        self, catalog: Catalog, at: Path, sync: Callable[..., list[Report]]
    ) -> None:
        """The edited item changes, the deleted one goes, and all others stay as they are."""
        sync()
        before = snapshot(catalog)
        self.change(at)
        sync()
        after = snapshot(catalog)
        edited, deleted = by_key(before, self.edited).id, by_key(before, self.deleted).id
        assert after.items[edited].text != before.items[edited].text
        assert before.items.keys() - after.items.keys() == {deleted}

    def test_an_interrupted_run_is_continued(
        self, catalog: Catalog, sync: Callable[..., list[Report]]
    ) -> None:
        """After a stop in the middle, the next run ends where an undisturbed one would."""

        def stops(source: Source, unit: Unit) -> Iterator[Record]:
            yield from list(source.read(unit))[:1]
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sync(stops)
        sync()
        continued = snapshot(catalog)
        with catalog.write() as writer:
            for source in writer.sources():
                writer.remove_source(source.id)
        sync()
        assert continued == snapshot(catalog)

    def test_private_stays_private(self, catalog: Catalog, sync: Callable[..., list[Report]]) -> None:
        """A guest reads neither the item nor the name of its community."""
        sync()
        if not self.secret:
            return
        secret = by_key(snapshot(catalog), self.secret)
        with catalog.read(catalog.viewer("guest")) as reader:
            assert reader.items([secret.id]) == {}
            assert secret.community not in {community.slug for community in reader.communities()}

    def test_bots_are_nobody_to_ask(self, catalog: Catalog, sync: Callable[..., list[Report]]) -> None:
        """A bot's person says so, and everybody else may be asked."""
        sync()
        people = {one.person for item in snapshot(catalog).items.values() for one in item.contributions}
        assert {person.name for person in people if person.bot} == self.bots
        assert all(person.suggestible for person in people if not person.bot)


def snapshot(catalog: Catalog) -> Snapshot:
    """Everything that a library holds; people without their numbers, which say nothing."""
    with catalog.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT sources.name || ':' || items.key FROM items JOIN sources ON sources.id = source_id"
        )
        ids = [row[0] for row in rows]
    with catalog.read(catalog.owner()) as reader:
        return Snapshot({one: _unnumbered(item) for one, item in reader.items(ids).items()})


def _unnumbered(item: Item) -> Item:
    contributions = sorted(
        (replace(one, person=replace(one.person, id=0)) for one in item.contributions),
        key=lambda one: (one.person.name, one.role),
    )
    return replace(item, contributions=tuple(contributions))


def by_key(stored: Snapshot, key: str) -> Item:
    """The item with this key, of whichever source."""
    [item] = [item for item in stored.items.values() if item.key == key]
    return item
