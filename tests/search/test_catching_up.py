"""Indexes that catch up beside the searches, and what is found meanwhile."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from catalog.feed import Feed
from catalog.nouns import Community
from catalog.settings import read_settings
from catalog.store import Catalog
from search import catching_up, indexes
from search.dense import VectorIndex
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from tests.build import Put, make_item

ENCODER = HashEncoder(64)


@pytest.fixture
def engine(catalog: Catalog, put: Put, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A library with a note, for which more than two changes are much."""
    monkeypatch.setattr(indexes, "_FEW", 2)
    put(make_item("old", "Water the beds."))
    _embed(catalog)
    return Engine(catalog, read_settings({"library": catalog.folder, "model": "hash:64"}, {}), ENCODER)


def _embed(catalog: Catalog) -> None:
    embed_pending(catalog, ENCODER, lambda *_: None)


def _found(engine: Engine, name: str = "owner") -> set[str]:
    viewer = engine.catalog.owner() if name == "owner" else engine.catalog.viewer(name)
    return {hit.item.key for hit in engine.search(viewer, "water")}


@contextmanager
def _indexes_cannot_change(catalog: Catalog) -> Iterator[None]:
    """Another process holds the files of the indexes."""
    with (catalog.folder / "indexes" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _wait(engine: Engine) -> None:
    beside = engine._indexes._beside
    assert beside is not None
    beside.join()


def test_little_is_found_at_once(engine: Engine, catalog: Catalog, put: Put) -> None:
    """Whoever asks waits for it."""
    put(make_item("new", "Water is in the tank."))
    assert _found(engine) == {"old", "new"}


def test_nobody_waits_for_much(engine: Engine, catalog: Catalog, put: Put) -> None:
    """It is found as soon as the indexes show it; meanwhile they answer as they were."""
    assert _found(engine) == {"old"}
    with _indexes_cannot_change(catalog):
        put(*(make_item(str(number), f"Water {number}.") for number in range(5)))
        _embed(catalog)
        assert _found(engine) == {"old"}
    _wait(engine)
    assert _found(engine) == {"old", "0", "1", "2", "3", "4"}


def test_what_is_deleted_is_gone_at_once(engine: Engine, catalog: Catalog, put: Put) -> None:
    """Also while the indexes still have it."""
    put(*(make_item(str(number), f"Water {number}.") for number in range(5)))
    engine.catch_up()
    with _indexes_cannot_change(catalog):
        with catalog.write() as writer:
            for number in range(4):
                writer.forget_item("notes", str(number))
        assert _found(engine) == {"old", "4"}
    _wait(engine)


def test_what_becomes_private_is_hidden_at_once(engine: Engine, catalog: Catalog, put: Put) -> None:
    """Also while the indexes still have it among what is public."""
    put(*(make_item(str(number), f"Water {number}.", community="board") for number in range(5)))
    with catalog.write() as writer:
        writer.put_community(Community("board", "Board"))
    engine.catch_up()
    assert "3" in _found(engine, "guest")
    with _indexes_cannot_change(catalog):
        with catalog.write() as writer:
            writer.put_community(Community("board", "Board", private=True))
        assert _found(engine, "guest") == {"old"}
    _wait(engine)


def test_a_build_that_was_killed_goes_on(
    engine: Engine, catalog: Catalog, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was brought in is kept, and the next catch-up brings in what is missing."""
    monkeypatch.setattr(catching_up, "_CHUNK", 2)
    monkeypatch.setattr(catching_up, "_SAVED_EVERY", 1)
    put(*(make_item(str(number), f"Water {number}.") for number in range(5)))
    _embed(catalog)
    folder = catalog.folder / "indexes" / "dense"
    with monkeypatch.context() as killed:
        chunks = iter([ENCODER.encode(["Water 0.", "Water 1."])])
        killed.setattr(Feed, "vectors", lambda *_: next(chunks))
        with suppress(StopIteration):
            engine.catch_up()

    begun = VectorIndex.load(folder)
    engine.catch_up()

    assert 0 < len(begun) < 6
    assert _found(engine) == {"old", "0", "1", "2", "3", "4"}


def test_many_ask_while_the_library_changes(engine: Engine, catalog: Catalog, put: Put) -> None:
    """Threads share the indexes with whoever changes them; nobody is shown what is gone or not there yet."""
    put(*(make_item(f"stays{number}", f"Water {number}.") for number in range(3)))
    engine.catch_up()
    stays = {"old", "stays0", "stays1", "stays2"}

    def ask() -> list[set[str]]:
        return [_found(engine) for _ in range(8)]

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for number in range(8):
            put(make_item(f"comes{number}", "Water comes."))
            with catalog.write() as writer:
                writer.forget_item("notes", f"comes{number}")
        seen = [found for future in asking for found in future.result()]
    assert all(stays <= found and len(found - stays) <= 1 for found in seen), seen
    assert _found(engine) == stays
