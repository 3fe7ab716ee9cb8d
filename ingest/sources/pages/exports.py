"""What exports of wikis have in common: pages that link to each other, and files attached to them."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import unquote

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Item, Kind, Link, LinkKind, Role
from ingest import formats
from ingest.documents import PagedItem
from ingest.formats.tidy import one_line
from ingest.sources.protocol import Record, Unit
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint, open_regular
from ingest.sources.shared.people import contribute, person
from ingest.tree import Tree

_BATCHES = (
    16  # units that the pages are spread over: a process is started for each, so one a page is too many
)
_LARGEST_PAGE = 8 << 20  # bytes; its tree takes some fifty times as much
_LARGEST_ATTACHMENT = 100 << 20


@dataclass
class PageExport(ABC):
    """The pages of an export, in a fixed number of units, and its attachments, each a unit.

    Attributes:
        name: Name of the source.
        tree: Where the files are.
        at: The folder of the export within the tree.
        pages: The files of the pages, and the key of each page.
        attachments: The files that can be read, and the key of the page that each is attached to, or nothing.
        community: The community that the export belongs to.
        web: Web address of the wiki, without a slash at its end; empty if it is not known.
    """

    name: str
    tree: Tree
    at: str
    pages: Mapping[str, str]
    attachments: Mapping[str, str]
    community: Community
    web: str = ""
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=True, init=False)
    in_child: bool = field(default=True, init=False)
    kind: str = field(default="", init=False)

    version: ClassVar[str]
    """Name of the kind of source, and the version of its reader."""

    def __post_init__(self) -> None:
        self.kind = self.version.rpartition("-")[0]
        self.location = self.tree.where(self.at)
        self.communities = (self.community,)

    @abstractmethod
    def read_page(self, key: str, data: bytes) -> Iterator[Item | UnreadableError]:
        """Read the file of a page.

        Raises:
            UnreadableError: If it cannot be read.
        """

    def attachment_key(self, key: str) -> str:
        """The key of the item that an attached file gives; it never changes with the page."""
        return str(PurePosixPath(key).relative_to(self.at)) if self.at else key

    def attachment_title(self, key: str) -> str:
        """What an attached file is called on its page."""
        return PurePosixPath(key).stem

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the batches of pages, then the attachments.

        Raises:
            SourceError: If the export is not there any more.
        """
        if not self.tree.root.exists():
            reason = "is not there any more; ingest its new place, or remove the source"
            raise SourceError(f"{self.location}: {reason}")
        for batch, keys in sorted(self._batches.items()):
            yield self._unit(f"pages/{batch}", f"{self.location} ({batch} of its pages)", keys)
        for key in sorted(self.attachments):
            yield self._unit(key, self.tree.where(key), [key])

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a batch of pages, or an attachment.

        Raises:
            UnreadableError: If the attachment cannot be read.
        """
        if unit.key in self.attachments:
            yield self._attachment(unit.key)
        else:
            yield from bounded(self._read_pages(unit.key.removeprefix("pages/")), unit.where)

    @cached_property
    def _batches(self) -> Mapping[str, list[str]]:
        batches: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self.pages):
            number = hashlib.sha256(self.pages[key].encode()).digest()[0] % _BATCHES
            batches[f"{number + 1:02}/{_BATCHES}"].append(key)
        return batches

    def _unit(self, key: str, where: str, files: Sequence[str]) -> Unit | UnreadableError:
        try:
            digests = [f"{file}={self.tree.digest(file)}" for file in files]
        except UnreadableError as error:
            return error if error.where == where else UnreadableError(where, str(error))
        return Unit(key, fingerprint(self.version, self.community.slug, self.web, *digests), where)

    def _read_pages(self, batch: str) -> Iterator[Item | UnreadableError]:
        read: set[str] = set()
        for key in self._batches.get(batch, ()):
            number = self.pages[key]
            if number in read:
                reason = "is a second file of a page that was read already; remove one of them"
                yield UnreadableError(self.tree.where(key), reason)
                continue
            read.add(number)
            try:
                yield from self._guarded(key)
            except UnreadableError as error:
                yield error

    def _guarded(self, key: str) -> list[Item | UnreadableError]:
        """Read a page; whatever is wrong with it costs no other page of the batch."""
        where = self.tree.where(key)
        try:
            return list(self.read_page(key, self.data(key)))
        except (UnreadableError, MemoryError):
            raise
        except RecursionError as error:
            raise UnreadableError(where, "is nested too deeply to be read; split it") from error
        except Exception as error:  # parsers raise anything on damaged files
            cause = one_line(f"{type(error).__name__}: {error}", 150)
            raise UnreadableError(where, f"is damaged ({cause}); export it again") from error

    def _attachment(self, key: str) -> Record:
        where = self.tree.where(key)
        document = formats.read(self.data(key, _LARGEST_ATTACHMENT), where)
        if not document.text:
            return UnreadableError(where, "holds no text")
        authors = (person(name, self.name) for name in document.authors)
        page = self.attachments[key]
        item = Item(
            source=self.name,
            key=self.attachment_key(key),
            kind=Kind.DOCUMENT,
            title=document.title or self.attachment_title(key),
            text=document.text,
            community=self.community.slug,
            created=document.created,
            updated=document.updated,
            contributions=tuple(contribute(Role.AUTHORED, filter(None, authors), document.created)),
            links=(Link(LinkKind.RELATED, page),) if page else (),
        )
        marked = document.pages or document.times
        return PagedItem(item, document.pages, document.times) if marked else item

    def data(self, key: str, limit: int = _LARGEST_PAGE) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableError: If it cannot be opened, or is longer than the limit (bytes).
        """
        where = self.tree.where(key)
        with open_regular(self.tree.path(key), where) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise UnreadableError(where, f"is larger than {limit >> 20} MB; split it")
        return data


def target_of(key: str, address: str) -> str:
    """The file that a relative link leads to, as a key of the tree; empty if it leads elsewhere.

    Args:
        key: The file in which the link stands.
        address: The link, with its escapes and its anchor.
    """
    path = unquote(address.partition("#")[0].partition("?")[0])
    if not path or ":" in path.partition("/")[0] or path.startswith("/"):
        return ""
    parts = list(PurePosixPath(key).parent.parts)
    for part in PurePosixPath(path).parts:
        if part == ".." and not parts:
            return ""
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
