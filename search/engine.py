"""The few functions that every face of Copse calls: search, ask, experts, similar.

What is told of people and topics is in `people_engine.py`, how a library is opened in `opened.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

from catalog.asked import Tally
from catalog.errors import LibraryError
from catalog.gaps import close_gap, record_gap
from catalog.nouns import Filters, Viewer
from catalog.reader import Reader
from catalog.settings import Settings
from catalog.store import Catalog
from search.analysis import GERMAN
from search.answer.compose import Asked, Bounds, Composed, Material, compose, gather
from search.conversation import complete
from search.encoder import Encoder
from search.llm import LanguageModel
from search.people_engine import PeopleEngine
from search.query import Query, check_question, finished
from search.replies import LEAST_SCORE, elsewhere, still_there, with_copies
from search.results import Answer, Event, Hit, Reply, SimilarProblem
from search.retrieve import LOOKED_AT, Retrieval, Retriever
from search.similar import PROBLEM_KINDS, find_problems, similar_problems
from search.sources import answer_sources

_DEPTH = 200  # passages taken from each index
_AMONG = 4  # so many times as many items are looked at as are wanted: some are copies of others
_NO_FILTERS = Filters()
_ANYTHING = "How do I begin?"  # a question by which all is loaded

_LOG = logging.getLogger(__name__)


class Engine(PeopleEngine):
    """A library, opened for questions; see `Opened` for its arguments. Safe to use from several threads."""

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        encoder: Encoder | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        super().__init__(catalog, settings, encoder, model)
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
        self._ready().warm_up()

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
            query = retriever.read(check_question(question))
            found = retriever.retrieve(reader, query, filters, _DEPTH, min(_AMONG * k, LOOKED_AT))
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
            material = self._gather(reader, retriever, found, filters)
            vectors = retriever.encode_beside(material.texts)
            # Sentences are embedded outside of Python's lock: who knows about it is looked up meanwhile.
            around = None if self.model else self._around(reader, retriever, query, found, filters, k)
            composed = compose(material, vectors.result(), self._bounds)
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
            around = around or self._around(reader, retriever, query, found, filters, k)
            others = self._elsewhere(reader, retriever, query, found, filters, answer)
            reply = replace(around, answer=answer, elsewhere=tuple(others))
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
            material = self._gather(reader, retriever, found, filters)
        return compose(material, retriever.encode_all(material.texts), self._bounds)

    def _gather(self, reader: Reader, retriever: Retriever, found: Retrieval, filters: Filters) -> Material:
        """What an answer may be made of."""
        asked = Asked(
            found.question,
            found.vector,
            found.weights,
            top=float(found.items.scores.max(initial=0.0)),
            meaning=float(found.items.meanings.max(initial=0.0)),
        )
        sources = answer_sources(reader, retriever, found, filters)
        return gather(asked, sources, self._indexes.lexical.analyse)

    @property
    def _bounds(self) -> Bounds:
        return Bounds(self.settings.answer_threshold, self.settings.partial_threshold)

    def _around(
        self,
        reader: Reader,
        retriever: Retriever,
        query: Query,
        found: Retrieval,
        filters: Filters,
        k: int,
    ) -> Reply:
        """A reply but for the answer and what depends on it."""
        practices = found.best_by_thread().from_score(LEAST_SCORE)
        return Reply(
            answer=Answer(found.question, (), (), 0.0),
            experts=tuple(self._experts(reader, found, filters, k)),
            similar=tuple(self._similar(reader, retriever, query, filters, k, found)),
            practices=tuple(retriever.hits(reader, practices[: 2 * k])),
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
        told = {one.item.community for one in answer.citations}
        if answer.abstained or reader.viewer.communities <= told:
            return []
        if filters.communities:
            found = retriever.retrieve(reader, query, replace(filters, communities=frozenset()), _DEPTH)
        return elsewhere(reader, retriever, found, told, self.settings.answer_threshold)

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
