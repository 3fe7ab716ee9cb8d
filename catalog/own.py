"""What people write here: items of the library's own sources.

Such a source has no path, so no sync reads it, and none removes what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection, func, insert, select

from catalog.nouns import Identity, IdentityKind, Item, Person, Span
from catalog.records import NewItem
from catalog.schema import identities, items, people, sources
from catalog.units import ClosedUnit
from catalog.writer import Writer, item_digest

KIND = "copse"
"""The kind of the library's own sources."""

NOBODY = frozenset({"", "owner", "guest"})
"""Names of viewers that say nothing about who they are."""

_SCOPE = "requests"  # within which a name that is no address is unique

Split = Callable[[Item], Sequence[Span]]
"""Splits an item into passages."""


class OwnSource:
    """One of the library's own sources, within a transaction.

    Args:
        connection: A connection in a transaction.
        name: What it is called; it gives way to another source of the same name.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._db = connection
        kind = connection.scalar(select(sources.c.kind).where(sources.c.name == name))
        self._root = f"{KIND}:{name}"
        self.name = name if kind in (None, KIND) else f"{KIND}-{name}"

    def has(self, key: str) -> bool:
        """Whether it holds an item with this key."""
        held = select(items.c.id).join(sources).where(sources.c.name == self.name, items.c.key == key)
        return self._db.scalar(held) is not None

    def put(
        self,
        unit: str,
        where: str,
        new: Sequence[Item],
        split: Split,
        split_name: str,
        keep: Collection[str] = (),
    ) -> None:
        """Store items that belong together.

        Args:
            unit: Key under which they belong together.
            where: How to name them to a person.
            new: The items that are new or changed.
            split: Splits an item into passages.
            split_name: How it splits.
            keep: Keys of those that stay as they are.
        """
        writer = Writer(self._db)
        source = writer.put_source(self.name, KIND, self._root, self._root)
        unit_id = writer.begin_unit(source, unit, where)
        records = [NewItem(unit_id, item, split(item), item_digest(item, split_name)) for item in new]
        writer.put_records(source, records)
        keys = {*keep, *(item.key for item in new)}
        writer.close_units([ClosedUnit(unit_id, "kept", "", keys=keys)])


def oneself(db: Connection, viewer: str) -> int | None:
    """A viewer's own row of people, by the e-mail address under which they read."""
    mine = (identities.c.kind == IdentityKind.EMAIL.value) & (
        func.lower(identities.c.value) == viewer.strip().lower()
    )
    found: int | None = db.scalar(select(func.min(identities.c.person_id)).where(mine))
    return found


def own_rows(db: Connection, viewer: str) -> set[int]:
    """The rows of people that are surely a viewer: those with their own address, or name, and no others.

    What was merged with these does not count: a source may name anybody's address beside another name.
    """
    person = person_called(viewer)
    if person is None:
        return set()
    [one] = person.identities
    mine = (identities.c.kind == one.kind.value) & (identities.c.scope == one.scope)
    rows = select(identities.c.person_id).where(mine, func.lower(identities.c.value) == one.value)
    return set(db.scalars(rows))


def person_called(viewer: str) -> Person | None:
    """Who a viewer is by their name alone; of an address, what stands before its @ is shown."""
    name = viewer.strip().lower()
    if name in NOBODY:
        return None
    identity = (
        Identity(IdentityKind.EMAIL, "", name) if "@" in name else Identity(IdentityKind.HANDLE, _SCOPE, name)
    )
    return Person(name.partition("@")[0] or "somebody", frozenset({identity}))


def stored_person(db: Connection, number: int) -> Person:
    """A stored person as a source would name them, so that an item finds them again."""
    name = db.scalar(select(people.c.name).where(people.c.id == number)) or ""
    rows = db.execute(select(identities).where(identities.c.person_id == number)).all()
    if not rows:
        handle = {"kind": IdentityKind.HANDLE.value, "scope": _SCOPE, "value": f"person {number}"}
        db.execute(insert(identities).values(handle | {"person_id": number}))
        return stored_person(db, number)
    known = (Identity(IdentityKind(one.kind), one.scope, one.value) for one in rows)
    return Person(name, frozenset(known))
