"""Shows a list of items on a terminal."""

from __future__ import annotations

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from ui.schemas_items import ItemsOut, PracticeOut
from ui.terminal import NOTHING_FITS, Names, about, line, title_of

_INDENT = (0, 0, 0, 2)


def show_items(console: Console, listing: ItemsOut, names: Names) -> None:
    """Print a part of a list, and how much there is in all."""
    if not listing.items:
        console.print(Padding(Text(NOTHING_FITS), _INDENT))
        return
    for one in listing.items:
        console.print()
        console.print(Padding(_item(one, names), _INDENT))
    console.print()
    console.print(Padding(Text(f"{len(listing.items):,} of {listing.total:,}", "dim"), _INDENT))


def _item(one: PracticeOut, names: Names) -> Group:
    facts = about(one.item, names)
    if one.item.votes is not None:
        facts.append(f" · {one.item.votes:,} {'vote' if one.item.votes == 1 else 'votes'}")
    return Group(title_of(one.item), facts, Text(one.beginning), Text(line(one.item.id), "dim"))
