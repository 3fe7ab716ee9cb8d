"""Duplicates → the question that they repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.nouns import Filters, Item, LinkKind
from catalog.reader import Reader

_LONGEST = 20  # links; a longer chain is a mistake, and its end no better known than its middle


def roots(reader: Reader, items: Iterable[Item], filters: Filters) -> dict[str, Item]:
    """Follow links that say "this was asked before" to their end.

    Args:
        reader: The viewer's view of the catalog; what they may not read ends a chain before it.
        items: Where to begin.
        filters: What the search was narrowed to; the same holds for what does not pass.

    Returns:
        By id, the item that each of them leads to: itself, if it repeats nothing. Of a ring of
        duplicates, all lead to the same one.
    """
    known = {item.id: item for item in items}
    wanted = list(known)
    for _ in range(_LONGEST):
        linked = {target for item_id in wanted for target in _repeated(known[item_id])} - known.keys()
        found = reader.items(linked)
        wanted = [item_id for item_id, item in found.items() if filters.admits(item)]
        known |= {item_id: found[item_id] for item_id in wanted}
        if not wanted:
            break
    return {item.id: _end(item, known) for item in items}


def _repeated(item: Item) -> list[str]:
    return [f"{item.source}:{link.key}" for link in item.links if link.kind is LinkKind.DUPLICATE]


def _end(item: Item, known: Mapping[str, Item]) -> Item:
    """The end of an item's chain; in a ring, the oldest of it."""
    passed = [item]
    while targets := [known[target] for target in _repeated(passed[-1]) if target in known]:
        following = min(targets, key=_age)
        if following in passed:
            return min(passed[passed.index(following) :], key=_age)
        if len(passed) > _LONGEST:
            break
        passed.append(following)
    return passed[-1]


def _age(item: Item) -> tuple[float, str]:
    return (item.created.timestamp() if item.created else float("inf")), item.id
