"""What stands beside an item: what else was written about the same, and who can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import QuestionError
from catalog.nouns import Filters, Item, Viewer
from search.engine import Engine
from search.results import Hit
from ui import schemas

_RELATED, _ASKED = 4, 3  # what is shown
_OWN = 8  # hits that may be of the item's own thread


@dataclass(frozen=True, slots=True)
class Beside:
    """What else was written about it, best first, and the people to ask."""

    related: tuple[schemas.HitOut, ...] = ()
    experts: tuple[schemas.ExpertOut, ...] = ()


def look_beside(engine: Engine, viewer: Viewer, item_id: str) -> Beside:
    """Search for what an item's title says.

    Raises:
        NotFoundError: If there is none with this id among those that the viewer may read.
    """
    with engine.catalog.read(viewer) as reader:
        item = reader.item(item_id)
    try:
        hits = engine.search(viewer, item.title, Filters(), _RELATED + _OWN)
        experts = engine.experts(viewer, item.title, Filters(), _ASKED)
    except QuestionError:  # its title has no words
        return Beside()
    related = schemas.hits_out(item.title, _others(item, hits)[:_RELATED])
    return Beside(tuple(related.hits), tuple(schemas.experts_out(item.title, experts).experts))


def _others(item: Item, hits: Iterable[Hit]) -> list[Hit]:
    """The best hit of each thread but the item's own and those to which it links anyway."""
    shown = {item.thread_id, *(f"{item.source}:{one.key}" for one in item.links)}
    best: dict[str, Hit] = {}
    for hit in hits:
        if shown.isdisjoint((hit.item.id, hit.item.thread_id)):
            best.setdefault(hit.item.thread_id, hit)
    return list(best.values())
