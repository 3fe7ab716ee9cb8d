"""Practices to leaf through, as HTML."""

from __future__ import annotations

from typing import Any

from catalog.nouns import Kind, Order, State
from tests.build import make_item
from ui.schemas import CommunityOut, item_out
from ui.schemas_items import ItemsOut, PracticeOut
from ui.view.parts import Surroundings
from ui.view.place import Page, Place
from ui.view.practices import practices_view

GARDEN = CommunityOut(slug="garden", name="Garden", private=False, items={})
HERE = Place(Page.PRACTICES)


def _view(place: Place = HERE, listed: tuple[PracticeOut, ...] = (), **values: Any) -> str:
    counts: dict[str, Any] = {"total": len(listed), "kinds": {}, "states": {}, "communities": {}}
    listing = ItemsOut(items=list(listed), **(counts | values))
    return practices_view(listing, Surroundings(place, {"garden": GARDEN}))


def _practice(key: str = "beds", **values: Any) -> PracticeOut:
    return PracticeOut(item=item_out(make_item(key, **values)), beginning="Water <b>in</b> the evening.")


def test_a_practice_tells_what_it_is() -> None:
    """It opens, and its tags lead to all that has them; its words are text."""
    html = _view(listed=(_practice(author="Gwen", votes=3, tags=("clay soil",), kind=Kind.LESSON),))

    assert (
        '<a href="?page=practices&amp;item=notes%3Abeds" target="_self" data-go class="title">Beds</a>'
        in html
    )
    assert "<span>lesson</span>" in html
    assert "<span>3 votes</span>" in html
    assert '<p class="excerpt">Water &lt;b&gt;in&lt;/b&gt; the evening.</p>' in html
    assert '<a href="?page=practices&amp;tag=clay+soil" target="_self" data-go class="topic">' in html


def test_states_that_there_are_can_be_chosen() -> None:
    """With how many there are; the chosen one is marked, and leads nowhere else."""
    html = _view(Place(Page.PRACTICES, state=State.OPEN), (_practice(),), states={State.OPEN: 1200})

    assert (
        '<li><a href="?page=practices&amp;state=open" target="_self" data-go class="choice" '
        'aria-current="true">Open<span class="many">1,200</span></a></li>'
    ) in html
    assert "Solved" not in html


def test_another_order_begins_at_the_beginning() -> None:
    """A place in one list means nothing in another."""
    html = _view(Place(Page.PRACTICES, cursor="abc"), (_practice(),), next="def")

    assert 'href="?page=practices&amp;order=useful"' in html
    assert 'href="?page=practices&amp;cursor=def" target="_self" data-go class="onward">More →</a>' in html
    assert '<a href="?page=practices" target="_self" data-go class="onward">← From the beginning</a>' in html


def test_the_table_is_narrowed_as_the_list_is() -> None:
    """All of it, and not only the part that is shown."""
    place = Place(Page.PRACTICES, kinds=(Kind.LESSON,), order=Order.USEFUL, title="bed", cursor="abc")
    html = _view(place, (_practice(),))

    assert (
        '<a href="/api/v1/items.csv?kind=lesson&amp;title=bed&amp;order=useful" download="copse-items.csv" '
        'class="onward">As a table (CSV)</a>'
    ) in html


def test_where_nothing_is_like_that_there_is_a_way_out() -> None:
    """Without a table of nothing."""
    html = _view(Place(Page.PRACTICES, title="zymurgy"))

    assert "Nothing here is like that" in html
    assert '<a href="?page=practices" target="_self" data-go class="onward">Show everything</a>' in html
    assert "CSV" not in html
