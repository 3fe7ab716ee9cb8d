"""Notion: the export of a workspace as "Markdown & CSV" or as HTML, as a folder or a zip.

::

    Garden 3f…e0.md                       a page; its number, 32 hexadecimal digits, never changes
    Garden 3f…e0/Rain tanks 7a…19.md      a page inside it
    Garden 3f…e0/plan.pdf                 a file attached to it
    Tools 55…c1.csv, Tools 55…c1_all.csv  a database: the rows of a view, and all rows
    Tools 55…c1/Pump 90…4d.md             the page of a row

Newer exports leave the number out of the names of folders and HTML files; it then stands in the page. A row
of a database that has a page is read as that page; other rows are documents of their own. The properties of a
page say who made it, when, its tags and its state; all others stand at the beginning of its text. The export
does not say who may read a page, so all pages belong to the community of their folder.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar

from catalog.errors import UnreadableError
from catalog.nouns import Item, Kind, Link, LinkKind
from ingest.formats import supported
from ingest.formats.tidy import one_line
from ingest.sources.pages.exports import PageExport, target_of
from ingest.sources.pages.notion_pages import NotionPage, Properties, number_in, read_html, read_markdown
from ingest.sources.protocol import Found, Place
from ingest.sources.shared.files import fingerprint
from ingest.tree import Tree

_NAMED = re.compile(r"(?:(.*) )?([0-9a-f]{32})(_all)?", re.DOTALL)
_IN_PAGE = re.compile(rb"<(?:article|div) id=\"([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})\"")
_HTML_MARK = b"webkit printing magic"  # every HTML file of an export has it in its styles
_HTML_HEAD = 1 << 16  # bytes; the number comes after the styles
_MOST_ROWS = 100_000
_PAGES = (".md", ".html")


class NotionExport(PageExport):
    """Exported pages, databases and attachments."""

    version: ClassVar[str] = "notion-1"

    def attachment_key(self, key: str) -> str:
        """The number of its page, and its name."""
        page = self.attachments[key]
        return f"{page}/{posixpath.basename(key)}" if page else super().attachment_key(key)

    def read_page(self, key: str, data: bytes) -> Iterator[Item | UnreadableError]:
        """Read a page, or those rows of a database that have no page."""
        where = self.tree.where(key)
        if key.endswith(".csv"):
            yield from self._rows(key, data, where)
            return
        page = read_html(data) if key.endswith(".html") else read_markdown(data, where, self._is_row(key))
        links = dict.fromkeys(found for address in page.addresses if (found := self._number(key, address)))
        number = self.pages[key]
        yield self._item(number, page, [one for one in links if one != number], _title(key))

    def _item(self, key: str, page: NotionPage, links: Sequence[str], name: str) -> Item:
        said = page.properties
        title = page.title or name
        return Item(
            source=self.name,
            key=key,
            kind=Kind.DOCUMENT,
            title=title,
            text=page.text or title,
            community=self.community.slug,
            url=f"https://www.notion.so/{key}" if "/" not in key else None,
            created=said.created,
            updated=said.updated,
            tags=said.tags,
            state=said.state,
            contributions=tuple(said.contributions(self.name)),
            links=tuple(Link(LinkKind.MENTION, link) for link in links),
        )

    def _number(self, key: str, address: str) -> str:
        """The key of the item that a link leads to; empty if it leads out of the export."""
        file = target_of(key, address)
        if file in self.pages:
            return self.pages[file]
        if file in self.attachments:
            return self.attachment_key(file)
        return number_in(address) if not re.match(r"https?://(?!(?:www\.)?notion\.)", address) else ""

    @cached_property
    def _row_folders(self) -> frozenset[str]:
        return frozenset(folder for key in self.pages if key.endswith(".csv") for folder in _folders(key))

    def _is_row(self, key: str) -> bool:
        """Whether a page lies in the folder of a database."""
        return posixpath.dirname(key) in self._row_folders

    def _rows(self, key: str, data: bytes, where: str) -> Iterator[Item | UnreadableError]:
        titles = {_plain(_title(one)) for one in self.pages if posixpath.dirname(one) in _folders(key)}
        lengths = {len(title) for title in titles if title}
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline=""))
        seen: Counter[str] = Counter()
        try:
            header = [one_line(cell, 100) for cell in next(rows, [])]
            for number, row in enumerate(rows):
                if number >= _MOST_ROWS:
                    yield UnreadableError(where, f"has more than {_MOST_ROWS:,} rows; split the database")
                    return
                name = _plain(row[0]) if row else ""
                if name and not any(name[:length] in titles for length in lengths):
                    seen[name] += 1
                    yield self._row(
                        f"{self.pages[key]}/{fingerprint(name, str(seen[name]))[:12]}", header, row
                    )
        except csv.Error as error:
            yield UnreadableError(where, f"is no table ({error}); export the database again")

    def _row(self, key: str, header: Sequence[str], row: Sequence[str]) -> Item:
        values = dict(zip(header[1:], row[1:], strict=False))
        said = Properties({name: [value] for name, value in values.items() if value.strip()})
        title = one_line(row[0])
        page = NotionPage(title, said.rest(), said, ())
        return self._item(key, page, [], title)


def _folders(key: str) -> tuple[str, str]:
    """The folders in which the pages below a page or the rows of a database may lie."""
    stem = key.removesuffix(PurePosixPath(key).suffix).removesuffix("_all")
    return stem, posixpath.join(posixpath.dirname(key), _title(key))


def _title(key: str) -> str:
    """The title in a file's name, which Notion may have cut short."""
    stem = PurePosixPath(key).stem
    match = _NAMED.fullmatch(stem)
    return (match[1] or "").strip() if match else stem


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title).casefold()


class NotionKind:
    """Finds and opens exports of Notion."""

    name = "notion"
    about = "a Notion workspace: its export as Markdown & CSV or HTML (folder or zip)"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find pages by the numbers in their names or by Notion's styles, and what lies in their folders."""
        marked = {key: _of_page(tree, key) for key in keys}
        pages = [key for key, number in marked.items() if number]
        if not any(key.endswith(_PAGES) for key in pages):
            return
        folders = {folder for key in pages for folder in _folders(key)}
        taken = {
            key for key in keys if marked[key] or folders.intersection(_above(key)) or _is_index(tree, key)
        }
        at = posixpath.commonpath([posixpath.dirname(key) for key in pages])
        yield Found(at, tuple(key for key in keys if key in taken))

    def open(self, found: Found, place: Place) -> NotionExport:
        """Make the source of one export."""
        numbers = {key: _of_page(place.tree, key) for key in found.keys}
        views = {key.replace("_all.csv", ".csv") for key in numbers if key.endswith("_all.csv")}
        pages = {key: number for key, number in numbers.items() if number and key not in views}
        folders = {folder: number for key, number in pages.items() for folder in _folders(key)}
        attachments = {
            key: next((folders[folder] for folder in _above(key) if folder in folders), "")
            for key, number in numbers.items()
            if not number and supported(PurePosixPath(key)) and not _is_index(place.tree, key)
        }
        return NotionExport(place.name, place.tree, found.at, pages, attachments, place.community)


def _above(key: str) -> Iterator[str]:
    """The folders in which a file lies, the nearest first."""
    for folder in PurePosixPath(key).parents:
        yield folder.as_posix()


def _of_page(tree: Tree, key: str) -> str:
    """The number of the page or database that a file holds; empty if it holds none."""
    if not key.endswith((*_PAGES, ".csv")):
        return ""
    if match := _NAMED.fullmatch(PurePosixPath(key).stem):
        return match[2]
    if key.endswith(".html") and _HTML_MARK in tree.head(key):
        number = _IN_PAGE.search(tree.head(key, _HTML_HEAD))
        return number[1].decode().replace("-", "") if number else ""
    return ""


def _is_index(tree: Tree, key: str) -> bool:
    """Whether a file is the list of the pages, which says nothing else."""
    return posixpath.basename(key) == "index.html" and b"<title>Workspace" in tree.head(key)


KIND = NotionKind()
