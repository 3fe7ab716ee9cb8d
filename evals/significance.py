"""Is a difference between two methods real? Paired tests over the same queries.

- The interval is a percentile bootstrap over queries (Sakai: Evaluating Evaluation Metrics based on the
  Bootstrap, SIGIR 2006).
- The probability is that of a two-sided randomisation test: how often would a difference at least as large
  come about, if for each query it were chance which method is which? (Smucker, Allan and Carterette: A
  Comparison of Statistical Significance Tests for Information Retrieval Evaluation, CIKM 2007)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 10_000
_SEED = 20_240_229
_AT_ONCE = 4_000_000  # random numbers that are held in memory
_REAL = 0.05  # a difference with a lower probability is called real
_ROUNDING = 1e-12  # sums of the same numbers in another order differ by less


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better the second of two methods is.

    Attributes:
        mean: Mean of the differences over all queries; positive if the second is better.
        low: Lower end of the interval that holds the true mean in 95 of 100 cases.
        high: Its upper end.
        p: Probability of so large a difference by chance.
    """

    mean: float
    low: float
    high: float
    p: float

    @property
    def real(self) -> bool:
        """Whether chance is an unlikely explanation."""
        return self.p < _REAL


def compare(first: Floats, second: Floats) -> Difference:
    """Compare two methods by their values for the same queries, each of shape [n]."""
    differences = second - first
    low, high = interval(differences)
    return Difference(float(differences.mean()), low, high, randomisation(differences))


def interval(values: Floats) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean of values of shape [n]."""
    rng = np.random.default_rng(_SEED)
    means = [
        values[rng.integers(0, len(values), (rows, len(values)))].mean(axis=1)
        for rows in _blocks(len(values))
    ]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def randomisation(differences: Floats) -> float:
    """The two-sided probability of a mean of differences [n] if each one's sign were chance."""
    rng = np.random.default_rng(_SEED)
    observed = abs(differences.sum()) - _ROUNDING
    hits = 0
    for rows in _blocks(len(differences)):
        signs = rng.integers(0, 2, (rows, len(differences)), dtype=np.int8) * 2 - 1
        hits += int((np.abs(signs @ differences) >= observed).sum())
    return (hits + 1) / (RESAMPLES + 1)  # what was observed is one of the possible outcomes


def _blocks(queries: int) -> Iterator[int]:
    """Sizes of blocks of resamples that fit into memory."""
    size = max(1, _AT_ONCE // max(queries, 1))
    for start in range(0, RESAMPLES, size):
        yield min(size, RESAMPLES - start)
