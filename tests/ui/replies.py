"""A reply with something in each of its parts, made of literal values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from catalog.nouns import Contribution, Item, Kind, Passage, Person, Role, State
from search.results import (
    Answer,
    Citation,
    Differences,
    Disagreement,
    Evidence,
    Expert,
    Hit,
    Reply,
    Sentence,
    SimilarProblem,
    Solution,
)
from tests.build import make_item, make_person
from ui.schemas import ReplyOut, reply_out

NAMES = {"garden": "Garden Club", "harbour": "Harbour Street"}


def make_reply(**values: Any) -> ReplyOut:
    """Thin evidence of two sources that disagree; the values replace those of the answer."""
    paint, cover = _sources()
    answer = Answer(
        "and how do I keep it clear?",
        (Sentence("Paint the tank black.", (1,)), Sentence("Never paint a tank.", (2,))),
        (Citation(1, paint, _passage(paint), ((0, 21),)), Citation(2, cover, _passage(cover), ((0, 19),))),
        0.4,
        "this is the nearest that was written.",
        partial=True,
        missing=("algae",),
        disagreements=(Disagreement(0, 1),),
        model="tiny",
        notes=("1 of the 3 sentences of the language model is left out.",),
        completed="Why has the water algae? and how do I keep it clear?",
    )
    return reply_out(_around(replace(answer, **values)))


def hostile(text: str) -> ReplyOut:
    """The same, in which all that documents, people and a language model write is this text."""
    paint, cover = _sources(text)
    answer = Answer(
        text,
        (Sentence(text, (1,)), Sentence(f"{text}\n{text}", (2,))),
        (Citation(1, paint, _passage(paint), ()), Citation(2, cover, _passage(cover), ())),
        0.4,
        text,
        partial=True,
        model=text,
        notes=(text,),
        completed=text,
    )
    return reply_out(_around(answer, text))


def _sources(text: str | None = None) -> tuple[Item, Item]:
    paint = make_item(
        "paint",
        text or "Paint the tank black.",
        title=text or "Green water",
        kind=Kind.ANSWER,
        accepted=True,
        url="https://club.example/paint?a=1&b=(2)",
        created=datetime(2023, 5, 2, tzinfo=UTC),
    )
    cover = make_item("cover", text or "Never paint a tank.", title=text or "Tanks")
    return paint, cover


def _around(answer: Answer, text: str | None = None) -> Reply:
    gwen = Contribution(make_person(text or "Gwen"), Role.ACCEPTED, datetime(2023, 5, 2, tzinfo=UTC))
    paint = replace(_sources(text)[0], contributions=(gwen,))
    problem = make_item("slime", text or "Slime.", title=text or "Slime in the butt", kind=Kind.QUESTION)
    again = make_item("again", text or "Slime?", title=text or "Slime once more", kind=Kind.QUESTION)
    other = make_item("barrel", text or "Cover it.", title=text or "Barrels", community="harbour")
    related = make_item("filter", text or "Clean it.", title=text or "Filters", state=State.OUTDATED)
    differing = Differences((text or "v2",), (text or "v1",))
    similar = SimilarProblem(
        problem,
        _passage(problem),
        0.7,
        Solution(paint, 0, len(paint.text)),
        solved=True,
        also_in=(related,),
        asked_again=(again,),
        differences=differing,
    )
    return Reply(
        answer,
        (Expert(_person(gwen), 0.8, (Evidence(paint, gwen, 0.8),), text or "Answered 1 question"),),
        (similar,),
        (Hit(make_item("pump", text or "Run it.", title=text or "Pumps"), _passage(related), 0.5, 0.5, 0.5),),
        (Hit(other, _passage(other), 0.5, 0.5, 0.5),),
    )


def _person(one: Contribution) -> Person:
    return replace(one.person, id=2)


def _passage(item: Item) -> Passage:
    return Passage(1, item.id, 0, 0, len(item.text), (), None, item.text)
