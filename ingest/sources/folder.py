"""Folders of documents: each supported file is a document, or the record of an author.

What a file says of its authors and dates counts first. Where the folder lies in a git work tree, its
history says the rest (`githistory`): who made a file that names no author, who changed it, and when.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Contribution, Item, Kind, Person, Role, State
from ingest.documents import BROKEN_FRONT_MATTER, Document, PagedItem
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.githistory import Past, git_person, pasts
from ingest.sources.protocol import DocumentParser, Record, Unit
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.people import contribute, email_identities, handle, people, person
from ingest.sources.shared.states import OUTDATED
from ingest.tree import FolderTree, Tree

READER_VERSION = "folder-2"
_RECORD_FOLDERS = {"author", "authors", "contributors", "members", "people"}
_RECORD_WORDS = 40  # a longer body is worth reading as a document, whatever its front matter says
_KINDS = {kind.value: kind for kind in (Kind.DOCUMENT, Kind.LESSON, Kind.POST, Kind.QUESTION)}
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_ ]+(?=.)")
_INDEX_NAMES = {"_index", "index", "readme"}
_GONE = "ingest its new place, or remove the source"


@dataclass
class FolderSource:
    """All documents of a folder or an archive.

    Attributes:
        name: Name of the source.
        tree: The folder or the archive.
        files: The names of the documents, and the community of each.
        parser: What reads a file.
        left_out: How many files are no documents, by suffix.
    """

    name: str
    tree: Tree
    files: Mapping[str, Community]
    parser: DocumentParser
    left_out: Counter[str] = field(default_factory=Counter)
    kind: str = field(default="folder", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=True, init=False)
    in_child: bool = field(default=False, init=False)
    _pasts: Mapping[str, Past] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.location = str(self.tree.root)
        self.communities = tuple(dict.fromkeys(self.files.values()))

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the files in the order of their names.

        Raises:
            SourceError: If the folder or archive is not there any more.
        """
        if not self.tree.root.exists():
            raise SourceError(f"{self.location}: is not there any more; {_GONE}")
        self._pasts = self._history()
        for key, community in self.files.items():
            try:
                content = self.tree.digest(key)
            except UnreadableError as error:
                yield error
                continue
            past = self._pasts.get(key, Past()).digest
            digest = fingerprint(READER_VERSION, community.slug, content, past)
            yield Unit(key, digest, self.tree.where(key), content)
        yield from self.tree.errors

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a file: an item, with its pages if it has any; or the person whom an author record declares.

        A file of front matter alone, without even a summary, gives nothing. Front matter that is broken is an
        error beside the item.

        Raises:
            UnreadableError: If it cannot be read.
        """
        document = self.parser.parse(self.tree.path(unit.key), unit.where)
        front = _Front(document, self.name)
        if broken := document.meta.get(BROKEN_FRONT_MATTER):
            yield UnreadableError(unit.where, f"{broken}; its text was read without it")
        if _is_author_record(unit.key, front):
            yield front.declared(_stem(unit.key, self._folder))
        elif front.body:
            item = self._item(unit, front, self.files[unit.key])
            marked = document.pages or document.times
            yield PagedItem(item, document.pages, document.times) if marked else item

    @property
    def _folder(self) -> str:
        """The folder's name; the archive's without its suffix."""
        root = self.tree.root
        return root.name if isinstance(self.tree, FolderTree) else root.stem

    def _history(self) -> Mapping[str, Past]:
        return pasts(self.tree.root) if isinstance(self.tree, FolderTree) else {}

    def _past(self, key: str) -> Past:
        if self._pasts is None:
            self._pasts = self._history()
        return self._pasts.get(key, Past())

    def _item(self, unit: Unit, front: _Front, community: Community) -> Item:
        document, past = front.document, self._past(unit.key)
        dated = _DATED.match(PurePosixPath(unit.key).name)
        written = document.created or (moment(dated[1]) if dated else None)
        created = written or (None if document.updated else past.created)
        later = past.updated if past.updated and past.updated != past.created else None
        return Item(
            source=self.name,
            key=unit.key,
            kind=front.kind,
            title=document.title or front.text("display_name", "name") or title_of(unit.key, self._folder),
            text=front.body,
            community=community.slug,
            url=front.url,
            created=created,
            updated=document.updated or later,
            tags=front.tags,
            state=front.state,
            contributions=tuple(front.contributions(written, past)),
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

    def contributions(self, created: datetime | None, past: Past) -> list[Contribution]:
        """Who made the file, spoke in it and changed it: by its own word first, then by its history.

        Args:
            created: When it was written, by its own word or its name.
            past: Its history.
        """
        document, updated = self.document, self.document.updated
        role = Role.ASKED if self.kind is Kind.QUESTION else Role.AUTHORED
        found = contribute(role, self._named(document.authors), created or updated or past.created)
        if not found:  # whoever committed a file that names its authors did not write it
            makers = filter(None, (git_person(who, self.scope) for who in past.authors))
            found = contribute(role, makers, past.created)
        found += contribute(Role.SPOKE, self._speakers(), created or updated or past.created)
        editors = self.texts("editors", "editor", "last_edited_by", "last_modified_by")
        found += contribute(Role.EDITED, self._named(editors), updated or created, besides=found)
        for who, at in past.editors:
            editor = git_person(who, self.scope)
            found += contribute(Role.EDITED, [editor] if editor else [], at, besides=found)
        return found

    def _named(self, names: Sequence[str]) -> list[Person]:
        return list(dict.fromkeys(one for name in names for one in people(name, self.scope)))

    def _speakers(self) -> list[Person]:
        found = (person(name, self.scope) for name in self.document.speakers)
        return list(dict.fromkeys(one for one in found if one))

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
