"""The few functions that every face of Copse calls: search, ask, experts, similar."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from catalog.asked import Tally
from catalog.errors import LibraryError
from catalog.gaps import close_gap, record_gap
from catalog.nouns import Filters, Viewer
from catalog.reader import Reader
from catalog.scopes import searched
from catalog.settings import Settings
from catalog.store import Catalog
from search.analysis import GERMAN
from search.answer.compose import Asked, Bounds, Composed, compose
from search.conversation import complete
from search.encoder import Encoder, open_encoder
from search.experts import Ranked, Wanted, item_fits, rank_experts, read_experts
from search.indexes import Indexes
from search.llm import LanguageModel, open_llm
from search.people.record import Record
from search.people.study import Study
from search.people.topics import Subject, Topic, at_risk
from search.query import Query, check_question, finished
from search.replies import LEAST_SCORE, elsewhere, still_there, with_copies
from search.reranker import CrossEncoderReranker
from search.results import Answer, Event, Expert, Hit, Reply, SimilarProblem
from search.retrieve import Reranking, Retrieval, Retriever, Weights
from search.routing import LOOKED_AT, Route, route
from search.similar import PROBLEM_KINDS, find_problems, similar_problems
from search.sources import answer_sources

if TYPE_CHECKING:
    from search.people.growth import Growth
    from search.people.landscape import Landscape
    from search.people.map import Found, Maps
    from search.people.profile import Profile

_DEPTH = 200  # passages taken from each index
_TOPIC_DEPTH = 500  # the same for all that is about a topic
_ASKED_DEPTH = 300  # the same for the people who know the answer to a question
_KNOWN_DEPTH = 800  # the same for those who know a topic, who are told by all that they wrote about it
_FOUND = 5  # threads that whoever is asked is told of
_NO_FILTERS = Filters()
_ANYTHING = "How do I begin?"  # a question by which all is loaded

_LOG = logging.getLogger(__name__)


class Engine:
    """A library, opened for questions: the catalog, the model and the indexes, each loaded once.

    Safe to use from several threads.

    Args:
        catalog: The library's catalog.
        settings: The settings in force.
        encoder: The model to use instead of the one that the library's vectors were made with.
        model: The language model to use instead of the one that the settings name.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        encoder: Encoder | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        self.catalog = catalog
        self.settings = settings
        self.model = model or open_llm(settings)
        self._indexes = Indexes(catalog)
        self._encoder = encoder
        self._retriever: Retriever | None = None
        self._study = Study(catalog)
        self._tally = Tally(catalog)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._tally.settle():
            _LOG.warning("some questions are not counted: somebody else writes into the library")
        self.catalog.close()

    def warm_up(self, viewer: Viewer) -> None:
        """Load all that an answer is made with, and leave no trace.

        Args:
            viewer: Who asks first; what everybody did is read for each viewer.
        """
        for look in (self.answer, self.experts, self.similar):
            look(viewer, _ANYTHING)

    def search(self, viewer: Viewer, question: str, filters: Filters = _NO_FILTERS, k: int = 10) -> list[Hit]:
        """The items that fit a question, best first.

        Args:
            viewer: Who asks; nothing else than what they may read plays any part.
            question: Words or a question.
            filters: What to narrow the search to.
            k: How many items are wanted.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            found = retriever.retrieve(reader, retriever.read(check_question(question)), filters, _DEPTH)
            return retriever.hits(reader, found.best_by_item()[:k])

    def rank(
        self,
        viewer: Viewer,
        question: str,
        filters: Filters = _NO_FILTERS,
        k: int = 100,
        *,
        task: Literal["search", "similar"] = "search",
        exclude: str | None = None,
    ) -> list[tuple[str, float]]:
        """The whole ranking that search or similar problems start from: for measuring.

        Args:
            viewer: Who asks.
            question: What is asked.
            filters: What to narrow the search to.
            k: How many items are wanted.
            task: "search" ranks all items, "similar" those that are problems (or of the kinds asked for).
            exclude: An item that is left out: the one that asks.

        Returns:
            Ids and scores of items, best first; near-identical items count each by itself.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever = self._ready()
        if task == "similar":
            filters = replace(filters, kinds=filters.kinds or PROBLEM_KINDS)
        with self.catalog.read(viewer) as reader:
            found = retriever.retrieve(
                reader, retriever.read(check_question(question)), filters, max(_DEPTH, k)
            )
            best = found.best_by_item(copies=True)
            ranked = ((match.place.item_id, match.score) for match in best)
            return [one for one in ranked if one[0] != exclude][:k]

    def similar(
        self,
        viewer: Viewer,
        problem: str,
        filters: Filters = _NO_FILTERS,
        k: int = 5,
        *,
        typing: bool = False,
    ) -> list[SimilarProblem]:
        """Past questions, posts and lessons like the problem described; solved first among equals.

        Args:
            viewer: Who asks.
            problem: The problem, or the beginning of its title.
            filters: What to narrow the search to.
            k: How many are wanted.
            typing: Whether it is still being typed: the last word counts when it is finished, and
                nothing is found where there is nothing to search for yet.

        Raises:
            QuestionError: If there is nothing to search for, and nobody is typing.
        """
        if typing and not any(map(str.isalnum, problem)):
            return []
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            query = retriever.read(check_question(finished(problem) if typing else problem))
            return self._similar(reader, retriever, query, filters, k)

    def experts(self, viewer: Viewer, topic: str, filters: Filters = _NO_FILTERS, k: int = 5) -> list[Expert]:
        """The people who know about a topic, by the evidence that the viewer may read."""
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            found = self._found_for_people(reader, retriever, topic, filters)
            return self._experts(reader, found, filters, k)

    def rank_people(
        self, viewer: Viewer, topic: str, filters: Filters = _NO_FILTERS
    ) -> list[tuple[int, float]]:
        """The whole ranking that experts are taken from: for measuring.

        Args:
            viewer: Who asks.
            topic: What is asked.
            filters: What to narrow the search to.

        Returns:
            Numbers and scores of all people with any evidence, best first.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            found = self._found_for_people(reader, retriever, topic, filters)
            record, ranked = self._ranked(reader, found, filters, k=len(self._study.record(reader).numbers))
            return [(int(record.numbers[one.person]), one.score) for one in ranked]

    def evidence_for_people(
        self, viewer: Viewer, topic: str, filters: Filters = _NO_FILTERS
    ) -> tuple[Retrieval, Record]:
        """What people are ranked by, what was found and what everybody did: for measuring other ways.

        Args:
            viewer: Who asks.
            topic: What is asked.
            filters: What to narrow the search to.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            return self._found_for_people(reader, retriever, topic, filters), self._study.record(reader)

    def profile(self, viewer: Viewer, who: str) -> Profile:
        """One person: where they contribute, what about, what was best, and with whom.

        Args:
            viewer: Who asks; only what they may read is counted.
            who: The person's number or exact name.

        Raises:
            NotFoundError: If there is nobody, or are several.
        """
        with self.catalog.read(viewer) as reader:
            return self._study.profile(reader, who, self._model_name())

    def topics(self, viewer: Viewer) -> list[Topic]:
        """The topics of the library, those with the most items first."""
        with self.catalog.read(viewer) as reader:
            return self._study.topics(reader, self._model_name())

    def risks(self, viewer: Viewer) -> list[Topic]:
        """The topics that rest on one active person or on nobody, the largest first."""
        return at_risk(self.topics(viewer))

    def topic(self, viewer: Viewer, text: str, filters: Filters = _NO_FILTERS) -> Landscape:
        """One topic from above: who knows about it, who rises, who is past, who answers whom.

        Args:
            viewer: Who asks; only what they may read is counted.
            text: A tag, or a few words.
            filters: What to narrow it to.

        Raises:
            NotFoundError: If nobody has written about it.
            QuestionError: If there is nothing to search for.
        """
        from search.people.landscape import landscape

        text, retriever = check_question(text), self._ready()
        with self.catalog.read(viewer) as reader:
            record, subject = self._subject(reader, retriever, text, filters)
            return landscape(record, subject, text)

    def growth(self, viewer: Viewer) -> Growth:
        """What grows: topics and communities, what is new, who is new, and what nobody has replied to."""
        from search.people.growth import growth

        with self.catalog.read(viewer) as reader:
            return growth(self._study.record(reader), self._study.subjects(reader, self._model_name()))

    def map(self, viewer: Viewer, text: str = "") -> Found:
        """The map of what the viewer may read, and what fits some words on it.

        Args:
            viewer: Who asks; nothing else than what they may read plays any part.
            text: A tag, or a few words; nothing is looked for if it is empty.

        Raises:
            NotFoundError: If nobody has written about it; it names the nearest topics.
        """
        from search.people.map import Found, find_on

        retriever = self._ready() if text else None
        with self.catalog.read(viewer) as reader:
            model, activity = self._model_name(), self._study.record(reader).activity
            drawn = self._maps.of(reader, activity, model)
            if retriever is None:
                return Found(drawn)
            _, subject = self._subject(reader, retriever, check_question(text), _NO_FILTERS)
            return find_on(drawn, reader, activity, subject.items[::-1], model)

    @cached_property
    def _maps(self) -> Maps:
        from search.people.map import Maps

        return Maps()

    def _subject(
        self, reader: Reader, retriever: Retriever, text: str, filters: Filters
    ) -> tuple[Record, Subject]:
        """What is about a topic: a tag, or a few words."""

        def find() -> dict[int, float]:
            found = retriever.retrieve(reader, retriever.read(text), filters, _TOPIC_DEPTH)
            return found.best_by_item(copies=True).by_item()

        return self._study.subject(reader, text, filters, self._model_name(), find)

    def _model_name(self) -> str | None:
        self._indexes.refresh()
        return self._indexes.model.name if self._indexes.model else None

    def whom_to_ask(self, viewer: Viewer, question: str, filters: Filters = _NO_FILTERS) -> Route:
        """The people to whom a question can be put, with what was found for it already.

        Args:
            viewer: Who asks.
            question: What is asked.
            filters: What it is narrowed to; of the communities, those asked must be able to read all.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever, now = self._ready(), datetime.now(UTC)
        with self.catalog.read(viewer) as reader:
            found = retriever.retrieve(reader, retriever.read(check_question(question)), filters, _DEPTH)
            experts = self._experts(reader, found, filters, LOOKED_AT)
            scope = searched(viewer, filters.communities)
            candidates = reader.candidates([one.person for one in experts], scope, now)
            near = found.best_by_thread().from_score(LEAST_SCORE)
            hits = retriever.hits(reader, near[:_FOUND])
            return Route(tuple(route(experts, candidates, now)), tuple(hits))

    def alike(self, questions: Sequence[str], asked: str) -> list[float]:
        """Cosines of questions with another one, in their order."""
        if not questions:
            return []
        first, *others = self.encoder().encode([asked, *questions])
        return [float(other @ first) for other in others]

    def encoder(self) -> Encoder:
        """The model that the library's vectors are made with."""
        self._ready()
        if self._encoder is None:
            raise TypeError("a library that is ready has a model")
        return self._encoder

    def ask(
        self,
        viewer: Viewer,
        question: str,
        filters: Filters = _NO_FILTERS,
        k: int = 5,
        before: Sequence[str] = (),
    ) -> Reply:
        """Answer a question: the cited answer, the people to ask, who met it before, related practices.

        Args:
            viewer: Who asks; nothing else than what they may read plays any part.
            question: What is asked.
            filters: What to narrow the search to.
            k: How many people and problems are wanted.
            before: What was asked before in the same conversation, oldest first; a question that leans on it
                is completed.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        *_, reply = self.ask_in_steps(viewer, question, filters, k, before)
        if not isinstance(reply, Reply):
            raise TypeError("a conversation ends with the reply")
        return reply

    def ask_in_steps(
        self,
        viewer: Viewer,
        question: str,
        filters: Filters = _NO_FILTERS,
        k: int = 5,
        before: Sequence[str] = (),
    ) -> Iterator[Event]:
        """Answer a question and give each part as soon as it is there; the arguments are those of `ask`.

        Yields:
            What a language model writes, if there is one: drafts, and the sentences that were checked; then
            the answer; at last the whole reply. Whoever shows drafts replaces them by the answer.
        """
        retriever = self._ready()
        question = check_question(question)
        whole = complete(question, before, self.model)
        with ExitStack() as views:
            reader = views.enter_context(self.catalog.read(viewer))
            query = retriever.read(whole)
            found = retriever.retrieve(reader, query, filters, _DEPTH)
            composed = self._compose(reader, retriever, found, filters)
            told = composed.answer
            if self.model is not None and not told.abstained:
                views.close()  # a language model may take its time: the catalog is not held open for it
                for event in self._worded(whole, composed, self.model, retriever):
                    if isinstance(event, Answer):
                        told = event
                    else:
                        yield event
                reader = views.enter_context(self.catalog.read(viewer))
                told = still_there(reader, told)
            told = replace(told, question=question, completed=None if whole == question else whole)
            answer = with_copies(reader, told)
            yield answer
            practices = found.best_by_thread().from_score(LEAST_SCORE)
            reply = Reply(
                answer=answer,
                experts=tuple(self._experts(reader, found, filters, k)),
                similar=tuple(self._similar(reader, retriever, query, filters, k, found)),
                practices=tuple(retriever.hits(reader, practices[: 2 * k])),
                elsewhere=tuple(self._elsewhere(reader, retriever, query, found, filters, answer)),
            )
        self._note_gap(viewer, whole, filters, answer)
        self._count(viewer, whole, filters, answer)
        yield reply

    def answer(
        self,
        viewer: Viewer,
        question: str,
        filters: Filters = _NO_FILTERS,
        without: Collection[str] = (),
    ) -> Composed:
        """The answer made of quotations, with all that it was made from: for measuring.

        Args:
            viewer: Who asks.
            question: What is asked.
            filters: What to narrow the search to.
            without: Threads that are taken to be absent.

        Raises:
            QuestionError: If there is nothing to search for.
        """
        retriever = self._ready()
        with self.catalog.read(viewer) as reader:
            query = retriever.read(check_question(question))
            found = retriever.retrieve(reader, query, filters, _DEPTH).without(frozenset(without))
            return self._compose(reader, retriever, found, filters)

    def _compose(self, reader: Reader, retriever: Retriever, found: Retrieval, filters: Filters) -> Composed:
        asked = Asked(
            found.question,
            found.vector,
            found.weights,
            top=float(found.items.scores.max(initial=0.0)),
            meaning=float(found.items.meanings.max(initial=0.0)),
        )
        return compose(
            asked,
            answer_sources(reader, retriever, found, filters),
            retriever.encode_all,
            self._indexes.lexical.analyse,
            Bounds(self.settings.answer_threshold, self.settings.partial_threshold),
        )

    def _worded(
        self, question: str, composed: Composed, model: LanguageModel, retriever: Retriever
    ) -> Iterator[Event]:
        """What a language model makes of the sources."""
        from search.answer.prompt import write_prompt
        from search.answer.wording import word

        prompt = write_prompt(question, composed.sources, self.settings.llm_context)
        deadline = time.monotonic() + self.settings.llm_seconds
        yield from word(question, composed.answer, prompt, model, retriever.encode_all, deadline)

    def _elsewhere(
        self,
        reader: Reader,
        retriever: Retriever,
        query: Query,
        found: Retrieval,
        filters: Filters,
        answer: Answer,
    ) -> list[Hit]:
        """How other communities go about it, also where the question was narrowed to some."""
        if answer.abstained:
            return []
        if filters.communities:
            found = retriever.retrieve(reader, query, replace(filters, communities=frozenset()), _DEPTH)
        told = {one.item.community for one in answer.citations}
        return elsewhere(reader, retriever, found, told, self.settings.answer_threshold)

    def _note_gap(self, viewer: Viewer, question: str, filters: Filters, answer: Answer) -> None:
        """Keep what could not be answered; what was narrowed by more than communities is no gap."""
        if replace(filters, communities=frozenset()) != _NO_FILTERS or self.settings.record_gaps == "no":
            return
        try:
            if answer.abstained:
                now = datetime.now(UTC)
                record_gap(self.catalog, viewer, question, filters.communities, answer.confidence, now)
            elif not answer.partial:
                close_gap(self.catalog, viewer, question, filters.communities)
        except LibraryError as error:
            _LOG.warning("the question is not kept as a gap: %s", error)

    def _count(self, viewer: Viewer, question: str, filters: Filters, answer: Answer) -> None:
        """Count what is asked, where questions are kept at all."""
        if self.settings.record_gaps == "yes":
            answered = not (answer.abstained or answer.partial)
            self._tally.count(viewer, question, filters.communities, answered, datetime.now(UTC))

    def _ready(self) -> Retriever:
        """The retriever over indexes that are in step with the catalog."""
        self._indexes.refresh()
        model = self._indexes.model
        if self._encoder is None or (model is not None and self._encoder.name != model.name):
            location = model.location if model else self.settings.model
            self._encoder = open_encoder(location, self.settings.precision, self.settings.batch_tokens)
            self._retriever = None
        if self._retriever is None:
            has = self.settings
            weights = Weights(has.dense_weight, has.dense_weight_statement, has.votes_weight)
            self._retriever = Retriever(self._indexes, self._encoder, weights, self._reranking())
            # The model and the libraries stay as long as the engine does: without this, every full
            # collection of garbage looks through all of them, and some answers take a fifth longer.
            gc.freeze()
        return self._retriever

    def catch_up(self) -> None:
        """Bring all that is kept in step with the catalog now, so that the next question finds all there is.

        Raises:
            LibraryError: If the indexes cannot be written.
        """
        self._indexes.catch_up()
        self._study.catch_up()

    def is_loaded(self) -> bool:
        """Whether a question need not wait for the model and the indexes."""
        return self._retriever is not None

    def sizes(self) -> dict[str, int]:
        """How many entries each index has, as it was refreshed last."""
        has = self._indexes
        return {"dense": len(has.dense), "items": len(has.items), "lexical": len(has.lexical)}

    def _reranking(self) -> Reranking | None:
        has = self.settings
        if not has.reranker:
            return None
        return Reranking(CrossEncoderReranker.load(has.reranker), has.rerank_depth, has.rerank_weight)

    def _similar(
        self,
        reader: Reader,
        retriever: Retriever,
        query: Query,
        filters: Filters,
        k: int,
        shared: Retrieval | None = None,
    ) -> list[SimilarProblem]:
        """The problems like the one asked about, among what was found for it already if that tells them."""
        hits = retriever.hits(reader, find_problems(reader, retriever, query, filters, k, shared))
        german = GERMAN in self._indexes.lexical.languages()
        return similar_problems(reader, query.text, hits, k, filters, german=german)

    def _found_for_people(
        self, reader: Reader, retriever: Retriever, topic: str, filters: Filters
    ) -> Retrieval:
        query = retriever.read(check_question(topic))
        depth = _ASKED_DEPTH if query.is_question else _KNOWN_DEPTH
        return retriever.retrieve(reader, query, filters, depth)

    def _experts(self, reader: Reader, found: Retrieval, filters: Filters, k: int) -> list[Expert]:
        """The people behind the items found, and behind the answers to the questions found."""
        record, ranked = self._ranked(reader, found, filters, k)
        return read_experts(reader, record, ranked, found.question)

    def _ranked(
        self, reader: Reader, found: Retrieval, filters: Filters, k: int
    ) -> tuple[Record, list[Ranked]]:
        record = self._study.record(reader, waits=False)
        wanted = Wanted(found.question, filters, self.settings.half_life_years)
        return record, rank_experts(record, item_fits(found), wanted, k)
