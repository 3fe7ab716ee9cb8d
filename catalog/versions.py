"""Numbers that tell whether anything about some part of the catalog has changed."""

from __future__ import annotations

from sqlalchemy import Connection, update
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.schema import state

PEOPLE = "people"


def touch_people(db: Connection) -> None:
    """Say that something about people has changed: who there is, who is one with whom, what they wish."""
    db.execute(upsert(state).values(key=PEOPLE, value=0).on_conflict_do_nothing())
    db.execute(update(state).where(state.c.key == PEOPLE).values(value=state.c.value + 1))
