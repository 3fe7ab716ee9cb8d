"""Forums in the format of the Stack Exchange data dumps: a folder with `Posts.xml` and its companions.

The posts are read twice: once for what answers need to know about their questions, once for the items. What
is kept in memory grows with the number of posts, users and comments, not with their length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State
from ingest.formats.html import html_to_markdown
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.files import file_hash, fingerprint
from ingest.sources.people import handle
from ingest.sources.protocol import Unit
from ingest.sources.xmlrows import Row, rows

READER_VERSION = "stackexchange-1"
MAIN_FILE = "posts.xml"
_COMPANIONS = ("users.xml", "comments.xml")
DUMP_FILES = frozenset(
    {MAIN_FILE, *_COMPANIONS, "badges.xml", "posthistory.xml", "postlinks.xml", "tags.xml", "votes.xml"}
)
"""All that a dump brings along, in lower case; most of it is not read."""

_QUESTION, _ANSWER = 1, 2
_OUTDATED = {"outdated", "obsolete", "deprecated", "superseded"}
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Question:
    """What its answers need to know about a question."""

    title: str
    tags: tuple[str, ...]
    accepted: int | None

    @property
    def outdated(self) -> bool:
        """Whether it is tagged as no longer valid."""
        return bool(_OUTDATED & set(self.tags))

    def outdates(self, answer: int) -> bool:
        """Whether an answer is outdated with it; what was written after the accepted answer corrects it."""
        return self.outdated and (self.accepted is None or answer <= self.accepted)


@dataclass(slots=True)
class _Forum:
    """What is gathered before the items are made."""

    questions: dict[int, _Question] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    comments: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))


@dataclass
class StackExchangeSource:
    """A dump folder; it is one unit, because answers, comments and users belong together.

    Attributes:
        name: Name of the source.
        files: The dump's files by their names in lower case; all but `posts.xml` may be missing.
        community: The community that the forum belongs to.
        url: Web address of the forum, for links to its posts; None if it has none.
    """

    name: str
    files: Mapping[str, Path]
    community: Community
    url: str | None = None
    kind: str = field(default="stackexchange", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.location = str(self.files[MAIN_FILE].parent)
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the dump as one unit.

        Raises:
            SourceError: If there is no `Posts.xml` any more.
        """
        posts = str(self._posts)
        if not self._posts.exists():
            raise SourceError(f"{posts}: is not there any more; ingest its new place, or remove the source")
        used = [name for name in (MAIN_FILE, *_COMPANIONS) if name in self.files]
        try:
            hashes = [f"{name}={file_hash(self.files[name], str(self.files[name]))}" for name in used]
        except UnreadableError as error:
            # the unit as a whole is what cannot be read, so that what is stored of it stays
            yield UnreadableError(posts, str(error)) if error.where != posts else error
            return
        digest = fingerprint(READER_VERSION, self.community.slug, self.url or "", *hashes)
        yield Unit("Posts.xml", digest, posts)

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:  # noqa: ARG002 - there is only one unit
        """Read all questions and answers, in the dump's order.

        Raises:
            UnreadableError: If one of its files is not a dump's.
        """
        forum = _Forum()
        for name, gather in zip(_COMPANIONS, (self._gather_user, _gather_comment), strict=True):
            for row in rows(self.files[name]) if name in self.files else ():
                if isinstance(row, Row):
                    gather(row, forum)
                else:
                    yield row
        for row in rows(self._posts):  # errors are reported by the second pass
            if isinstance(row, Row):
                _gather_post(row, forum)
        yield from self._items(forum)

    @property
    def _posts(self) -> Path:
        return self.files[MAIN_FILE]

    def _gather_user(self, row: Row, forum: _Forum) -> None:
        number = row.number("Id")
        if number is None or number <= 0:  # the Community user, a program
            return
        name = one_line(row.values.get("DisplayName", ""), 200) or f"user{number}"
        forum.people[number] = Person(name, frozenset({handle(str(number), self.name), *_email_hash(row)}))

    def _items(self, forum: _Forum) -> Iterator[Item | UnreadableError]:
        seen: set[int] = set()
        for row in rows(self._posts):
            if isinstance(row, UnreadableError):
                yield row
                continue
            number, kind = row.number("Id"), row.number("PostTypeId")
            if kind not in {_QUESTION, _ANSWER}:  # tag descriptions and the site's own notices
                continue
            if number is None or number in seen:
                reason = "has no Id" if number is None else f"has the Id {number} of an earlier post"
                yield UnreadableError(row.where, f"the post {reason}; correct it or export it again")
                continue
            seen.add(number)
            yield (
                self._question(row, number, forum) if kind == _QUESTION else self._answer(row, number, forum)
            )

    def _question(self, row: Row, number: int, forum: _Forum) -> Item | UnreadableError:
        question = forum.questions.get(number)
        if question is None:
            return UnreadableError(row.where, f"question {number} has no title; it was left out")
        solved = question.accepted is not None and forum.parents.get(question.accepted) == number
        state = State.SOLVED if solved else State.OPEN
        item = self._item(row, Kind.QUESTION, question, forum, Role.ASKED)
        return replace(
            item,
            thread=str(number),
            state=State.OUTDATED if question.outdated else state,
            url=self.url and f"{self.url}/q/{number}",
        )

    def _answer(self, row: Row, number: int, forum: _Forum) -> Item | UnreadableError:
        parent = row.number("ParentId")
        question = forum.questions.get(parent) if parent is not None else None
        if question is None:
            return UnreadableError(
                row.where,
                f"answer {number} belongs to question {parent}, which the dump lacks; it was left out",
            )
        accepted = question.accepted == number
        item = self._item(row, Kind.ANSWER, question, forum, Role.ACCEPTED if accepted else Role.ANSWERED)
        if not item.text:
            return UnreadableError(row.where, f"answer {number} has no text; it was left out")
        return replace(
            item,
            thread=str(parent),
            accepted=accepted,
            state=State.OUTDATED if question.outdates(number) else None,
            url=self.url and f"{self.url}/a/{number}",
        )

    def _item(self, row: Row, kind: Kind, question: _Question, forum: _Forum, role: Role) -> Item:
        return Item(
            source=self.name,
            key=row.values["Id"].strip(),
            kind=kind,
            title=question.title,
            text=html_to_markdown(row.values.get("Body", "")),
            community=self.community.slug,
            created=moment(row.values.get("CreationDate")),
            updated=moment(row.values.get("LastEditDate")),
            tags=question.tags,
            votes=row.number("Score"),
            contributions=tuple(self._contributions(row, role, forum)),
        )

    def _contributions(self, row: Row, role: Role, forum: _Forum) -> Iterator[Contribution]:
        owner, editor = row.number("OwnerUserId"), row.number("LastEditorUserId")
        yield from self._contribution(owner, role, moment(row.values.get("CreationDate")), forum)
        if editor != owner:
            yield from self._contribution(editor, Role.EDITED, moment(row.values.get("LastEditDate")), forum)
        for user, at in sorted(forum.comments.get(row.number("Id") or 0, {}).items()):
            yield from self._contribution(user, Role.COMMENTED, moment(at), forum)

    def _contribution(
        self, user: int | None, role: Role, at: datetime | None, forum: _Forum
    ) -> Iterator[Contribution]:
        if user is None or user <= 0:  # deleted users, and the Community user
            return
        unlisted = Person(f"user{user}", frozenset({handle(str(user), self.name)}))
        yield Contribution(forum.people.get(user, unlisted), role, at)


def _gather_post(row: Row, forum: _Forum) -> None:
    number, kind = row.number("Id"), row.number("PostTypeId")
    if number is None:
        return
    if kind == _QUESTION:
        # Older dumps write tags as <one><two>, newer ones as |one|two|.
        tags = {one_line(tag).lower() for tag in re.findall(r"[^<>|]+", row.values.get("Tags", ""))}
        if title := one_line(row.values.get("Title", "")):
            question = _Question(title, tuple(sorted(tags - {""})), row.number("AcceptedAnswerId"))
            forum.questions.setdefault(number, question)
    elif kind == _ANSWER:
        forum.parents.setdefault(number, row.number("ParentId") or 0)


def _gather_comment(row: Row, forum: _Forum) -> None:
    post, user = row.number("PostId"), row.number("UserId")
    if post is not None and user is not None:
        latest = forum.comments[post]
        # dates of a dump are ISO 8601 in one form, so their order as text is their order in time
        latest[user] = max(latest.get(user, ""), row.values.get("CreationDate", ""))


def _email_hash(row: Row) -> set[Identity]:
    value = row.values.get("EmailHash", "").strip().lower()
    return {Identity(IdentityKind.EMAIL_MD5, "", value)} if _MD5.fullmatch(value) else set()
