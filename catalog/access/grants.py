"""Grants: who has which standing in a community, or in the whole library.

A grant names an e-mail address, or a group of the provider of the sign-in as `group:` and its name. A display
name is never enough: anybody can call themselves anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from catalog.errors import SettingError
from catalog.nouns import Standing
from catalog.schema import grants

GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do.

    Attributes:
        grantee: An e-mail address in lower case, or `group:` and the name of a group.
        community: Slug of the community; empty for the whole library.
        standing: The standing.
        by: Who gave it.
        at: When.
    """

    grantee: str
    community: str
    standing: Standing
    by: str
    at: datetime


def as_grantee(text: str) -> str:
    """The form in which a grantee is stored.

    Raises:
        SettingError: If it is neither an e-mail address nor a group.
    """
    name = " ".join(text.split())
    if name.startswith(GROUP) and name.removeprefix(GROUP).strip():
        return GROUP + name.removeprefix(GROUP).strip()
    if "@" in name and " " not in name:
        return name.lower()
    raise SettingError(f"{text!r}: give an e-mail address, or group:NAME for a group of your sign-in")


def put_grant(db: Connection, grant: Grant) -> None:
    """Give a standing; it takes the place of the one that the same grantee had there."""
    values = {"standing": grant.standing.value, "by": grant.by, "at": grant.at}
    added = upsert(grants).values(grantee=grant.grantee, community=grant.community, **values)
    db.execute(added.on_conflict_do_update(index_elements=["grantee", "community"], set_=values))


def take_grant(db: Connection, grantee: str, community: str) -> bool:
    """Take a standing away; whether there was one."""
    mine = (grants.c.grantee == grantee) & (grants.c.community == community)
    return db.execute(delete(grants).where(mine)).rowcount > 0


def read_grants(db: Connection, grantees: Collection[str] | None = None) -> list[Grant]:
    """The grants of some grantees, or all of them, by community and grantee."""
    columns = (grants.c.grantee, grants.c.community, grants.c.standing, grants.c.by, grants.c.at)
    query = select(*columns).order_by(grants.c.community, grants.c.grantee)
    if grantees is not None:
        query = query.where(grants.c.grantee.in_(sorted(grantees)))
    return [Grant(row[0], row[1], Standing(row[2]), row[3], row[4]) for row in db.execute(query)]
