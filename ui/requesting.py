"""From a question to a person and back: what every face calls to put a question to people.

A request is stored before anything is sent. A reply is content as soon as this returns: the next question
finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from catalog.errors import SettingError
from catalog.nouns import Filters, Item, Person, RequestState, Span, Viewer
from catalog.reader import Reader
from catalog.requests import Addressee, Letter, NewRequest, Opened, Request
from catalog.scopes import searched
from catalog.settings import Settings
from ingest.passages import split
from search.embed import embed_passages
from search.engine import Engine
from search.results import Hit
from search.routing import MOST, Routed, hides
from ui.delivery import Channel, Message, UndeliveredError, open_channels
from ui.paging import Page
from ui.schemas_requests import (
    ExposureOut,
    ReplyTakenOut,
    RequestMadeOut,
    RequestOut,
    RequestShownOut,
    RequestsOut,
    RequestStatsOut,
    exposure_out,
    request_out,
    request_shown_out,
    requests_out,
    stats_out,
)
from ui.write_up import link, write_up

SAME = 0.9
"""Cosine of two questions from which they are taken for the same."""

_OPEN_LOOKED_AT = 500  # open requests with which a new one is compared
_ALL = 1_000_000
_NAMED = "You were named by whoever asks"


class Requesting:
    """Requests of one viewer; get one from `ui.service.Service.requesting`.

    Args:
        engine: The opened library.
        settings: The settings in force.
        viewer: Who asks, answers or looks.
    """

    def __init__(self, engine: Engine, settings: Settings, viewer: Viewer) -> None:
        self._engine = engine
        self._catalog = engine.catalog
        self._settings = settings
        self._viewer = viewer

    # --- asking ---

    def ask(
        self,
        question: str,
        communities: frozenset[str] = frozenset(),
        to: Sequence[str] = (),
        community: str | None = None,
    ) -> RequestMadeOut:
        """Put a question to people, or join the open request that asks the same.

        Args:
            question: What is asked.
            communities: Slugs of the communities to which it is narrowed; who is asked may read all of them.
            to: Names or numbers of people to ask; chosen by evidence, availability and load if empty.
            community: Slug of the one to which replies belong; chosen if None.

        Raises:
            QuestionError: If there is nothing to ask.
            NotFoundError: If there is no such person.
            SettingError: If somebody named cannot be asked, or too much was asked today.
        """
        way = self._engine.whom_to_ask(self._viewer, question, Filters(communities=communities))
        scope = searched(self._viewer, communities)
        with self._catalog.read(self._viewer) as reader:
            people = self._named(reader, to, way.people, question, scope) if to else _addressees(way.people)
            place = _place(reader, scope, community, way.found)
            joined = None if to else self._same(reader, question, scope)
        new = NewRequest(
            question,
            tuple(sorted(communities)),
            place,
            tuple(hit.item.id for hit in way.found),
            tuple(people),
            tuple(one.number for one in way.people),
        )
        with self._catalog.write_requests(self._viewer) as writer:
            opened = (
                writer.open(new, self._settings.requests_a_day) if joined is None else writer.join(joined)
            )
        return self._made(opened, () if communities else self._private(scope))

    def send(self, number: int, to: Sequence[str] = ()) -> RequestMadeOut:
        """Send a request to those who have it not yet, and to further people.

        Raises:
            NotFoundError: If there is no such request, or no such person.
            NotAllowedError: If it is somebody else's.
            SettingError: If somebody cannot be asked.
        """
        if to:
            with self._catalog.read(self._viewer) as reader:
                request = reader.request(str(number))
                scope = frozenset(request.communities)
                people = self._named(reader, to, (), request.question, scope)
            with self._catalog.write_requests(self._viewer) as writer:
                writer.add_people(number, people)
        return self._made(Opened(number, joined=False))

    def draft(self, key: str) -> str:
        """The write-up of a request for a place that everybody reads, such as a forum, as Markdown.

        Raises:
            NotFoundError: If there is no such request.
        """
        request, found, names = self._told(key)
        return write_up(request, found, names, public_url=self._settings.public_url)

    # --- answering and deciding ---

    def answer(self, key: str, text: str, person: str = "") -> ReplyTakenOut:
        """Take in a reply: it is content that the next question finds and cites.

        Args:
            key: The request's number, or the token of the link that somebody got.
            text: The reply, as Markdown.
            person: Name or number of who answers; only for the owner.

        Raises:
            NotFoundError: If there is no such request, or no such person.
            NotAllowedError: If nobody knows who answers.
            SettingError: If there is no text, or the request is closed.
        """
        encoder = self._engine.encoder()
        limit = self._settings.passage_tokens

        def split_item(item: Item) -> Sequence[Span]:
            return split(item, (), count_tokens=encoder.count_tokens, limit=limit)

        number = self._number(person)
        with self._catalog.write_requests(self._viewer) as writer:
            request, item_id = writer.answer(key, text, split_item, f"{limit} tokens", number)
        with self._catalog.read(self._catalog.owner()) as reader:
            thread = reader.threads([item_id.rpartition("-reply-")[0]])
            items = [item.id for posts in thread.values() for item in posts]
            passages = [one.id for item in items for one in reader.passages_of(item)]
        embed_passages(self._catalog, encoder, passages)
        return ReplyTakenOut(request=self._out(str(request)), item_id=item_id)

    def accept(self, key: str, reply: int) -> RequestShownOut:
        """Say which reply solved it; only for who asked and the owner.

        Raises:
            NotFoundError: If there is no such request, or no such reply.
            NotAllowedError: If the request is somebody else's.
        """
        with self._catalog.write_requests(self._viewer) as writer:
            number = writer.accept(key, reply)
        return self.show(str(number))

    def decline(self, key: str, person: str = "") -> RequestShownOut:
        """Say that somebody who was asked will not answer.

        Raises:
            NotFoundError: If there is no such request, or no such person.
            NotAllowedError: If nobody knows who declines.
            SettingError: If they were not asked.
        """
        chosen = self._number(person)
        with self._catalog.write_requests(self._viewer) as writer:
            number = writer.decline(key, chosen)
        return self.show(str(number))

    def close(self, key: str) -> RequestShownOut:
        """Close a request, so that nobody replies any more; only for who asked and the owner.

        Raises:
            NotFoundError: If there is no such request.
            NotAllowedError: If it is somebody else's.
        """
        with self._catalog.write_requests(self._viewer) as writer:
            number = writer.close(key)
        return self.show(str(number))

    # --- looking ---

    def listed(
        self, k: int = 50, state: RequestState | None = None, cursor: str | None = None
    ) -> RequestsOut:
        """The requests that the viewer may see, the latest first."""
        page = Page.of(["requests", state], k, cursor)
        with self._catalog.read(self._viewer) as reader:
            found = reader.requests(k + 1, state, before=page.start or None)
        shown = found[:k]
        # New requests come to the front all the time, so a page begins behind a number, not after a count.
        return requests_out(shown, page.at((shown[-1].id,)) if len(found) > k else None)

    def show(self, key: str) -> RequestShownOut:
        """One request, by its number or the token of a link.

        Raises:
            NotFoundError: If there is none that the viewer may see.
        """
        with self._catalog.read(self._viewer) as reader:
            return request_shown_out(reader.request(key))

    def exposure(self) -> ExposureOut:
        """How requests are spread over people; only for the owner."""
        with self._catalog.read(self._viewer) as reader:
            return exposure_out(reader.exposure())

    def stats(self) -> RequestStatsOut:
        """How the requests that the viewer may see fare."""
        with self._catalog.read(self._viewer) as reader:
            return stats_out(reader.requests(_ALL))

    # --- parts ---

    def _number(self, person: str) -> int | None:
        if not person:
            return None
        with self._catalog.read(self._viewer) as reader:
            return reader.person(person).person.id

    def _named(
        self,
        reader: Reader,
        to: Sequence[str],
        fitting: Sequence[Routed],
        question: str,
        scope: frozenset[str],
    ) -> list[Addressee]:
        """The people whom the asker names, if they can be asked."""
        why = {one.number: one.expert.summary for one in fitting}
        people = [reader.person(who).person for who in to]
        candidates = reader.candidates(people, scope, datetime.now(UTC))
        for person in people:
            candidate = candidates.get(person.id)
            _check_askable(person, question)
            if candidate is None or not candidate.reads_all:
                listed = ", ".join(sorted(scope))
                raise SettingError(
                    f"{person.name} cannot read all of {listed}: use --community for what they can"
                )
        return [Addressee(person.id, why.get(person.id, _NAMED)) for person in people]

    def _same(self, reader: Reader, question: str, scope: frozenset[str]) -> int | None:
        """The open request that asks the same, within the same communities or some of them."""
        open_ones = [
            one
            for one in reader.requests(_OPEN_LOOKED_AT, RequestState.OPEN)
            if scope.issuperset(one.communities)
        ]
        alike = self._engine.alike([one.question for one in open_ones], question)
        best = max(zip(alike, open_ones, strict=True), key=lambda pair: pair[0], default=None)
        return best[1].id if best and best[0] >= SAME else None

    def _private(self, scope: frozenset[str]) -> list[str]:
        """That a question which was not narrowed down stays among few."""
        with self._catalog.read(self._viewer) as reader:
            private = [one.name for one in reader.communities() if one.private and one.slug in scope]
        if not private:
            return []
        return [
            f"It was asked in all that you may read, {', '.join(private)} included, so only their readers "
            "are asked and see the reply; --community asks in the communities that you name."
        ]

    def _made(self, opened: Opened, notes: Sequence[str] = ()) -> RequestMadeOut:
        notes = [*notes, *([] if opened.joined else self._deliver(opened.number))]
        request = self._out(str(opened.number))
        if not request.people:
            notes.append(
                "Nobody could be asked who has written about it and may read "
                f"{', '.join(request.communities)}: it stands open for all who can. Name somebody with --to, "
                "or narrow it down with --community."
            )
        address = link(self._settings.public_url, opened.token or str(opened.number))
        return RequestMadeOut(
            request=request, joined=opened.joined, token=opened.token, link=address, notes=notes
        )

    def _deliver(self, number: int) -> list[str]:
        """Send a request to all who have it not yet; gives what went wrong, in words."""
        channels = open_channels(self._settings)
        if not channels:
            return []
        with self._catalog.write_requests(self._viewer) as writer:
            letters = writer.letters(number)
        request, found, names = self._told(str(number))
        notes = []
        for letter in letters:
            message = self._message(request, letter, found, names)
            how, troubles = _send(channels, message)
            with self._catalog.write_requests(self._viewer) as writer:
                writer.note_sent(number, letter.number, how, "; ".join(troubles))
            if not how:
                notes.append(
                    f"It was not sent to {letter.name}: {'; '.join(troubles)}. "
                    f"It is kept; `copse requests send {number}` tries again."
                )
        return notes

    def _message(
        self, request: Request, letter: Letter, found: Sequence[Item], names: dict[str, str]
    ) -> Message:
        url = self._settings.public_url
        return Message(
            request.id,
            request.question,
            letter.name,
            letter.address,
            write_up(request, found, names, why=letter.why, key=letter.token, public_url=url),
            write_up(request, found, names, public_url=url),
            link(url, str(request.id)),
        )

    def _told(self, key: str) -> tuple[Request, list[Item], dict[str, str]]:
        """A request, the items that were found for it and are there, and the names of communities."""
        with self._catalog.read(self._viewer) as reader:
            request = reader.request(key)
            items = reader.items(request.found)
            names = {community.slug: community.name for community in reader.communities()}
        return request, [items[one] for one in request.found if one in items], names

    def _out(self, key: str) -> RequestOut:
        with self._catalog.read(self._viewer) as reader:
            return request_out(reader.request(key))


def _addressees(people: Sequence[Routed]) -> list[Addressee]:
    return [Addressee(one.number, one.expert.summary) for one in people[:MOST]]


def _check_askable(person: Person, question: str) -> None:
    troubles = (
        (person.bot, "is a program"),
        (person.departed, "has left"),
        (not person.suggestible, "does not want to be asked"),
        (hides(person, question), "does not want to be asked about this"),
    )
    for holds, trouble in troubles:
        if holds:
            raise SettingError(f"{person.name} {trouble}; `copse requests ask` without --to chooses others")


def _place(reader: Reader, scope: frozenset[str], wanted: str | None, found: Sequence[Hit]) -> str:
    """The community to which replies belong.

    Where a private one was searched, it is a private one, because the question may betray it; else the one in
    which the nearest was found.
    """
    known = [one for one in reader.communities() if one.slug in scope]
    if wanted is not None and wanted not in scope:
        raise SettingError(f"--in {wanted}: it is none of the communities in which this is asked")
    if wanted is not None:
        return wanted
    fitting = [one.slug for one in known if one.private] or [one.slug for one in known]
    nearest = (hit.item.community for hit in found if hit.item.community in fitting)
    return next(nearest, fitting[0] if fitting else "")


def _send(channels: Sequence[Channel], message: Message) -> tuple[str, list[str]]:
    """Send a message by every channel; gives by which it went, and what went wrong."""
    went, troubles = [], []
    for channel in channels:
        try:
            channel.send(message)
            went.append(channel.name)
        except UndeliveredError as error:
            troubles.append(str(error))
    return ", ".join(went), troubles
