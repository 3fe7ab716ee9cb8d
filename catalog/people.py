"""Who is who: one person for the same e-mail, or for the same handle within a source.

What a source tells apart by handles stays a row of its own; rows are one person while a merge says so
(see `catalog.merges`). Names that merely look alike are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

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
from catalog.versions import touch_people

_Key = tuple[str, str, str]

_CHUNK = 300  # identities in one statement, of three parameters each

_KEY = (identities.c.kind, identities.c.scope, identities.c.value)
_ADD_PERSON = insert(people).returning(people.c.id)
_CHANGE_PERSON = update(people).where(people.c.id == bindparam("row"))


@dataclass(slots=True)
class _Row:
    """A row of people, as far as naming a person again may change it."""

    name: str
    declared_by: int | None
    bot: bool


class PeopleBook:
    """Finds or makes the rows of the people that sources name.

    It remembers what it has seen, so it serves one transaction, in which nobody else changes people.

    Args:
        db: A connection in a transaction.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._homes: dict[_Key, int | None] = {}
        self._rows: dict[int, _Row] = {}
        self._one: set[frozenset[int]] = set()
        self._told = False

    def look_up(self, named: Iterable[Person]) -> None:
        """Read at once what is stored of many people, who are resolved afterwards."""
        keys = sorted({key for person in named for key in _keys(person)} - self._homes.keys())
        self._homes.update(dict.fromkeys(keys))
        columns = (*_KEY, people.c.id, people.c.name, people.c.unit_id, people.c.bot)
        query = select(*columns).select_from(identities.join(people))
        for start in range(0, len(keys), _CHUNK):
            for *key, number, name, unit_id, bot in self._db.execute(
                query.where(tuple_(*_KEY).in_(keys[start : start + _CHUNK]))
            ):
                self._homes[key[0], key[1], key[2]] = number
                self._rows[number] = _Row(name, unit_id, bot)

    def resolve(self, person: Person, declared_by: int | None = None) -> int:
        """Find or make the stored row of the person that a source names, and give its number.

        It is the row that has the source's handle. When the identities belong to several rows, those are one
        person from now on, unless somebody has said that they are not.

        Args:
            person: The person as a source names them, with at least one identity.
            declared_by: The unit that declares the person, if one does: its name for them stands over
                names that come along with contributions.
        """
        keys = _keys(person)
        if not self._homes.keys() >= set(keys):
            self.look_up([person])
        known = {key: home for key in keys if (home := self._homes[key]) is not None}
        home = _home(keys, known)
        if home is None:
            home = self._add(person, declared_by)
        else:
            by_handle = any(kind == IdentityKind.HANDLE for kind, _, _ in known)
            self._change(home, person, declared_by, by_handle=by_handle)
        self._name(home, [key for key in keys if key not in known])
        if set(known.values()) - {home}:
            self._merge(frozenset({home, *known.values()}), declared_by)
        return home

    def _add(self, person: Person, declared_by: int | None) -> int:
        self._tell()
        values = {"name": person.name, "unit_id": declared_by, "bot": person.bot}
        number = int(self._db.execute(_ADD_PERSON, values).scalar_one())
        self._rows[number] = _Row(person.name, declared_by, person.bot)
        return number

    def _change(self, number: int, person: Person, declared_by: int | None, *, by_handle: bool) -> None:
        """Follow a declared name always, and another name only from a source that knows the handle."""
        row = self._rows[number]
        changed = _Row(row.name, row.declared_by, row.bot or person.bot)
        if declared_by is not None:
            changed.name, changed.declared_by = person.name, declared_by
        elif row.declared_by is None and by_handle:
            changed.name = person.name
        if changed != row:
            self._tell()
            values = {"name": changed.name, "unit_id": changed.declared_by, "bot": changed.bot}
            self._db.execute(_CHANGE_PERSON, {"row": number, **values})
            self._rows[number] = changed
            self._one.clear()  # a program and a person stay two; two programs need not

    def _tell(self) -> None:
        """Say that something about people changes; once will do, as all of it is one transaction."""
        if not self._told:
            touch_people(self._db)
            self._told = True

    def _name(self, number: int, new: Sequence[_Key]) -> None:
        """Store under which other names a person goes."""
        rows = [{"kind": kind, "scope": scope, "value": value} for kind, scope, value in new]
        if rows:
            self._db.execute(insert(identities), [row | {"person_id": number} for row in rows])
            self._homes.update(dict.fromkeys(new, number))

    def _merge(self, rows: frozenset[int], declared_by: int | None) -> None:
        if rows not in self._one:
            reason = (
                "the same e-mail address" if declared_by is None else "named together by an author record"
            )
            merge_automatically(self._db, rows, reason)
            self._one.add(rows)


def _keys(person: Person) -> list[_Key]:
    return sorted((identity.kind.value, identity.scope, identity.value) for identity in person.identities)


def _home(keys: list[_Key], known: dict[_Key, int]) -> int | None:
    """The row that a contribution belongs to: the handle's, or the address's where there is no handle."""
    handles = [key for key in keys if key[0] == IdentityKind.HANDLE]
    return min((known[key] for key in handles or keys if key in known), default=None)


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
    touch_people(db)  # a unit that has gone declares nobody's name any more, either
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
