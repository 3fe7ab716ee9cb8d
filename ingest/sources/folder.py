"""Folders of documents: each supported file is a document, or the record of an author."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Person, Role, State
from ingest.documents import Document, PagedItem
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.files import file_hash, fingerprint
from ingest.sources.lessons import OUTDATED
from ingest.sources.people import contribute, email_identities, handle, people
from ingest.sources.protocol import Record, Unit

READER_VERSION = "folder-1"
_RECORD_FOLDERS = {"author", "authors", "contributors", "members", "people"}
_RECORD_WORDS = 40  # a longer body is worth reading as a document, whatever its front matter says
_KINDS = {kind.value: kind for kind in (Kind.DOCUMENT, Kind.LESSON, Kind.POST, Kind.QUESTION)}
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_ ]+(?=.)")
_INDEX_NAMES = {"_index", "index", "readme"}


class DocumentParser(Protocol):
    """What a folder needs of a parser."""

    def parse(self, path: Path, where: str) -> Document:
        """Read a file.

        Raises:
            UnreadableError: If it cannot be read.
        """
        ...


@dataclass
class FolderSource:
    """All documents below a path.

    Attributes:
        name: Name of the source.
        folder: The folder that keys are relative to.
        files: The documents, and the community of each.
        parser: What reads a file.
        errors: What was found below the path and cannot be opened.
        left_out: How many files are no documents, by suffix.
    """

    name: str
    folder: Path
    files: Mapping[Path, Community]
    parser: DocumentParser
    errors: Sequence[UnreadableError] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    kind: str = field(default="folder", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = str(self.folder)
        self.communities = tuple(dict.fromkeys(self.files.values()))

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the files in the order of their paths.

        Raises:
            SourceError: If the folder is not there any more.
        """
        if not self.folder.is_dir():
            raise SourceError(
                f"{self.folder}: is not there any more; ingest its new place, or remove the source"
            )
        for path, community in self.files.items():
            try:
                content = file_hash(path, str(path))
            except UnreadableError as error:
                yield error
                continue
            digest = fingerprint(READER_VERSION, community.slug, content)
            yield Unit(path.relative_to(self.folder).as_posix(), digest, str(path), content)
        yield from self.errors

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a file: an item, with its pages if it has any; or the person whom an author record declares.

        A file of front matter alone, without even a summary, gives nothing.

        Raises:
            UnreadableError: If it cannot be read.
        """
        path = self.folder / unit.key
        document = self.parser.parse(path, unit.where)
        front = _Front(document, self.name)
        if _is_author_record(unit.key, front):
            yield front.declared(_stem(unit.key, self.folder.name))
        elif front.body:
            item = self._item(unit, front, self.files[path])
            yield PagedItem(item, document.pages) if document.pages else item

    def _item(self, unit: Unit, front: _Front, community: Community) -> Item:
        document = front.document
        dated = _DATED.match(PurePosixPath(unit.key).name)
        created = document.created or (moment(dated[1]) if dated else None)
        return Item(
            source=self.name,
            key=unit.key,
            kind=front.kind,
            title=document.title
            or front.text("display_name", "name")
            or title_of(unit.key, self.folder.name),
            text=front.body,
            community=community.slug,
            url=front.url,
            created=created,
            updated=document.updated,
            tags=front.tags,
            state=front.state,
            contributions=front.contributions(created),
        )


def title_of(key: str, folder: str) -> str:
    """Make a title of a file's path: `compost-recipe_v2.md` gives `Compost recipe v2`.

    Args:
        key: The path.
        folder: Name of the folder that the path is relative to; an index file is named for its folder.
    """
    name = _stem(key, folder)
    words = one_line(re.sub(r"[-_]+", " ", _DATED.sub("", name, count=1))) or one_line(name)
    return words[:1].upper() + words[1:]


def _stem(key: str, folder: str) -> str:
    path = PurePosixPath(key)
    return (path.parent.name or folder) if path.stem.lower() in _INDEX_NAMES else path.stem


@dataclass(frozen=True)
class _Front:
    """What a document says about itself, understood without regard to case."""

    document: Document
    scope: str

    @cached_property
    def meta(self) -> dict[str, Any]:
        return {key.casefold(): value for key, value in self.document.meta.items()}

    def texts(self, *names: str) -> list[str]:
        """The first of these fields that says something: a text, or a list of texts."""
        for name in names:
            value = self.meta.get(name)
            listed = value if isinstance(value, list) else [value]
            found = [" ".join(str(one).split()) for one in listed if isinstance(one, str | int)]
            if any(found):
                return [text for text in found if text]
        return []

    def text(self, *names: str) -> str:
        return next(iter(self.texts(*names)), "")

    @property
    def body(self) -> str:
        """The text; where there is none, what the front matter says instead."""
        return self.document.text or self.text("summary", "description", "deck", "abstract")

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.text("kind") or self.text("type"), Kind.DOCUMENT)

    @property
    def url(self) -> str | None:
        candidates = (self.text(name) for name in ("url", "link", "source_url"))
        return next((url for url in candidates if re.fullmatch(r"https?://\S+", url)), None)

    @property
    def tags(self) -> tuple[str, ...]:
        fields = [self.texts(name) for name in ("tags", "keywords", "topics", "categories")]
        tags = (tag for texts in fields for text in texts for tag in re.split(r"[,;]", text))
        return tuple(sorted({" ".join(tag.split()).lower() for tag in tags} - {""}))

    @property
    def state(self) -> State | None:
        said = {self.text(name).casefold() for name in ("status", "state")}
        return State.OUTDATED if said & OUTDATED or self.text("superseded_by") else None

    def contributions(self, created: datetime | None) -> tuple[Contribution, ...]:
        updated = self.document.updated
        role = Role.ASKED if self.kind is Kind.QUESTION else Role.AUTHORED
        authors = [one for author in self.document.authors for one in people(author, self.scope)]
        found = contribute(role, dict.fromkeys(authors), created or updated)
        names = self.texts("editors", "editor", "last_edited_by", "last_modified_by")
        editors = [one for name in names for one in people(name, self.scope)]
        return tuple(
            found + contribute(Role.EDITED, dict.fromkeys(editors), updated or created, besides=found)
        )

    def declared(self, stem: str) -> Person:
        """The person whom an author record is about, by all names that documents may use for them."""
        name, github = self.text("display_name", "name"), self.text("github")
        identities = {handle(self.text("slug") or stem, self.scope), handle(name, self.scope)}
        if github:
            identities.add(handle(f"github:{github}", self.scope))
        return Person(name, frozenset(identities | email_identities(self.text("email", "mail", "e-mail"))))


def _is_author_record(key: str, front: _Front) -> bool:
    """Whether a file only says who somebody is: a name, and next to no text."""
    short = len(front.document.text.split()) <= _RECORD_WORDS
    if _RECORD_FOLDERS.intersection(PurePosixPath(key.lower()).parts[:-1]):
        return bool(front.text("display_name", "name")) and (short or bool(front.text("slug")))
    # elsewhere, what has a mere `name` may be an organisation, a product or a topic
    return short and bool(front.text("display_name") and front.text("slug"))
