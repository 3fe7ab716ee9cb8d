"""Tokens: keys for programs, which act for somebody within a scope until they expire or are revoked.

A token is 32 random bytes, so its plain SHA-256 tells nobody anything; only that is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from catalog.nouns import Scope
from catalog.schema import tokens

PREFIX = "copse_"
"""What every token begins with, so that it is known for what it is where it should not be."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key for a program, without what opens.

    Attributes:
        id: Its number.
        name: What it is for.
        acts_as: For whom it acts: an e-mail address, "owner" or "guest".
        scope: What it opens.
        by: Who made it.
        created: When.
        expires: When it ends.
        used: When it was last used, to the hour.
        revoked: When it was revoked.
    """

    id: int
    name: str
    acts_as: str
    scope: Scope
    by: str
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None


def add_token(
    db: Connection, name: str, acts_as: str, scope: Scope, by: str, created: datetime, expires: datetime
) -> tuple[Token, str]:
    """Make a token; gives it and the key, which is told this once."""
    key = PREFIX + secrets.token_urlsafe(32)
    values = {"name": name, "acts_as": acts_as, "scope": scope.value, "by": by}
    times = {"created": created, "expires": expires}
    db.execute(insert(tokens).values(values | times | {"hash": _hash(key)}))
    row = db.execute(select(tokens).where(tokens.c.hash == _hash(key))).one()
    return _token(row), key


def find_token(db: Connection, key: str) -> Token | None:
    """The token with this key, whether it still counts or not."""
    row = db.execute(select(tokens).where(tokens.c.hash == _hash(key))).one_or_none()
    return None if row is None else _token(row)


def read_tokens(db: Connection) -> list[Token]:
    """All tokens, the newest first."""
    return [_token(row) for row in db.execute(select(tokens).order_by(tokens.c.id.desc()))]


def revoke_token(db: Connection, number: int, at: datetime) -> Token | None:
    """End a token now; None if there is none with this number."""
    db.execute(update(tokens).where(tokens.c.id == number, tokens.c.revoked.is_(None)).values(revoked=at))
    row = db.execute(select(tokens).where(tokens.c.id == number)).one_or_none()
    return None if row is None else _token(row)


def note_used(db: Connection, number: int, at: datetime) -> None:
    """Keep when a token was last used."""
    db.execute(update(tokens).where(tokens.c.id == number).values(used=at))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _token(row: Row[Any]) -> Token:
    return Token(
        row.id,
        row.name,
        row.acts_as,
        Scope(row.scope),
        row.by,
        row.created,
        row.expires,
        row.used,
        row.revoked,
    )
