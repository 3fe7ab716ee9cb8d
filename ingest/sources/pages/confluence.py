"""Confluence: the HTML export of a space (Space tools, Content tools, Export, HTML), as a folder or a zip.

::

    index.html                         the list of the pages; not read
    Rain-tanks_31429504.html           a page, with its number
    attachments/31429504/31429510.pdf  a file attached to it

A page is a document; its line "Created by …, last modified by … on …" names the people, its comments stand at
the end of its text, its labels are tags. The export does not say who may read a space, so it belongs to the
community of its folder. The XML export (`entities.xml`) is refused with advice.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Contribution, Item, Kind, Link, LinkKind, Person, Role, State
from ingest.formats import supported
from ingest.formats.fragments import html_to_markdown, parsed
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.pages.exports import PageExport, target_of
from ingest.sources.protocol import Found, Place, Unit
from ingest.sources.shared.people import contribute, person
from ingest.sources.shared.states import OUTDATED
from ingest.sources.shared.threads import Comment, with_comments
from ingest.tree import Tree

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_MARKS = (b'id="main"', b"styles/site.css")
_PAGE = re.compile(r"(?:.*_)?(\d{1,20})\.html", re.IGNORECASE)
_ATTACHED = re.compile(r"attachments/(\d{1,20})/[^/]+", re.IGNORECASE)
_BY_NUMBER = re.compile(r"[?&]pageId=(\d{1,20})")
_STATUS = re.compile(r"\s*\((?:Unlicensed|Deactivated|Inactive)\)\s*$", re.IGNORECASE)
_GONE = re.compile(r"Unknown User\b.*|Former user\b.*|.*\(Deleted\)|Deleted User|Anonymous", re.IGNORECASE)
_DATE = re.compile(r"\bon ([A-Z][a-z]{2,8} \d{1,2}, \d{4})")
_POSTED = re.compile(r"Posted by (.{1,200}?) at ([A-Z][a-z]{2,8} \d{1,2}, \d{4})(?: (\d{1,2}:\d{2}))?")
_XML = "entities.xml"
_NO_XML = (
    "is the XML export of a Confluence space, which is not read; export the space again as HTML "
    "(Space tools, Content tools, Export, HTML) and ingest that"
)


class ConfluenceExport(PageExport):
    """An exported space."""

    version: ClassVar[str] = "confluence-1"

    def attachment_key(self, key: str) -> str:
        """The numbers of its page and of itself."""
        parts = PurePosixPath(key)
        return f"{parts.parent.name}/{parts.stem}"

    def attachment_title(self, key: str) -> str:
        """The file's name in the list of its page's attachments; the export itself names it by its number."""
        page = next((file for file, number in self.pages.items() if number == self.attachments[key]), None)
        if page:
            for link in _links(parsed(self.data(page))):
                shown = one_line(link.get_text(" "))
                if shown and target_of(page, str(link["href"])) == key:
                    return PurePosixPath(shown).stem
        return super().attachment_title(key)

    def read_page(self, key: str, data: bytes) -> Iterator[Item | UnreadableError]:
        """Read a page: its text, its people, its comments, and what it links to."""
        soup = parsed(data)
        title, number = _title(soup), self.pages[key]
        main = soup.select_one("#main-content") or soup.select_one(".wiki-content")
        if main is None or not title:
            where = self.tree.where(key)
            raise UnreadableError(where, "is no page of a Confluence export; export the space again")
        links = tuple(dict.fromkeys(self._linked(key, soup)))
        for element in main.select(".toc-macro, .aui-icon, .expand-control"):
            element.decompose()
        comments = _comments(soup)
        text = with_comments(html_to_markdown(main.decode_contents()), comments)
        tags = {one_line(label.get_text(" "), 100).lower() for label in soup.select(".label-list a, a.label")}
        item = Item(
            source=self.name,
            key=number,
            kind=Kind.DOCUMENT,
            title=title,
            text=text or title,
            community=self.community.slug,
            url=f"{self.web}/pages/viewpage.action?pageId={number}" if self.web else None,
            tags=tuple(sorted(tags - {""})),
            state=State.OUTDATED if OUTDATED & tags else None,
            links=tuple(Link(LinkKind.MENTION, link) for link in links if link != number),
        )
        yield self._with_people(item, soup, comments)

    def _linked(self, key: str, soup: BeautifulSoup) -> Iterator[str]:
        content = soup.select_one("#content") or soup
        for link in _links(content):
            address = str(link["href"])
            file = target_of(key, address)
            if file in self.pages:
                yield self.pages[file]
            elif file in self.attachments:
                yield self.attachment_key(file)
            elif number := _BY_NUMBER.search(address):
                yield number[1]

    def _with_people(self, item: Item, soup: BeautifulSoup, comments: Sequence[Comment]) -> Item:
        line = soup.select_one(".page-metadata")
        said = one_line(line.get_text(" ")) if line else ""
        changed = "last modified" in said
        dates = [moment(date) for date in _DATE.findall(said)]
        last = dates[-1] if dates else None
        created = dates[0] if dates and (len(dates) > 1 or not changed) else None
        found = self._contributed(Role.AUTHORED, line, ".author", created)
        if changed:
            found += self._contributed(Role.EDITED, line, ".editor", last, found)
        for comment in comments:
            one = self._person(comment.name)
            found += contribute(Role.COMMENTED, [one] if one else [], comment.at)
        return replace(
            item,
            created=created,
            updated=last if changed else None,
            contributions=tuple(dict.fromkeys(found)),
        )

    def _contributed(
        self,
        role: Role,
        line: Tag | None,
        where: str,
        at: datetime | None,
        besides: Sequence[Contribution] = (),
    ) -> list[Contribution]:
        span = line.select_one(where) if line else None
        one = self._person(span.get_text(" ")) if span else None
        return contribute(role, [one] if one else [], at, besides)

    def _person(self, name: str) -> Person | None:
        shown = _STATUS.sub("", one_line(name, 200))
        return None if _GONE.fullmatch(shown) else person(shown, self.name)


def _links(tag: Tag) -> Iterator[Tag]:
    yield from tag.find_all("a", href=True)


def _title(soup: BeautifulSoup) -> str:
    """The page's title, in front of which the export puts the name of the space."""
    heading = soup.select_one("#title-text") or soup.title
    whole = one_line(heading.get_text(" ")) if heading else ""
    first = soup.select_one("#breadcrumbs li")
    space = one_line(first.get_text(" ")) if first else whole.partition(" : ")[0]
    return whole.removeprefix(f"{space} : ")


def _comments(soup: BeautifulSoup) -> list[Comment]:
    found: list[Comment] = []
    read: set[int] = set()
    for anchor in soup.select('a[name^="comment-"]'):
        cell = anchor.find_parent("td") or anchor.parent
        if not read.isdisjoint(map(id, anchor.parents)):  # its text is part of another comment's
            continue
        read.add(id(cell))
        signature = cell.select_one("div.smallfont") if cell else None
        said = _POSTED.search(one_line(signature.get_text(" "))) if signature else None
        if cell is None or signature is None:
            continue
        signature.extract()
        name = _STATUS.sub("", said[1]) if said else ""
        at = moment(said[2]) if said else None
        text = one_line(html_to_markdown(cell.decode_contents()), 5000)
        found.append(Comment("" if _GONE.fullmatch(name) else name, at, text))
    return [comment for comment in found if comment.text]


class RefusedExport(ConfluenceExport):
    """An export that is not read, and says so."""

    def units(self) -> Iterator[Unit | UnreadableError]:
        """Say why.

        Raises:
            SourceError: Always.
        """
        raise SourceError(f"{self.location}: {_NO_XML}")


class ConfluenceKind:
    """Finds and opens exported spaces."""

    name = "confluence"
    about = "a Confluence space: its HTML export (folder or zip)"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find the folders whose `index.html` Confluence wrote, and XML exports."""
        for key in keys:
            at, name = posixpath.split(key)
            if name not in {"index.html", _XML}:
                continue
            head, below = tree.head(key), tuple(one for one in keys if one.startswith(f"{at}/" if at else ""))
            is_xml = name == _XML and b"<hibernate-generic" in head
            has_pages = any(_PAGE.fullmatch(posixpath.basename(one)) for one in below)
            if is_xml or (name == "index.html" and has_pages and all(mark in head for mark in _MARKS)):
                yield Found(at, below)

    def open(self, found: Found, place: Place) -> PageExport:
        """Make the source of one space."""
        start = f"{found.at}/" if found.at else ""
        inside = {key.removeprefix(start): key for key in found.keys}
        kind = RefusedExport if _XML in inside and "index.html" not in inside else ConfluenceExport
        pages = {key: match[1] for name, key in inside.items() if (match := _PAGE.fullmatch(name))}
        attachments = {
            key: match[1]
            for name, key in inside.items()
            if (match := _ATTACHED.fullmatch(name)) and supported(PurePosixPath(key))
        }
        web = place.config.forum_url or ""
        return kind(place.name, place.tree, found.at, pages, attachments, place.community, web)


KIND = ConfluenceKind()
