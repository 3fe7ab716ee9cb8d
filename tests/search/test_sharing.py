"""Who waits for whom where many read and one changes what is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from search.sharing import Sharing


def _beside(pool: ThreadPoolExecutor, act: Callable[[], str]) -> Future[str]:
    """Start something in another thread, and go on when that has begun."""
    begun = threading.Event()

    def run() -> str:
        begun.set()
        return act()

    future = pool.submit(run)
    begun.wait()
    return future


def test_many_read_at_once() -> None:
    """A second reader does not wait for the first."""
    sharing = Sharing()

    def read() -> str:
        with sharing.reading():
            return "read"

    with ThreadPoolExecutor() as pool, sharing.reading():
        assert _beside(pool, read).result() == "read"


def test_a_change_waits_for_those_who_read() -> None:
    """And whoever comes to read after it waits for the change."""
    sharing, told = Sharing(), list[str]()

    def change() -> str:
        with sharing.changing():
            told.append("changed")
        return "changed"

    def read() -> str:
        with sharing.reading():
            told.append("read after the change")
        return "read"

    with ThreadPoolExecutor() as pool:
        with sharing.reading():
            changed = _beside(pool, change)
            while not sharing._changers:
                pass
            late = _beside(pool, read)
            told.append("read before")
        assert (changed.result(), late.result()) == ("changed", "read")
    assert told == ["read before", "changed", "read after the change"]


def test_one_changes_at_a_time() -> None:
    """Two changes never overlap, and every one of them happens."""
    sharing, inside, counted = Sharing(), list[int](), [0]

    def change() -> None:
        for _ in range(200):
            with sharing.changing():
                inside.append(1)
                assert len(inside) == 1
                counted[0] += 1
                inside.pop()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(change) for _ in range(4)]:
            future.result()
    assert counted == [800]


def test_what_goes_wrong_lets_go() -> None:
    """An error inside leaves the lock free."""
    sharing = Sharing()
    for holding in (sharing.reading, sharing.changing):
        with pytest.raises(ZeroDivisionError), holding():
            _ = 1 / 0
    with sharing.changing():
        assert sharing._readers == 0
