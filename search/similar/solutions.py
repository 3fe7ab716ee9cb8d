"""A problem and its answers → what solved it."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Item, State
from search.results import Solution


def best_solution(problem: Item, answers: Sequence[Item]) -> Solution | None:
    """What solved a problem: the accepted answer, else the best-voted one; a lesson's recommendation.

    Args:
        problem: The question, post or lesson.
        answers: The answers in its thread.
    """
    if problem.solution is not None:
        return Solution(problem, *problem.solution)
    if not answers:
        return None
    best = max(answers, key=lambda answer: (answer.accepted, answer.votes or 0))
    return Solution(best, *(best.solution or (0, len(best.text))))


def is_solved(problem: Item, solution: Solution | None) -> bool:
    """Whether the answer was accepted, or the problem itself tells what was done or that it is solved."""
    told = problem.state is State.SOLVED or problem.solution is not None
    return solution is not None and (solution.item.accepted or told)
