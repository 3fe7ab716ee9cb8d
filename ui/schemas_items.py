"""Items one after the other, as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from catalog.nouns import Item, Kind, State
from catalog.reader_browse import Counted
from ui.schemas import Form, ItemOut, Listed, item_out
from ui.terminal import excerpt

_BEGINNING = 240  # characters


class PracticeOut(Form):
    """An item, with what its text begins with."""

    item: ItemOut
    beginning: str = Field(description="The first words of its text, as plain text.")


class ItemsOut(Listed):
    """A part of a list of items, and how much there is in all."""

    items: list[PracticeOut] = Field(description="What opens a thread; answers only where asked for.")
    total: int = Field(description="How many there are in all.")
    kinds: dict[Kind, int] = Field(description="How many of each kind.")
    states: dict[State, int] = Field(description="How many in each state, whichever state is asked for.")
    communities: dict[str, int] = Field(description="How many of each community, by slug.")


def items_out(items: Iterable[Item], counted: Counted, after: str | None) -> ItemsOut:
    """Show a part of a list."""
    return ItemsOut(
        items=[PracticeOut(item=item_out(one), beginning=excerpt(one.text, _BEGINNING)) for one in items],
        total=counted.total,
        kinds=dict(counted.kinds),
        states=dict(counted.states),
        communities=dict(counted.communities),
        next=after,
    )
