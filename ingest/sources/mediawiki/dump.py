"""The XML of a MediaWiki dump, a page at a time (https://www.mediawiki.org/wiki/Help:Export)."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, cast
from urllib.parse import quote

from lxml import etree

from catalog.errors import UnreadableError
from catalog.nouns import Contribution, Person, Role
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.shared.files import open_regular
from ingest.sources.shared.people import contribute, handle
from ingest.tree import Tree

MAIN_NAMESPACE = 0
SUFFIXES = (".xml", ".xml.gz", ".xml.bz2")
"""How the names of dumps end."""

_HEAD = 1 << 20  # bytes; the first block of a .bz2 is only readable as a whole
_MOST_PEOPLE = 2000  # of one page
_BOT = re.compile(r".*(?:(?<=[a-z\d])Bot|\bbot|\bBot)(?:[ _-]?\w{1,4})?", re.DOTALL)
_NOBODY = {"MediaWiki default", "Maintenance script", "Unknown user", "Conversion script"}


def elements(tree: Tree, key: str, where: str) -> Iterator[Site | Page | UnreadableError]:
    """Read a dump: its site, then its pages; where it ends early, an error.

    Args:
        tree: Where the dump is.
        key: Its name there.
        where: How to name it to a person.

    Raises:
        UnreadableError: If it cannot be opened, or declares a document type.
    """
    with _opened(tree, key, where) as file:
        yield from _read(file, where)


@dataclass(frozen=True)
class Site:
    """What a dump says about its wiki."""

    base: str = ""
    namespaces: Mapping[str, int] = field(default_factory=dict)

    def address(self, title: str) -> str | None:
        """The web address of a page, made like that of the main page."""
        if not re.fullmatch(r"https?://[^\s<>]{1,1000}", self.base):
            return None
        head, query, _ = self.base.partition("title=")
        before = head + query if query else self.base[: self.base.rfind("/") + 1]
        return before + quote(title.replace(" ", "_"), safe="/:,.()!'*-_~@")


@dataclass
class Page:
    """A page, of which only the latest text is kept.

    Attributes:
        where: How to name it to a person.
        first: Time of the first revision (ISO 8601, so that order as text is order in time), and its author.
        whole: Whether the dump has the page's very first revision.
        latest: Time of the latest revision.
        people: Everybody who wrote a revision, with the time of their latest one.
    """

    where: str
    title: str = ""
    number: str = ""
    space: int = MAIN_NAMESPACE
    redirect: str = ""
    text: str = ""
    first: tuple[str, str] = ("", "")
    whole: bool = False
    latest: str = ""
    people: dict[str, str] = field(default_factory=dict)

    @property
    def created(self) -> datetime | None:
        """When the page was begun, if the dump says so."""
        return moment(self.first[0]) if self.whole else None

    @property
    def updated(self) -> datetime | None:
        """When it was last changed, if it was."""
        return moment(self.latest) if self.latest != self.first[0] or not self.whole else None

    def revise(self, element: Any) -> None:
        """Take in a revision."""
        time, name = _text(element, "timestamp"), one_line(_text(element, "contributor/username"), 200)
        model = _text(element, "model")
        if not self.first[0] or time < self.first[0]:
            self.first = (time, name)
            self.whole = element.find("{*}parentid") is None
        if time >= self.latest:
            self.latest = time
            self.text = _text(element, "text") if model in {"", "wikitext"} else ""
        if name and len(self.people) < _MOST_PEOPLE:
            self.people[name] = max(time, self.people.get(name, ""))

    def contributions(self, scope: str) -> list[Contribution]:
        """Who wrote it."""
        people = {name: _person(name, scope) for name in self.people if name not in _NOBODY}
        author = people.pop(self.first[1], None) if self.whole else None
        found = contribute(Role.AUTHORED, [author] if author else [], self.created)
        for name, one in people.items():
            found += contribute(Role.EDITED, [one], moment(self.people[name]), besides=found)
        return found


def _person(name: str, scope: str) -> Person:
    return Person(name, frozenset({handle(name, scope)}), bot=bool(_BOT.fullmatch(name)))


def _read(file: IO[bytes], where: str) -> Iterator[Site | Page | UnreadableError]:
    page = Page(where)
    try:
        # Entities stay unresolved, and nothing is loaded; a huge tree is only one long text here.
        for _, element in etree.iterparse(
            file,
            events=("end",),
            tag=("{*}siteinfo", "{*}redirect", "{*}revision", "{*}page"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
        ):
            kind = etree.QName(element).localname
            if kind == "siteinfo":
                yield _site(element)
            elif kind == "redirect":
                page.redirect = str(element.get("title") or "-")
                continue
            elif kind == "revision":
                page.revise(element)
            else:
                yield _finished(page, element, where)
                page = Page(where)
            _forget(element)
    except (etree.XMLSyntaxError, EOFError, OSError, zlib.error) as error:
        reason = f"the dump ends early or is damaged ({one_line(str(error), 150)}); copy it again"
        yield UnreadableError(where, f"{reason}. All before was read")


def _finished(page: Page, element: Any, where: str) -> Page:
    space = _text(element, "ns") or "0"
    page.title = one_line(_text(element, "title"))
    page.number = one_line(_text(element, "id"), 30)
    page.space = int(space) if re.fullmatch(r"-?\d{1,6}", space) else -1
    page.where = f"{where} page {page.number}"
    return page


def _site(element: Any) -> Site:
    names = {
        " ".join((one.text or "").split()).lower(): int(one.get("key", "0"))
        for one in element.iterfind("{*}namespaces/{*}namespace")
        if re.fullmatch(r"-?\d{1,6}", one.get("key", "")) and one.text
    }
    return Site(_text(element, "base"), names)


def _text(element: Any, path: str) -> str:
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def _forget(element: Any) -> None:
    """Free an element that was read, and its elder siblings, except those that its page still needs."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (elder := element.getprevious()) is not None:
        if _is_revision(element) and not _is_revision(elder):
            return
        parent.remove(elder)


def _is_revision(element: Any) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname == "revision"


@contextmanager
def _opened(tree: Tree, key: str, where: str) -> Iterator[IO[bytes]]:
    """Open a dump for reading, unpacked as it is read.

    Raises:
        UnreadableError: If it cannot be opened, or declares a document type.
    """
    if b"<!DOCTYPE" in head(tree, key) or b"<!ENTITY" in head(tree, key):
        raise UnreadableError(where, "declares a document type, which no wiki's export does; it is not read")
    with open_regular(tree.path(key), where) as file:
        if key.lower().endswith(".gz"):
            with gzip.open(file) as unpacked:
                yield cast("IO[bytes]", unpacked)
        elif key.lower().endswith(".bz2"):
            with bz2.open(file) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield file


def head(tree: Tree, key: str) -> bytes:
    """The first unpacked bytes."""
    try:
        if key.lower().endswith(".gz"):
            return zlib.decompressobj(31).decompress(tree.head(key), 4096)
        if key.lower().endswith(".bz2"):
            return bz2.BZ2Decompressor().decompress(tree.head(key, _HEAD), 4096)
    except (OSError, ValueError, zlib.error):
        return b""
    return tree.head(key)
