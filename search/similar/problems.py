"""Hits on problems → similar problems, each with what solved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.embedding_text import plain
from catalog.nouns import Filters, Item, Kind, State
from catalog.reader import Reader
from search.results import Hit, SimilarProblem, Solution
from search.similar.chains import roots
from search.similar.differences import differences
from search.similar.found import PROBLEM_KINDS
from search.similar.sameness import is_same, leads, overlap, same_problem_probability, title_terms
from search.similar.solutions import best_solution, is_solved

# Two scores nearer than this are equals: among them the solved problem comes first, then the one that has
# been answered at least, the outdated one last.
_EQUALS = 0.03
_ANSWERED = 0.01

_NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class _Found:
    """A problem, with the hits that lead to it, the best first, and by how much it leads the others."""

    item: Item
    hits: list[Hit]
    lead: float = 0.0
    solution: Solution | None = None
    solved: bool = False

    @property
    def members(self) -> list[Item]:
        """The problem, and those of the hits that repeat it."""
        return [self.item, *(hit.item for hit in self.hits if hit.item.id != self.item.id)]


def similar_problems(
    reader: Reader,
    asked: str,
    hits: Sequence[Hit],
    k: int,
    filters: Filters = _NO_FILTERS,
    *,
    german: bool = True,
) -> list[SimilarProblem]:
    """Turn hits on problems into similar problems with their solutions.

    Args:
        reader: The viewer's view of the catalog.
        asked: The problem described.
        hits: The best hit of each problem, best first.
        k: How many are wanted.
        filters: What the search was narrowed to: an answer of another time is no solution.
        german: Whether any of them may be in German.

    Returns:
        The best, with duplicates led to the problem that they repeat.
    """
    filters = replace(filters, kinds=filters.kinds or PROBLEM_KINDS)
    found = _contending(_chained(reader, hits, filters), k)
    threads = reader.threads(
        {item.thread_id for one in found for item in one.members if item.kind is Kind.QUESTION}
    )
    answers = {
        thread_id: [item for item in thread if item.kind is Kind.ANSWER and filters.spans(item.created)]
        for thread_id, thread in threads.items()
    }
    found = sorted((_solved(one, answers) for one in found), key=_rank, reverse=True)
    title = title_terms(asked)
    problems = (_problem(reader, asked, title, one, german) for one in found[:k])
    return [problem for problem in problems if problem]


def _chained(reader: Reader, hits: Sequence[Hit], filters: Filters) -> list[_Found]:
    """The problems that hits lead to; several duplicates of one are one problem."""
    ends = roots(reader, [hit.item for hit in hits], filters)
    found: dict[str, _Found] = {}
    for hit in hits:
        root = ends[hit.item.id]
        found.setdefault(root.id, _Found(root, [])).hits.append(hit)
    ahead = leads([one.hits[0].score for one in found.values()])
    return [replace(one, lead=lead) for one, lead in zip(found.values(), ahead, strict=True)]


def _contending(found: Sequence[_Found], k: int) -> list[_Found]:
    """Those that may be among the k best, whether they were solved or not."""
    scores = sorted((one.hits[0].score for one in found), reverse=True)
    least = scores[k - 1] - 2 * _EQUALS if 0 < k <= len(scores) else 0.0
    return [one for one in found if one.hits[0].score >= least]


def _solved(found: _Found, answers: Mapping[str, Sequence[Item]]) -> _Found:
    """Find what solved a problem, or one that repeats it; and whether that did solve it."""
    told = [
        (solution, is_solved(item, solution))
        for item in found.members
        if (solution := best_solution(item, answers.get(item.thread_id, ())))
    ]
    solution, solved = max(told, key=lambda one: one[1], default=(None, False))
    return replace(found, solution=solution, solved=solved)


def _rank(found: _Found) -> float:
    return found.hits[0].score + _standing(found)


def _standing(found: _Found) -> float:
    if found.item.state is State.OUTDATED:
        return -_EQUALS
    if found.solved:
        return _EQUALS
    return _ANSWERED if found.solution else 0.0


def _problem(
    reader: Reader, asked: str, title: frozenset[str], found: _Found, german: bool
) -> SimilarProblem | None:
    best, item = found.hits[0], found.item
    own = next((hit for hit in found.hits if hit.item.id == item.id), None)
    passages = [own.passage] if own else reader.passages_of(item.id)
    if not passages:  # deleted meanwhile
        return None
    common = overlap(title, title_terms(plain(best.item.title)))
    probability = same_problem_probability(best.meaning, found.lead, common)
    return SimilarProblem(
        item=item,
        passage=passages[0],
        score=best.score,
        solution=found.solution,
        solved=found.solved,
        also_in=own.also_in if own else (),
        asked_again=tuple(found.members[1:]),
        probability=probability,
        same=is_same(probability),
        differences=differences(asked, f"{item.title}\n{item.text}", german=german),
    )
