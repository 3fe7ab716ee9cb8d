"""Feeds: what a site published lately, and all that Copse has read of it before.

A feed lists its newest entries only. So an entry that left the feed stays, unless its page went with it:
that is looked up once, in the sync that sees it leave.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import PurePosixPath

import httpx

from catalog.errors import SettingError, TransientError, UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Role
from ingest.documents import Document
from ingest.sources.protocol import LivePlace, LiveSource, Record, Unit
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.people import contribute, people
from ingest.sources.web.entries import Entry, entries
from ingest.sources.web.page import WITHDRAWN, Fetcher, web_address
from ingest.sources.web.pages import page_item
from ingest.web import Validators
from ingest.web.response import shown

_VERSION = "feed-1"
_NAMES = frozenset({"feed", "rss", "atom"})
_SUFFIXES = frozenset({".rss", ".atom", ".rdf"})


@dataclass
class FeedSource:
    """The entries of a feed.

    Attributes:
        place: The web address that was added.
        fetcher: What gets the feed and its entries' pages.
        cursor: What tells the version of the feed that was last read, and the entries that it had, as JSON.
        complete: Always false after `units`: an entry that is not listed may just be old.
    """

    place: LivePlace
    fetcher: Fetcher
    complete: bool = False
    kind: str = field(default="feed", init=False)
    small_units: bool = field(default=True, init=False)
    in_child: bool = field(default=False, init=False)
    name: str = field(init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    _before: str = field(default="", init=False)
    _version: Validators = field(default=Validators(), init=False)
    _entries: dict[str, Entry] | None = field(default=None, init=False)
    _kept: dict[str, str] = field(default_factory=dict, init=False)
    _gone: set[str] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.name, self.location = self.place.name, self.place.address
        self.communities = (self.place.community,)

    @property
    def cursor(self) -> str:
        """The version of the feed, and the address of each entry that it had, as JSON."""
        if self._entries is None:
            return self._before
        addresses = {key: entry.url for key, entry in self._entries.items()} | self._kept
        return json.dumps([self._version.etag, self._version.modified, addresses], ensure_ascii=False)

    @cursor.setter
    def cursor(self, text: str) -> None:
        self._before = text

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the entries that the feed has now; none if it is as it was.

        Raises:
            SourceError: If the feed cannot be had or is none.
        """
        wanted_all, self.complete = self.complete, False
        etag, modified, before = json.loads(self._before) if self._before else ("", "", {})
        listed = self._load(None if wanted_all else Validators(etag, modified))
        if listed is None:
            return
        for key, entry in listed.items():
            digest = fingerprint(_VERSION, self.place.community.slug, *map(str, astuple(entry)))
            yield Unit(key, digest, entry.url or self.location)
        for key in before.keys() - listed.keys():
            yield from self._left(key, before[key])

    def _left(self, key: str, url: str) -> Iterator[Unit | UnreadableError]:
        """An entry that left the feed, if its page is gone: a unit that gives nothing."""
        try:
            if url and self.fetcher.get(url).status in WITHDRAWN:
                self._gone.add(key)
                yield Unit(key, fingerprint(_VERSION, "gone"), url)
        except TransientError as error:
            self._kept[key] = url  # it is looked up again in the next sync
            yield TransientError(url, error.reason, error.wait)
        except UnreadableError:
            return  # it may not be asked for, so it stays

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read an entry: what the feed says of it, or its page if that is more.

        Raises:
            UnreadableError: If it cannot be read.
        """
        if unit.key in self._gone:
            return
        entry = self._entry(unit.key)
        try:
            item = self._item_of_entry(entry) if entry else self._item_of_page(unit.where)
        except TransientError as error:
            raise TransientError(unit.where, error.reason, error.wait) from error
        except UnreadableError as error:
            raise UnreadableError(unit.where, error.reason) from error
        if item:
            yield replace(item, key=unit.key)

    def _load(self, known: Validators | None = None) -> dict[str, Entry] | None:
        """The entries of the feed; None if it is as it was."""
        response = self.fetcher.get(self.location, known, allow=())
        if response.status == 304:
            return None
        found = entries(response.body, response.url, shown(self.location))
        self._entries = {entry.key: entry for entry in found}
        self._version = Validators.of(response.headers)
        return self._entries

    def _entry(self, key: str) -> Entry | None:
        with self._lock:
            if self._entries is None:  # the feed was not sent again, but this entry is to be
                self._load()
            return (self._entries or {}).get(key)

    def _item_of_entry(self, entry: Entry) -> Item | None:
        if entry.whole or not entry.url:
            return self._item(entry, self._body(entry))
        try:
            return self._item_of_page(entry.url, entry)
        except TransientError:
            raise
        except UnreadableError:
            if not entry.body:
                raise
        return self._item(entry, self._body(entry))  # its beginning is better than nothing

    def _item_of_page(self, url: str, entry: Entry | None = None) -> Item | None:
        """The page of an entry; None if it is gone."""
        if url == self.location:
            raise UnreadableError(url, "does not list this entry any more; what was read of it stays")
        response = self.fetcher.get(url)
        if response.status in WITHDRAWN:
            return self._item(entry, self._body(entry)) if entry and entry.body else None
        document, found = self.fetcher.document(response, url)
        item = page_item(self.name, self.place.community, web_address(url), document, found)
        return self._completed(item, entry) if entry else replace(item, kind=Kind.POST)

    def _body(self, entry: Entry) -> Document:
        page = f'<!DOCTYPE html><meta charset="utf-8"><title></title><body>{entry.body}'
        return self.fetcher.parsed(page.encode(errors="replace"), ".html", entry.url or self.location)

    def _item(self, entry: Entry, document: Document) -> Item:
        item = Item(
            source=self.name,
            key=entry.key,
            kind=Kind.POST,
            title=entry.title or document.title or entry.url or entry.key,
            text=document.text,
            community=self.place.community.slug,
            url=entry.url or None,
        )
        return self._completed(item, entry)

    def _completed(self, item: Item, entry: Entry) -> Item:
        """The item with what the feed says, which counts before what the page says."""
        created, updated = entry.created or item.created, entry.updated or item.updated
        who = dict.fromkeys(one for author in entry.authors for one in people(author, self.name))
        said: list[Contribution] = contribute(Role.AUTHORED, who, created)
        return replace(
            item,
            kind=Kind.POST,
            title=entry.title or item.title,
            created=created,
            updated=updated,
            tags=tuple(sorted({*item.tags, *entry.tags})),
            contributions=tuple(said) or item.contributions,
        )


class FeedKind:
    """RSS, Atom and JSON feeds."""

    name = "feed"
    about = "an RSS, Atom or JSON feed"
    options: Mapping[str, str] = {}

    def recognises(self, address: str) -> bool:
        """A feed is mostly called so: `/feed/`, `/rss.xml`, `/index.atom`, `/feed.json`."""
        if not web_address(address):
            return False
        last = PurePosixPath(httpx.URL(address).path.lower())
        return last.suffix in _SUFFIXES or (last.stem in _NAMES and last.suffix in ("", ".xml", ".json"))

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """None but its own."""
        del address, options
        return ()

    def open(self, place: LivePlace) -> LiveSource:
        """Make the source.

        Raises:
            SettingError: If the address is none.
        """
        if not web_address(place.address):
            raise SettingError(f"{place.address}: is no web address; write it as https://example.org/feed")
        return FeedSource(place, Fetcher(place.web, place.parser))


KIND = FeedKind()
