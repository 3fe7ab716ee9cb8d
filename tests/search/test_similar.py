"""Past problems with what solved them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from catalog.nouns import Filters, Item, Kind, Link, LinkKind, State
from catalog.reader import Reader
from catalog.store import Catalog
from search.results import Hit, Solution
from search.similar import best_solution, differences, similar_problems
from search.similar.sameness import FEATURES, is_same, leads, same_problem_probability, title_overlap
from tests.build import Put, make_item


def answer(key: str, **values: Any) -> Item:
    return make_item(key, f"Do {key}.", kind=Kind.ANSWER, thread="q", **values)


QUESTION = make_item("q", "What to do?", kind=Kind.QUESTION)
ASKED = "what shall we do?"


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
            similar_problems(reader, ASKED, hits, 5, filters)[0]
            for filters in (Filters(), Filters(until=july))
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
        assert [problem.solved for problem in similar_problems(reader, ASKED, hits, 5)] == [True, True]


def test_among_equals_the_solved_problem_comes_first(catalog: Catalog, put: Put) -> None:
    """A clearly better match still beats it."""
    put(QUESTION, make_item("open", kind=Kind.QUESTION), answer("a", accepted=True))
    with catalog.read(catalog.owner()) as reader:
        [passage] = reader.passages_of("notes:q")
        solved, unsolved = reader.item("notes:q"), reader.item("notes:open")

        def order(solved_score: float, open_score: float) -> list[str]:
            hits = [Hit(unsolved, passage, open_score, 0, 0), Hit(solved, passage, solved_score, 0, 0)]
            return [problem.item.key for problem in similar_problems(reader, ASKED, hits, 5)]

        assert order(0.50, 0.52) == ["q", "open"]
        assert order(0.50, 0.60) == ["open", "q"]


def test_an_answered_problem_comes_before_one_that_nobody_answered(catalog: Catalog, put: Put) -> None:
    """An outdated one comes last, however it was solved."""
    old = make_item("old", kind=Kind.LESSON, solution=(0, 5), state=State.OUTDATED)
    put(QUESTION, answer("a"), make_item("open", kind=Kind.QUESTION), old)
    with catalog.read(catalog.owner()) as reader:
        problems = similar_problems(reader, ASKED, _hits(reader, "old", "open", "q"), 5)
    assert [problem.item.key for problem in problems] == ["q", "open", "old"]


# --- duplicates ---


def duplicate(key: str, of: str, **values: Any) -> Item:
    return make_item(key, kind=Kind.QUESTION, links=(Link(LinkKind.DUPLICATE, of),), **values)


def _hits(reader: Reader, *keys: str) -> list[Hit]:
    """Hits that fit less and less, but are equals."""
    return [
        Hit(reader.item(f"notes:{key}"), reader.passages_of(f"notes:{key}")[0], 0.5 - number / 1000, 0.5, 0.5)
        for number, key in enumerate(keys)
    ]


def test_duplicates_lead_to_the_question_that_they_repeat(catalog: Catalog, put: Put) -> None:
    """Over several links; both count as one problem, that was asked again."""
    put(QUESTION, answer("a", accepted=True), duplicate("second", "q"), duplicate("third", "second"))
    with catalog.read(catalog.owner()) as reader:
        [problem] = similar_problems(reader, ASKED, _hits(reader, "third", "second"), 5)
    assert problem.item.key == "q"
    assert [again.key for again in problem.asked_again] == ["third", "second"]
    assert problem.passage.item_id == "notes:q"
    assert problem.score == 0.5
    assert problem.solved


def test_a_duplicate_may_have_the_solution(catalog: Catalog, put: Put) -> None:
    """Where the question that it repeats has none that was accepted."""
    solved = make_item("a2", "Oil it.", kind=Kind.ANSWER, thread="second", accepted=True)
    put(QUESTION, answer("a"), duplicate("second", "q"), solved)
    with catalog.read(catalog.owner()) as reader:
        [problem] = similar_problems(reader, ASKED, _hits(reader, "second"), 5)
    assert problem.solution is not None
    assert (problem.item.key, problem.solution.text, problem.solved) == ("q", "Oil it.", True)


def test_a_ring_of_duplicates_ends_at_its_oldest(catalog: Catalog, put: Put) -> None:
    """From wherever it is entered, and a duplicate of itself is one of nothing."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    put(duplicate("one", "two"), duplicate("two", "three", created=old), duplicate("three", "one"))
    put(duplicate("self", "self"))
    with catalog.read(catalog.owner()) as reader:
        problems = similar_problems(reader, ASKED, _hits(reader, "three", "one", "self"), 5)
    assert [problem.item.key for problem in problems] == ["two", "self"]


def test_a_chain_ends_before_what_may_not_be_read(catalog: Catalog, put: Put) -> None:
    """And before what the search was narrowed not to find."""
    june = datetime(2025, 6, 1, tzinfo=UTC)
    put(make_item("secret", community="board", kind=Kind.QUESTION), duplicate("second", "secret"))
    put(make_item("late", kind=Kind.QUESTION, created=datetime(2026, 1, 1, tzinfo=UTC)))
    put(duplicate("early", "late", created=june))
    with catalog.read(catalog.viewer("guest@example.org")) as reader:
        filters = Filters(until=datetime(2025, 12, 1, tzinfo=UTC))
        problems = similar_problems(reader, ASKED, _hits(reader, "second", "early"), 5, filters)
        every = similar_problems(reader, ASKED, _hits(reader, "second", "early"), 5)
    assert [problem.item.key for problem in problems] == ["second", "early"]
    assert [problem.item.key for problem in every] == ["second", "late"]


def test_a_long_chain_is_followed_for_twenty_links(catalog: Catalog, put: Put) -> None:
    """What lies behind is not looked for."""
    put(*(duplicate(f"d{n}", f"d{n + 1}") for n in range(30)), make_item("d30", kind=Kind.QUESTION))
    with catalog.read(catalog.owner()) as reader:
        [problem] = similar_problems(reader, ASKED, _hits(reader, "d0"), 5)
    assert problem.item.key in {"d20", "d21"}


# --- the same, or related ---


def test_what_is_nearer_further_ahead_and_worded_alike_is_likelier_the_same() -> None:
    """The probability lies between 0 and 1, and only what is all of it is called the same."""
    nearer = [same_problem_probability(meaning, 0, 0.3) for meaning in (0.3, 0.6, 0.8)]
    ahead = [same_problem_probability(0.8, lead, 0.3) for lead in (-0.1, 0, 0.2)]
    alike = [same_problem_probability(0.85, 0.3, title) for title in (0.2, 0.6, 1)]
    for chances in (nearer, ahead, alike):
        assert chances == sorted(chances)
    assert 0 < nearer[0] < 0.01
    assert [is_same(chance) for chance in (nearer[-1], ahead[-1], alike[-1])] == [False, False, True]


def test_titles_are_compared_by_their_words() -> None:
    """In any order and form; only the first line of what is asked counts."""
    assert title_overlap("Do the tanks turn green?\nIn May.", "Green tank turns") == 1
    assert title_overlap("green tank", "green barrel") == pytest.approx(1 / 3)
    assert title_overlap("the", "") == 0


def test_a_lead_is_the_distance_from_the_best_other_problem() -> None:
    """A problem that is found alone leads nothing, and there may be none."""
    assert leads([0.7, 0.5, 0.4]) == pytest.approx([0.2, -0.2, -0.3])
    assert leads([0.5, 0.5]) == [0, 0]
    assert leads([0.5]) == [0]
    assert leads([]) == []


def test_the_shipped_model_tells_how_it_was_fitted() -> None:
    """Small enough to read."""
    told = files("search.similar").joinpath("same_problem.json").read_text(encoding="utf-8")
    record = json.loads(told)
    assert len(told) < 4_000
    assert tuple(record["features"]) == FEATURES
    assert record["record"]["pairs"] > record["record"]["same"] > 0


@pytest.mark.parametrize(
    ("asked", "found", "only_asked", "only_there"),
    [
        ("Qt 5.15.2 crashes on Windows 11", "A crash of Qt 5.12 on Windows 11", ["Qt 5.15.2"], ["Qt 5.12"]),
        ("Pump E-2041 leaks", "Pump\nOur pump E-2043 leaks oil.", ["Pump E-2041"], ["E-2043"]),
        ("Which hoe suits clay?", "Hoe from Burgon\nThe Burgon hoe bends.", [], []),
        ("Why does getUserName fail?", "getUserName fails\nIn every case.", [], []),
        (
            "Kettle at the Leeds site trips",
            "Kettle trips\nThe one at our York site trips the fuse.",
            ["Leeds"],
            ["York"],
        ),
        ("A bottle of 330 ml, 5mm cap, 2nd try", "A 500ml bottle", [], []),
        (
            "Our Raspberry Pi 4 gets hot",
            "Heat\nThe Raspberry Pi gets hot",
            ["Raspberry Pi 4"],
            [],
        ),
        (
            "Hilfe! Der Rasen neben dem Haus im Garten ist gelb",
            "Gelber Rasen\nDas Gras am Zaun ist gelb",
            [],
            [],
        ),
    ],
)
def test_what_one_names_and_the_other_does_not(
    asked: str, found: str, only_asked: list[str], only_there: list[str]
) -> None:
    """Versions, identifiers and proper names; never quantities, ordinary words or German nouns."""
    told = differences(asked, found)
    assert (list(told.asked), list(told.found)) == (only_asked, only_there)


def test_capitals_are_names_where_nothing_is_german() -> None:
    """So the language need not be told, which takes long the first time."""
    asked, found = "Hilfe! Der Rasen neben dem Haus ist gelb", "Gelber Rasen"
    assert differences(asked, found, german=False).asked == ("Haus",)
    assert differences(asked, found).asked == ()


def test_of_a_long_text_only_what_it_is_about_is_a_difference() -> None:
    """A name in its first line, or one that comes twice."""
    filler = "and so it went on for a while without any change that we could see " * 6
    story = f"Boiler trips\nWe asked Anna, {filler} then the Vaillant failed. {filler} any Vaillant does."
    assert differences("Our Junkers trips", story).found == ("Vaillant",)


def test_at_most_four_differences_a_side_are_told() -> None:
    """The first ones."""
    versions = [f"{n}.1.7" for n in range(1, 9)]
    assert differences(f"Fails in {', '.join(versions)}", "Fails").asked == tuple(versions[:4])
