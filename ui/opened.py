"""An item as every face opens it: with its thread, what it points to, and where else it stands."""

from __future__ import annotations

from catalog.nouns import Item, LinkKind
from catalog.reader import Reader
from search.retrieve import read_copies
from ui.schemas import ThreadOut, thread_out

_MOST_LINKS = 50  # that are shown of one item


def open_thread(reader: Reader, item_id: str) -> ThreadOut:
    """Read an item and all that is shown with it.

    Raises:
        NotFoundError: If there is none with this id among those that the viewer may read.
    """
    item = reader.item(item_id)
    thread = reader.threads([item.thread_id]).get(item.thread_id, [item])
    also_in = read_copies(reader, [item.id]).get(item.id, ())
    return thread_out(item, thread, _linked(reader, item), also_in)


def _linked(reader: Reader, item: Item) -> list[tuple[LinkKind, Item]]:
    """What an item points to, each other item once: as a duplicate rather than as related or mentioned."""
    order = list(LinkKind)
    kinds: dict[str, LinkKind] = {}
    for link in sorted(item.links, key=lambda link: order.index(link.kind)):
        kinds.setdefault(f"{item.source}:{link.key}", link.kind)
    wanted = list(kinds)[:_MOST_LINKS]
    found = reader.items(wanted)
    return [(kinds[item_id], found[item_id]) for item_id in wanted if item_id in found]
