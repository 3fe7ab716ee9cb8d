"""Who is who: one person for the same e-mail, or for the same handle within a source.

Names that merely look alike are never merged.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, exists, insert, select, tuple_, update

from catalog.nouns import IdentityKind, Person
from catalog.schema import contributions, identities, people


def resolve_person(db: Connection, person: Person, declared_by: int | None = None) -> int:
    """Find or make the stored person that has any of these identities, and give its number.

    When the identities belong to several stored people, those are one person, and are merged.

    Args:
        db: A connection in a transaction.
        person: The person as a source names them, with at least one identity.
        declared_by: The unit that declares the person, if one does: its name for them stands over
            names that come along with contributions.
    """
    keys = sorted((identity.kind.value, identity.scope, identity.value) for identity in person.identities)
    columns = (identities.c.kind, identities.c.scope, identities.c.value)
    known = {
        (row.kind, row.scope, row.value): int(row.person_id)
        for row in db.execute(select(identities).where(tuple_(*columns).in_(keys)))
    }
    if known:
        person_id = min(known.values())
        for other in sorted(set(known.values()) - {person_id}):
            _merge(db, other, into=person_id)
        _rename(db, person_id, person, declared_by, known)
    else:
        statement = insert(people).values(name=person.name, unit_id=declared_by)
        person_id = int(db.execute(statement.returning(people.c.id)).scalar_one())
    rows = [
        {"kind": kind, "scope": scope, "value": value, "person_id": person_id}
        for kind, scope, value in keys
        if (kind, scope, value) not in known
    ]
    if rows:
        db.execute(insert(identities), rows)
    return person_id


def _rename(
    db: Connection,
    person_id: int,
    person: Person,
    declared_by: int | None,
    known: dict[tuple[str, str, str], int],
) -> None:
    """Follow a declared name always, and another name only from a source that knows the handle."""
    stored = db.execute(select(people.c.name, people.c.unit_id).where(people.c.id == person_id)).one()
    if declared_by is not None:
        if (stored.name, stored.unit_id) != (person.name, declared_by):
            declared = {"name": person.name, "unit_id": declared_by}
            db.execute(update(people).where(people.c.id == person_id).values(declared))
        return
    by_handle = any(kind == IdentityKind.HANDLE for kind, _, _ in known)
    if stored.unit_id is None and by_handle and stored.name != person.name:
        db.execute(update(people).where(people.c.id == person_id).values(name=person.name))


def _merge(db: Connection, other: int, into: int) -> None:
    """Make two stored people one: identities and contributions move, and a declared name wins."""
    db.execute(update(identities).where(identities.c.person_id == other).values(person_id=into))
    theirs = contributions.alias()
    doubled = and_(
        contributions.c.person_id == other,
        exists().where(
            theirs.c.person_id == into,
            theirs.c.item_id == contributions.c.item_id,
            theirs.c.role == contributions.c.role,
        ),
    )
    db.execute(delete(contributions).where(doubled))
    db.execute(update(contributions).where(contributions.c.person_id == other).values(person_id=into))
    declared = db.execute(select(people.c.name, people.c.unit_id).where(people.c.id == other)).one()
    if declared.unit_id is not None:
        undeclared = and_(people.c.id == into, people.c.unit_id.is_(None))
        db.execute(update(people).where(undeclared).values(name=declared.name, unit_id=declared.unit_id))
    db.execute(delete(people).where(people.c.id == other))


def prune_people(db: Connection) -> None:
    """Remove people who contribute nothing any more and whom no author record declares."""
    idle = ~exists().where(contributions.c.person_id == people.c.id)
    db.execute(delete(people).where(people.c.unit_id.is_(None), idle))
