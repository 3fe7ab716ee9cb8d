"""The JSON form of results, made of literal values."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import (
    Community,
    Contribution,
    Identity,
    IdentityKind,
    Item,
    Kind,
    Passage,
    Person,
    Role,
    State,
)
from catalog.reader import SourceSummary, Status
from ingest.pipeline import Report
from search.results import Answer, Citation, Evidence, Expert, Sentence, SimilarProblem, Solution
from ui import schemas
from ui.sync import IngestReport

_AT = datetime(2023, 5, 2, 8, 30, tzinfo=UTC)
_GWEN = Person("Gwen", frozenset({Identity(IdentityKind.EMAIL, "", "gwen@example.org")}), id=2)
_ITEM = Item(
    "forum",
    "2",
    Kind.ANSWER,
    "Green water",
    "Paint it black.",
    "garden",
    url="https://forum.example/a/2",
    created=_AT,
    tags=("water",),
    thread="1",
    votes=7,
    accepted=True,
    contributions=(Contribution(_GWEN, Role.ACCEPTED, _AT),),
)
_PASSAGE = Passage(9, "forum:2", 0, 0, 15, ("Tanks",), 3, "Paint it black.")
_ITEM_OUT = {
    "id": "forum:2",
    "kind": "answer",
    "title": "Green water",
    "community": "garden",
    "url": "https://forum.example/a/2",
    "created": "2023-05-02T08:30:00Z",
    "updated": None,
    "tags": ["water"],
    "state": None,
    "votes": 7,
    "accepted": True,
    "thread_id": "forum:1",
    "people": [
        {"name": "Gwen", "person_id": 2, "role": "answered-and-accepted", "at": "2023-05-02T08:30:00Z"}
    ],
    "text": None,
}
_PASSAGE_OUT = {
    "heading": ["Tanks"],
    "page": 3,
    "start": 0,
    "end": 15,
    "text": "Paint it black.",
    "seconds": None,
}


def _dump(form: BaseModel) -> dict[str, Any]:
    return form.model_dump(mode="json")


def test_an_item_has_its_text_only_where_it_is_asked_for() -> None:
    """Lists of items stay small."""
    assert _dump(schemas.item_out(_ITEM)) == _ITEM_OUT
    assert _dump(schemas.item_out(_ITEM, with_text=True)) == _ITEM_OUT | {"text": "Paint it black."}


def test_an_answer_carries_its_citations_in_its_text() -> None:
    """Each sentence is followed by the numbers of what it rests on."""
    citation = Citation(1, _ITEM, _PASSAGE, ((0, 15),))
    sentences = (Sentence("Paint it black.", (1,)), Sentence("Scrub it in March.", (1, 2)))

    assert _dump(schemas.answer_out(Answer("Why green?", sentences, (citation,), 0.8))) == {
        "question": "Why green?",
        "text": "Paint it black. [1] Scrub it in March. [1][2]",
        "sentences": [
            {"text": "Paint it black.", "citations": [1]},
            {"text": "Scrub it in March.", "citations": [1, 2]},
        ],
        "citations": [
            {"number": 1, "item": _ITEM_OUT, "passage": _PASSAGE_OUT, "spans": [[0, 15]], "also_in": []}
        ],
        "abstained": False,
        "reason": None,
        "confidence": 0.8,
        "partial": False,
        "missing": [],
        "disagreements": [],
        "model": None,
        "notes": [],
        "completed": None,
    }


def test_an_abstention_has_a_reason_and_no_text() -> None:
    """It cannot be mistaken for an answer."""
    out = schemas.answer_out(Answer("Why green?", (), (), 0.1, "Too thin."))

    assert (out.abstained, out.text, out.reason) == (True, "", "Too thin.")


def test_an_expert_is_shown_with_the_evidence() -> None:
    """The shares sum to the score."""
    evidence = (Evidence(_ITEM, _ITEM.contributions[0], 0.8),)
    expert = Expert(_GWEN, 0.8, evidence, "Answered 1 question", ("a single contribution",), 0.5, True)

    assert _dump(schemas.experts_out("tanks", [expert])) == {
        "schema_version": 1,
        "topic": "tanks",
        "experts": [
            {
                "name": "Gwen",
                "person_id": 2,
                "departed": False,
                "score": 0.8,
                "summary": "Answered 1 question",
                "evidence": [
                    {
                        "item": _ITEM_OUT,
                        "role": "answered-and-accepted",
                        "at": "2023-05-02T08:30:00Z",
                        "share": 0.8,
                    }
                ],
                "weaknesses": ["a single contribution"],
                "about": 0.5,
                "specific": True,
            }
        ],
    }


def test_a_similar_problem_is_shown_with_its_solution() -> None:
    """The state is that of the problem; the solution is an exact piece of its item."""
    question = Item("forum", "1", Kind.QUESTION, "Green water", "It is green.", "garden", state=State.SOLVED)
    passage = Passage(8, "forum:1", 0, 0, 12, (), None, "It is green.")
    out = schemas.similar_out(SimilarProblem(question, passage, 0.7, Solution(_ITEM, 0, 8), solved=True))

    assert (out.state, out.solved, out.item.id) == (State.SOLVED, True, "forum:1")
    assert out.solution is not None
    assert (out.solution.item.id, out.solution.text) == ("forum:2", "Paint it")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Gwen Pritchard", "Gwen Pritchard"),
        ("gwen@example.org", "gwen"),
        ("Gwen <gwen@example.org>", "Gwen"),
        ("Gwen @ plot 4", "Gwen @ plot 4"),
        ("@gwen", "@gwen"),
    ],
)
def test_a_name_never_shows_an_address(name: str, shown: str) -> None:
    """A source that only knows an address gives a name that is one."""
    assert schemas.shown_name(Person(name)) == shown


def test_an_address_to_write_to_is_no_place_of_an_item() -> None:
    """A `mailto:` address is left out."""
    item = Item("docs", "a", Kind.DOCUMENT, "T", "x", "garden", url="mailto:gwen@example.org")

    assert schemas.item_out(item).url is None


def test_status_counts_by_community() -> None:
    """The share of embedded passages is worked out."""
    status = Status(
        generation=4,
        model="hash:64",
        items={("garden", "question"): 2, ("garden", "answer"): 3},
        people=2,
        passages=8,
        embedded=6,
        sources=(SourceSummary("forum", "stackexchange", "/forum", 5),),
        failures=(UnreadableError("/a.pdf", "no PDF"),),
    )
    communities = [Community("garden", "Garden Club"), Community("board", "Board", private=True)]

    assert _dump(schemas.status_out(status, communities, library=Path("/library"), viewer="owner")) == {
        "schema_version": 1,
        "library": "/library",
        "viewer": "owner",
        "generation": 4,
        "model": "hash:64",
        "communities": [
            {
                "slug": "garden",
                "name": "Garden Club",
                "private": False,
                "items": {"question": 2, "answer": 3},
            },
            {"slug": "board", "name": "Board", "private": True, "items": {}},
        ],
        "people": 2,
        "passages": 8,
        "embedded": 6,
        "embedded_share": 0.75,
        "sources": [{"name": "forum", "kind": "stackexchange", "location": "/forum", "items": 5}],
        "failures": [{"where": "/a.pdf", "reason": "no PDF"}],
    }


def test_a_report_tells_failures_and_columns() -> None:
    """What went wrong is text, how a table was understood is a mapping."""
    report = IngestReport(
        sources=[
            Report(
                "lessons", units=1, read=1, written=2, failures=[UnreadableError("a.csv line 3", "short")]
            ),
            Report("gone", error=SourceError("gone: is not there any more")),
        ],
        embedded=2,
        columns={"lessons": {"title": ("Headline",)}},
        left_out=Counter({".jpg": 3}),
        errors=[SourceError("x: no such file or folder")],
    )
    out = schemas.report_out(report)

    assert out.changed
    assert out.sources[0].columns == {"title": ["Headline"]}
    assert out.sources[0].failures == [schemas.FailureOut(where="a.csv line 3", reason="short")]
    assert out.sources[1].error == "gone: is not there any more"
    assert (out.left_out, out.errors) == ({".jpg": 3}, ["x: no such file or folder"])


def test_nothing_has_changed_where_nothing_was_written() -> None:
    """Reading alone is no change."""
    assert not schemas.has_changed(IngestReport(sources=[Report("lessons", units=3, read=3, unchanged=9)]))


_DOCUMENTS = (
    schemas.CommunitiesOut,
    schemas.ExpertsOut,
    schemas.ForgottenOut,
    schemas.HitsOut,
    schemas.ReplyOut,
    schemas.ReportOut,
    schemas.SettingsOut,
    schemas.SimilarProblemsOut,
    schemas.StatusOut,
    schemas.ThreadOut,
)


@pytest.mark.parametrize("form", _DOCUMENTS, ids=lambda form: form.__name__)
def test_a_whole_document_carries_its_version(form: type[BaseModel]) -> None:
    """Programs can see that a form has changed."""
    assert form.model_fields["schema_version"].default == 1


def test_an_unknown_field_is_refused() -> None:
    """A misspelt field is an error where it is made, not where it is missed."""
    with pytest.raises(ValidationError):
        schemas.SentenceOut.model_validate({"text": "x", "citations": [], "cites": []})
