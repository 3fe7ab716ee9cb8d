"""Leafing through items."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.nouns import Filters, Kind, Order, State
from catalog.reader_browse import Browsed, Counted, SourceFile
from catalog.store import Catalog
from tests.build import Put, make_item


def _day(day: int) -> datetime:
    return datetime(2025, 6, day, tzinfo=UTC)


@pytest.fixture
def shelf(put: Put) -> None:
    """A question with its answer, a lesson, two documents, one of them in a private community."""
    put(
        make_item(
            "q",
            kind=Kind.QUESTION,
            title="Äpfel with 50% spots",
            thread="q",
            created=_day(3),
            votes=2,
            state=State.SOLVED,
        ),
        make_item("a", kind=Kind.ANSWER, title="Äpfel with 50% spots", thread="q", created=_day(4), votes=9),
        make_item("lesson", kind=Kind.LESSON, created=_day(2), votes=7, tags=("apples",)),
        make_item("undated", created=None, state=State.OUTDATED),
        make_item("minutes", community="board", created=_day(5), votes=-1),
    )


def _keys(catalog: Catalog, browsed: Browsed, limit: int = 30) -> list[str]:
    """The keys of all items, from the parts one after the other."""
    keys: list[str] = []
    end = None
    with catalog.read(catalog.owner()) as reader:
        while True:
            part = reader.browse(browsed, end, limit)
            keys += [item.key for item in part.items]
            end = part.end
            if end is None:
                return keys


@pytest.mark.parametrize(
    ("browsed", "keys"),
    [
        (Browsed(), ["minutes", "q", "lesson", "undated"]),
        (Browsed(order=Order.USEFUL), ["lesson", "q", "undated", "minutes"]),
        (Browsed(state=State.OUTDATED), ["undated"]),
        (Browsed(title="äpfel 50%"), ["q"]),
        (Browsed(title="5_%"), []),
        (Browsed(Filters(kinds=frozenset({Kind.ANSWER}))), ["a"]),
        (Browsed(Filters(tags=frozenset({"apples"}))), ["lesson"]),
        (Browsed(Filters(communities=frozenset({"board"}))), ["minutes"]),
        (Browsed(Filters(since=_day(3))), ["minutes", "q"]),
    ],
    ids=["newest", "useful", "state", "title", "no pattern", "answers", "tag", "community", "time"],
)
@pytest.mark.usefixtures("shelf")
def test_items_come_one_after_the_other(catalog: Catalog, browsed: Browsed, keys: list[str]) -> None:
    """What opens a thread, narrowed and sorted; the same in one part and in many."""
    assert _keys(catalog, browsed) == keys
    assert _keys(catalog, browsed, limit=1) == keys


@pytest.mark.usefixtures("shelf")
def test_a_part_goes_on_where_the_one_before_ended(catalog: Catalog, put: Put) -> None:
    """Also if something new has come meanwhile."""
    with catalog.read(catalog.owner()) as reader:
        end = reader.browse(Browsed(), None, 2).end
    put(make_item("new", created=_day(9)))
    with catalog.read(catalog.owner()) as reader:
        assert [item.key for item in reader.browse(Browsed(), end, 2).items] == ["lesson", "undated"]


@pytest.mark.usefixtures("shelf")
def test_items_are_counted_by_what_they_are(catalog: Catalog) -> None:
    """Within all bounds; by state, whichever one is asked for."""
    with catalog.read(catalog.owner()) as reader:
        assert reader.counted(Browsed(state=State.SOLVED)) == Counted(
            total=1,
            kinds={Kind.QUESTION: 1},
            states={State.SOLVED: 1, State.OUTDATED: 1},
            communities={"garden": 1},
        )
        assert reader.counted(Browsed()).total == 4


def test_of_a_long_text_only_its_beginning_is_read(catalog: Catalog, put: Put) -> None:
    """A list of documents would be megabytes else."""
    put(make_item("long", "x" * 5000))
    with catalog.read(catalog.owner()) as reader:
        assert [len(item.text) for item in reader.browse(Browsed()).items] == [2000]


def test_an_item_tells_the_file_that_it_comes_from(catalog: Catalog, put: Put) -> None:
    """Whoever may not read it is not told."""
    put(make_item("beds"), make_item("minutes", community="board"))
    with catalog.read(catalog.viewer("guest")) as reader:
        assert reader.file_of("notes:beds") == SourceFile("/notes/beds", "/notes", "content of beds")
        assert reader.file_of("notes:minutes") is None
        assert reader.file_of("notes:nothing") is None
