"""Makes viewers: what somebody may do at this moment, from communities, their readers, and grants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from catalog.access.grants import Grant, read_grants
from catalog.nouns import Scope, Standing, Viewer
from catalog.schema import communities, community_readers


def owner_viewer(db: Connection, name: str = "owner") -> Viewer:
    """The viewer who may do everything: whoever owns the library's files, or was given that standing."""
    every = frozenset(db.scalars(select(communities.c.slug)))
    return Viewer(name, every, every, every, owner=True)


def make_viewer(
    db: Connection, name: str, grantees: Collection[str], least: Standing = Standing.READER
) -> Viewer:
    """The viewer for somebody who is known by some names, to the library or to its sign-in.

    Args:
        db: A connection in a transaction.
        name: What they are called.
        grantees: Names under which they are listed as readers or have grants; none for a guest.
        least: What they may do wherever they may read.
    """
    given = {grant.community: grant.standing for grant in _best_last(db, grantees)}
    whole = given.get("")
    if whole is Standing.OWNER:
        return owner_viewer(db, name)
    standings = {
        slug: _best(least, given.get(slug), whole)
        for slug in _readable(db, grantees, everything=whole is not None) | _there(db, given)
    }
    return Viewer(
        name,
        frozenset(standings),
        frozenset(slug for slug, one in standings.items() if one.includes(Standing.CONTRIBUTOR)),
        frozenset(slug for slug, one in standings.items() if one.includes(Standing.STEWARD)),
    )


def within(viewer: Viewer, scope: Scope) -> Viewer:
    """What is left of a viewer within the scope of a token."""
    if scope is Scope.ADMIN:
        return viewer
    contributes = viewer.contributes if scope is Scope.WRITE else frozenset[str]()
    return replace(viewer, contributes=contributes, stewards=frozenset(), owner=False, scope=scope)


def _best_last(db: Connection, grantees: Collection[str]) -> list[Grant]:
    """Grants in the order of their standing, so that of several the best one counts."""
    order = list(Standing)
    return sorted(read_grants(db, grantees), key=lambda grant: order.index(grant.standing))


def _best(*standings: Standing | None) -> Standing:
    order = list(Standing)
    return max((one for one in standings if one), key=order.index)


def _readable(db: Connection, grantees: Collection[str], *, everything: bool) -> set[str]:
    query = select(communities.c.slug)
    if not everything:
        known = {name.lower() for name in grantees}
        listed = select(community_readers.c.community_id).where(community_readers.c.reader.in_(known))
        query = query.where(~communities.c.private | communities.c.id.in_(listed))
    return set(db.scalars(query))


def _there(db: Connection, slugs: Collection[str]) -> set[str]:
    """Those of some communities that exist."""
    return set(db.scalars(select(communities.c.slug).where(communities.c.slug.in_(sorted(slugs)))))
