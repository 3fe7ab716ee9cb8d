"""Pages of the web: those that are named, or those that a sitemap lists.

Where the list says when a page was last changed, only a changed page is asked for. Any other page is asked
for in every sync, but sent only if it changed (ETag, Last-Modified) and read only if it is another. How
far that came is the cursor: what each page was when it was last read.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

from catalog.errors import SettingError, SourceError, TransientError, UnreadableError
from catalog.nouns import Community, Item, Kind, Link, LinkKind, Role
from ingest.documents import Document, PagedItem
from ingest.sources.protocol import LivePlace, LiveSource, Record, Unit
from ingest.sources.shared.files import fingerprint, open_regular
from ingest.sources.shared.people import contribute, people
from ingest.sources.web.facts import Facts
from ingest.sources.web.lists import MOST_PAGES, Listed, addresses_in
from ingest.sources.web.page import WITHDRAWN, Fetcher, key_of, web_address
from ingest.web import Response, Validators

_VERSION = "pages-1"
_CHANGED = "changed "
_LINK = re.compile(r"\]\((https?://[^\s()<>]{1,1000})\)")
_MOST_LINKS = 200
_MOST_KEPT = 64_000_000  # bytes of pages that were fetched to see whether they changed, and are read next


@dataclass(frozen=True, slots=True)
class _Known:
    """What a page was when it was last read.

    Attributes:
        etag: Its `ETag`.
        modified: Its `Last-Modified`.
        content: SHA-256 (hex) of its bytes.
        token: What its unit's digest was made of.
        key: Its canonical address; empty if it could not be read.
        gives: Whether it gave the item with this key; another page with the same one did, if not.
    """

    etag: str = ""
    modified: str = ""
    content: str = ""
    token: str = ""
    key: str = ""
    gives: bool = False


@dataclass
class PagesSource:
    """A list of pages.

    Attributes:
        place: The web address that was added.
        kind: Name of the kind of source.
        pages: Lists the pages.
        fetcher: What gets them.
        complete: Whether the whole list could be had: a page that is not on it has vanished.
    """

    place: LivePlace
    kind: str
    pages: Callable[[], Iterable[Listed | UnreadableError]]
    fetcher: Fetcher
    complete: bool = True
    small_units: bool = field(default=True, init=False)
    in_child: bool = field(default=False, init=False)
    name: str = field(init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    _round: int = field(default=0, init=False)
    _news: bool = field(default=False, init=False)
    _known: dict[str, _Known] = field(default_factory=dict, init=False)
    _tokens: dict[str, str] = field(default_factory=dict, init=False)
    _owners: dict[str, str] = field(default_factory=dict, init=False)
    _fetched: dict[str, Response] = field(default_factory=dict, init=False)
    _kept: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.name, self.location = self.place.name, self.place.address
        self.communities = (self.place.community,)

    @property
    def cursor(self) -> str:
        """The number of the next sync that finds new pages, and what each page was, as JSON."""
        with self._lock:
            pages = {url: astuple(known) for url, known in sorted(self._known.items())}
        return json.dumps({"round": self._round + self._news, "pages": pages}, ensure_ascii=False)

    @cursor.setter
    def cursor(self, text: str) -> None:
        said: dict[str, Any] = json.loads(text) if text else {"round": 0, "pages": {}}
        self._round = said["round"]
        self._known = {url: _Known(*values) for url, values in said["pages"].items()}
        self._owners = {known.key: url for url, known in self._known.items() if known.gives}

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the pages in the order of their list, without those that are gone.

        Raises:
            SourceError: If the list cannot be had.
        """
        listed = list(islice(self.pages(), MOST_PAGES))
        # part of the list could not be had, so nobody knows what has vanished
        self.complete = not any(isinstance(page, UnreadableError) for page in listed)
        for url in self._known.keys() - {page.url for page in listed if isinstance(page, Listed)}:
            self._forget(url)
        for page in listed:
            if isinstance(page, UnreadableError):
                yield page
                continue
            try:
                token = self._token(page)
            except UnreadableError as error:
                yield _at(page.url, error)
                continue
            if token:
                self._tokens[page.url] = token
                digest = fingerprint(_VERSION, self.place.community.slug, token)
                yield Unit(page.url, digest, page.url)

    def read(self, unit: Unit) -> Iterator[Record]:
        """Get and read a page; one that has the same canonical address as another gives nothing.

        Raises:
            UnreadableError: If it cannot be read.
        """
        try:
            yield from self._records(unit)
        except UnreadableError as error:
            raise _at(unit.where, error) from error

    def _records(self, unit: Unit) -> Iterator[Record]:
        with self._lock:
            kept = self._fetched.pop(unit.key, None)
        response = kept or self.fetcher.get(unit.key)
        if response.status in WITHDRAWN:
            reason = f"is not there, or not for everybody (HTTP {response.status}); see whether it has moved"
            yield UnreadableError(unit.where, reason)
            return
        known = self._seen(unit.key, response)
        self._remember(unit.key, known)
        document, found = self.fetcher.document(response, unit.where)
        key = key_of(response, found)
        with self._lock:
            gives = self._owners.setdefault(key, unit.key) == unit.key
        self._remember(unit.key, replace(known, key=key, gives=gives))
        if gives and document.text:
            item = page_item(self.name, self.place.community, key, document, found)
            yield PagedItem(item, document.pages) if document.pages else item

    def _token(self, page: Listed) -> str:
        """What tells this version of a page from any other; empty if the page is gone."""
        if page.version:
            return f"{_CHANGED}{page.version}"
        known = self._known.get(page.url)
        if known is None:  # it was never read, at least not in a sync that came to its end
            self._news = True
            return f"round {self._round}"
        response = self.fetcher.get(page.url, Validators(known.etag, known.modified))
        if response.status in WITHDRAWN:
            self._forget(page.url)
            return ""
        seen = self._seen(page.url, response)
        if response.status == 304 or seen.content == known.content:
            return known.token
        self._keep(page.url, response)
        return f"content {seen.content}"

    def _seen(self, url: str, response: Response) -> _Known:
        validators = Validators.of(response.headers)
        content = hashlib.sha256(response.body).hexdigest()
        return _Known(validators.etag, validators.modified, content, self._tokens.get(url, ""))

    def _keep(self, url: str, response: Response) -> None:
        if self._kept + len(response.body) <= _MOST_KEPT:
            self._kept += len(response.body)
            self._fetched[url] = response

    def _remember(self, url: str, known: _Known) -> None:
        if not known.token.startswith(_CHANGED):  # else its list tells the versions
            with self._lock:
                self._known[url] = known

    def _forget(self, url: str) -> None:
        """Forget a page, and those that gave nothing because they are the same: one will take its place."""
        gone = self._known.pop(url)
        if gone.gives:
            self._owners.pop(gone.key, None)
            self._known = {one: known for one, known in self._known.items() if known.key != gone.key}


def page_item(source: str, community: Community, key: str, document: Document, found: Facts) -> Item:
    """Make an item of a page.

    Args:
        source: Name of its source.
        community: Its community.
        key: Its canonical address.
        document: The page.
        found: What it says about itself.
    """
    authors = document.authors or found.authors
    created, updated = document.created or found.created, document.updated or found.updated
    who = dict.fromkeys(one for author in authors for one in people(author, source))
    said = (str(document.meta.get(name, "")) for name in ("keywords", "article:tag", "news_keywords"))
    tags = {" ".join(tag.split()).lower() for text in said for tag in text.split(",")}
    return Item(
        source=source,
        key=key,
        kind=Kind.DOCUMENT,
        title=document.title or key,
        text=document.text,
        community=community.slug,
        url=key,
        created=created,
        updated=updated,
        tags=tuple(sorted(tag for tag in tags if 0 < len(tag) <= 60)[:30]),
        contributions=tuple(contribute(Role.AUTHORED, who, created or updated)),
        links=_links(document.text, key),
    )


def _links(text: str, key: str) -> tuple[Link, ...]:
    """The pages of the same site that a page names in its text."""
    host = httpx.URL(key).host
    addresses = filter(None, (web_address(found[1]) for found in _LINK.finditer(text)))
    same = (one for one in dict.fromkeys(addresses) if one != key and httpx.URL(one).host == host)
    return tuple(Link(LinkKind.MENTION, one) for one in islice(same, _MOST_LINKS))


def _at(url: str, error: UnreadableError) -> UnreadableError:
    """The same error, named as its unit is, so that the pipeline knows which page it is about."""
    if isinstance(error, TransientError):
        return TransientError(url, error.reason, error.wait)
    return UnreadableError(url, error.reason)


class PagesKind:
    """Pages that are named one by one."""

    name = "pages"
    about = "a web page, or several: more addresses as an option, or a text (.txt) with an address a line"
    options: Mapping[str, str] = {
        "more": "addresses of more pages, with spaces between them",
        "file": "path of a text file on this machine with the address of a page a line",
    }

    def recognises(self, address: str) -> bool:
        """No address is surely just a page."""
        del address
        return False

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """None but its own."""
        del address, options
        return ()

    def open(self, place: LivePlace) -> LiveSource:
        """Make the source of an address and of those that the options name.

        Raises:
            SettingError: If one of them is no web address.
        """
        named = [place.address, *place.options.get("more", "").split()]
        wrong = [address for address in named if not web_address(address)]
        if wrong:
            raise SettingError(f"more: {wrong[0]} is no web address; write it as https://example.org/page")
        fetcher = Fetcher(place.web, place.parser)
        return PagesSource(
            place, self.name, lambda: _named(fetcher, named, place.options.get("file")), fetcher
        )


def _named(fetcher: Fetcher, named: Sequence[str], file: str | None) -> Iterator[Listed]:
    """The pages that are named, each once."""
    found = [url for address in named for url in _one_or_listed(fetcher, web_address(address))]
    if file:
        found += addresses_in(_bytes_of(Path(file)), file)
    yield from map(Listed, dict.fromkeys(found))


def _one_or_listed(fetcher: Fetcher, url: str) -> list[str]:
    if PurePosixPath(httpx.URL(url).path).suffix.lower() != ".txt":
        return [url]
    return addresses_in(fetcher.get(url, allow=()).body, url)


def _bytes_of(path: Path) -> bytes:
    try:
        with open_regular(path, str(path)) as file:
            return file.read(_MOST_KEPT)
    except UnreadableError as error:
        raise SourceError(str(error)) from error


KIND = PagesKind()
