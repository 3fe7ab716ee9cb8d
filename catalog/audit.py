"""Who decided what about whom: a line for each wish, dispute, merge, forgetting and request.

Lines are only ever added. They hold numbers of people, no e-mail addresses, and are read by the owner alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from catalog.schema import audit

_ADDRESS = re.compile(r"([^\s<>@]+)@[^\s<>@]+")
_LONGEST = 500  # characters of a detail that are kept


@dataclass(frozen=True, slots=True)
class Decision:
    """A line of the audit.

    Attributes:
        at: When.
        actor: Who decided.
        action: What, in a word: "opt-out", "dispute", "merge".
        person_id: Number of the person whom it is about; None if it is about nobody.
        detail: What else there is to say, in words.
    """

    at: datetime
    actor: str
    action: str
    person_id: int | None
    detail: str


def note(db: Connection, actor: str, action: str, person_id: int | None = None, detail: str = "") -> None:
    """Add a line to the audit, in the transaction of what it tells.

    Args:
        db: A connection in a transaction.
        actor: Who decided; of an address, what stands before its @ is kept.
        action: What, in a word.
        person_id: Number of the person whom it is about.
        detail: What else there is to say.
    """
    line = {"actor": _told(actor), "action": action, "person_id": person_id, "detail": _told(detail)}
    db.execute(insert(audit).values(line | {"at": datetime.now(UTC)}))


def read_audit(db: Connection, rows: Collection[int] | None, limit: int) -> list[Decision]:
    """The lines about a person, given all their rows, or about everybody if None; the latest first."""
    columns = (audit.c.at, audit.c.actor, audit.c.action, audit.c.person_id, audit.c.detail)
    query = select(*columns).order_by(audit.c.id.desc()).limit(limit)
    if rows is not None:
        query = query.where(audit.c.person_id.in_(rows))
    return [Decision(*row) for row in db.execute(query)]


def _told(text: str) -> str:
    """A text as one line without addresses; half a character, which cannot be stored, becomes a mark."""
    line = " ".join(text.encode(errors="replace").decode().split())
    return _ADDRESS.sub(r"\1", line)[:_LONGEST]
