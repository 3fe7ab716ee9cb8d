"""Leafing through items: a part of the list at a time, or all of it as a table for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

from catalog.errors import SettingError
from catalog.nouns import Item, Role
from catalog.reader import Reader
from catalog.reader_browse import Browsed
from ui.paging import Page
from ui.schemas_items import ItemsOut, items_out
from ui.terminal import clean

MOST_ROWS = 20_000
"""Most lines of a table; the newest or most useful ones, if there are more."""

_CHUNK = 2000
_COLUMNS = (
    *("id", "kind", "title", "community", "created", "updated", "tags", "state", "votes", "accepted"),
    *("people", "url"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MAKERS = (Role.ASKED, Role.ANSWERED, Role.ACCEPTED, Role.AUTHORED)


def browse(reader: Reader, browsed: Browsed, k: int, cursor: str | None = None) -> ItemsOut:
    """A part of the list.

    Args:
        reader: Reads as whoever asks.
        browsed: What is leafed through.
        k: How many at most.
        cursor: The `next` of the part before; None for the beginning.

    Raises:
        SettingError: If the cursor is not one of this list.
    """
    page = Page.of(_named(browsed), k, cursor)
    shelf = reader.browse(browsed, _after(page), k)
    # As texts: what sorts an item may be negative, and a place in a cursor may not.
    after = page.at(tuple(map(str, shelf.end))) if shelf.end else None
    return items_out(shelf.items, reader.counted(browsed), after)


def _named(browsed: Browsed) -> list[object]:
    """Which list it is; sets have another order in each process."""
    filters = browsed.filters
    sets = (filters.communities, filters.kinds, filters.tags)
    bounds = (filters.since, filters.until)
    return ["items", *map(sorted, sets), *bounds, browsed.state, browsed.title, browsed.order]


def _after(page: Page) -> tuple[int, int] | None:
    if not page.place:
        return None
    try:
        by, number = map(int, page.place)
    except ValueError as error:
        raise SettingError("cursor: it does not belong to this list; begin again without it") from error
    return by, number


# --- a table ---


def table(reader: Reader, browsed: Browsed) -> str:
    """All of the list as comma-separated values, which no spreadsheet takes for formulas."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_row(item) for item in _all(reader, browsed))
    return text.getvalue()


def _all(reader: Reader, browsed: Browsed) -> Iterator[Item]:
    end: tuple[int, int] | None = None
    for _ in range(MOST_ROWS // _CHUNK):
        shelf = reader.browse(browsed, end, _CHUNK)
        yield from shelf.items
        end = shelf.end
        if end is None:
            return


def _row(item: Item) -> list[str | int | None]:
    makers = dict.fromkeys(one.person.name for one in item.contributions if one.role in _MAKERS)
    web = item.url if (item.url or "").lower().startswith(("http://", "https://")) else None
    return [
        inert(item.id),
        item.kind.value,
        inert(item.title),
        inert(item.community),
        _day(item.created),
        _day(item.updated),
        inert(", ".join(item.tags)),
        item.state.value if item.state else None,
        item.votes,
        "yes" if item.accepted else None,
        inert(", ".join(makers)),
        inert(web) if web else None,
    ]


def inert(text: str) -> str:
    """A text as a cell: one that a spreadsheet would take for a formula gets an apostrophe before it."""
    cell = clean(text)
    return f"'{cell}" if cell.startswith(_FORMULA) or text.startswith(_FORMULA) else cell


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
