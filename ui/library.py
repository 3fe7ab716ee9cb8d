"""Opens a library for a face: the settings, the engine, and the viewer of the command line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from catalog.errors import NotFoundError
from catalog.nouns import Community, Viewer
from catalog.settings import Settings
from catalog.store import Catalog
from search.engine import Engine
from ui.access.credentials import Configured
from ui.access.gate import admit


@contextmanager
def open_engine(settings: Settings) -> Iterator[Engine]:
    """Open an existing library for questions.

    Raises:
        LibraryError: If there is none, or it cannot be opened.
    """
    with Catalog.open(settings.library, create=False) as catalog:
        yield Engine(catalog, settings)


def make_viewer(catalog: Catalog, settings: Settings) -> Viewer:
    """Make the viewer that the settings name: the owner, a guest, or a reader of private communities."""
    return admit(catalog, settings, Configured())


def resolve_communities(wanted: Collection[str], readable: Sequence[Community]) -> frozenset[str]:
    """Slugs of the communities that are named by slug or by name, in any case.

    Raises:
        NotFoundError: If there is no such community among the readable ones.
    """
    known = {community.name.casefold(): community.slug for community in readable}
    known |= {community.slug.casefold(): community.slug for community in readable}
    for name in wanted:
        if name.strip().casefold() not in known:
            listed = ", ".join(f"{one.slug} ({one.name})" for one in readable) or "none"
            raise NotFoundError(f"{name}: no such community; those that you may read: {listed}")
    return frozenset(known[name.strip().casefold()] for name in wanted)
