"""Choosing the sentences of an answer from passages, or abstaining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from catalog.nouns import Kind, Passage, State
from search.analysis import analyse, question_terms
from search.answer import coverage, quotable
from search.answer.compose import Asked, Bounds, compose, gather
from search.answer.quotes import Analyse
from search.encoder import HashEncoder
from search.results import Answer
from search.sources import Source
from tests.build import make_item

ENCODER = HashEncoder(256)


def source(key: str, text: str, fit: float = 0.6, *, leading: bool = False, **values: Any) -> Source:
    """A whole item as one passage that may answer."""
    item = make_item(key, text, **values)
    number = sum(map(ord, key))
    passage = Passage(number, item.id, 0, 0, len(text), (), None, text)
    return Source(item, passage, fit, 0.6, leading)


def answer(question: str, *sources: Source, threshold: float = 0.0) -> Answer:
    """Compose an answer; every word of the question counts alike."""
    vector = ENCODER.encode([question])[0]
    weights = dict.fromkeys(question_terms(question), 1.0)
    asked = Asked(question, vector, weights)
    return _composed(asked, sources, _terms, Bounds(threshold, threshold))


def _composed(asked: Asked, sources: Sequence[Source], analyse: Analyse, bounds: Bounds) -> Answer:
    material = gather(asked, sources, analyse)
    return compose(material, ENCODER.encode(material.texts), bounds).answer


def _terms(text: str, within: str) -> list[str]:
    return analyse(text)


def told(reply: Answer) -> list[str]:
    return [sentence.text for sentence in reply.sentences]


def test_the_sentence_with_the_questions_words_is_chosen() -> None:
    """And not the others of its passage, which say something else."""
    text = "We met in the hall on Monday evening. The shed vents are cut high in each gable. Tea was served."
    assert told(answer("Where are the shed vents cut?", source("a", text))) == [
        "The shed vents are cut high in each gable."
    ]


def test_a_citation_gives_the_exact_place() -> None:
    """The characters of the item that were quoted."""
    text = "Good morning to all. The vents are cut in the gable."
    [citation] = answer("Where are the vents cut?", source("a", text)).citations
    assert [text[start:end] for start, end in citation.spans] == ["The vents are cut in the gable."]


def test_below_the_threshold_there_is_no_answer_but_a_reason() -> None:
    """The confidence is told all the same."""
    reply = answer("Which visa for Canada?", source("a", "The vents are in the gable.", 0.1), threshold=0.5)
    assert (reply.abstained, reply.confidence < 0.5) == (True, True)
    assert reply.reason == "What was found here does not answer this."


def test_without_sources_nobody_has_written_about_it() -> None:
    """Which is another reason than a poor match."""
    assert answer("Where are the vents?").reason == "Nobody has written about this here."


def test_what_still_holds_is_preferred_to_what_is_outdated() -> None:
    """Even if the outdated sentence has more of the question's words."""
    old = source("old", "Bikes may be charged in the hall overnight.", 0.5, state=State.OUTDATED)
    new = source("new", "Since March no bikes are charged overnight.", 0.5)
    assert told(answer("May bikes be charged in the hall overnight?", old, new)) == [
        "Since March no bikes are charged overnight."
    ]


def test_an_outdated_sentence_answers_if_nothing_else_does() -> None:
    """Better than nothing: its state is shown with it."""
    old = source("old", "Bikes may be charged in the hall.", state=State.OUTDATED)
    assert told(answer("May bikes be charged in the hall?", old)) == ["Bikes may be charged in the hall."]


def test_the_accepted_answer_opens_the_reply() -> None:
    """Of the question that fits best, if it comes near what fits best."""
    rival = source("rival", "Paint the shed beams against the white fluff.", 0.6, kind=Kind.ANSWER)
    accepted = source(
        "accepted",
        "The fluff on the shed beams needs vents.",
        0.6,
        leading=True,
        kind=Kind.ANSWER,
        accepted=True,
    )
    first, *_ = told(answer("What helps against white fluff on shed beams?", rival, accepted))
    assert first == "The fluff on the shed beams needs vents."


def test_the_same_thing_is_not_said_twice() -> None:
    """Two members wrote the same sentence."""
    text = "The vents are cut in the gable."
    assert len(told(answer("Where are the vents cut?", source("a", text), source("b", text)))) == 1


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    """A pronoun would stand for nothing."""
    text = (
        "The compost bay is turned on Friday by Gwen. It is turned with the long fork only, never the spade."
    )
    assert told(answer("What is it turned with, fork or spade?", source("a", text))) == [
        "The compost bay is turned on Friday by Gwen.",
        "It is turned with the long fork only, never the spade.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "What is turned?",
        "Turned bays.",
        "References: Turning the Bays of Compost",
        "The Compost Turning Control Program",
    ],
    ids=["a question", "a fragment", "a reference", "a title"],
)
def test_what_tells_nothing_is_not_quotable(text: str) -> None:
    """An answer is made of sentences that say something."""
    assert quotable([source("a", text)]) == []


@pytest.mark.parametrize(
    ("words", "share"),
    [(["vent", "shed"], 1.0), (["vent"], 0.75), (["tea"], 0.0)],
    ids=["all", "some", "none"],
)
def test_coverage_weighs_words_by_rarity(words: Sequence[str], share: float) -> None:
    """A rare word counts more than a common one."""
    assert coverage(frozenset(words), {"vent": 3.0, "shed": 1.0}) == share
    assert coverage(frozenset(words), {}) == 0.0


def test_items_that_cannot_come_in_question_are_not_taken_apart() -> None:
    """Sixteen sentences of a better item speak for themselves, and the best sentence is the same."""
    read: list[str] = []

    def reading(text: str, within: str) -> list[str]:
        read.append(within)
        return analyse(text)

    best = source("best", "The vents of the shed are cut high in each of its gables. " * 16, 0.9)
    poor = source("poor", "The vents of the shed are never cut high in any of its gables.", 0.2)
    weights = dict.fromkeys(question_terms("Where are the vents cut?"), 1.0)
    asked = Asked("Where are the vents cut?", ENCODER.encode(["Where are the vents cut?"])[0], weights)
    reply = _composed(asked, [best, poor], reading, Bounds(0, 0))
    assert told(reply) == ["The vents of the shed are cut high in each of its gables."]
    assert poor.item.text not in read
