"""One opened library, to which a face puts its questions: a command, the HTTP API, the web page.

`Service.seen_by` gives the same library to another asker. Each call makes its viewer anew, so a community
that became private a moment ago is private in the next call, and whoever is suspended is out.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import CopseError, NotSignedInError
from catalog.nouns import Community, Filters, Item, Kind, State, Viewer
from catalog.reader import Reader
from catalog.reader_browse import Browsed
from catalog.settings import Settings
from search.engine import Engine
from search.results import Answer, Checked, Draft, Reply
from ui import schemas
from ui.access.credentials import Configured, Credentials
from ui.access.gate import admit
from ui.job_runner import JobRunner
from ui.library import open_engine, resolve_communities
from ui.page_pictures import PagePictures, Span, cited_page, no_picture_because
from ui.paging import Page
from ui.rates import Rates
from ui.tally import Tally
from ui.uploads import Uploads

if TYPE_CHECKING:
    from ui.beside import Beside
    from ui.contributing import Contributing
    from ui.feedback import Feedback
    from ui.membership import Membership
    from ui.requesting import Requesting
    from ui.schemas_community import MapOut, PulseOut
    from ui.schemas_gaps import GapsOut
    from ui.schemas_items import ItemsOut
    from ui.schemas_people import PeopleOut
    from ui.schemas_profile import ProfileOut
    from ui.schemas_topics import LandscapeOut, RisksOut, TopicsOut
    from ui.sourcing import Sourcing
    from ui.wishing import Wishing

_LOG = logging.getLogger(__name__)

_EXAMPLES = 3
_RECENT_PASSAGES = 300  # the newest passages of a community's questions, among which examples are looked for
_TAGS = 300
_ALL = 1_000_000  # more than there are of anything that is listed
_OVERVIEWS = 200  # viewers for whom they are kept


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page says before anything is asked.

    Attributes:
        status: The state of the library, as far as the viewer may know it.
        tags: The most used tags, the most used first.
        examples: Titles of questions that were solved lately, from different communities where possible.
    """

    status: schemas.StatusOut
    tags: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An item in full, its thread, and its passages in their order.

    Attributes:
        shown: The item and its thread.
        passages: Its passages.
        no_picture: Why its pages cannot be shown as pictures; empty if they can be, None if it is no PDF.
    """

    shown: schemas.ThreadOut
    passages: tuple[schemas.PassageOut, ...]
    no_picture: str | None = None


class Service:
    """An opened library that answers for one asker. Safe to use from several threads.

    Args:
        engine: The opened library.
        settings: The settings in force.
        credentials: Who asks; the viewer whom the settings name if nothing is said.
    """

    def __init__(self, engine: Engine, settings: Settings, credentials: Credentials | None = None) -> None:
        self.settings = settings
        self._engine = engine
        self._credentials = credentials or Configured()
        self._resources = ExitStack()
        self._uploads = Uploads(engine, settings)
        self._overviews: dict[Viewer, tuple[int, Overview]] = {}
        self.tally = Tally()
        self.rates = Rates(settings.api_rate)
        self._pictures = PagePictures(settings)
        self._runner = JobRunner(settings, engine.catch_up)

    @classmethod
    def open(cls, settings: Settings) -> Service:
        """Open the library that the settings name.

        Raises:
            LibraryError: If there is none, or it cannot be opened.
        """
        with ExitStack() as stack:
            service = cls(stack.enter_context(open_engine(settings)), settings)
            service._resources = stack.pop_all()
        return service

    def seen_by(self, credentials: Credentials) -> Service:
        """The same opened library for another asker."""
        other = copy(self)
        other._credentials = credentials
        return other

    def close(self) -> None:
        """End what runs beside, and let go of the library."""
        self._uploads.close()
        self._runner.close()
        self._resources.close()

    def warm_up(self) -> None:
        """Load what answers are made with in the background, so that the first question need not wait."""
        threading.Thread(target=self._warm_up, name="copse-warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        try:
            self._engine.warm_up(self._first_asker())
        except CopseError as error:
            _LOG.warning("questions cannot be answered yet: %s", error)

    def _first_asker(self) -> Viewer:
        """Who probably asks first: what everybody did is counted for each viewer."""
        try:
            return self.viewer()
        except NotSignedInError:
            return self._engine.catalog.owner()

    def viewer(self) -> Viewer:
        """Who asks, and what they may do at this moment.

        Raises:
            NotSignedInError: If their credentials do not count, or not any more.
        """
        return admit(self._engine.catalog, self.settings, self._credentials)

    def generation(self) -> int:
        """The number that every change of the library moves up."""
        return self._engine.catalog.generation()

    def is_ready(self) -> bool:
        """Whether model and indexes are loaded."""
        return self._engine.is_loaded()

    def job_states(self) -> dict[str, int]:
        """How many syncs are known in each state."""
        return dict(Counter(job.state.value for job in self._runner.jobs()))

    def sizes(self) -> dict[str, int]:
        """How many entries each index has, as it was loaded last."""
        return self._engine.sizes()

    # --- the four questions ---

    def ask(self, question: str, filters: Filters, k: int, before: Sequence[str] = ()) -> schemas.ReplyOut:
        """Everything that Copse has to say to a question, or to a follow-up of earlier ones."""
        reply = schemas.reply_out(self._engine.ask(self.viewer(), question, filters, k, before))
        self.tally.count(reply.answer)
        return reply

    def ask_in_steps(
        self, question: str, filters: Filters, k: int, before: Sequence[str] = ()
    ) -> Generator[Draft | Checked | schemas.AnswerOut | schemas.ReplyOut]:
        """The same, each part as soon as it is there; the answer replaces the drafts before it."""
        for event in self._engine.ask_in_steps(self.viewer(), question, filters, k, before):
            match event:
                case Answer():
                    yield schemas.answer_out(event)
                case Reply():
                    reply = schemas.reply_out(event)
                    self.tally.count(reply.answer)
                    yield reply
                case _:
                    yield event

    def search(self, question: str, filters: Filters, k: int) -> schemas.HitsOut:
        """The items that fit a question."""
        return schemas.hits_out(question, self._engine.search(self.viewer(), question, filters, k))

    def experts(self, topic: str, filters: Filters, k: int) -> schemas.ExpertsOut:
        """The people who know about a topic."""
        return schemas.experts_out(topic, self._engine.experts(self.viewer(), topic, filters, k))

    def similar(
        self, problem: str, filters: Filters, k: int, *, typing: bool = False
    ) -> schemas.SimilarProblemsOut:
        """The past problems like the one described, or like the one that is still being typed."""
        found = self._engine.similar(self.viewer(), problem, filters, k, typing=typing)
        return schemas.similar_problems_out(problem, found)

    # --- people and topics ---

    def people(self, query: str, k: int, cursor: str | None = None) -> PeopleOut:
        """The people whose name contains a text, those with the most contributions first."""
        from ui.schemas_people import people_out

        page = Page.of(["people", query], k, cursor)
        with self._engine.catalog.read(self.viewer()) as reader:
            found = reader.people(query, page.wanted)
        return people_out(page.cut(found), page.after(found))

    def profile(self, who: str) -> ProfileOut:
        """One person, by number or exact name.

        Raises:
            NotFoundError: If there is nobody, or are several.
        """
        from ui.schemas_profile import profile_out

        return profile_out(self._engine.profile(self.viewer(), who))

    def topic(self, text: str, filters: Filters, k: int = 5) -> LandscapeOut:
        """One topic from above: a tag, or a few words.

        Raises:
            NotFoundError: If nobody has written about it; it names the nearest topics.
        """
        from ui.schemas_topics import landscape_out

        viewer = self.viewer()
        seen = self._engine.topic(viewer, text, filters)
        return landscape_out(seen, self._engine.experts(viewer, text, filters, k))

    def topics(self, k: int = _ALL, cursor: str | None = None) -> TopicsOut:
        """The topics of the library, those with the most items first."""
        from ui.schemas_topics import topics_out

        page, found = Page.of(["topics"], k, cursor), self._engine.topics(self.viewer())
        return topics_out(page.cut(found), page.after(found))

    def risks(self, k: int = _ALL, cursor: str | None = None) -> RisksOut:
        """The topics that rest on one active person or on nobody, the largest first."""
        from ui.schemas_topics import risks_out

        viewer, page = self.viewer(), Page.of(["risks"], k, cursor)
        found = self._engine.risks(viewer)
        return risks_out(page.cut(found), len(self._engine.topics(viewer)), page.after(found))

    # --- the community from above ---

    def pulse(self, k: int = 10) -> PulseOut:
        """What is asked, what has no answer, and what grows."""
        from ui.community import read_pulse

        return read_pulse(self._engine, self.viewer(), k)

    def map(self, text: str = "") -> MapOut:
        """The map of the library, and what fits some words on it.

        Raises:
            NotFoundError: If nobody has written about them; it names the nearest topics.
        """
        from ui.schemas_community import map_out

        return map_out(self._engine.map(self.viewer(), text), text)

    # --- the library ---

    def item(self, item_id: str) -> Opened:
        """One item with its thread.

        Raises:
            NotFoundError: If there is none with this id among those that the viewer may read.
        """
        from ui.opened import open_thread

        with self._engine.catalog.read(self.viewer()) as reader:
            shown = open_thread(reader, item_id)
            passages = reader.passages_of(item_id)
            no_picture = no_picture_because(reader, item_id)
        return Opened(shown, tuple(map(schemas.passage_out, passages)), no_picture)

    def beside(self, item_id: str) -> Beside:
        """What else was written about what an item is about, and who knows about it.

        Raises:
            NotFoundError: If there is none with this id among those that the viewer may read.
        """
        from ui.beside import look_beside

        return look_beside(self._engine, self.viewer(), item_id)

    def browse(self, browsed: Browsed, k: int, cursor: str | None = None) -> ItemsOut:
        """A part of all items, one after the other.

        Raises:
            SettingError: If the cursor is not one of this list.
        """
        from ui.browsing import browse

        with self._engine.catalog.read(self.viewer()) as reader:
            return browse(reader, browsed, k, cursor)

    def table(self, browsed: Browsed) -> str:
        """All of them as comma-separated values; that they were taken along is noted."""
        from ui.browsing import table

        viewer = self.viewer()
        with self._engine.catalog.read(viewer) as reader:
            made = table(reader, browsed)
        with self._engine.catalog.write() as writer:
            writer.note(viewer.name, "export", detail="items as a table")
        return made

    def page_picture(self, item_id: str, page: int, at: Span | None, quotes: Sequence[Span]) -> bytes:
        """A page of an item's file as a picture, with a passage and sentences of it marked.

        Raises:
            NotFoundError: If there is no such item for whoever asks, or no picture of the page.
            BusyError: If too many are drawn already.
        """
        with self._engine.catalog.read(self.viewer()) as reader:
            cited = cited_page(reader, item_id, page, at, quotes)
        return self._pictures.draw(cited, item_id)

    def communities(self) -> schemas.CommunitiesOut:
        """The communities that the viewer may read."""
        return schemas.CommunitiesOut(communities=self.status().communities)

    def status(self) -> schemas.StatusOut:
        """The state of the library; where it lies on this machine is told to its owner only."""
        viewer = self.viewer()
        with self._engine.catalog.read(viewer) as reader:
            status = self._status(reader, viewer)
        return status if viewer.owner else _without_folders(status)

    def _status(self, reader: Reader, viewer: Viewer) -> schemas.StatusOut:
        status = reader.status()
        return schemas.status_out(
            status, reader.communities(), library=self.settings.library, viewer=viewer.name
        )

    def gaps(self, k: int, cursor: str | None = None) -> GapsOut:
        """What was asked and could not be answered, as far as the viewer may know it."""
        from ui.schemas_gaps import gaps_out

        page = Page.of(["gaps"], k, cursor)
        with self._engine.catalog.read(self.viewer()) as reader:
            found = reader.gaps(page.wanted)
        return gaps_out(page.cut(found), page.after(found))

    def requesting(self) -> Requesting:
        """What puts questions to people, and takes in their replies, for who asks now."""
        from ui.requesting import Requesting

        return Requesting(self._engine, self.settings, self.viewer())

    def membership(self) -> Membership:
        """What decides who may do what, for who asks now."""
        from ui.membership import Membership

        return Membership(self._engine.catalog, self.viewer())

    def wishing(self) -> Wishing:
        """What changes how people want to be named, for who asks now."""
        from ui.wishing import Wishing

        return Wishing(self._engine.catalog, self.viewer())

    def sourcing(self) -> Sourcing:
        """What adds, removes and syncs sources, for who asks now."""
        from ui.sourcing import Sourcing

        return Sourcing(self._engine.catalog, self.viewer(), self._runner)

    def settings_in_force(self) -> schemas.SettingsOut:
        """The settings, without secrets.

        Raises:
            NotAllowedError: If who asks does not own the library.
        """
        from ui.settings_told import settings_out

        self.viewer().check_owner()
        return settings_out(self.settings)

    def contributing(self) -> Contributing:
        """What adds to the library what members write, for who asks now."""
        from ui.contributing import Contributing

        return Contributing(self._engine, self.settings, self.viewer(), self._uploads)

    def feedback(self) -> Feedback:
        """What takes in and tells what helped, for who asks now."""
        from ui.feedback import Feedback

        return Feedback(self._engine, self.settings, self.viewer())

    def overview(self) -> Overview:
        """What the page says before anything is asked; counted once for each state of the library."""
        viewer, generation = self.viewer(), self.generation()
        made_for, overview = self._overviews.get(viewer, (None, None))
        if overview is None or made_for != generation:
            with self._engine.catalog.read(viewer) as reader:
                status = self._status(reader, viewer)
                tags = tuple(tag for tag, _ in reader.tags(_TAGS))
                overview = Overview(status, tags, _examples(reader, status.communities))
            if len(self._overviews) >= _OVERVIEWS:
                self._overviews.clear()
            self._overviews[viewer] = generation, overview
        return overview

    def filters(
        self,
        communities: Collection[str] = (),
        kinds: Iterable[Kind] = (),
        tags: Iterable[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Filters:
        """Make the filters that narrow a search.

        Args:
            communities: Slugs or names, in any case.
            kinds: Kinds of items.
            tags: Tags, in any case.
            since: The first day.
            until: The last day, itself included.

        Raises:
            NotFoundError: If there is no such community among those that the viewer may read.
        """
        return Filters(
            communities=self.slugs(communities),
            kinds=frozenset(kinds),
            tags=frozenset(tag.strip().lower() for tag in tags),
            since=None if since is None else _midnight(since),
            until=None if until is None or until == date.max else _midnight(until + timedelta(days=1)),
        )

    def slugs(self, wanted: Collection[str]) -> frozenset[str]:
        """Slugs of the communities that are named by slug or by name.

        Raises:
            NotFoundError: If there is no such community among those that the viewer may read.
        """
        return resolve_communities(wanted, self._readable()) if wanted else frozenset()

    def names(self) -> dict[str, str]:
        """The names of the communities that the viewer may read, by slug."""
        return {community.slug: community.name for community in self._readable()}

    def _readable(self) -> Sequence[Community]:
        with self._engine.catalog.read(self.viewer()) as reader:
            return reader.communities()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _without_folders(status: schemas.StatusOut) -> schemas.StatusOut:
    sources = [
        source.model_copy(update={"location": Path(source.location).name}) for source in status.sources
    ]
    return status.model_copy(update={"library": Path(status.library).name, "sources": sources})


def _examples(reader: Reader, communities: Iterable[schemas.CommunityOut]) -> tuple[str, ...]:
    """Titles of questions solved lately: the last one of each of the largest communities, then the next."""
    largest = sorted(communities, key=lambda one: -one.items.get(Kind.QUESTION, 0))[:_EXAMPLES]
    ranked = [
        (rank, item)
        for community in largest
        for rank, item in enumerate(_solved(reader, community.slug)[:_EXAMPLES])
    ]
    chosen = sorted(ranked, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(item.title for _, item in chosen))[:_EXAMPLES]


def _solved(reader: Reader, community: str) -> list[Item]:
    """Solved questions among a community's newest ones, the newest first."""
    questions = Filters(communities=frozenset({community}), kinds=frozenset({Kind.QUESTION}))
    newest = reader.passage_ids(questions)[-_RECENT_PASSAGES:].tolist()
    items = reader.items({place.item_id for place in reader.places(newest).values()}).values()
    solved = [item for item in items if item.state is State.SOLVED and item.title.strip()]
    return sorted(solved, key=lambda item: (item.created is not None, item.created, item.id), reverse=True)


_serving: list[Service] = []


def serve_from(service: Service) -> None:
    """Make a service the one that this process's pages show."""
    _serving[:] = [service]


def current() -> Service:
    """The service that this process's pages show."""
    return _serving[0]
