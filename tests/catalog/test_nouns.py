"""What the nouns derive from themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.nouns import Filters, Kind
from tests.build import make_item

JUNE, JULY, AUGUST = (datetime(2025, month, 1, tzinfo=UTC) for month in (6, 7, 8))


def test_an_item_is_known_by_its_source_and_key() -> None:
    """So is its thread; an item without a thread is its own."""
    assert (make_item("a.md").id, make_item("a.md").thread_id) == ("notes:a.md", "notes:a.md")
    assert make_item("7", thread="3").thread_id == "notes:3"


@pytest.mark.parametrize(
    ("at", "inside"),
    [(JUNE, False), (JULY, True), (AUGUST, False), (None, False)],
    ids=["before", "at the start", "at the end", "unknown"],
)
def test_a_span_of_time_has_its_start_but_not_its_end(at: datetime | None, inside: bool) -> None:
    """An unknown time lies only in an open span."""
    assert Filters(since=JULY, until=AUGUST).spans(at) is inside
    assert Filters().spans(at)


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (Filters(), True),
        (
            Filters(frozenset({"garden", "board"}), frozenset({Kind.DOCUMENT}), frozenset({"water", "soil"})),
            True,
        ),
        (Filters(communities=frozenset({"board"})), False),
        (Filters(kinds=frozenset({Kind.LESSON})), False),
        (Filters(tags=frozenset({"soil"})), False),
        (Filters(since=JULY), False),
    ],
    ids=["none", "all fit", "community", "kind", "tag", "time"],
)
def test_an_item_is_admitted_if_it_passes_every_filter(filters: Filters, admitted: bool) -> None:
    """Of each, one of several values is enough."""
    assert filters.admits(make_item("a", tags=("water",), created=JUNE)) is admitted
