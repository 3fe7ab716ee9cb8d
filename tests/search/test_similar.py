"""Past problems with what solved them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from catalog.nouns import Filters, Item, Kind, State
from catalog.store import Catalog
from search.results import Hit, Solution
from search.retrieve import fuse
from search.similar import best_solution, similar_problems
from tests.build import Put, make_item


def answer(key: str, **values: Any) -> Item:
    return make_item(key, f"Do {key}.", kind=Kind.ANSWER, thread="q", **values)


QUESTION = make_item("q", "What to do?", kind=Kind.QUESTION)


def test_the_accepted_answer_solves_a_question() -> None:
    """Whatever the votes say."""
    thread = [QUESTION, answer("popular", votes=9), answer("accepted", votes=1, accepted=True)]
    assert best_solution(QUESTION, thread[1:]) == Solution(thread[2], 0, len("Do accepted."))


def test_without_an_accepted_answer_the_best_voted_one_is_shown() -> None:
    """Votes that nobody counted are none."""
    thread = [QUESTION, answer("unvoted"), answer("popular", votes=2)]
    solution = best_solution(QUESTION, thread[1:])
    assert solution is not None
    assert solution.text == "Do popular."


def test_a_lesson_is_solved_by_its_recommendation() -> None:
    """The span that its source marked."""
    lesson = make_item("l", "It broke. Oil it.", kind=Kind.LESSON, solution=(10, 17))
    solution = best_solution(lesson, [])
    assert solution is not None
    assert solution.text == "Oil it."


def test_an_unanswered_question_has_no_solution() -> None:
    """Its own text is none."""
    assert best_solution(QUESTION, []) is None


def test_an_answer_of_a_later_time_solves_nothing(catalog: Catalog, put: Put) -> None:
    """Who asks what there was until June is not shown what was answered in July."""
    june, july = datetime(2025, 6, 2, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    put(QUESTION, answer("a", accepted=True, created=july), answer("b", created=june))
    with catalog.read(catalog.owner()) as reader:
        [passage] = reader.passages_of("notes:q")
        hits = [Hit(reader.item("notes:q"), passage, 0.5, 0, 0)]
        now, then = (
            similar_problems(reader, hits, 5, filters)[0] for filters in (Filters(), Filters(until=july))
        )
    assert now.solution is not None
    assert (now.solution.text, now.solved) == ("Do a.", True)
    assert then.solution is not None
    assert (then.solution.text, then.solved) == ("Do b.", False)


def test_what_is_marked_as_solved_is_solved(catalog: Catalog, put: Put) -> None:
    """By its state, or because the post itself says what was done."""
    put(
        make_item("q", kind=Kind.QUESTION, state=State.SOLVED),
        answer("a"),
        make_item("i", "It leaked. We sealed it.", kind=Kind.POST, solution=(11, 24)),
    )
    with catalog.read(catalog.owner()) as reader:
        items = [reader.item(f"notes:{key}") for key in ("q", "i")]
        hits = [Hit(item, reader.passages_of(item.id)[0], 0.5, 0, 0) for item in items]
        assert [problem.solved for problem in similar_problems(reader, hits, 5)] == [True, True]


def test_among_equals_the_solved_problem_comes_first(catalog: Catalog, put: Put) -> None:
    """A clearly better match still beats it."""
    put(QUESTION, make_item("open", kind=Kind.QUESTION), answer("a", accepted=True))
    with catalog.read(catalog.owner()) as reader:
        [passage] = reader.passages_of("notes:q")
        solved, unsolved = reader.item("notes:q"), reader.item("notes:open")

        def order(solved_score: float, open_score: float) -> list[str]:
            hits = [Hit(unsolved, passage, open_score, 0, 0), Hit(solved, passage, solved_score, 0, 0)]
            return [problem.item.key for problem in similar_problems(reader, hits, 5)]

        assert order(0.50, 0.52) == ["q", "open"]
        assert order(0.50, 0.60) == ["open", "q"]


def test_fusion_is_a_convex_combination() -> None:
    """Of cosines, negative ones counted as 0, and shares of words; so it stays between 0 and 1."""
    meaning = np.array([1.0, 0.5, -0.5], dtype=np.float32)
    words = np.array([1.0, 0.0, 0.5], dtype=np.float32)
    assert fuse(meaning, words, 0.6).tolist() == pytest.approx([1.0, 0.3, 0.2])
    assert fuse(meaning, words, 0.0).tolist() == words.tolist()
