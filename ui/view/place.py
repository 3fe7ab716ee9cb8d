"""The page's address as a value: which page, of whom or what, what was asked, and which item lies open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from catalog.nouns import Kind, Order, State

LONGEST_QUESTION = 2000  # characters
_LONGEST_EARLIER = 500  # characters of an earlier question; an address cannot be of any length
_MOST_EARLIER = 6
_LONGEST_CURSOR = 1000
_LONGEST_NAME = 200  # characters of a person's name
_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")

Span = tuple[int, int]


class Page(StrEnum):
    """The pages there are."""

    ASK = "ask"
    PRACTICES = "practices"
    PEOPLE = "people"
    TOPICS = "topics"
    COMMUNITY = "community"
    CONTRIBUTE = "contribute"
    REQUESTS = "requests"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is on the page. What cannot be understood in an address counts as not given.

    Attributes:
        page: Which page it is.
        person: Number or name of the person who is shown.
        topic: The topic that is shown, or whose people are.
        name: What the names of the people contain who are looked for.
        request: Number or token of the request that is shown.
        question: What is asked.
        before: What was asked before in the same conversation, oldest first.
        communities: Slugs of communities to look in.
        kinds: Kinds of items to look for.
        tags: Tags to look for.
        since: First day.
        until: Last day, itself included.
        title: Words of the titles of practices that are looked for.
        state: State of the practices that are listed.
        order: Which practices come first.
        cursor: Where the part of a list begins that is shown.
        edit: Id of the item that is being changed.
        item: Id of the item that lies open.
        at: The passage that is shown in it, as characters of its text.
        quotes: The sentences that are marked in the passage.
    """

    page: Page = Page.ASK
    person: str = ""
    topic: str = ""
    name: str = ""
    request: str = ""
    question: str = ""
    before: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    tags: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    title: str = ""
    state: State | None = None
    order: Order = Order.NEWEST
    cursor: str = ""
    edit: str = ""
    item: str = ""
    at: Span | None = None
    quotes: tuple[Span, ...] = ()

    @classmethod
    def read(cls, params: Mapping[str, Sequence[str]]) -> Place:
        """Read it from the parameters of an address."""

        def last(name: str) -> str:
            return (params.get(name) or ("",))[-1]

        question = _line(last("q"), LONGEST_QUESTION)
        earlier = [_line(one, _LONGEST_EARLIER) for one in params.get("before", ())] if question else []
        person = _line(last("person"), _LONGEST_NAME)
        topic = _line(last("topic"), LONGEST_QUESTION)
        request = _line(last("request"), _LONGEST_NAME)
        return cls(
            page=_page(last("page"), person, topic, request),
            person=person,
            topic=topic,
            name=_line(last("name"), _LONGEST_NAME),
            request=request,
            question=question,
            before=tuple(filter(None, earlier))[-_MOST_EARLIER:],
            communities=tuple(params.get("community", ())),
            kinds=tuple(Kind(kind) for kind in params.get("kind", ()) if kind in set(Kind)),
            tags=tuple(params.get("tag", ())),
            since=_day(last("since")),
            until=_day(last("until")),
            title=_line(last("title"), _LONGEST_NAME),
            state=State(last("state")) if last("state") in set(State) else None,
            order=Order(last("order")) if last("order") in set(Order) else Order.NEWEST,
            cursor=last("cursor")[:_LONGEST_CURSOR],
            edit=last("edit"),
            item=last("item"),
            at=next(iter(_spans(last("at"))), None),
            quotes=tuple(_spans(last("quote"))),
        )

    def params(self) -> dict[str, list[str]]:
        """Its parameters; those that say nothing are left out."""
        every = {
            "page": ["" if self.page is Page.ASK else self.page.value],
            "person": [self.person],
            "topic": [self.topic],
            "name": [self.name],
            "request": [self.request],
            "before": list(self.before),
            "q": [self.question],
            "community": list(self.communities),
            "kind": [kind.value for kind in self.kinds],
            "tag": list(self.tags),
            "since": [self.since.isoformat() if self.since else ""],
            "until": [self.until.isoformat() if self.until else ""],
            "title": [self.title],
            "state": [self.state.value if self.state else ""],
            "order": ["" if self.order is Order.NEWEST else self.order.value],
            "cursor": [self.cursor],
            "edit": [self.edit],
            "item": [self.item],
            "at": [_written([self.at] if self.at else [])],
            "quote": [_written(self.quotes)],
        }
        return {name: values for name, values in every.items() if any(values)}

    @property
    def href(self) -> str:
        """Its address, relative to the page."""
        return "?" + urlencode(self.params(), doseq=True)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the question narrows the search."""
        return bool(self.communities or self.kinds or self.tags or self.since or self.until)

    @property
    def home(self) -> Place:
        """The same page with nothing chosen."""
        return Place(self.page)

    def about(self, topic: str) -> Place:
        """The same page about a topic, within the same bounds."""
        return replace(self.closed(), topic=topic, person="", name="")

    def asking(self, question: str) -> Place:
        """A new conversation at the same place, and nothing open."""
        return replace(self.closed(), question=question, before=())

    def following(self, question: str = "") -> Place:
        """The same conversation with a further question, and nothing open."""
        earlier = [*self.before, _line(self.question, _LONGEST_EARLIER)]
        return replace(self.closed(), question=question, before=tuple(earlier[-_MOST_EARLIER:]))

    @property
    def earlier(self) -> tuple[Place, ...]:
        """The places that the conversation came by, oldest first."""
        return tuple(
            replace(self.closed(), question=question, before=self.before[:at])
            for at, question in enumerate(self.before)
        )

    def opening(self, item: str, at: Span | None = None, quotes: Iterable[Span] = ()) -> Place:
        """The same place with an item open."""
        return replace(self, item=item, at=at, quotes=tuple(quotes))

    def closed(self) -> Place:
        """The same place with nothing open."""
        return replace(self, item="", at=None, quotes=())


def profile_of(person_id: int) -> Place:
    """Where somebody's profile is."""
    return Place(Page.PEOPLE, person=str(person_id))


def topic_of(topic: str) -> Place:
    """Where a topic is seen from above."""
    return Place(Page.TOPICS, topic=topic)


def _page(named: str, person: str, topic: str, request: str) -> Page:
    """The page that is named, else the one that shows what is."""
    if named in set(Page):
        return Page(named)
    if person:
        return Page.PEOPLE
    if topic:
        return Page.TOPICS
    return Page.REQUESTS if request else Page.ASK


def _line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _spans(text: str) -> Iterable[Span]:
    found = [_SPAN.fullmatch(part) for part in text.split(".")]
    spans = [(int(one[1]), int(one[2])) for one in found if one]
    return (span for span in spans if span[0] < span[1])


def _written(spans: Iterable[Span]) -> str:
    return ".".join(f"{start}-{end}" for start, end in spans)
