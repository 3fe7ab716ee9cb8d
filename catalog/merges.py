"""Merges of people, and their undoing.

A merge moves nothing: it points one row of `people` to another, so that both are one person. Names,
identities, contributions and wishes stay with the row that they came to, and what is shown of the
person is made of all their rows. Undoing a merge takes the pointer away, at any later time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import NotFoundError, SettingError
from catalog.schema import distinct_people, merges, people
from catalog.versions import touch_people


def root_of(db: Connection, person_id: int) -> int:
    """The number under which a person is shown, given that of any of their rows.

    Raises:
        NotFoundError: If there is no such person.
    """
    root = func.coalesce(people.c.merged_id, people.c.id)
    found = db.scalar(select(root).where(people.c.id == person_id))
    if found is None:
        raise NotFoundError(f"{person_id}: no such person; `copse people list` shows each one's number")
    return int(found)


def rows_of(db: Connection, root: int) -> set[int]:
    """All rows that are one person, by the number under which they are shown."""
    mine = or_(people.c.id == root, people.c.merged_id == root)
    return set(db.scalars(select(people.c.id).where(mine)))


def merge_automatically(db: Connection, rows: Iterable[int], reason: str) -> None:
    """Make rows one person that a source says are one; the lowest number stays.

    People whom somebody has told apart stay two. So do a program and whoever registered it with their
    own address.
    """
    first, *others = sorted({root_of(db, row) for row in rows})
    for other in others:
        if _is_bot(db, first) == _is_bot(db, other) and not _are_apart(db, first, other):
            _merge(db, other, into=first, reason=reason, automatic=True)


def merge_people(db: Connection, one: int, other: int) -> int:
    """Make two people one because a steward says so, and give the merge's number; the lower number stays.

    Raises:
        NotFoundError: If there is no such person.
        SettingError: If they are one person already.
    """
    first, second = sorted((root_of(db, one), root_of(db, other)))
    if first == second:
        raise SettingError(
            f"{one} and {other}: they are one person already; `copse people show {first}` shows it"
        )
    db.execute(delete(distinct_people).where(_apart(db, first, second)))
    return _merge(db, second, into=first, reason="accepted by a steward", automatic=False)


def tell_apart(db: Connection, one: int, other: int) -> None:
    """Say that two people are two: they are not proposed and never merged by themselves.

    Raises:
        NotFoundError: If there is no such person.
        SettingError: If they are one person now.
    """
    first, second = root_of(db, one), root_of(db, other)
    if first == second:
        raise SettingError(
            f"{one} and {other}: they are one person; undo their merge, which `copse people merges` lists"
        )
    _keep_apart(db, first, second)


def undo_merge(db: Connection, number: int) -> tuple[int, int]:
    """Make two people again of what a merge made one, and keep them apart from now on.

    Merges can be undone in any order; what was merged into the other one before goes with it.

    Returns:
        The numbers of the one that stayed and of the one that is back.

    Raises:
        NotFoundError: If there is no such merge.
    """
    row = db.execute(select(merges).where(merges.c.id == number)).one_or_none()
    if row is None:
        raise NotFoundError(f"{number}: no such merge; `copse people merges` lists those that can be undone")
    db.execute(delete(merges).where(merges.c.id == number))
    back = _merged_into(db, row.other_id)
    touch_people(db)
    db.execute(update(people).where(people.c.id.in_(back)).values(merged_id=row.other_id))
    db.execute(update(people).where(people.c.id == row.other_id).values(merged_id=None))
    _keep_apart(db, row.person_id, row.other_id)
    return root_of(db, row.person_id), row.other_id


def _merge(db: Connection, other: int, into: int, reason: str, *, automatic: bool) -> int:
    """Record a merge of two people, each given by the number under which they are shown."""
    moved = or_(people.c.id == other, people.c.merged_id == other)
    touch_people(db)
    db.execute(update(people).where(moved).values(merged_id=into))
    values = {"person_id": into, "other_id": other, "reason": reason, "automatic": automatic}
    statement = insert(merges).values(values | {"at": datetime.now(UTC)}).returning(merges.c.id)
    return int(db.execute(statement).scalar_one())


def _merged_into(db: Connection, row: int) -> list[int]:
    """The rows that were merged into one, directly or through another."""
    below = select(merges.c.other_id).where(merges.c.person_id == row).cte(recursive=True)
    below = below.union(select(merges.c.other_id).where(merges.c.person_id == below.c.other_id))
    return list(db.scalars(select(below.c.other_id)))


def _keep_apart(db: Connection, one: int, other: int) -> None:
    first, second = sorted((one, other))
    statement = upsert(distinct_people).values(person_id=first, other_id=second)
    db.execute(statement.on_conflict_do_nothing())


def _apart(db: Connection, one: int, other: int) -> ColumnElement[bool]:
    """The condition on `distinct_people` that a pair tells two people apart, by any of their rows."""
    mine, theirs = rows_of(db, one), rows_of(db, other)
    columns = (distinct_people.c.person_id, distinct_people.c.other_id)
    return or_(
        and_(columns[0].in_(mine), columns[1].in_(theirs)),
        and_(columns[0].in_(theirs), columns[1].in_(mine)),
    )


def _are_apart(db: Connection, one: int, other: int) -> bool:
    return db.scalar(select(distinct_people.c.person_id).where(_apart(db, one, other)).limit(1)) is not None


def _is_bot(db: Connection, root: int) -> bool:
    mine = or_(people.c.id == root, people.c.merged_id == root)
    return db.scalar(select(people.c.id).where(mine, people.c.bot).limit(1)) is not None
