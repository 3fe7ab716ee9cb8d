"""What a viewer may know of the paths and web addresses that were added.

A location, and the name of a file that could not be read, may betray a private community. So an origin is
known to the library's owner, and to who is a steward of every community to which something of it belongs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from catalog.errors import UnreadableError
from catalog.nouns import Viewer
from catalog.origins import Origin, read_origins
from catalog.schema import communities, failures, items, sources, units


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source that was found at an origin, and how many items came from it."""

    name: str
    kind: str
    location: str
    items: int


@dataclass(frozen=True, slots=True)
class FoundOrigin:
    """What was added, and what came from it.

    Attributes:
        origin: What was added.
        communities: Slugs of the communities to which something of it belongs.
        sources: The sources that were found there, by name.
        failures: What of it could not be read.
    """

    origin: Origin
    communities: frozenset[str]
    sources: tuple[FoundSource, ...]
    failures: tuple[UnreadableError, ...]

    @property
    def items(self) -> int:
        """How many items came from it."""
        return sum(source.items for source in self.sources)


def select_origins(db: Connection, viewer: Viewer) -> list[FoundOrigin]:
    """What was added and the viewer may know of, by name."""
    found, slugs = _sources(db)
    unread = _failures(db)
    named = _slugs_by_name(db)
    every = []
    for origin in read_origins(db):
        own = slugs[origin.location] | named.get(origin.community.casefold(), frozenset())
        if viewer.owner or (own and own <= viewer.stewards):
            every.append(
                FoundOrigin(origin, own, tuple(found[origin.location]), tuple(unread[origin.location]))
            )
    return every


def _sources(db: Connection) -> tuple[Mapping[str, list[FoundSource]], Mapping[str, frozenset[str]]]:
    """The sources that were found at each location, and the communities of their items."""
    columns = (sources.c.name, sources.c.kind, sources.c.location, sources.c.root, communities.c.slug)
    joined = sources.outerjoin(items, items.c.source_id == sources.c.id).outerjoin(communities)
    query = select(*columns, func.count(items.c.id).label("items")).select_from(joined)
    counts: dict[tuple[str, str, str, str], int] = defaultdict(int)
    slugs: dict[str, frozenset[str]] = defaultdict(frozenset)
    for row in db.execute(query.group_by(sources.c.id, communities.c.slug).order_by(sources.c.name)):
        counts[row.root, row.name, row.kind, row.location] += row.items
        slugs[row.root] |= {row.slug} if row.slug else frozenset()
    found: dict[str, list[FoundSource]] = defaultdict(list)
    for (root, name, kind, location), count in counts.items():
        found[root].append(FoundSource(name, kind, location, count))
    return found, slugs


def _failures(db: Connection) -> Mapping[str, list[UnreadableError]]:
    """What could not be read, by the location at which it was found."""
    joined = failures.join(units, units.c.id == failures.c.unit_id).join(
        sources, sources.c.id == units.c.source_id
    )
    query = select(failures.c.location, failures.c.reason, sources.c.root).select_from(joined)
    unread: dict[str, list[UnreadableError]] = defaultdict(list)
    for row in db.execute(query.order_by(failures.c.location, failures.c.id)):
        unread[row.root].append(UnreadableError(row.location, row.reason))
    return unread


def _slugs_by_name(db: Connection) -> Mapping[str, frozenset[str]]:
    """Slugs of communities by their names, and by themselves."""
    named: dict[str, frozenset[str]] = defaultdict(frozenset)
    for row in db.execute(select(communities.c.slug, communities.c.name)):
        for name in (row.slug, row.name):
            named[name.casefold()] |= {row.slug}
    return named
