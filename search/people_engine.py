"""The functions about people and topics that every face of Copse calls."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from catalog.nouns import Filters, Viewer
from catalog.reader import Reader
from catalog.scopes import searched
from search.experts import Ranked, Wanted, item_fits, rank_experts, read_experts
from search.opened import Opened
from search.people.record import Record
from search.people.topics import Subject, Topic, at_risk
from search.query import check_question
from search.replies import LEAST_SCORE
from search.results import Expert
from search.retrieve import Retrieval, Retriever
from search.routing import LOOKED_AT, Route, route

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


class PeopleEngine(Opened):
    """A library, opened for questions about people and topics."""

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
