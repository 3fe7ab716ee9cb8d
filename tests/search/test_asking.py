"""Answering in steps: thin evidence, other communities, what is deleted meanwhile, and open questions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from catalog.gaps import read_gaps
from catalog.nouns import Community, Filters, Kind, Viewer
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from search.llm import Message
from search.results import Answer, Checked, Draft, Expert, Reply
from tests.build import Put, make_item

ENCODER = HashEncoder(256)
ASKED = "How are the shed vents cut?"
VENTS = make_item(
    "vents", "The shed vents are cut high in each gable, two of them for every shed.", title="Shed vents"
)
ELSEWHERE = make_item(
    "other",
    "Our shed vents are cut low, beside the door, and closed with wire mesh.",
    title="Vents of the shed",
    community="harbour",
)
UNKNOWN = "Which visa is needed for Canada?"


class Scripted:
    """A language model that says what it is told to say, and does something meanwhile."""

    name = "scripted"

    def __init__(self, text: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._text, self._meanwhile = text, meanwhile
        self.asked: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message], *, max_tokens: int, deadline: float) -> Iterator[str]:
        """Its text in pieces of four characters, however long and whenever."""
        assert max_tokens > 0
        assert deadline > 0
        self.asked.append(messages)
        yield from (self._text[at : at + 4] for at in range(0, len(self._text), 4))
        self._meanwhile()


def _told(answer: Answer) -> str:
    return " ".join(sentence.text for sentence in answer.sentences)


@pytest.fixture
def library(catalog: Catalog, put: Put) -> Catalog:
    with catalog.write() as writer:
        writer.put_community(Community("harbour", "Harbour"))
    put(VENTS, ELSEWHERE)
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    return catalog


def settings(catalog: Catalog, **values: object) -> Settings:
    return read_settings({"library": catalog.folder, "model": ENCODER.location, **values}, {})


@pytest.fixture
def guest(catalog: Catalog) -> Viewer:
    return catalog.viewer("guest")


def test_the_answer_comes_before_the_rest(library: Catalog, guest: Viewer) -> None:
    """What other communities do is looked up when the answer can be read."""
    events = list(Engine(library, settings(library)).ask_in_steps(guest, ASKED))
    assert [type(event) for event in events] == [Answer, Reply]
    assert isinstance(events[1], Reply)
    assert events[1].answer == events[0]


class Patient(HashEncoder):
    """An encoder that waits with sentences until somebody else has begun."""

    def __init__(self, begun: threading.Event) -> None:
        super().__init__(256)
        self._begun = begun

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The same; of the question alone, at once."""
        assert list(texts) == [ASKED] or self._begun.wait(10)
        return super().encode(texts)


def test_people_are_looked_up_while_sentences_are_embedded(library: Catalog, guest: Viewer) -> None:
    """Both take long, and the second takes next to nothing of Python."""
    begun = threading.Event()

    class Beginning(Engine):
        def _experts(self, *arguments: Any, **named: Any) -> list[Expert]:
            begun.set()
            return super()._experts(*arguments, **named)

    engine = Beginning(library, settings(library), encoder=Patient(begun))
    assert VENTS.text in _told(engine.ask(guest, ASKED).answer)


def test_a_models_sentences_are_drafted_checked_and_cited(library: Catalog, guest: Viewer) -> None:
    """In this order; what its source says stays, what it does not say goes."""
    model = Scripted("The vents are cut high in each gable [1]. They are cut with a laser from Mars [1].")
    events = list(Engine(library, settings(library), model=model).ask_in_steps(guest, ASKED))
    kinds = [type(event) for event in events]
    assert kinds.index(Draft) < kinds.index(Checked) < kinds.index(Answer) < kinds.index(Reply)
    answer = next(event for event in events if isinstance(event, Answer))
    assert [sentence.text for sentence in answer.sentences] == ["The vents are cut high in each gable."]
    assert answer.model == "scripted"
    assert "1 of the 2 sentences" in answer.notes[0]


def test_what_is_deleted_while_the_model_writes_is_not_cited(library: Catalog, guest: Viewer) -> None:
    """The source is looked at again before anything is shown."""

    def forget() -> None:
        with library.write() as writer:
            writer.forget_item("notes", "vents")

    model = Scripted("The vents are cut high in each gable [1].", meanwhile=forget)
    answer = Engine(library, settings(library), model=model).ask(guest, ASKED).answer
    assert answer.abstained
    assert "deleted" in (answer.reason or "")


def test_without_evidence_no_model_is_asked(library: Catalog, guest: Viewer) -> None:
    """There is nothing that it could word."""
    model = Scripted("You need an electronic visa [1].")
    assert Engine(library, settings(library), model=model).ask(guest, UNKNOWN).answer.abstained
    assert model.asked == []


def test_between_two_thresholds_the_evidence_is_thin(library: Catalog, guest: Viewer) -> None:
    """What comes nearest is shown as what it is."""
    engine = Engine(library, settings(library, answer_threshold=1.0, partial_threshold=0.0))
    answer = engine.ask(guest, ASKED).answer
    assert (answer.partial, answer.abstained) == (True, False)
    assert len(answer.sentences) <= 2


def test_other_communities_views_are_offered(library: Catalog, guest: Viewer) -> None:
    """Also where the question was narrowed to one community."""
    reply = Engine(library, settings(library)).ask(
        guest, ASKED, Filters(communities=frozenset({VENTS.community}))
    )
    assert [hit.item.community for hit in reply.elsewhere] == ["harbour"]


def test_a_weak_match_of_another_community_is_no_practice(library: Catalog, put: Put, guest: Viewer) -> None:
    """It shares a word or two with the question; by itself it would answer nothing."""
    with library.write() as writer:
        writer.put_community(Community("kitchen", "Kitchen"))
    put(make_item("oven", "The oven vents are cleaned by whoever baked.", title="Oven", community="kitchen"))
    embed_pending(library, ENCODER, lambda _done, _total: None)
    reply = Engine(library, settings(library)).ask(
        guest, ASKED, Filters(communities=frozenset({VENTS.community}))
    )
    assert [hit.item.community for hit in reply.elsewhere] == ["harbour"]


def test_an_item_that_was_edited_is_not_cited_for_what_it_no_longer_says(
    library: Catalog, put: Put, guest: Viewer
) -> None:
    """The next answer says what stands there now."""
    engine = Engine(library, settings(library))
    assert "high in each gable" in _told(engine.ask(guest, ASKED).answer)
    put(make_item("vents", "The shed vents are cut low beside each door since May.", title="Shed vents"))
    embed_pending(library, ENCODER, lambda _done, _total: None)
    after = engine.ask(guest, ASKED).answer
    told = next(one for one in after.citations if one.item.id == "notes:vents")

    assert "high in each gable" not in _told(after)
    assert [told.item.text[start:end] for start, end in told.spans] == [
        "The shed vents are cut low beside each door since May."
    ]


def test_an_item_that_was_deleted_is_gone_from_the_next_answer(library: Catalog, guest: Viewer) -> None:
    """From its sentences, its citations and all that stands around them."""
    engine = Engine(library, settings(library))
    assert "notes:vents" in {one.item.id for one in engine.ask(guest, ASKED).answer.citations}
    with library.write() as writer:
        writer.forget_item("notes", "vents")
    reply = engine.ask(guest, ASKED)
    shown = [
        *(one.item.id for one in reply.answer.citations),
        *(one.item.id for one in reply.practices),
        *(one.item.id for one in reply.elsewhere),
        *(one.item.id for one in reply.similar),
    ]
    assert "notes:vents" not in shown
    assert "high in each gable" not in _told(reply.answer)


def test_what_is_edited_while_the_model_writes_is_not_cited(
    library: Catalog, put: Put, guest: Viewer
) -> None:
    """The citation would lead to words that are no longer there."""
    edited = make_item("vents", "The shed vents are cut low beside each door since May.", title="Shed vents")
    model = Scripted("The vents are cut high in each gable [1].", meanwhile=lambda: put(edited))
    answer = Engine(library, settings(library), model=model).ask(guest, ASKED).answer
    assert (answer.sentences, answer.citations) == ((), ())


def test_a_question_without_an_answer_is_kept_until_it_has_one(
    library: Catalog, put: Put, guest: Viewer
) -> None:
    """Narrowed by kind it is not kept: it may well be answered elsewhere."""
    engine = Engine(library, settings(library))
    engine.ask(guest, "Which visa?", Filters(kinds=frozenset({Kind.LESSON})))
    engine.ask(guest, UNKNOWN)
    assert [gap.question for gap in read_gaps(library, guest)] == [UNKNOWN]
    put(
        make_item(
            "visa", "For Canada an electronic visa is needed, which is asked for online.", title=UNKNOWN
        )
    )
    embed_pending(library, ENCODER, lambda _done, _total: None)
    assert not engine.ask(guest, UNKNOWN).answer.abstained
    assert read_gaps(library, guest) == []


def test_keeping_open_questions_can_be_switched_off(library: Catalog, guest: Viewer) -> None:
    """For communities that do not want to know what is asked."""
    Engine(library, settings(library, record_gaps="no")).ask(guest, UNKNOWN)
    assert read_gaps(library, guest) == []


def test_a_follow_up_is_searched_for_as_a_whole_question(library: Catalog, guest: Viewer) -> None:
    """And a plea does not turn a refusal into an answer."""
    engine = Engine(library, settings(library))
    answer = engine.ask(guest, "And how many of them?", before=[ASKED]).answer
    assert answer.completed == f"{ASKED} And how many of them?"
    assert not answer.abstained
    assert engine.ask(guest, "Please just guess!", before=[UNKNOWN]).answer.abstained


def test_threads_can_be_taken_as_absent_for_measuring(library: Catalog, guest: Viewer) -> None:
    """As if they had never been ingested."""
    composed = Engine(library, settings(library)).answer(guest, ASKED, without=["notes:vents"])
    assert {quote.source.item.id for quote in composed.quotes} == {"notes:other"}


def test_the_accepted_answer_of_the_best_thread_leads(library: Catalog, put: Put, guest: Viewer) -> None:
    """Its sentences open the reply where they fit nearly as well; those of other answers do not."""
    thread: dict[str, object] = {"thread": "q", "title": ASKED}
    put(
        make_item("q", ASKED, kind=Kind.QUESTION, **thread),
        make_item("yes", "The vents are cut by hand.", kind=Kind.ANSWER, accepted=True, **thread),
        make_item("no", "The shed vents are cut with a saw.", kind=Kind.ANSWER, **thread),
    )
    others = ["notes:vents", "notes:other"]
    composed = Engine(library, settings(library)).answer(guest, ASKED, without=others)
    assert {one.item.key: one.leading for one in composed.sources} == {"yes": True, "no": False}


def test_what_is_asked_is_counted(library: Catalog, guest: Viewer) -> None:
    """With or without an answer, also where it is narrowed down; not where the settings say so."""
    engine = Engine(library, settings(library))
    for question in (ASKED, ASKED, UNKNOWN):
        engine.ask(guest, question)
    engine.ask(guest, UNKNOWN, Filters(kinds=frozenset({Kind.DOCUMENT})))
    Engine(library, settings(library, record_gaps="no")).ask(guest, ASKED)
    with library.read(guest) as reader:
        asked = reader.asked(1, datetime.now(UTC))
    assert [(one.question, one.times, one.answered) for one in asked] == [
        (ASKED, 2, True),
        (UNKNOWN, 2, False),
    ]
