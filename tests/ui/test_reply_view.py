"""A reply as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from catalog.nouns import Contribution, Item, Kind, Passage, Role, State
from search.results import (
    Answer,
    Citation,
    Differences,
    Disagreement,
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
from ui.view.tags import join

PRIVATE = CommunityOut(slug="garden", name="Garden", private=True, items={})
AROUND = Surroundings(Place(question="green water?"), {"garden": PRIVATE})


def _passage(item: Item) -> Passage:
    return Passage(1, item.id, 0, 0, len(item.text), (), None, item.text)


def _answer(item: Item) -> Answer:
    citation = Citation(1, item, _passage(item), ((0, 5),))
    return Answer("green water?", (Sentence("**Paint** it.", (1,)),), (citation,), 0.9)


def _view(answer: Answer, around: Surroundings = AROUND, **parts: Any) -> str:
    empty: dict[str, Any] = {"experts": (), "similar": (), "practices": ()}
    return join(reply_view(reply_out(Reply(answer=answer, **(empty | parts))), around))


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


# --- worded by a model ---

HOSTILE = "<img src=x onerror=alert(1)> ![](http://evil.example/x.png) [click](http://evil.example) **now**"


def test_what_a_model_wrote_is_text_and_nothing_else() -> None:
    """Whatever it looks like, with its citation behind it."""
    answer = replace(_answer(make_item("tank")), sentences=(Sentence(HOSTILE, (1,)),), model="tiny")
    html = _view(answer)

    assert f'<span class="sentence">{escape(HOSTILE)}\u2060<a ' in html
    assert "Worded by tiny; every sentence was checked against its sources." in html
    assert "<img" not in html
    assert 'href="http' not in html


def test_what_is_to_be_known_about_an_answer_stands_below_it() -> None:
    """Nothing is said of a model that had no part in it."""
    html = _view(replace(_answer(make_item("tank")), notes=("The <model> was silent.",)))

    assert "<p>The &lt;model&gt; was silent.</p>" in html
    assert "Worded by" not in html


def test_sentences_of_a_model_make_one_paragraph() -> None:
    """But what is outdated stands alone, with its flag."""
    items = [make_item("tank"), make_item("roof"), make_item("old", state=State.OUTDATED)]
    citations = tuple(Citation(n, item, _passage(item), ((0, 5),)) for n, item in enumerate(items, 1))
    sentences = tuple(Sentence(f"Number {n}.", (n,)) for n in (1, 2, 3))
    answer = Answer("green water?", sentences, citations, 0.9)

    assert _view(answer).count('<p><span class="sentence">') == 2
    worded = _view(replace(answer, model="tiny"))
    assert worded.count('<p><span class="sentence">') == 1
    assert worded.count('<p class="outdated"><span class="badge outdated">') == 1


# --- how certain it is ---


def test_thin_evidence_looks_different_from_an_answer() -> None:
    """It says so first, names what is not spoken of, and whom to ask."""
    reason = "The evidence is thin: this is the nearest that was written."
    answer = replace(
        _answer(make_item("tank")),
        question="Why do batteries swell?",
        partial=True,
        reason=reason,
        missing=("batteri",),
    )
    html = _view(answer, experts=(Expert(make_person("Gwen"), 0.2, (), "Wrote 1 document"),))

    assert "<h2>The evidence is thin</h2><p>This is the nearest that was written. The people" in html
    assert "None of it speaks of “batteries”." in html
    assert html.index("The nearest that was written</h2>") < html.index("People who might know")


def test_two_practices_that_disagree_are_named_the_more_trusted_first() -> None:
    """With what speaks for each."""
    old, new = make_item("old", votes=1), make_item("new", accepted=True, kind=Kind.ANSWER)
    citations = tuple(Citation(n, item, _passage(item), ((0, 5),)) for n, item in ((1, old), (2, new)))
    sentences = (Sentence("Never paint it.", (1,)), Sentence("Paint it.", (2,)))
    html = _view(Answer("green?", sentences, citations, 0.9, disagreements=(Disagreement(1, 0),)))

    block = html[html.index("Two practices disagree") : html.index("Sources")]
    assert block.index("“Paint it.”") < block.index("accepted answer") < block.index("“Never paint it.”")
    assert "1 vote<" in block


def test_what_other_communities_do_is_told_with_their_names() -> None:
    """Once: it is no related practice besides."""
    item = make_item("tank", community="harbour")
    hit = Hit(item, _passage(item), 0.5, 0.5, 0.5)
    html = _view(_answer(make_item("roof")), elsewhere=(hit,), practices=(hit,))

    assert "Also practised in <span>harbour</span>" in html
    assert "Related practices" not in html


@pytest.mark.parametrize(
    ("place", "keeps", "told"),
    [
        (Place(question="green?"), True, True),
        (Place(question="green?", communities=("garden",)), True, True),
        (Place(question="green?", tags=("water",)), True, False),
        (Place(question="green?"), False, False),
    ],
    ids=["everywhere", "in a community", "narrowed", "switched off"],
)
def test_who_gets_no_answer_learns_what_becomes_of_the_question(
    place: Place, keeps: bool, told: bool
) -> None:
    """Only where it is kept."""
    html = _view(Answer("green?", (), (), 0.1, "Too thin."), Surroundings(place, {}, keeps_gaps=keeps))

    assert ("kept among the open questions" in html) == told


# --- conversations ---


def test_a_conversation_shows_the_way_back() -> None:
    """To each question before, and to a new beginning."""
    place = Place(question="And in winter?", before=("Why <green>?",), tags=("water",))
    answer = replace(_answer(make_item("tank")), completed="Why <green>? And in winter?")
    html = _view(answer, Surroundings(place, {}))

    assert '<a href="?q=Why+%3Cgreen%3E%3F&amp;tag=water"' in html
    assert '>Why &lt;green&gt;?</a></li><li aria-current="page"><span>And in winter?</span></li>' in html
    assert '<a href="?tag=water" target="_self" data-go class="anew">Start anew</a>' in html
    assert "Understood as: <span>Why &lt;green&gt;? And in winter?</span>" in html


def test_a_first_question_has_nothing_before_it() -> None:
    """No trail, and nothing to understand it by."""
    html = _view(_answer(make_item("tank")))

    assert "Start anew" not in html
    assert "Understood as" not in html


def test_a_follow_up_takes_the_conversation_along() -> None:
    """In hidden fields; the box has a label."""
    place = Place(question="And <now>?", before=("Why?",), tags=("water",), item="club:1")
    html = _view(_answer(make_item("tank")), Surroundings(place, {}))

    form = html[html.index("<form") : html.index("</form>")]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    assert fields == [("before", "Why?"), ("before", "And &lt;now&gt;?"), ("tag", "water")]
    assert '<label for="follow-up">Ask a follow-up</label>' in form
