"""Practices to leaf through, as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from catalog.nouns import Order, State
from ui.schemas_items import ItemsOut, PracticeOut
from ui.view.find import find_view
from ui.view.parts import Surroundings, about, authors, counted, go, link, listed, section, shown
from ui.view.place import Page, Place
from ui.view.tags import Html, tag

TABLE = "/api/v1/items.csv"
"""Where the browser gets the list as a table, as whoever looks at the page may see it."""

_STATES = {None: "All", State.SOLVED: "Solved", State.OPEN: "Open", State.OUTDATED: "Outdated"}
_ORDERS = {Order.NEWEST: "Newest", Order.USEFUL: "Most useful"}
_MOST_TAGS = 6


def practices_view(listing: ItemsOut, around: Surroundings) -> Html:
    """The list, what narrows and sorts it, and ways to the rest of it."""
    place = replace(around.place.closed(), cursor="")
    looked = find_view(
        place,
        "title",
        "Look in the titles",
        value=place.title,
        placeholder="Words of a title",
        must=False,
    )
    return tag(
        "div",
        looked,
        tag("div", _states(listing, place), _orders(place), class_="chosen"),
        _list(listing, around) if listing.items else _nothing(place),
        _onward(listing, around.place),
        class_="wide practices",
    )


def _states(listing: ItemsOut, place: Place) -> Html:
    """A way to those in each state that there is."""
    ways = (
        _choice(
            replace(place, state=state),
            name,
            listing.states.get(state) if state else None,
            chosen=state is place.state,
        )
        for state, name in _STATES.items()
        if state in (None, place.state, *listing.states)
    )
    return tag("nav", listed(ways, "chips"), aria_label="State")


def _orders(place: Place) -> Html:
    ways = (
        _choice(replace(place, order=order), name, None, chosen=order is place.order)
        for order, name in _ORDERS.items()
    )
    return tag("nav", listed(ways, "chips"), aria_label="Order")


def _choice(place: Place, name: str, count: int | None, *, chosen: bool) -> Html:
    many = tag("span", f"{count:,}", class_="many") if count is not None else None
    return go(place, name, many, class_="choice", current="true" if chosen else None)


def _list(listing: ItemsOut, around: Surroundings) -> Html:
    title = counted(listing.total, "practice")
    return section(title, listed((_practice(one, around) for one in listing.items), "rows"))


def _practice(one: PracticeOut, around: Surroundings) -> Html:
    item = one.item
    votes = counted(item.votes, "vote") if item.votes is not None else None
    tags = tag("p", *_tags(item.tags[:_MOST_TAGS], around.place), class_="tags") if item.tags else None
    return shown(
        link(item, around),
        about(item, around, authors(item), votes),
        tag("p", one.beginning, class_="excerpt") if one.beginning else None,
        tags,
    )


def _tags(names: list[str], place: Place) -> Iterator[Html]:
    """Each a way to what has it, within the same bounds."""
    for name in names:
        narrowed = replace(place.closed(), tags=(name,), cursor="")
        yield go(narrowed, f"#{name}", class_="topic")


def _nothing(place: Place) -> Html:
    advice = "Narrow it less, or ask: an answer finds what a title does not say."
    ways = [go(place.home, "Show everything", class_="onward")] if place != place.home else []
    return tag(
        "section", tag("h2", "Nothing here is like that"), tag("p", advice), *ways, class_="unknown thin"
    )


def _onward(listing: ItemsOut, place: Place) -> Html | None:
    """To the part after this one, back to the first, and the whole as a table."""
    if not listing.items:
        return None
    first = go(replace(place.closed(), cursor=""), "← From the beginning", class_="onward")
    after = go(replace(place.closed(), cursor=listing.next or ""), "More →", class_="onward")
    whole = tag("a", "As a table (CSV)", href=_table(place), download="copse-items.csv", class_="onward")
    return tag(
        "nav",
        first if place.cursor else None,
        after if listing.next else None,
        whole,
        class_="onwards",
        aria_label="Pages of the list",
    )


def _table(place: Place) -> str:
    """The address of the same list as a table; the names of its parameters are those of the page."""
    bounds = replace(place.closed(), page=Page.ASK, cursor="").params()
    return f"{TABLE}?{urlencode(bounds, doseq=True)}"
