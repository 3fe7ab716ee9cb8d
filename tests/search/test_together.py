"""Calls of several threads, run together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest

from search.encoders.together import Alone, Together

Floats = npt.NDArray[np.float32]


class Gate:
    """A model that gives each text's first number, and can be held in the middle of its first run."""

    def __init__(self, *, held: bool = False) -> None:
        self.runs: list[list[list[int]]] = []
        self.reached, self.opened = threading.Event(), threading.Event()
        if not held:
            self.opened.set()

    def __call__(self, rows: Sequence[Sequence[int]]) -> Floats:
        """A row for each text."""
        self.runs.append([list(row) for row in rows])
        self.reached.set()
        assert self.opened.wait(60)
        if any(-13 in row for row in rows):
            raise ValueError("13 brings bad luck")
        return np.array([[row[0]] for row in rows], np.float32)


def _beside(together: Together, gate: Gate, *calls: list[list[int]]) -> list[list[list[float]]]:
    """What calls give that are all there while the model runs for the first of them."""
    with ThreadPoolExecutor(len(calls)) as pool:
        first = pool.submit(together, calls[0])
        assert gate.reached.wait(60)
        others = []
        for number, rows in enumerate(calls[1:], start=2):
            others.append(pool.submit(together, rows))
            while len(together._waiting) < number:
                pass
        gate.opened.set()
        return [one.result().tolist() for one in (first, *others)]


def test_whoever_is_alone_is_served_at_once() -> None:
    """Longer texts run first; rows come in the order of the texts."""
    gate = Gate()
    assert Together(gate, 100)([[1], [2, 2], [3, 3, 3]]).tolist() == [[1], [2], [3]]
    assert gate.runs == [[[3, 3, 3], [2, 2], [1]]]


def test_those_who_come_while_another_is_served_share_a_batch() -> None:
    """Each gets the vectors of its own texts."""
    gate = Gate(held=True)
    assert _beside(Together(gate, 100), gate, [[1]], [[2], [3]], [[4]]) == [[[1]], [[2], [3]], [[4]]]
    assert gate.runs == [[[1]], [[2], [3], [4]]]


def test_a_large_call_does_not_hold_up_a_small_one() -> None:
    """In each round a call has at most the share of one batch: here two texts of six."""
    gate = Gate(held=True)
    large = [[number] for number in range(6)]
    _beside(Together(gate, 2), gate, large, [[9]])
    assert gate.runs == [[[0], [1]], [[2], [3]], [[9]], [[4], [5]]]


def test_a_fault_reaches_whose_texts_are_at_fault() -> None:
    """The others have their vectors, and what comes next is served."""
    gate = Gate(held=True)
    together = Together(gate, 100)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(together, [[1]])
        assert gate.reached.wait(60)
        bad, good = pool.submit(together, [[-13]]), pool.submit(together, [[2]])
        while len(together._waiting) < 3:
            pass
        gate.opened.set()
        assert first.result().tolist() == [[1]]
        assert good.result().tolist() == [[2]]
        with pytest.raises(ValueError, match="bad luck"):
            bad.result()
    assert together([[3]]).tolist() == [[3]]


def test_many_threads_have_their_own() -> None:
    """Whatever the order in which they come."""
    together = Together(Gate(), 8)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: together([[number], [number + 1]]).tolist(), range(300)))
    assert found == [[[number], [number + 1]] for number in range(300)]


def test_alone_nobody_waits_for_others() -> None:
    """A thread runs its batches while another one is held; rows come in the order of the texts."""
    held, gate = Gate(held=True), Gate()
    alone = Alone(lambda rows: (held if rows == [[1]] else gate)(rows), 4)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(alone, [[1]])
        assert held.reached.wait(60)
        assert alone([[2], [3, 3, 3], [4, 4]]).tolist() == [[2], [3], [4]]
        held.opened.set()
        assert first.result().tolist() == [[1]]
    assert gate.runs == [[[3, 3, 3]], [[4, 4], [2]]]
