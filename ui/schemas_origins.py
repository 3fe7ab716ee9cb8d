"""The JSON forms of what was added to the library."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.origins import Origin
from catalog.reader import Status
from ui.schemas import OriginOut, SourceOut


def origin_out(
    origin: Origin, roots: Mapping[str, str] | None = None, status: Status | None = None
) -> OriginOut:
    """Show an origin.

    Args:
        origin: What was added.
        roots: The location in which each source was found, by the source's name.
        status: The library's status; it counts the items of sources.
    """
    mine = [
        one for one in (status.sources if status else ()) if (roots or {}).get(one.name) == origin.location
    ]
    return OriginOut(
        name=origin.name,
        location=origin.location,
        kind=origin.kind,
        community=origin.community,
        private=origin.private,
        options=dict(origin.options),
        complete=origin.complete,
        problem=origin.problem,
        sources=[
            SourceOut(name=one.name, kind=one.kind, location=one.location, items=one.items) for one in mine
        ],
    )
