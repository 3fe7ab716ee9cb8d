"""Leafing through items in parts, and as a table."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from catalog.errors import SettingError
from catalog.nouns import Kind, Order, State
from catalog.reader_browse import Browsed
from catalog.store import Catalog
from tests.build import Put, make_item
from ui.browsing import browse, inert, table


def test_each_part_tells_where_the_next_begins(catalog: Catalog, put: Put) -> None:
    """Also where votes are negative, and by time."""
    put(*(make_item(key, votes=votes) for key, votes in (("a", -3), ("b", 5), ("c", -1))))
    with catalog.read(catalog.owner()) as reader:
        by_votes = Browsed(order=Order.USEFUL)
        first = browse(reader, by_votes, 2)
        second = browse(reader, by_votes, 2, first.next)
        newest = browse(reader, Browsed(), 2, browse(reader, Browsed(), 1).next)

    assert [one.item.id for one in first.items] == ["notes:b", "notes:c"]
    assert [one.item.id for one in second.items] == ["notes:a"]
    assert [one.item.id for one in newest.items] == ["notes:b", "notes:a"]
    assert (first.total, second.next) == (3, None)


def test_a_cursor_belongs_to_one_list(catalog: Catalog, put: Put) -> None:
    """Sorted and narrowed as it was."""
    put(make_item("a"), make_item("b"))
    with catalog.read(catalog.owner()) as reader:
        cursor = browse(reader, Browsed(), 1).next
        with pytest.raises(SettingError, match="it does not belong to this list"):
            browse(reader, Browsed(state=State.OPEN), 1, cursor)


def test_the_table_has_a_line_for_each_item(catalog: Catalog, put: Put) -> None:
    """With what places it; a path of somebody's machine is not among it."""
    put(
        make_item(
            "beds",
            kind=Kind.LESSON,
            title='=HYPERLINK("http://evil.example")',
            author="Gwen",
            tags=("clay", "soil"),
            state=State.OUTDATED,
            votes=-2,
            url="/home/gwen/beds.md",
        ),
        make_item("web", title="Commas, and\nlines", url="https://x.example/web"),
    )
    with catalog.read(catalog.owner()) as reader:
        rows = csv.DictReader(StringIO(table(reader, Browsed()), newline=""))
        told = [{name: cell for name, cell in row.items() if cell} for row in rows]

    assert told == [
        {
            "id": "notes:web",
            "kind": "document",
            "title": "Commas, and\nlines",
            "community": "garden",
            "created": "2025-06-01",
            "url": "https://x.example/web",
        },
        {
            "id": "notes:beds",
            "kind": "lesson",
            "title": '\'=HYPERLINK("http://evil.example")',
            "community": "garden",
            "created": "2025-06-01",
            "tags": "clay, soil",
            "state": "outdated",
            "votes": "-2",
            "people": "Gwen",
        },
    ]


@pytest.mark.parametrize("begun", ["=", "+", "-", "@", "\t", "\r", "\x00=", "＝"], ids=repr)
def test_no_cell_is_a_formula(begun: str) -> None:
    """An apostrophe makes it text, also where a character that is left out comes first."""
    assert inert(f"{begun}1+1").startswith("'")


def test_other_cells_are_as_they_are() -> None:
    """Words, and signs within them."""
    assert inert("Beds = soil + water") == "Beds = soil + water"
