"""Paired tests, against what can be enumerated."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from evals.significance import compare, interval, randomisation

A = np.array([0.2, 0.5, 0.1, 0.4, 0.6, 0.3, 0.0, 0.5])
B = np.array([0.3, 0.7, 0.1, 0.6, 0.7, 0.2, 0.2, 0.9])


def test_the_probability_is_that_of_all_sign_flips() -> None:
    """10,000 random flips come near the share of all 256 that differ as much."""
    differences = B - A
    flips = [abs(np.dot(signs, differences)) for signs in product((-1, 1), repeat=len(differences))]
    exact = np.mean([flip >= abs(differences.sum()) - 1e-12 for flip in flips])
    assert randomisation(differences) == pytest.approx(exact, abs=0.01)


def test_equal_methods_do_not_differ() -> None:
    """The probability is 1 and the interval is a point."""
    found = compare(A, A)
    assert (found.mean, found.low, found.high, found.p, found.real) == (0.0, 0.0, 0.0, 1.0, False)


def test_a_clear_difference_is_real() -> None:
    """Positive where the second method is better, with an interval that leaves out 0."""
    found = compare(np.tile(A, 8), np.tile(B, 8))
    assert found.real
    assert 0 < found.low < found.mean < found.high
    assert found.mean == pytest.approx(np.mean(B - A))


def test_the_interval_of_a_mean_has_the_width_of_theory() -> None:
    """For many values it is that of the normal distribution: 1.96 standard errors to each side."""
    values = np.random.default_rng(3).normal(5, 2, 400)
    low, high = interval(values)
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)
