"""Accounts: who has signed in, as the provider of the sign-in names them, and who may not any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, select, update

from catalog.schema import accounts


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has signed in.

    Attributes:
        id: Number of the account.
        issuer: Address of the provider; empty for one who was suspended before they ever signed in.
        subject: The provider's name for them, which never changes.
        email: Their verified e-mail address in lower case; empty if there is none.
        name: Their name, as they wrote it: shown, but nothing follows from it.
        groups: The groups that the provider told at the last sign-in.
        suspended: Whether they are kept out.
        first_seen: When they first signed in.
        last_seen: When they were last seen, to the hour.
    """

    id: int
    issuer: str
    subject: str
    email: str
    name: str
    groups: frozenset[str]
    suspended: bool
    first_seen: datetime
    last_seen: datetime


def find_account(db: Connection, issuer: str, subject: str) -> Account | None:
    """The account that a provider names, if they have signed in before."""
    mine = (accounts.c.issuer == issuer) & (accounts.c.subject == subject)
    row = db.execute(select(accounts).where(mine)).one_or_none()
    return None if row is None else _account(row)


def put_account(db: Connection, seen: Account) -> None:
    """Keep what a sign-in told. Whether an account is suspended is left as it is."""
    values = {
        "email": seen.email,
        "name": seen.name,
        "groups": sorted(seen.groups),
        "last_seen": seen.last_seen,
    }
    mine = (accounts.c.issuer == seen.issuer) & (accounts.c.subject == seen.subject)
    if db.execute(update(accounts).where(mine).values(values)).rowcount == 0:
        new = {"issuer": seen.issuer, "subject": seen.subject, "first_seen": seen.last_seen}
        db.execute(insert(accounts).values(values | new | {"suspended": False}))


def read_accounts(db: Connection) -> list[Account]:
    """All accounts, the latest seen first."""
    return [_account(row) for row in db.execute(select(accounts).order_by(accounts.c.last_seen.desc()))]


def is_suspended(db: Connection, email: str) -> bool:
    """Whether somebody with this e-mail address is kept out."""
    kept_out = (accounts.c.email == email.strip().lower()) & accounts.c.suspended
    return bool(email.strip()) and bool(db.scalar(select(exists().where(kept_out))))


def groups_of(db: Connection, email: str) -> frozenset[str]:
    """The groups of everybody with this e-mail address, as of their last sign-in."""
    rows = db.scalars(select(accounts.c.groups).where(accounts.c.email == email, accounts.c.email != ""))
    return frozenset(group for groups in rows for group in groups)


def suspend(db: Connection, who: str, suspended: bool, at: datetime) -> int:
    """Keep somebody out, or let them in again; gives how many accounts that were.

    Args:
        db: A connection in a transaction.
        who: An e-mail address, or the number of an account. An address that never signed in is kept out too.
        suspended: Whether they are kept out.
        at: Now.
    """
    mine = accounts.c.id == int(who) if who.isdigit() else accounts.c.email == who.strip().lower()
    changed = db.execute(update(accounts).where(mine).values(suspended=suspended)).rowcount
    if changed or not suspended or "@" not in who:
        return changed
    email = who.strip().lower()
    never = {"issuer": "", "subject": email, "email": email, "name": "", "groups": []}
    db.execute(insert(accounts).values(never | {"suspended": True, "first_seen": at, "last_seen": at}))
    return 1


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id,
        row.issuer,
        row.subject,
        row.email,
        row.name,
        frozenset(row.groups),
        row.suspended,
        row.first_seen,
        row.last_seen,
    )
