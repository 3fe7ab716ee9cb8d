"""Posts, lessons and questions that members write here: items of the library's own source.

Whose an item is follows from the e-mail address under which they read, and from nothing that a source says.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog.audit import note
from catalog.errors import NotAllowedError, NotFoundError, SettingError
from catalog.feedback import forget_feedback
from catalog.nouns import Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State, Viewer
from catalog.own import KIND, OwnSource, Split, oneself, own_rows, person_called, stored_person
from catalog.schema import communities, contributions, items, sources
from catalog.writer import Writer

SOURCE = "written"
"""What the source of all that is written here is called."""

KINDS = (Kind.LESSON, Kind.POST, Kind.QUESTION)
"""The kinds of items that can be written here."""

_MADE = {kind: Role.ASKED if kind is Kind.QUESTION else Role.AUTHORED for kind in KINDS}
_MADE_IT = contributions.c.role.in_([Role.ASKED.value, Role.AUTHORED.value])


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody writes.

    Attributes:
        kind: What it is to be.
        community: Slug of the community that it is for.
        title: Its title.
        text: The body as Markdown.
        tags: Topics, lower case, sorted.
        solution: Characters of the text that say what to do.
    """

    kind: Kind
    community: str
    title: str
    text: str
    tags: tuple[str, ...] = ()
    solution: tuple[int, int] | None = None


class OwnWriter:
    """One transaction that changes what is written here; get one from `Catalog.write_own`.

    Args:
        connection: A connection in a transaction.
        viewer: Who writes.
        now: The time that is noted.
    """

    def __init__(self, connection: Connection, viewer: Viewer, now: datetime) -> None:
        self._db = connection
        self._viewer = viewer
        self._now = now
        self._source = OwnSource(connection, SOURCE)

    def write(self, draft: Draft, split: Split, split_name: str, author: int | str | None = None) -> str:
        """Store what somebody wrote, and give its id; the same again is what it was.

        Args:
            draft: What is written.
            split: Splits an item into passages.
            split_name: How it splits.
            author: Who wrote it, by number or by a name that is new; for the owner alone.

        Raises:
            NotAllowedError: If the viewer may not write there, or names somebody else.
            SettingError: If nobody knows who writes.
        """
        self._viewer.check_contributes(draft.community)
        maker = self.author(author)
        if (known := self._same(draft)) is not None:
            return f"{self._source.name}:{known}"
        key = f"{draft.kind.value}-{secrets.token_hex(6)}"
        made = Contribution(maker, _MADE[draft.kind], self._now)
        state = State.OPEN if draft.kind is Kind.QUESTION else None
        self._put(_item(self._source.name, key, draft, self._now, None, state, (made,)), split, split_name)
        return f"{self._source.name}:{key}"

    def edit(self, item_id: str, draft: Draft, split: Split, split_name: str) -> None:
        """Change what is written; its kind and its community stay.

        Raises:
            NotFoundError: If there is no such item that was written here and that the viewer may read.
            NotAllowedError: If it is somebody else's.
        """
        row = self.find(item_id)
        rows = self._db.execute(select(contributions).where(contributions.c.item_id == row.id))
        made = [Contribution(stored_person(self._db, one.person_id), Role(one.role), one.at) for one in rows]
        editor = self._oneself()
        authors = {one.person for one in made if one.role is not Role.EDITED}
        if editor is not None and editor not in authors:
            made = [one for one in made if (one.person, one.role) != (editor, Role.EDITED)]
            made.append(Contribution(editor, Role.EDITED, self._now))
        state = State(row.state) if row.state else None
        item = _item(self._source.name, row.key, draft, row.created, self._now, state, tuple(made))
        self._put(item, split, split_name)
        note(self._db, self._viewer.name, "item-edit", self._maker(row.id), item_id)

    def withdraw(self, item_id: str) -> None:
        """Take away what is written, for good.

        Raises:
            NotFoundError: If there is no such item that was written here and that the viewer may read.
            NotAllowedError: If it is somebody else's.
        """
        row = self.find(item_id)
        note(self._db, self._viewer.name, "item-withdraw", self._maker(row.id), item_id)
        forget_feedback(self._db, item_id)
        Writer(self._db).remove_unit(row.unit_id)

    def find(self, item_id: str) -> Row[Any]:
        """The row of an item that is the viewer's to change.

        Raises:
            NotFoundError: If there is no such item that was written here and that the viewer may read.
            NotAllowedError: If it is somebody else's.
        """
        row = find_written(self._db, self._viewer, item_id)
        if not may_change(self._db, self._viewer, row):
            raise NotAllowedError(f"{item_id}: is somebody else's; its author or a steward can change it")
        return row

    def author(self, given: int | str | None = None) -> Person:
        """Who writes or uploads, as a source names them.

        Args:
            given: Who it is, by number or by a name that is new; for the owner alone.

        Raises:
            NotAllowedError: If the viewer names somebody else, and is not the owner.
            SettingError: If nobody knows who it is.
        """
        if given is not None and not self._viewer.owner:
            raise NotAllowedError("only the owner writes for somebody else; leave the author out")
        if isinstance(given, int):
            return stored_person(self._db, given)
        if given is not None:
            identity = Identity(IdentityKind.HANDLE, SOURCE, given.casefold())
            return Person(given, frozenset({identity}))
        known = self._oneself()
        if known is None:
            raise SettingError("nobody knows who writes this: name the author (--author NAME)")
        return known

    def uploader(self, given: int | str | None = None) -> Person | None:
        """Who uploads a document, as for `author`; None if nobody knows, for it may be anybody's."""
        return self.author(given) if given is not None or self._oneself() else None

    # --- parts ---

    def _put(self, item: Item, split: Split, split_name: str) -> None:
        self._source.put(item.key, f"{item.kind.value} “{item.title}”", [item], split, split_name)

    def _oneself(self) -> Person | None:
        number = oneself(self._db, self._viewer.name)
        return person_called(self._viewer.name) if number is None else stored_person(self._db, number)

    def _same(self, draft: Draft) -> str | None:
        """Key of what is written there in the same words, as when a button is pressed twice."""
        joined = items.join(sources).join(communities)
        query = select(items.c.key).select_from(joined).where(sources.c.name == self._source.name)
        query = query.where(items.c.title == draft.title, items.c.text == draft.text)
        found: str | None = self._db.scalar(query.where(communities.c.slug == draft.community))
        return found

    def _maker(self, item: int) -> int | None:
        """Number of who made an item."""
        made = select(contributions.c.person_id).where(contributions.c.item_id == item, _MADE_IT)
        found: int | None = self._db.scalar(made.limit(1))
        return found


def find_written(db: Connection, viewer: Viewer, item_id: str) -> Row[Any]:
    """The row of an item that was written here, with the slug of its community.

    Raises:
        NotFoundError: If there is none that the viewer may read.
    """
    source, _, key = item_id.partition(":")
    joined = items.join(sources).join(communities)
    query = select(items, communities.c.slug).select_from(joined).where(sources.c.root == f"{KIND}:{SOURCE}")
    query = query.where(sources.c.name == source, items.c.key == key)
    row = db.execute(query.where(communities.c.slug.in_(viewer.communities))).one_or_none()
    if row is None:
        raise NotFoundError(
            f"{item_id}: nothing that was written here, or not yours to read; `copse contribute list` "
            "shows what is yours"
        )
    return row


def may_change(db: Connection, viewer: Viewer, row: Row[Any]) -> bool:
    """Whether an item that was written here is a viewer's to change: their own, or in their care."""
    if viewer.owner or row.slug in viewer.stewards:
        return True
    makers = db.scalars(select(contributions.c.person_id).where(contributions.c.item_id == row.id, _MADE_IT))
    return row.slug in viewer.contributes and not own_rows(db, viewer.name).isdisjoint(makers)


def written_ids(db: Connection, viewer: Viewer, limit: int) -> list[str]:
    """Ids of what a viewer wrote here, or of all that was written for the owner; the latest first."""
    query = select(sources.c.name, items.c.key).select_from(items.join(sources))
    query = query.where(sources.c.root == f"{KIND}:{SOURCE}").order_by(items.c.id.desc()).limit(limit)
    if not viewer.owner:
        mine = contributions.c.person_id.in_(own_rows(db, viewer.name))
        made = select(contributions.c.item_id).where(contributions.c.item_id == items.c.id, mine, _MADE_IT)
        query = query.where(made.exists())
    return [f"{row.name}:{row.key}" for row in db.execute(query)]


def _item(
    source: str,
    key: str,
    draft: Draft,
    created: datetime,
    updated: datetime | None,
    state: State | None,
    made: tuple[Contribution, ...],
) -> Item:
    return Item(
        source=source,
        key=key,
        kind=draft.kind,
        title=draft.title,
        text=draft.text,
        community=draft.community,
        created=created,
        updated=updated,
        tags=draft.tags,
        state=state,
        solution=draft.solution,
        contributions=made,
    )
