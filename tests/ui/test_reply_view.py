"""A reply as HTML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog.nouns import Contribution, Item, Kind, Passage, Role, State
from search.results import (
    Answer,
    Citation,
    Differences,
    Expert,
    Hit,
    Reply,
    Sentence,
    SimilarProblem,
    Solution,
)
from tests.build import make_item, make_person
from ui.schemas import CommunityOut, reply_out
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.reply import reply_view

PRIVATE = CommunityOut(slug="garden", name="Garden", private=True, items={})
AROUND = Surroundings(Place(question="green water?"), {"garden": PRIVATE})


def _passage(item: Item) -> Passage:
    return Passage(1, item.id, 0, 0, len(item.text), (), None, item.text)


def _answer(item: Item) -> Answer:
    citation = Citation(1, item, _passage(item), ((0, 5),))
    return Answer("green water?", (Sentence("**Paint** it.", (1,)),), (citation,), 0.9)


def _view(answer: Answer, **parts: Any) -> str:
    empty: dict[str, Any] = {"experts": (), "similar": (), "practices": ()}
    return reply_view(reply_out(Reply(answer=answer, **(empty | parts))), AROUND)


def test_a_citation_leads_to_the_quoted_characters() -> None:
    """Of the passage, in its item, and back to the question."""
    html = _view(_answer(make_item("tank", "Paint it black.")))

    assert 'href="?q=green+water%3F&amp;item=notes%3Atank&amp;at=0-15&amp;quote=0-5"' in html
    assert "<strong>Paint</strong> it." in html


def test_a_private_community_carries_a_lock() -> None:
    """So that nobody passes on what is not theirs."""
    assert 'aria-label="private community"' in _view(_answer(make_item("tank")))


def test_what_is_outdated_is_flagged_where_it_is_said() -> None:
    """In the answer, and in the list of sources."""
    assert _view(_answer(make_item("tank", state=State.OUTDATED))).count("badge outdated") == 2
    assert "outdated" not in _view(_answer(make_item("tank")))


def test_without_an_answer_people_come_before_near_misses() -> None:
    """It says so in its first words."""
    item = make_item("tank")
    expert = Expert(make_person("Gwen"), 0.2, (), "Wrote 1 document")
    hit = Hit(item, _passage(item), 0.4, 0.4, 0.4)
    html = _view(Answer("green water?", (), (), 0.1, "Too thin."), experts=(expert,), practices=(hit,))

    assert (
        html.index("We don’t know — and these people might") < html.index("Gwen") < html.index("Near misses")
    )


def test_a_solved_problem_tells_what_solved_it_by_whom_and_when() -> None:
    """With a link to it."""
    question = make_item("q", "Why?", kind=Kind.QUESTION, state=State.SOLVED)
    gwen = Contribution(make_person("Gwen"), Role.ACCEPTED)
    answer = make_item("a", "Paint it black.", kind=Kind.ANSWER, accepted=True, contributions=(gwen,))
    problem = SimilarProblem(question, _passage(question), 0.8, Solution(answer, 0, 15), solved=True)
    html = _view(_answer(make_item("tank")), similar=(problem,))

    assert "✓ solved" in html
    assert "<p>Paint it black.</p>" in html
    assert "What solved it</a> — Gwen, June 2025" in html


def test_similar_problems_are_told_apart_from_the_same_one() -> None:
    """Each under its heading, with what differs and which duplicates led to it."""
    question = make_item("q", "Why?", kind=Kind.QUESTION)
    again = make_item("again", kind=Kind.QUESTION)
    differing = Differences(asked=("Qt <6>",), found=("Qt 5.12",))
    problem = SimilarProblem(question, _passage(question), 0.8, None, solved=False)
    same = replace(problem, same=True, asked_again=(again,), differences=differing)
    html = _view(_answer(make_item("tank")), similar=(problem, same))

    assert html.index("Same problem, met before") < html.index("Related problems")
    assert "Only there: <b>Qt 5.12</b>" in html
    assert "Only in yours: <b>Qt &lt;6&gt;</b>" in html
    assert 'item=notes%3Aagain"' in html[html.index("Asked again: ") :]
    assert "Nobody has answered this yet." in html


def test_what_the_answer_cites_is_not_repeated_among_related_practices() -> None:
    """Each thread is shown once."""
    cited, other = make_item("tank"), make_item("barrel")
    hits = tuple(Hit(item, _passage(item), 0.5, 0.5, 0.5) for item in (cited, other))
    html = _view(_answer(cited), practices=hits)

    practices = html[html.index("Related practices") :]
    assert ("Barrel" in practices, "Tank" in practices) == (True, False)


def test_where_else_a_source_stands_is_linked() -> None:
    """And when it was said, in a recording."""
    cited, copy = make_item("tank", "Paint it."), make_item("barrel", "Paint it.")
    citation = Citation(1, cited, replace(_passage(cited), seconds=754), ((0, 5),), (copy,))
    html = _view(Answer("green water?", (Sentence("Paint it.", (1,)),), (citation,), 0.9))

    assert "at 12:34" in html
    assert 'href="?q=green+water%3F&amp;item=notes%3Abarrel"' in html[html.index("Also in ") :]


def test_a_copy_of_what_the_answer_cites_is_no_related_practice() -> None:
    """It is named beside the source."""
    cited, copy = make_item("tank", "Paint it."), make_item("barrel", "Paint it.")
    citation = Citation(1, cited, _passage(cited), ((0, 5),), (copy,))
    answer = Answer("green water?", (Sentence("Paint it.", (1,)),), (citation,), 0.9)

    assert "Related practices" not in _view(answer, practices=(Hit(copy, _passage(copy), 0.5, 0.5, 0.5),))
