"""What has become of an item, as HTML: when it was written and changed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from catalog.nouns import Role
from ui.schemas import ContributionOut, ItemOut
from ui.view.parts import DEEDS, day, facts, listed, person, section
from ui.view.tags import Html

_FIRST = (Role.ASKED, Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED)
_Event = tuple[datetime | None, str, Html | None]


def history_view(item: ItemOut) -> Html | None:
    """What happened to it, the oldest first; nothing where only its beginning is known."""
    events = sorted(_events(item), key=lambda event: (event[0] is None, event[0] or datetime.min))
    if len(events) < 2:
        return None
    rows = (facts(day(at) or "at some time", what, who) for at, what, who in events)
    return section("History", listed(rows, "events"), class_="history")


def _events(item: ItemOut) -> Iterator[_Event]:
    for one in item.people:
        yield one.at or _beginning(item, one), DEEDS[one.role], person(one.name, one.person_id)
    edited = {one.at for one in item.people if one.role is Role.EDITED}
    if item.created and not item.people:
        yield item.created, "written", None
    if item.updated and item.updated != item.created and item.updated not in edited:
        yield item.updated, "last changed", None


def _beginning(item: ItemOut, one: ContributionOut) -> datetime | None:
    """When whoever wrote it did so, if that is told of the item alone."""
    return item.created if one.role in _FIRST else None
