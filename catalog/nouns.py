"""The nouns of Copse: what passes between its stages.

Everything here is a frozen value. Times are aware datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from catalog.errors import NotAllowedError


class Kind(StrEnum):
    """What an item is to its community."""

    QUESTION = "question"
    ANSWER = "answer"
    POST = "post"
    DOCUMENT = "document"
    LESSON = "lesson"


class State(StrEnum):
    """How far a question has come, or whether a practice still holds."""

    OPEN = "open"
    SOLVED = "solved"
    OUTDATED = "outdated"


class Order(StrEnum):
    """What comes first where items are listed."""

    NEWEST = "newest"
    USEFUL = "useful"  # by votes


class RequestState(StrEnum):
    """How far a question that was put to people has come."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Role(StrEnum):
    """What a person did to an item."""

    ASKED = "asked"
    ANSWERED = "answered"
    ACCEPTED = "answered-and-accepted"
    AUTHORED = "authored"
    EDITED = "edited"
    COMMENTED = "commented"
    SPOKE = "spoke"


class Standing(StrEnum):
    """What a member may do, in a community or in the whole library: each also what those before it may."""

    READER = "reader"
    CONTRIBUTOR = "contributor"  # writes posts and lessons, uploads documents, says what helped
    STEWARD = "steward"  # decides about sources, members and wishes
    OWNER = "owner"  # everything, everywhere

    def includes(self, other: Standing) -> bool:
        """Whether who has this one may do all that who has the other one may."""
        order = list(Standing)
        return order.index(self) >= order.index(other)


class Scope(StrEnum):
    """What a token opens of what its owner may do; each also opens what those before it open."""

    READ = "read"
    WRITE = "write"  # contributions, feedback, requests
    ADMIN = "admin"  # sources, members, wishes


class LinkKind(StrEnum):
    """How one item points to another."""

    DUPLICATE = "duplicate"  # asks what the other one has asked before
    RELATED = "related"
    MENTION = "mention"  # names the other one in its text


class IdentityKind(StrEnum):
    """How a source names a person."""

    EMAIL = "email"
    EMAIL_MD5 = "email-md5"  # forum dumps publish the hash of an address, not the address
    HANDLE = "handle"


@dataclass(frozen=True, slots=True)
class Community:
    """A group who share a craft, and who may read what they write.

    Attributes:
        slug: The community's short name, unique in the library.
        name: The name shown to people.
        private: Whether only `readers` may read it.
        readers: E-mail addresses or names of those who may read a private community.
    """

    slug: str
    name: str
    private: bool = False
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what they may do in which communities, named by their slugs.

    There is no viewer that sees everything by default: `ui.access.gate.admit` makes one from credentials and
    the communities that exist at that moment.

    Attributes:
        name: The e-mail address of whoever signed in, or "owner" or "guest"; it opens nothing by itself.
        communities: Those that they may read.
        contributes: Those in which they may write.
        stewards: Those whose sources, members and wishes they decide about.
        owner: Whether they may do everything.
        scope: What their token opens of that; everything where there is none.
    """

    name: str
    communities: frozenset[str]
    contributes: frozenset[str] = frozenset()
    stewards: frozenset[str] = frozenset()
    owner: bool = False
    scope: Scope = Scope.ADMIN

    def check_writes(self) -> None:
        """See to it that they did not come with a token that only reads.

        Raises:
            NotAllowedError: If they did.
        """
        if self.scope is Scope.READ:
            raise NotAllowedError(
                "this token only reads; `copse tokens add --scope write` makes one that writes"
            )

    def check_contributes(self, community: str) -> None:
        """See to it that they may write in a community.

        Raises:
            NotAllowedError: If they may not.
        """
        if not self.owner and community not in self.contributes:
            raise NotAllowedError(
                f"{community}: you may not write there; ask a steward of it to make you a contributor"
            )

    def check_stewards(self, community: str) -> None:
        """See to it that they may decide about a community.

        Raises:
            NotAllowedError: If they may not.
        """
        if not self.owner and community not in self.stewards:
            raise NotAllowedError(
                f"{community}: only its stewards and the owner of the library decide about it"
            )

    def check_owner(self) -> None:
        """See to it that they own the library.

        Raises:
            NotAllowedError: If they do not.
        """
        if not self.owner:
            raise NotAllowedError("only the owner of the library may do this; ask them")


@dataclass(frozen=True, slots=True)
class Identity:
    """One way in which a source names a person.

    Attributes:
        kind: E-mail, hash of an e-mail, or handle.
        scope: The source within which a handle is unique; empty for e-mail, which is unique everywhere.
        value: The address, its MD5 (hex, lower case) or the handle.
    """

    kind: IdentityKind
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who contributed.

    Attributes:
        name: The display name.
        identities: How the source named them; empty on people read from the catalog, because
            addresses are never shown.
        id: The catalog's number of the person; 0 before they are stored.
        bot: Whether it is a program that posts, which is nobody to ask.
        suggestible: Whether they may be named as somebody to ask: no bot, has not opted out, and does
            not pause; known only of people read from the catalog.
        hidden_topics: Topics, in lower case, for which they do not want to be named; likewise.
        anonymous: Whether they want to be shown without their name. On content that is read from the
            catalog, `name` is then a neutral one, and `id` a negative number that tells people apart
            within one reading and means nothing outside of it.
        departed: Whether they have left the community: shown as past, and never asked.
    """

    name: str
    identities: frozenset[Identity] = frozenset()
    id: int = 0
    bot: bool = False
    suggestible: bool = True
    hidden_topics: frozenset[str] = frozenset()
    anonymous: bool = False
    departed: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one person did to an item, and when.

    Attributes:
        person: Who.
        role: What they did.
        at: When, if the source says so.
        disputed: Whether it is no evidence of what they know, because they or a steward have said so.
    """

    person: Person
    role: Role
    at: datetime | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer from one item to another of the same source.

    Attributes:
        kind: What it says.
        key: The other item's key; it need not be there (yet).
    """

    kind: LinkKind
    key: str


@dataclass(frozen=True, slots=True)
class Votes:
    """What readers thought of an item on one day.

    Attributes:
        day: Midnight, UTC.
        value: Up-votes minus down-votes (likes, reactions of thanks) of that day.
    """

    day: datetime
    value: int


@dataclass(frozen=True, slots=True)
class Item:
    """A question, answer, post, document or lesson.

    Attributes:
        source: Name of the source that the item comes from.
        key: The source's own identifier of the item (a post's number, a file's path).
        kind: What the item is.
        title: Its title; an answer carries the title of its question.
        text: The body as Markdown.
        community: Slug of the community that it belongs to.
        url: Web address of the original, if it has one.
        created: When it was written, if the source says so.
        updated: When it was last changed, if the source says so.
        tags: Topics given by its authors, lower case, sorted.
        thread: Key of the item that opened the thread; its own key where there is none.
        votes: Up-votes minus down-votes; None where the source has no votes.
        state: Open, solved or outdated; None where that says nothing about the item.
        accepted: Whether it is the accepted answer of its thread.
        solution: Character span of `text` that says what to do (a lesson's recommendation).
        contributions: Who did what to it.
        links: What it points to, within its source.
        voted: Its votes day by day, where the source dates them; not read back with the item, but by
            `Reader.votes`.
    """

    source: str
    key: str
    kind: Kind
    title: str
    text: str
    community: str
    url: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    thread: str = ""
    votes: int | None = None
    state: State | None = None
    accepted: bool = False
    solution: tuple[int, int] | None = None
    contributions: tuple[Contribution, ...] = ()
    links: tuple[Link, ...] = ()
    voted: tuple[Votes, ...] = ()

    @property
    def id(self) -> str:
        """The stable identifier: the source and the source's own key."""
        return f"{self.source}:{self.key}"

    @property
    def thread_id(self) -> str:
        """Identifier of the item that opened the thread."""
        return f"{self.source}:{self.thread or self.key}"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an item's text, before it is stored as a passage.

    Attributes:
        start: First character in the item's text.
        end: One past the last character.
        heading: Headings above it, outermost first.
        page: Page number, counted from 1; None for text without pages.
        seconds: When it begins, in a recording; None for text that was not spoken.
    """

    start: int
    end: int
    heading: tuple[str, ...] = ()
    page: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an item that can be cited; `text` is exactly `item.text[start:end]`."""

    id: int
    item_id: str
    ordinal: int
    start: int
    end: int
    heading: tuple[str, ...]
    page: int | None
    text: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the asker narrows the search to. Empty means everything the viewer may read.

    Attributes:
        communities: Slugs; any of them.
        kinds: Kinds; any of them.
        tags: Tags; any of them.
        since: Only items created at or after this time.
        until: Only items created before this time.
    """

    communities: frozenset[str] = field(default_factory=frozenset)
    kinds: frozenset[Kind] = field(default_factory=frozenset)
    tags: frozenset[str] = field(default_factory=frozenset)
    since: datetime | None = None
    until: datetime | None = None

    def admits(self, item: Item) -> bool:
        """Whether an item passes all of them."""
        return (
            (not self.communities or item.community in self.communities)
            and (not self.kinds or item.kind in self.kinds)
            and (not self.tags or not self.tags.isdisjoint(item.tags))
            and self.spans(item.created)
        )

    def spans(self, at: datetime | None) -> bool:
        """Whether a time lies between `since` and `until`; an unknown time does only if neither is given."""
        if at is None:
            return self.since is None and self.until is None
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)
