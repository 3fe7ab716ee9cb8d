"""Changes to the catalog: the only code that writes content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from catalog.audit import note
from catalog.copies import (
    Sketch,
    Sketched,
    candidates,
    changed_since_linked,
    dissolve,
    join,
    put_sketches,
    read_sketched,
    set_linked,
    unsketched,
    with_candidates,
)
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
from catalog.people import PeopleBook, prune_people
from catalog.records import Declared, NewItem, put_records, remove_passages
from catalog.schema import (
    communities,
    community_readers,
    forgotten,
    items,
    passages,
    sources,
    units,
)
from catalog.units import (
    ClosedUnit,
    StoredUnit,
    begin_units,
    close_units,
    count_in_units,
    failures_of,
    gone_from,
    stored_units,
)
from catalog.vectors import move_generation, stored_generation
from catalog.wishes import Wish, move_disputes, put_wish

_T = TypeVar("_T")
_ITEM_FIELDS = tuple(field.name for field in fields(Item))
_as_json = json.JSONEncoder(default=str, sort_keys=True).encode


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
    values = {name: getattr(item, name) for name in _ITEM_FIELDS}
    values["links"] = [{"kind": link.kind, "key": link.key} for link in item.links]
    values["voted"] = [{"day": voted.day, "value": voted.value} for voted in item.voted]
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
    return hashlib.sha256(_as_json([values, spans_by]).encode()).hexdigest()


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
        return stored_units(self._db, source_id)

    def begin_unit(self, source_id: int, key: str, location: str) -> int:
        """Mark one unit as being read, as `begin_units` marks many."""
        return self.begin_units(source_id, [(key, location)])[0]

    def begin_units(self, source_id: int, places: Sequence[tuple[str, str]]) -> list[int]:
        """Mark units, given by key and location, as being read, and give their numbers.

        Until they are closed, a new run reads them again.
        """
        self.generation()
        return begin_units(self._db, source_id, places)

    def finish_unit(
        self,
        unit_id: int,
        digest: str,
        content: str,
        keys: Container[str],
        errors: Sequence[UnreadableError],
    ) -> int:
        """Mark one unit as read, as `close_units` marks many."""
        return self.close_units([ClosedUnit(unit_id, digest, content, errors, keys)])

    def close_units(self, closed: Sequence[ClosedUnit]) -> int:
        """Note how reading units ended: items that they no longer hold go; gives how many went."""
        self.generation()
        gone = gone_from(self._db, closed)
        removed = sum(self._remove_items(items.c.id.in_(chunk)) for chunk in _chunks(gone))
        if removed:
            prune_people(self._db)
        close_units(self._db, closed)
        return removed

    def count_items(self, source_id: int) -> int:
        """Number of items that are stored from a source."""
        return self._db.scalar(select(func.count()).where(items.c.source_id == source_id)) or 0

    def count_in_units(self, unit_ids: Sequence[int]) -> dict[int, int]:
        """How many items are stored of each of some units; those without any are left out."""
        return count_in_units(self._db, unit_ids)

    def count_gone(self, closed: ClosedUnit) -> int:
        """How many items would go with `close_units`."""
        return len(gone_from(self._db, [closed]))

    def failures(self, source_id: int) -> dict[int, list[UnreadableError]]:
        """What could not be read of a source's units when they were last read, by unit."""
        return failures_of(self._db, source_id)

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

    def unlinked(self) -> tuple[list[int], int]:
        """Numbers of the items that may have new copies, and the generation in which that is so.

        These are all about which anything changed since `set_linked`, and those that just lost their group.
        """
        self._touch_items(dissolve(self._db))
        return changed_since_linked(self._db), self._generation or stored_generation(self._db)

    def set_linked(self, generation: int) -> None:
        """Note that the copies among all items of a generation are found."""
        set_linked(self._db, generation)

    def unsketched(self, ids: Sequence[int]) -> list[Sketched]:
        """Those of some hundred items that are to be sketched: new and changed ones, and without a group."""
        return unsketched(self._db, ids)

    def put_sketches(self, made: Sequence[Sketch]) -> None:
        """Store sketches; what an item was grouped with before is forgotten."""
        self._touch_items(put_sketches(self._db, made))

    def with_candidates(self, ids: Sequence[int]) -> set[int]:
        """Those of some hundred items that may be near-identical to others."""
        return with_candidates(self._db, ids)

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

    def stored_digests(self, source_id: int, keys: Sequence[str]) -> dict[str, str]:
        """The digests of those items of a source that are stored, among some hundreds, by key."""
        mine = select(items.c.key, items.c.digest).where(items.c.source_id == source_id)
        found: dict[str, str] = {}
        for chunk in _chunks(keys):
            found.update(
                (row.key, row.digest) for row in self._db.execute(mine.where(items.c.key.in_(chunk)))
            )
        return found

    def forgotten(self, source_id: int) -> set[str]:
        """Keys of the source's items that are to stay forgotten."""
        return set(self._db.scalars(select(forgotten.c.key).where(forgotten.c.source_id == source_id)))

    def put_person(self, person: Person, unit_id: int) -> None:
        """Store a person that a unit declares: their names in other places come together in them."""
        PeopleBook(self._db).resolve(person, declared_by=unit_id)

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
        """Store one item, as `put_records` stores many."""
        self.put_records(source_id, [NewItem(unit_id, item, spans, digest)])

    def put_records(self, source_id: int, records: Sequence[NewItem | Declared]) -> None:
        """Store items with all that belongs to them, and people that units declare, in their order.

        Passages whose embedded text is unchanged keep their number and with it their vectors.
        """
        put_records(self._db, self.generation, source_id, records)

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
            mine = select(passages.c.id).where(passages.c.item_id.in_(chunk))
            remove_passages(self._db, self.generation(), self._db.scalars(mine).all())
            self._db.execute(delete(items).where(items.c.id.in_(chunk)))
        return len(ids)


def _chunks(values: Sequence[_T], size: int = 500) -> Iterator[Sequence[_T]]:
    """Cut a list so that no statement has more parameters than a database takes."""
    return (values[start : start + size] for start in range(0, len(values), size))
