"""Changes to the catalog: the only code that writes content."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.audit import note
from catalog.copies import (
    Sketch,
    Sketched,
    candidates,
    dissolve,
    join,
    put_sketches,
    read_sketched,
    unsketched,
)
from catalog.embedding_text import embedding_text
from catalog.errors import NotFoundError, UnreadableError
from catalog.merges import merge_people, root_of, tell_apart, undo_merge
from catalog.nouns import Community, Item, Person, Span
from catalog.origins import (
    Origin,
    find_origin,
    put_origin,
    read_origins,
    remove_origin,
    settle_community,
)
from catalog.people import prune_people, resolve_person
from catalog.schema import (
    communities,
    community_readers,
    contributions,
    failures,
    forgotten,
    item_tags,
    items,
    links,
    passages,
    removed_passages,
    sources,
    units,
    votes,
)
from catalog.vectors import move_generation
from catalog.wishes import Wish, move_disputes, put_wish


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """What the catalog knows of a unit of a source."""

    id: int
    key: str
    digest: str
    content: str
    location: str
    attempts: int
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """What the catalog knows of an item, before it is read again."""

    digest: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class StoredSource:
    """What the catalog knows of a source."""

    id: int
    name: str
    kind: str
    location: str
    root: str
    cursor: str


def item_digest(item: Item, spans_by: str = "") -> str:
    """SHA-256 (hex) of all that is stored of an item, so that an unchanged one is not written again.

    Args:
        item: The item, as its source gives it.
        spans_by: How it is split into passages; another splitting makes another digest.
    """
    values = asdict(item)
    values["contributions"] = [
        (
            c.person.name,
            c.person.bot,
            sorted((i.kind, i.scope, i.value) for i in c.person.identities),
            c.role,
            c.at,
        )
        for c in item.contributions
    ]
    return hashlib.sha256(json.dumps([values, spans_by], default=str, sort_keys=True).encode()).hexdigest()


class Writer:
    """One transaction of changes; get one from `Catalog.write`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._generation: int | None = None

    def generation(self) -> int:
        """The generation of this transaction's changes; asking for it makes it move."""
        if self._generation is None:
            self._generation = move_generation(self._db)
        return self._generation

    # --- communities and sources ---

    def put_community(self, community: Community) -> None:
        """Store a community, and who may read it, if anything about it is new."""
        row = self._db.execute(select(communities).where(communities.c.slug == community.slug)).one_or_none()
        values = {"slug": community.slug, "name": community.name, "private": community.private}
        if row is None:
            self.generation()
            statement = insert(communities).values(values).returning(communities.c.id)
            community_id = int(self._db.execute(statement).scalar_one())
        else:
            community_id = row.id
            if (row.name, row.private) != (community.name, community.private):
                self.generation()
                self._db.execute(update(communities).where(communities.c.id == row.id).values(values))
            if row.private != community.private:
                self._touch_passages(row.id)
        self._put_readers(community_id, {reader.strip().lower() for reader in community.readers})

    def _touch_passages(self, community_id: int) -> None:
        """Tell the indexes that all passages of a community have to move."""
        mine = select(items.c.id).where(items.c.community_id == community_id)
        touched = update(passages).where(passages.c.item_id.in_(mine))
        self._db.execute(touched.values(generation=self.generation()))

    def _put_readers(self, community_id: int, readers: set[str]) -> None:
        mine = community_readers.c.community_id == community_id
        if readers == set(self._db.scalars(select(community_readers.c.reader).where(mine))):
            return
        self.generation()
        self._db.execute(delete(community_readers).where(mine))
        if readers:
            rows = [{"community_id": community_id, "reader": reader} for reader in sorted(readers)]
            self._db.execute(insert(community_readers), rows)

    def put_source(self, name: str, kind: str, location: str, root: str) -> int:
        """Store a source, if it is new or has moved, and give its number."""
        row = self._db.execute(select(sources).where(sources.c.name == name)).one_or_none()
        values = {"name": name, "kind": kind, "location": location, "root": root}
        if row is None:
            self.generation()
            return int(self._db.execute(insert(sources).values(values).returning(sources.c.id)).scalar_one())
        if (row.kind, row.location, row.root) != (kind, location, root):
            self.generation()
            self._db.execute(update(sources).where(sources.c.id == row.id).values(values))
        return int(row.id)

    def sources(self) -> list[StoredSource]:
        """All sources, by name."""
        return [StoredSource(*row) for row in self._db.execute(select(sources).order_by(sources.c.name))]

    def set_cursor(self, source_id: int, cursor: str) -> None:
        """Keep how far a live source was listed, if that is news."""
        changed = and_(sources.c.id == source_id, sources.c.cursor != cursor)
        self._db.execute(update(sources).where(changed).values(cursor=cursor))

    def remove_source(self, source_id: int) -> int:
        """Remove a source and all that came from it; gives the number of items removed."""
        self.generation()
        removed = self._remove_items(items.c.source_id == source_id)
        self._db.execute(delete(units).where(units.c.source_id == source_id))
        self._db.execute(delete(sources).where(sources.c.id == source_id))
        self._db.execute(delete(communities).where(communities.c.id.not_in(select(items.c.community_id))))
        prune_people(self._db)
        return removed

    # --- origins ---

    def origins(self) -> list[Origin]:
        """What was added to the library, by name."""
        return read_origins(self._db)

    def origin(self, name: str) -> Origin:
        """What was added under this name, or from this location.

        Raises:
            NotFoundError: If there is none.
        """
        return find_origin(self._db, name)

    def put_origin(self, origin: Origin) -> None:
        """Store an origin, if anything about it is new.

        Raises:
            SettingError: If its name is that of another location.
        """
        put_origin(self._db, origin)

    def settle_community(self, made: Community, root: str) -> Community:
        """A community that no `copse.toml` describes, as it is to be stored; `catalog.origins` tells more."""
        return settle_community(self._db, made, root)

    def note(self, actor: str, action: str, person_id: int | None = None, detail: str = "") -> None:
        """Add a line to the audit; `catalog.audit.note` tells more."""
        note(self._db, actor, action, person_id, detail)

    def remove_root(self, root: str) -> int:
        """Remove all that came from a location, and do not sync it any more; gives the number of items."""
        mine = [source for source in self.sources() if source.root == root]
        removed = sum(self.remove_source(source.id) for source in mine)
        remove_origin(self._db, root)
        return removed

    # --- units ---

    def units(self, source_id: int) -> dict[str, StoredUnit]:
        """The units of a source, by key."""
        columns = (
            units.c.id,
            units.c.key,
            units.c.digest,
            units.c.content,
            units.c.location,
            units.c.attempts,
            units.c.retry_at,
        )
        rows = self._db.execute(select(*columns).where(units.c.source_id == source_id).order_by(units.c.key))
        return {row.key: StoredUnit(*row) for row in rows}

    def begin_unit(self, source_id: int, key: str, location: str) -> int:
        """Mark a unit as being read: until `finish_unit`, a new run reads it again."""
        self.generation()
        statement = upsert(units).values(
            source_id=source_id, key=key, digest="", content="", location=location
        )
        changed = {"digest": "", "location": location}
        statement = statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=changed)
        return int(self._db.execute(statement.returning(units.c.id)).scalar_one())

    def finish_unit(
        self,
        unit_id: int,
        digest: str,
        content: str,
        keys: Collection[str],
        errors: Sequence[UnreadableError],
    ) -> int:
        """Mark a unit as read: items that it no longer holds go; gives how many went.

        Args:
            unit_id: The unit.
            digest: The digest under which it will be skipped from now on.
            content: The digest of its bytes.
            keys: Keys of the items that it holds now.
            errors: What could not be read of it.
        """
        self.generation()
        mine = select(items.c.id, items.c.key).where(items.c.unit_id == unit_id)
        gone = [row.id for row in self._db.execute(mine) if row.key not in keys]
        removed = self._remove_items(items.c.id.in_(gone)) if gone else 0
        if removed:
            prune_people(self._db)
        self._close_unit(unit_id, digest, content, errors)
        read = update(units).where(units.c.id == unit_id)
        self._db.execute(read.values(attempts=0, retry_at=None))
        return removed

    def fail_unit(
        self, unit_id: int, digest: str, content: str, error: UnreadableError, retry_at: datetime
    ) -> None:
        """Mark a unit as unreadable until it changes, or until it is time to try again.

        What was stored from it stays.
        """
        self._close_unit(unit_id, digest, content, [error])
        failed = update(units).where(units.c.id == unit_id)
        self._db.execute(failed.values(attempts=units.c.attempts + 1, retry_at=retry_at))

    def count_items(self, source_id: int) -> int:
        """Number of items that are stored from a source."""
        return self._db.scalar(select(func.count()).where(items.c.source_id == source_id)) or 0

    def _close_unit(self, unit_id: int, digest: str, content: str, errors: Sequence[UnreadableError]) -> None:
        self._db.execute(update(units).where(units.c.id == unit_id).values(digest=digest, content=content))
        self._db.execute(delete(failures).where(failures.c.unit_id == unit_id))
        rows = [{"unit_id": unit_id, "location": error.where, "reason": error.reason} for error in errors]
        if rows:
            self._db.execute(insert(failures), rows)

    def failures(self, unit_id: int) -> list[UnreadableError]:
        """What could not be read of a unit when it was last read."""
        rows = self._db.execute(select(failures).where(failures.c.unit_id == unit_id).order_by(failures.c.id))
        return [UnreadableError(row.location, row.reason) for row in rows]

    def rename_unit(self, unit_id: int, key: str, location: str) -> None:
        """Give a unit, and the item that carries its key, a new key; passages and vectors stay."""
        self.generation()
        old = self._db.execute(select(units.c.source_id, units.c.key).where(units.c.id == unit_id)).one()
        self._db.execute(
            update(units).where(units.c.id == unit_id).values(key=key, location=location, digest="")
        )
        moved = update(items).where(items.c.unit_id == unit_id, items.c.key == old.key)
        self._db.execute(moved.values(key=key, thread=key, generation=self.generation()))
        name = self._db.scalar(select(sources.c.name).where(sources.c.id == old.source_id))
        move_disputes(self._db, name or "", old.key, key)

    def remove_unit(self, unit_id: int) -> int:
        """Remove a unit that vanished at its source; gives the number of items that went with it."""
        self.generation()
        removed = self._remove_items(items.c.unit_id == unit_id)
        self._db.execute(delete(units).where(units.c.id == unit_id))
        prune_people(self._db)
        return removed

    # --- near-identical items ---

    def unsketched(self, limit: int) -> list[Sketched]:
        """Items that are to be sketched: new and changed ones, and those that lost their group."""
        self._touch_items(dissolve(self._db))
        return unsketched(self._db, limit)

    def put_sketches(self, made: Sequence[Sketch]) -> None:
        """Store sketches; what an item was grouped with before is forgotten."""
        self._touch_items(put_sketches(self._db, made))

    def copy_candidates(self, sketch: Sketch, most: int) -> dict[int, bytes]:
        """Signatures of other items that may be near-identical, the oldest ones first."""
        return candidates(self._db, sketch, most)

    def sketched(self, item_id: int) -> Sketched:
        """An item as `unsketched` gives it, by its number."""
        return read_sketched(self._db, item_id)

    def join_copies(self, item_id: int, other_id: int) -> None:
        """Put an item that is in no group into the group of another, which leads it or is in none either."""
        self._touch_items(join(self._db, item_id, other_id))

    def _touch_items(self, ids: Sequence[int]) -> None:
        """Tell whoever follows the catalog that items stand otherwise than before."""
        for chunk in _chunks(list(ids)):
            touched = update(items).where(items.c.id.in_(chunk))
            self._db.execute(touched.values(generation=self.generation()))

    # --- items, people ---

    def stored_items(self, source_id: int) -> dict[str, StoredItem]:
        """What is stored from a source, by key."""
        columns = (items.c.key, items.c.digest, items.c.unit_id)
        rows = self._db.execute(select(*columns).where(items.c.source_id == source_id))
        return {row.key: StoredItem(row.digest, row.unit_id) for row in rows}

    def forgotten(self, source_id: int) -> set[str]:
        """Keys of the source's items that are to stay forgotten."""
        return set(self._db.scalars(select(forgotten.c.key).where(forgotten.c.source_id == source_id)))

    def put_person(self, person: Person, unit_id: int) -> None:
        """Store a person that a unit declares: their names in other places come together in them."""
        resolve_person(self._db, person, declared_by=unit_id)

    def put_wish(self, person_id: int, wish: Wish, by: str = "owner") -> None:
        """Store what a person wishes about being named; reading sources again does not touch it.

        Args:
            person_id: The person's number.
            wish: What changes.
            by: Who says so, for the audit.

        Raises:
            NotFoundError: If there is no such person, or they did nothing to an item that is disputed.
            SettingError: If a wish cannot be kept, as it is written.
        """
        self.generation()
        put_wish(self._db, person_id, wish, by)

    def merge_people(self, one: int, other: int, by: str = "owner") -> int:
        """Make two people one, and give the number under which that can be undone.

        Raises:
            NotFoundError: If there is no such person.
            SettingError: If they are one person already.
        """
        self.generation()
        number = merge_people(self._db, one, other)
        first, second = sorted((one, other))
        note(self._db, by, "merge", root_of(self._db, one), f"merge {number}: {first} and {second} are one")
        return number

    def tell_apart(self, one: int, other: int, by: str = "owner") -> None:
        """Say that two people are two: never proposed, never merged by themselves.

        Raises:
            NotFoundError: If there is no such person.
            SettingError: If they are one person now.
        """
        tell_apart(self._db, one, other)
        note(self._db, by, "tell-apart", root_of(self._db, one), f"{one} and {other} are two")

    def undo_merge(self, number: int, by: str = "owner") -> tuple[int, int]:
        """Make two people again of what a merge made one; gives their numbers, the one that stayed first.

        Raises:
            NotFoundError: If there is no such merge.
        """
        self.generation()
        stayed, back = undo_merge(self._db, number)
        note(self._db, by, "undo-merge", stayed, f"merge {number}: {stayed} and {back} are two")
        return stayed, back

    def put_item(self, source_id: int, unit_id: int, item: Item, spans: Sequence[Span], digest: str) -> None:
        """Store an item with its passages, contributions and tags.

        Passages whose embedded text is unchanged keep their number and with it their vectors.
        """
        item_id = self._put_item_row(source_id, unit_id, item, digest)
        self._db.execute(delete(item_tags).where(item_tags.c.item_id == item_id))
        if item.tags:
            self._db.execute(
                insert(item_tags), [{"item_id": item_id, "tag": tag} for tag in sorted(set(item.tags))]
            )
        self._put_contributions(item_id, item)
        self._put_links_and_votes(item_id, item)
        self._put_passages(item_id, item, spans)

    def _put_item_row(self, source_id: int, unit_id: int, item: Item, digest: str) -> int:
        community = select(communities.c.id).where(communities.c.slug == item.community).scalar_subquery()
        start, end = item.solution or (None, None)
        values: dict[str, Any] = {
            "source_id": source_id,
            "unit_id": unit_id,
            "community_id": community,
            "key": item.key,
            "kind": item.kind.value,
            "title": item.title,
            "text": item.text,
            "url": item.url,
            "created": item.created,
            "updated": item.updated,
            "thread": item.thread or item.key,
            "votes": item.votes,
            "state": item.state.value if item.state else None,
            "accepted": item.accepted,
            "solution_start": start,
            "solution_end": end,
            "digest": digest,
            "generation": self.generation(),
        }
        statement = upsert(items).values(values)
        statement = statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=values)
        return int(self._db.execute(statement.returning(items.c.id)).scalar_one())

    def _put_contributions(self, item_id: int, item: Item) -> None:
        self._db.execute(delete(contributions).where(contributions.c.item_id == item_id))
        rows: dict[tuple[int, str], dict[str, Any]] = {}
        for contribution in item.contributions:
            person_id = resolve_person(self._db, contribution.person)
            row = {
                "item_id": item_id,
                "person_id": person_id,
                "role": contribution.role.value,
                "at": contribution.at,
            }
            rows.setdefault((person_id, contribution.role.value), row)
        if rows:
            self._db.execute(insert(contributions), list(rows.values()))

    def _put_links_and_votes(self, item_id: int, item: Item) -> None:
        self._db.execute(delete(links).where(links.c.item_id == item_id))
        pointers = sorted({(link.kind.value, link.key) for link in item.links if link.key != item.key})
        if pointers:
            rows = [{"item_id": item_id, "kind": kind, "key": key} for kind, key in pointers]
            self._db.execute(insert(links), rows)
        self._db.execute(delete(votes).where(votes.c.item_id == item_id))
        days = {voted.day: voted.value for voted in item.voted}
        if days:
            voted = [{"item_id": item_id, "day": day, "value": value} for day, value in sorted(days.items())]
            self._db.execute(insert(votes), voted)

    def _put_passages(self, item_id: int, item: Item, spans: Sequence[Span]) -> None:
        columns = (passages.c.id, passages.c.digest)
        stored: dict[str, list[int]] = defaultdict(list)
        for row in self._db.execute(
            select(*columns).where(passages.c.item_id == item_id).order_by(passages.c.id.desc())
        ):
            stored[row.digest].append(row.id)
        new: list[dict[str, Any]] = []
        for ordinal, span in enumerate(spans):
            values = self._passage_values(item_id, item, ordinal, span)
            if stored[values["digest"]]:
                kept = passages.c.id == stored[values["digest"]].pop()
                self._db.execute(update(passages).where(kept).values(values))
            else:
                new.append(values)
        gone = [passage_id for ids in stored.values() for passage_id in ids]
        if gone:
            self._remove_passages(gone)
        if new:
            self._db.execute(insert(passages), new)

    def _passage_values(self, item_id: int, item: Item, ordinal: int, span: Span) -> dict[str, Any]:
        embedded = embedding_text(item.title, span.heading, item.text[span.start : span.end])
        return {
            "item_id": item_id,
            "ordinal": ordinal,
            "start": span.start,
            "end": span.end,
            "heading": list(span.heading),
            "page": span.page,
            "seconds": span.seconds,
            "digest": hashlib.sha256(embedded.encode()).hexdigest(),
            "generation": self.generation(),
        }

    def forget_item(self, source_name: str, key: str, by: str = "owner") -> None:
        """Remove an item for good: it stays forgotten when its source is read again.

        Args:
            source_name: Name of its source.
            key: The source's own key of it.
            by: Who says so, for the audit.

        Raises:
            NotFoundError: If there is no such item.
        """
        query = select(items.c.id, items.c.source_id).join(sources, sources.c.id == items.c.source_id)
        row = self._db.execute(query.where(sources.c.name == source_name, items.c.key == key)).one_or_none()
        if row is None:
            raise NotFoundError(f"{source_name}:{key}: no such item; `copse search` shows each item's id")
        self.generation()
        self._db.execute(insert(forgotten).values(source_id=row.source_id, key=key))
        note(self._db, by, "forget", detail=f"{source_name}:{key}")
        self._remove_items(items.c.id == row.id)
        prune_people(self._db)

    def _remove_items(self, condition: Any) -> int:
        ids = list(self._db.scalars(select(items.c.id).where(condition)))
        for chunk in _chunks(ids):
            self._remove_passages(
                self._db.scalars(select(passages.c.id).where(passages.c.item_id.in_(chunk))).all()
            )
            self._db.execute(delete(items).where(items.c.id.in_(chunk)))
        return len(ids)

    def _remove_passages(self, ids: Iterable[int]) -> None:
        generation = self.generation()
        for chunk in _chunks(list(ids)):
            rows = [{"passage_id": passage_id, "generation": generation} for passage_id in chunk]
            self._db.execute(insert(removed_passages), rows)
            self._db.execute(delete(passages).where(passages.c.id.in_(chunk)))


def _chunks(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    """Cut a list so that no statement has more parameters than a database takes."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
