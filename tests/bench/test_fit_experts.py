"""The learned ranking of people, and the table of what each part of the shipped one gives."""

from __future__ import annotations

import numpy as np

from bench.experts_ablation import table
from bench.fit_experts import fit


def test_what_tells_who_is_named_weighs_most() -> None:
    """The first feature tells it, the second says nothing."""
    rng = np.random.default_rng(7)
    training = []
    for _ in range(40):
        people = rng.normal(size=(10, 2))
        training.append((people, np.eye(10)[people[:, 0].argmax()]))
    telling, empty = fit(training)
    assert telling > 1
    assert abs(empty) < telling / 5


def test_a_part_without_which_much_is_lost_is_marked() -> None:
    """The first line has the figures as they are, the others what changes."""
    values = {
        "experts/garden tags": {
            "as it is": np.full(20, 0.5),
            "no focus": np.full(20, 0.25),
            "deeper": np.array([0.6, 0.4] * 10),
        }
    }
    assert list(table(values)) == [
        "| | garden tags |",
        "|---|---|",
        "| as it is | 50.0 |",
        "| no focus | -25.0 ▼ |",
        "| deeper | +0.0 |",
    ]
