"""Who is who: one person for the same e-mail, or for the same handle within a source.

What a source tells apart by handles stays a row of its own; rows are one person while a merge says so
(see `catalog.merges`). Names that merely look alike are never merged.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, tuple_, update

from catalog.merges import merge_automatically
from catalog.nouns import IdentityKind, Person
from catalog.schema import (
    contributions,
    disputes,
    distinct_people,
    hidden_topics,
    identities,
    merges,
    people,
    request_people,
    request_replies,
    requests,
)

_Key = tuple[str, str, str]


def resolve_person(db: Connection, person: Person, declared_by: int | None = None) -> int:
    """Find or make the stored row of the person that a source names, and give its number.

    It is the row that has the source's handle. When the identities belong to several rows, those are one
    person from now on, unless somebody has said that they are not.

    Args:
        db: A connection in a transaction.
        person: The person as a source names them, with at least one identity.
        declared_by: The unit that declares the person, if one does: its name for them stands over
            names that come along with contributions.
    """
    keys = sorted((identity.kind.value, identity.scope, identity.value) for identity in person.identities)
    known = _known(db, keys)
    home = _home(keys, known)
    if home is None:
        statement = insert(people).values(name=person.name, unit_id=declared_by, bot=person.bot)
        home = int(db.execute(statement.returning(people.c.id)).scalar_one())
    else:
        by_handle = any(kind == IdentityKind.HANDLE for kind, _, _ in known)
        _rename(db, home, person, declared_by, by_handle=by_handle)
        if person.bot:
            db.execute(update(people).where(people.c.id == home, ~people.c.bot).values(bot=True))
    new = [key for key in keys if key not in known]
    if new:
        columns = ("kind", "scope", "value")
        db.execute(
            insert(identities), [dict(zip(columns, key, strict=True)) | {"person_id": home} for key in new]
        )
    if set(known.values()) - {home}:
        reason = "the same e-mail address" if declared_by is None else "named together by an author record"
        merge_automatically(db, {home, *known.values()}, reason)
    return home


def _known(db: Connection, keys: list[_Key]) -> dict[_Key, int]:
    columns = (identities.c.kind, identities.c.scope, identities.c.value)
    rows = db.execute(select(identities).where(tuple_(*columns).in_(keys)))
    return {(row.kind, row.scope, row.value): int(row.person_id) for row in rows}


def _home(keys: list[_Key], known: dict[_Key, int]) -> int | None:
    """The row that a contribution belongs to: the handle's, or the address's where there is no handle."""
    handles = [key for key in keys if key[0] == IdentityKind.HANDLE]
    return min((known[key] for key in handles or keys if key in known), default=None)


def _rename(
    db: Connection, person_id: int, person: Person, declared_by: int | None, *, by_handle: bool
) -> None:
    """Follow a declared name always, and another name only from a source that knows the handle."""
    stored = db.execute(select(people.c.name, people.c.unit_id).where(people.c.id == person_id)).one()
    if declared_by is not None:
        if (stored.name, stored.unit_id) != (person.name, declared_by):
            declared = {"name": person.name, "unit_id": declared_by}
            db.execute(update(people).where(people.c.id == person_id).values(declared))
        return
    if stored.unit_id is None and by_handle and stored.name != person.name:
        db.execute(update(people).where(people.c.id == person_id).values(name=person.name))


def prune_people(db: Connection) -> None:
    """Remove people who contribute nothing any more, unless somebody has decided something about them.

    Author records, wishes, and what a steward has merged or told apart must hold when their source is
    back, so these people stay.
    """
    kept = (
        exists().where(contributions.c.person_id == people.c.id),
        exists().where(hidden_topics.c.person_id == people.c.id),
        exists().where(disputes.c.person_id == people.c.id),
        exists().where(request_people.c.person_id == people.c.id),
        exists().where(request_replies.c.person_id == people.c.id),
        exists().where(requests.c.asker_id == people.c.id),
        exists().where(distinct_people.c.person_id == people.c.id),
        exists().where(distinct_people.c.other_id == people.c.id),
        exists().where(merges.c.person_id == people.c.id),
        exists().where(merges.c.other_id == people.c.id, ~merges.c.automatic),
        _group_contributes(),
    )
    flags = (people.c.opted_out, people.c.anonymous, people.c.departed)
    wishes_nothing = (*(~flag for flag in flags), people.c.paused_until.is_(None))
    idle = delete(people).where(people.c.unit_id.is_(None), *wishes_nothing, *(~reason for reason in kept))
    # A row into which others were merged goes only after them.
    while db.execute(idle).rowcount:
        pass


def _group_contributes() -> ColumnElement[bool]:
    member = people.alias()
    root = func.coalesce(people.c.merged_id, people.c.id)
    one_of_them = or_(member.c.id == root, member.c.merged_id == root)
    return exists(
        select(contributions.c.item_id)
        .select_from(contributions.join(member, member.c.id == contributions.c.person_id))
        .where(one_of_them)
        .correlate(people)
    )
