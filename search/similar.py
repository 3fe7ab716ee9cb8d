"""Who met this before: past questions, posts and lessons like the one described, with what solved them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.nouns import Filters, Item, Kind, State
from catalog.reader import Reader
from search.results import Hit, SimilarProblem, Solution

PROBLEM_KINDS = frozenset({Kind.QUESTION, Kind.LESSON, Kind.POST})

# Two scores nearer than this are equals: among them the solved problem comes first, the outdated one last.
_EQUALS = 0.03


_NO_FILTERS = Filters()


def similar_problems(
    reader: Reader, hits: Sequence[Hit], k: int, filters: Filters = _NO_FILTERS
) -> list[SimilarProblem]:
    """Turn hits on problems into similar problems with their solutions.

    Args:
        reader: The viewer's view of the catalog.
        hits: The best hit of each problem, best first.
        k: How many are wanted.
        filters: What the search was narrowed to: an answer of another time is no solution.
    """
    threads = reader.threads({hit.item.thread_id for hit in hits if hit.item.kind is Kind.QUESTION})
    problems = [_problem(hit, _answers(threads.get(hit.item.thread_id, []), filters)) for hit in hits]
    return sorted(problems, key=_rank, reverse=True)[:k]


def _rank(problem: SimilarProblem) -> float:
    outdated = problem.item.state is State.OUTDATED
    return problem.score + _EQUALS * (problem.solved - outdated)


def _answers(thread: Sequence[Item], filters: Filters) -> list[Item]:
    return [item for item in thread if item.kind is Kind.ANSWER and filters.spans(item.created)]


def _problem(hit: Hit, answers: Sequence[Item]) -> SimilarProblem:
    solution = best_solution(hit.item, answers)
    told = hit.item.state is State.SOLVED or hit.item.solution is not None
    solved = solution is not None and (solution.item.accepted or told)
    return SimilarProblem(hit.item, hit.passage, hit.score, solution, solved, hit.also_in)


def best_solution(problem: Item, answers: Sequence[Item]) -> Solution | None:
    """What solved a problem: the accepted answer, else the best-voted one; a lesson's recommendation."""
    if problem.solution is not None:
        return Solution(problem, *problem.solution)
    if not answers:
        return None
    best = max(answers, key=lambda answer: (answer.accepted, answer.votes or 0))
    return Solution(best, *(best.solution or (0, len(best.text))))
