"""Contributing: what every face calls to write a post, a lesson or a question, or to upload a document.

What is written is content as soon as this returns: the next question finds it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from catalog.errors import NotAllowedError, NotFoundError, SettingError
from catalog.lessons import TO_DO, recommendation
from catalog.nouns import Item, Kind, Viewer
from catalog.own import NOBODY, Split
from catalog.settings import Settings
from catalog.written import KINDS, Draft
from ingest.formats.tidy import one_line, tidy
from ingest.passages import split
from ingest.uploads import Note, UploadFolder, upload_origin
from search.embed import embed_passages
from search.engine import Engine
from ui.schemas_contribute import (
    ContributionsOut,
    UploadOut,
    WithdrawnOut,
    WrittenOut,
    contributions_out,
    upload_out,
    written_out,
)
from ui.uploads import ENDED, Uploads, no_such_upload

LONGEST_TITLE = 200  # characters
LONGEST_TEXT = 50_000
LONGEST_TAG = 60
MOST_TAGS = 20


class Contributing:
    """What one viewer writes; get one from `ui.service.Service.contributing`.

    Args:
        engine: The opened library.
        settings: The settings in force.
        viewer: Who writes.
        uploads: What takes in documents.
    """

    def __init__(self, engine: Engine, settings: Settings, viewer: Viewer, uploads: Uploads) -> None:
        self._engine = engine
        self._catalog = engine.catalog
        self._settings = settings
        self._viewer = viewer
        self._uploads = uploads

    def write(
        self, kind: Kind, community: str, title: str, text: str, tags: Iterable[str] = (), author: str = ""
    ) -> WrittenOut:
        """Add a post, a lesson or a question.

        Args:
            kind: What it is to be.
            community: Slug of the community that it is for.
            title: Its title.
            text: The body as Markdown; a lesson's has the heading "What to do".
            tags: Topics.
            author: Number or name of who wrote it; for the owner, whom nobody knows by an address.

        Raises:
            NotAllowedError: If the viewer may not write there.
            SettingError: If something is missing or too long, or nobody knows who writes.
            NotFoundError: If there are several people of the author's name.
        """
        self._viewer.check_contributes(community)
        draft = _draft(kind, community, title, text, tags)
        by, splitting = self._author(author), self._splitting()
        with self._catalog.write_own(self._viewer) as writer:
            item_id = writer.write(draft, splitting, self._split_name, by)
        return self._taken(item_id)

    def edit(
        self,
        item_id: str,
        title: str | None = None,
        text: str | None = None,
        tags: Iterable[str] | None = None,
    ) -> WrittenOut:
        """Change what is written; what is None stays.

        Raises:
            NotFoundError: If there is no such item that was written here.
            NotAllowedError: If it is somebody else's.
            SettingError: If something is missing or too long.
        """
        item, splitting = self._item(item_id), self._splitting()
        with self._catalog.write_own(self._viewer) as writer:
            writer.find(item_id)
            draft = _draft(
                item.kind,
                item.community,
                item.title if title is None else title,
                item.text if text is None else text,
                item.tags if tags is None else tags,
            )
            writer.edit(item_id, draft, splitting, self._split_name)
        return self._taken(item_id)

    def withdraw(self, item_id: str) -> WithdrawnOut:
        """Take away what is written, for good.

        Raises:
            NotFoundError: If there is no such item that was written here.
            NotAllowedError: If it is somebody else's.
        """
        item = self._item(item_id)
        if item.source == upload_origin(item.community).name:
            self._withdraw_upload(item)
        else:
            with self._catalog.write_own(self._viewer) as writer:
                writer.withdraw(item_id)
        return WithdrawnOut(item_id=item_id, title=item.title)

    def find(self, item_id: str) -> WrittenOut:
        """What the viewer may change, as it stands now.

        Raises:
            NotFoundError: If there is no such item that was written here.
            NotAllowedError: If it is somebody else's.
        """
        item = self._item(item_id)
        if not self.may_change(item_id):
            raise NotAllowedError(
                f"{item_id}: was not written here by you; its author or a steward changes it"
            )
        return written_out(item)

    def may_change(self, item_id: str) -> bool:
        """Whether an item was written here, and is the viewer's to change."""
        with self._catalog.read(self._viewer) as reader:
            return reader.changeable(item_id)

    def places(self) -> frozenset[str]:
        """Slugs of the communities in which the viewer may write."""
        return self._viewer.contributes

    def knows_author(self) -> bool:
        """Whether it is known who writes, because the viewer has a name of their own."""
        return self._viewer.name.strip().lower() not in NOBODY

    def mine(self, k: int = 50) -> ContributionsOut:
        """What the viewer wrote and uploaded here, the latest first; for the owner, all that was."""
        with self._catalog.read(self._viewer) as reader:
            found = [*reader.written(k), *reader.items(self._uploaded()).values()]
        return contributions_out(sorted(found, key=_when, reverse=True)[:k])

    # --- documents ---

    def upload(self, community: str, name: str, content: BinaryIO, author: str = "") -> UploadOut:
        """Store a document, and read it as soon as that is possible; this does not wait for it.

        Args:
            community: Slug of the community that it is for.
            name: What the file is called.
            content: Its bytes.
            author: Who brings it, by number or name; for the owner alone, who may leave it open.

        Raises:
            NotAllowedError: If the viewer may not write there.
            SettingError: If its name or its size cannot be used, or it is there already.
            LibraryError: If it cannot be stored.
        """
        self._viewer.check_contributes(community)
        with self._catalog.write_own(self._viewer) as writer:
            person = writer.uploader(self._author(author))
        return upload_out(self._uploads.add(community, name, content, self._viewer.name, person))

    def upload_state(self, item_id: str, seconds: float = 0) -> UploadOut:
        """How far an upload has come, as soon as that has changed or after so many seconds.

        Raises:
            NotFoundError: If nothing is known of it that the viewer uploaded.
        """
        upload = self._uploads.find(item_id)
        if not self._viewer.owner and upload.by != self._viewer.name.strip().lower():
            raise no_such_upload(item_id)
        return upload_out(self._uploads.wait(item_id, seconds))

    def settled(self, item_id: str, seconds: float) -> UploadOut:
        """How far an upload has come when it has ended, or after so many seconds.

        Raises:
            NotFoundError: If nothing is known of it that the viewer uploaded.
        """
        ends = time.monotonic() + seconds
        shown = self.upload_state(item_id)
        while shown.state not in ENDED and (left := ends - time.monotonic()) > 0:
            shown = self.upload_state(item_id, left)
        return shown

    def _withdraw_upload(self, item: Item) -> None:
        note = self._notes(item.community).get(item.key)
        own = note is not None and note.by == self._viewer.name.strip().lower()
        if not (own and item.community in self._viewer.contributes):
            self._viewer.check_stewards(item.community)
        with self._catalog.write_feedback(self._viewer) as writer:
            writer.forget(item.id)
        self._uploads.remove(item.community, item.key)

    def _uploaded(self) -> list[str]:
        """Ids of what the viewer uploaded; for the owner, of all uploads."""
        me = self._viewer.name.strip().lower()
        return [
            f"{upload_origin(slug).name}:{name}"
            for slug in sorted(self._viewer.contributes)
            for name, note in self._notes(slug).items()
            if self._viewer.owner or note.by == me
        ]

    def _notes(self, community: str) -> dict[str, Note]:
        return UploadFolder.of(self._settings.library, community).notes()

    # --- parts ---

    @property
    def _split_name(self) -> str:
        return f"{self._settings.passage_tokens} tokens"

    def _splitting(self) -> Split:
        """What splits an item; made before the library is locked, for the model may have to be loaded."""
        count, limit = self._engine.encoder().count_tokens, self._settings.passage_tokens
        return lambda item: split(item, (), count_tokens=count, limit=limit)

    def _item(self, item_id: str) -> Item:
        with self._catalog.read(self._viewer) as reader:
            return reader.item(item_id)

    def _author(self, given: str) -> int | str | None:
        """Who is meant: a person who is known, or a name that is new."""
        name = one_line(given, LONGEST_TITLE)
        if not name:
            return None
        try:
            with self._catalog.read(self._viewer) as reader:
                return reader.person(name).person.id
        except NotFoundError as error:
            if name.isdigit() or any(map(str.isdigit, error.near)):  # no such number, or several people
                raise
            return name

    def _taken(self, item_id: str) -> WrittenOut:
        """Embed what is new, so that the next question finds it."""
        with self._catalog.read(self._viewer) as reader:
            item = reader.item(item_id)
            passages = [one.id for one in reader.passages_of(item_id)]
        embed_passages(self._catalog, self._engine.encoder(), passages)
        return written_out(item)


def _when(item: Item) -> datetime:
    return item.created or item.updated or datetime.min.replace(tzinfo=UTC)


def _draft(kind: Kind, community: str, title: str, text: str, tags: Iterable[str]) -> Draft:
    """What is written, made inert.

    Raises:
        SettingError: If something is missing or too long.
    """
    if kind not in KINDS:
        listed = ", ".join(one.value for one in KINDS)
        raise SettingError(f"{kind.value}: cannot be written here; there are: {listed}")
    head, body = one_line(title, LONGEST_TITLE + 1), _inert(text)
    if not _has_words(head) or len(head) > LONGEST_TITLE:
        raise SettingError(f"title: give a line of up to {LONGEST_TITLE} characters that says what it is")
    if kind is Kind.QUESTION and not body:
        body = head
    if not _has_words(body) or len(body) > LONGEST_TEXT:
        raise SettingError(f"text: write what you know, in up to {LONGEST_TEXT:,} characters")
    solution = recommendation(body) if kind is Kind.LESSON else None
    if kind is Kind.LESSON and solution is None:
        raise SettingError(f"a lesson says what to do: add the heading “## {TO_DO}” and a text below it")
    return Draft(kind, community, head, body, _tags(tags), solution)


def _inert(text: str) -> str:
    """A text without what HTML hides from people, as every Markdown file is read."""
    from ingest.formats.markdown import clean  # takes long to load, and most who ask write nothing

    return tidy(clean(tidy(text)))


def _tags(given: Iterable[str]) -> tuple[str, ...]:
    tags = {one_line(tag, LONGEST_TAG + 1).lstrip("#").lower() for tag in given} - {""}
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise SettingError(f"tags: give up to {MOST_TAGS}, of up to {LONGEST_TAG} characters each")
    return tuple(sorted(tags))


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
