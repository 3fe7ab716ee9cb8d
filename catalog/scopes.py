"""Who may see what was asked: a question asked in a private community may betray what it talks about.

So gaps and requests keep the communities that were searched, their scope, and are seen only by those who may
read all of them.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, false, func, or_, select

from catalog.nouns import Viewer
from catalog.schema import communities

_PUBLIC = select(communities.c.slug).where(~communities.c.private)


def seen_by(db: Connection, viewer: Viewer, table: Table) -> ColumnElement[bool]:
    """The gate on a table with a `scope` and whether it was `private`: the viewer may read all of the scope.

    A community without items is gone, and nobody is known to be its reader. If one is gone from a scope
    that was private, only the owner sees it.
    """
    if not viewer.communities:
        return false()
    readable = ~_in_scope(table, communities.c.slug.not_in(viewer.communities))
    return readable if is_owner(db, viewer) else and_(readable, or_(~table.c.private, _is_whole(table)))


def is_owner(db: Connection, viewer: Viewer) -> bool:
    """Whether the viewer owns the library, and may read all of it."""
    there = set(db.scalars(select(communities.c.slug)))
    return viewer.owner and there <= viewer.communities


def searched(viewer: Viewer, narrowed_to: Collection[str]) -> frozenset[str]:
    """The communities that were searched, given those that a question was narrowed to."""
    return viewer.communities & frozenset(narrowed_to or viewer.communities)


def scope_key(communities: Collection[str]) -> str:
    """The slugs of a scope as one text, by which it is known again."""
    return " ".join(sorted(communities))


def public(db: Connection) -> set[str]:
    """Slugs of the communities that everybody may read."""
    return set(db.scalars(_PUBLIC))


def _in_scope(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a community of the scope is there and meets a condition."""
    slug = func.json_each(table.c.scope).table_valued("value")
    joined = slug.join(communities, and_(communities.c.slug == slug.c.value, condition))
    return exists(select(communities.c.id).select_from(joined).correlate(table))


def _is_whole(table: Table) -> ColumnElement[bool]:
    """That all communities of the scope are there."""
    slug = func.json_each(table.c.scope).table_valued("value")
    gone = slug.c.value.not_in(select(communities.c.slug))
    return ~exists(select(slug.c.value).where(gone).correlate(table))
