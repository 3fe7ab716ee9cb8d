"""What measuring answers gives: figures, each with what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from evals.errors import EvalError


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        group: What is measured, such as "abstaining".
        what: What the figure says, in words.
        value: It, from 0 to 1.
        count: How many questions, sentences or citations it was taken from.
        against: The simplest thing that could have been done instead; empty if there is nothing.
        baseline: What that gives, from 0 to 1; None if there is nothing.
    """

    group: str
    what: str
    value: float
    count: int
    against: str = ""
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What measuring the answers on one collection gave.

    Attributes:
        collection: Its name.
        figures: The figures, group by group.
        notes: What could not be measured, and why.
    """

    collection: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


def share(hits: int, count: int) -> float:
    """A share of some.

    Raises:
        EvalError: If there are none.
    """
    if count == 0:
        raise EvalError("there is nothing to measure by")
    return hits / count
