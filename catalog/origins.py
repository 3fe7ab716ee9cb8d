"""The paths and web addresses that were added to a library, so that it can be kept in step with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from catalog.errors import NotFoundError, SettingError
from catalog.nouns import Community
from catalog.schema import communities, community_readers, items, origins, sources

OWN = "copse:"
"""What the locations of the library's own sources begin with."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A path or a web address that was added.

    Attributes:
        name: What the names of its sources begin with; unique.
        location: The absolute path, or the web address; unique.
        kind: Name of its kind of source; empty where each file's kind is found out.
        community: Name of the community of what no `copse.toml` assigns to one; empty for the last part
            of the location.
        private: Whether that community is private, whatever a `copse.toml` says.
        options: What else was chosen; keys and passwords are named by environment variables.
        complete: When all of it was last listed; other syncs of a live source ask only for changes.
        problem: Why the last sync failed as a whole; empty if it did not.
    """

    name: str
    location: str
    kind: str = ""
    community: str = ""
    private: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    complete: datetime | None = None
    problem: str = ""

    @property
    def own(self) -> bool:
        """Whether it lies in the library's own folder."""
        return self.location.startswith(OWN)

    @property
    def live(self) -> bool:
        """Whether it is asked over the network."""
        return self.location.startswith(("http://", "https://"))


def read_origins(db: Connection) -> list[Origin]:
    """All origins, by name."""
    rows = db.execute(select(origins).order_by(origins.c.name)).mappings()
    return [Origin(**{key: value for key, value in row.items() if key != "id"}) for row in rows]


def find_origin(db: Connection, name: str) -> Origin:
    """The origin with this name or location.

    Raises:
        NotFoundError: If there is none.
    """
    known = read_origins(db)
    for origin in known:
        if name in (origin.name, origin.location):
            return origin
    listed = ", ".join(origin.name for origin in known) or "none; add one with `copse source add`"
    raise NotFoundError(f"{name}: no such source was added; there are: {listed}")


def put_origin(db: Connection, origin: Origin) -> bool:
    """Store an origin, or what is new about it; tells whether anything was.

    Raises:
        SettingError: If its name is that of another location.
    """
    stored = {known.location: known for known in read_origins(db)}
    before = stored.get(origin.location)
    if before == origin:
        return False
    if any(known.name == origin.name and known.location != origin.location for known in stored.values()):
        raise SettingError(f"--name {origin.name}: is the name of another source; choose one that is free")
    values = {
        "name": origin.name,
        "location": origin.location,
        "kind": origin.kind,
        "community": origin.community,
        "private": origin.private,
        "options": dict(origin.options),
        "complete": origin.complete,
        "problem": origin.problem,
    }
    if before is None:
        db.execute(insert(origins).values(values))
    else:
        db.execute(update(origins).where(origins.c.location == origin.location).values(values))
    return True


def settle_community(db: Connection, made: Community, root: str) -> Community:
    """A community that no `copse.toml` describes, as it is to be stored.

    Who may read what others have brought in is not for a location to change: a community that is there
    already stays as it is, unless nothing but what came from this location is in it.

    Args:
        db: A connection in a transaction.
        made: The community as it is said to be, or made of a name.
        root: The location.
    """
    row = db.execute(select(communities).where(communities.c.slug == made.slug)).one_or_none()
    if row is None or _is_alone(db, row.id, root):
        return made
    mine = community_readers.c.community_id == row.id
    readers = frozenset(db.scalars(select(community_readers.c.reader).where(mine)))
    return Community(row.slug, row.name, row.private or made.private, readers)


def _is_alone(db: Connection, community_id: int, root: str) -> bool:
    """Whether all that is in a community, which is something, came from one location.

    What members write and upload here goes with whoever brought the community in.
    """
    joined = items.join(sources)
    query = select(sources.c.root).select_from(joined).where(items.c.community_id == community_id).distinct()
    return {one for one in db.scalars(query) if not one.startswith(OWN)} == {root}


def remove_origin(db: Connection, location: str) -> None:
    """Take an origin off the list; its sources are not touched."""
    db.execute(delete(origins).where(origins.c.location == location))
