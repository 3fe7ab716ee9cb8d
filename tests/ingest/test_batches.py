"""Cutting what is read into batches, and what is kept of a unit's keys."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.batches import Begun, Ended, Event, Got, OpenUnit, SeenKeys, batches
from ingest.sources.protocol import Unit
from tests.build import make_item

UNIT = OpenUnit(Unit("t.csv", "digest", "/t.csv"))


def _events(*texts: str) -> Iterator[Event]:
    yield Begun(UNIT)
    for number, text in enumerate(texts):
        yield Got(UNIT, make_item(f"n{number}", text))
    yield Ended(UNIT)


def test_a_batch_has_two_hundred_events_at_most() -> None:
    """The beginning and the end of a unit are events, too."""
    assert [len(batch) for batch in batches(_events(*["Apples."] * 400))] == [200, 200, 2]


def test_long_texts_make_small_batches() -> None:
    """So that a few books need no more memory than many notes."""
    book = "a" * 3_000_000
    assert [len(batch) for batch in batches(_events(book, book, book, "Apples."))] == [3, 3]


def test_nothing_makes_no_batch() -> None:
    """A source in which nothing has changed is not written."""
    assert list(batches(iter(()))) == []


def test_keys_that_were_seen_are_known() -> None:
    """Also when more come after one was asked for."""
    keys = SeenKeys()
    assert "a" not in keys
    for key in ("c", "a", "b"):
        keys.add(key)
    assert [key in keys for key in ("a", "b", "c", "d")] == [True, True, True, False]
    keys.add("d")
    assert "d" in keys
