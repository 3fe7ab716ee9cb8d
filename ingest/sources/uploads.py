"""What members uploaded for a community: documents, each with whoever uploaded it.

Who a document says wrote it counts first. But anybody may say anything there, so it makes nobody known by an
e-mail address, and declares no author.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.errors import UnreadableError
from catalog.nouns import Community, Contribution, IdentityKind, Item, Kind, Person, Role
from catalog.origins import Origin
from ingest.documents import PagedItem
from ingest.sources.folder import FolderSource
from ingest.sources.githistory import Past
from ingest.sources.protocol import DocumentParser, Record, Unit
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.people import handle
from ingest.tree import FolderTree, open_tree
from ingest.uploads import KIND, Note, UploadFolder


def open_uploads(origin: Origin, library: Path, parser: DocumentParser) -> UploadsSource:
    """Open the uploads of a community.

    Args:
        origin: As `upload_origin` makes it.
        library: The library's folder.
        parser: What reads documents.
    """
    folder = UploadFolder.of(library, origin.community)
    folder.path.mkdir(parents=True, exist_ok=True)
    tree = open_tree(folder.path, folder.path)
    notes = folder.notes()
    own = UploadTree(folder.path, errors=tree.errors, notes=notes)
    own.files = dict(tree.files) if isinstance(tree, FolderTree) else {}
    community = Community(origin.community, origin.community)
    files = dict.fromkeys((key for key in own.files if "/" not in key), community)
    return UploadsSource(origin.name, own, files, parser, notes=notes)


@dataclass
class UploadTree(FolderTree):
    """A folder whose files never change, so that nothing is read to see whether they did."""

    notes: dict[str, Note] = field(default_factory=dict)

    def digest(self, key: str) -> str:
        """SHA-256 (hex) of the bytes, as it was when they came."""
        note = self.notes.get(key)
        return note.sha256 if note else super().digest(key)


@dataclass
class UploadsSource(FolderSource):
    """The uploads of one community, which has its name and its readers from elsewhere."""

    notes: dict[str, Note] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kind = KIND
        self.communities = ()

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the files, each with whoever uploaded it."""
        for unit in super().units():
            if isinstance(unit, Unit) and (note := self.notes.get(unit.key)):
                yield replace(unit, digest=fingerprint(unit.digest, repr(sorted_note(note))))
            else:
                yield unit

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a file: an item, never the record of an author."""
        note = self.notes.get(unit.key)
        for record in super().read(unit):
            if isinstance(record, PagedItem):
                yield replace(record, item=self._credited(record.item, note))
            elif isinstance(record, Item):
                yield self._credited(record, note)
            elif not isinstance(record, Person):
                yield record

    def _history(self) -> dict[str, Past]:
        return {}

    def _credited(self, item: Item, note: Note | None) -> Item:
        """The item with its authors by name alone, or by whoever uploaded it."""
        made = tuple(
            replace(one, person=self._by_name(one.person)) for one in item.contributions if one.person.name
        )
        if note and note.person and not any(one.role in (Role.AUTHORED, Role.ASKED) for one in made):
            role = Role.ASKED if item.kind is Kind.QUESTION else Role.AUTHORED
            made = (Contribution(note.person, role, note.at), *made)
        created = item.created or item.updated or (note.at if note else None)
        return replace(item, contributions=made, created=created)

    def _by_name(self, person: Person) -> Person:
        handles = {one for one in person.identities if one.kind is IdentityKind.HANDLE}
        return replace(person, identities=frozenset(handles or {handle(person.name, self.name)}))


def sorted_note(note: Note) -> tuple[object, ...]:
    """What of a note an item depends on."""
    person = note.person
    return (person.name, sorted(person.identities, key=repr), note.at) if person else (note.at,)
