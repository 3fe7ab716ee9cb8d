"""Questions and answers of a Stack Exchange dump as items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO

from catalog.errors import UnreadableError
from catalog.nouns import Contribution, Item, Kind, Role, State
from ingest.formats.fragments import html_to_markdown
from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.shared.states import OUTDATED_TAGS
from ingest.sources.stackexchange.parts import Comment, Parts
from ingest.sources.stackexchange.rows import Row

_QUESTION, _ANSWER = 1, 2


@dataclass(frozen=True, slots=True)
class _Question:
    """What its answers need to know about a question."""

    title: str
    tags: tuple[str, ...]
    accepted: int | None

    @property
    def outdated(self) -> bool:
        """Whether it is tagged as no longer valid."""
        return bool(OUTDATED_TAGS & set(self.tags))

    def outdates(self, answer: int) -> bool:
        """Whether an answer is outdated with it; what was written after the accepted answer corrects it."""
        return self.outdated and (self.accepted is None or answer <= self.accepted)


@dataclass
class Forum:
    """Makes items of the posts, once everything they depend on has been gathered.

    Attributes:
        source: Name of the source.
        community: Slug of the community.
        url: Web address of the forum; None if it has none.
        parts: What stands beside the posts.
        comments: The opened file of the comments; None if the dump has none.
    """

    source: str
    community: str
    url: str | None = None
    parts: Parts = field(default_factory=Parts)
    comments: BinaryIO | None = None
    _questions: dict[int, _Question] = field(default_factory=dict)
    _parents: dict[int, int] = field(default_factory=dict)
    _made: set[int] = field(default_factory=set)

    def gather(self, row: Row) -> None:
        """Note what other posts need to know about a post, and who worked on it."""
        number, kind = row.number("Id"), row.number("PostTypeId")
        if number is None or kind not in {_QUESTION, _ANSWER}:
            return
        self.parts.wanted |= {row.number("OwnerUserId") or 0, row.number("LastEditorUserId") or 0}
        if kind == _ANSWER:
            self._parents.setdefault(number, row.number("ParentId") or 0)
        elif title := one_line(row.values.get("Title", "")):
            question = _Question(title, _tags(row), row.number("AcceptedAnswerId"))
            self._questions.setdefault(number, question)

    def item(self, row: Row) -> Item | UnreadableError | None:
        """Make an item of a post; None for what is neither a question nor an answer (a tag's description)."""
        number, kind = row.number("Id"), row.number("PostTypeId")
        if kind not in {_QUESTION, _ANSWER}:
            return None
        if number is None or number in self._made:
            reason = "has no Id" if number is None else f"has the Id {number} of an earlier post"
            return UnreadableError(row.where, f"the post {reason}; correct it or export it again")
        self._made.add(number)
        return self._question(row, number) if kind == _QUESTION else self._answer(row, number)

    def _question(self, row: Row, number: int) -> Item | UnreadableError:
        question = self._questions.get(number)
        if question is None:
            return UnreadableError(row.where, f"question {number} has no title; it was left out")
        solved = question.accepted is not None and self._parents.get(question.accepted) == number
        unsolved = None if row.values.get("ClosedDate") else State.OPEN  # nobody can answer what is closed
        body = html_to_markdown(row.values.get("Body", ""))
        item = self._item(row, number, Kind.QUESTION, question, Role.ASKED, body)
        return replace(
            item,
            thread=str(number),
            state=State.OUTDATED if question.outdated else State.SOLVED if solved else unsolved,
            url=self.url and f"{self.url}/q/{number}",
        )

    def _answer(self, row: Row, number: int) -> Item | UnreadableError:
        parent = row.number("ParentId")
        question = self._questions.get(parent) if parent is not None else None
        if question is None:
            return UnreadableError(
                row.where,
                f"answer {number} belongs to question {parent}, which the dump lacks; it was left out",
            )
        body = html_to_markdown(row.values.get("Body", ""))
        if not body:
            return UnreadableError(row.where, f"answer {number} has no text; it was left out")
        accepted = question.accepted == number
        role = Role.ACCEPTED if accepted else Role.ANSWERED
        item = self._item(row, number, Kind.ANSWER, question, role, body)
        return replace(
            item,
            thread=str(parent),
            accepted=accepted,
            solution=(0, len(body)) if accepted and len(body) < len(item.text) else None,
            state=State.OUTDATED if question.outdates(number) else None,
            url=self.url and f"{self.url}/a/{number}",
        )

    def _item(self, row: Row, number: int, kind: Kind, question: _Question, role: Role, body: str) -> Item:
        comments = self.parts.comments(number, self.comments)
        return Item(
            source=self.source,
            key=str(number),
            kind=kind,
            title=question.title,
            text=self._with_comments(body, comments),
            community=self.community,
            created=moment(row.values.get("CreationDate")),
            updated=moment(row.values.get("LastEditDate")),
            tags=question.tags,
            votes=row.number("Score"),
            contributions=tuple(self._contributions(row, number, role, comments)),
            links=self.parts.links(number),
            voted=self.parts.votes(number),
        )

    def _with_comments(self, body: str, comments: list[Comment]) -> str:
        lines = [self._line(comment) for comment in comments if comment.text]
        return "\n\n".join(filter(None, [body, "## Comments" if lines else "", "\n".join(lines)]))

    def _line(self, comment: Comment) -> str:
        person = self.parts.people.get(comment.user or 0)
        day = f"({comment.at:%Y-%m-%d})" if comment.at else ""
        return f"- {' '.join(filter(None, [person.name if person else '', day]))}: {comment.text}"

    def _contributions(
        self, row: Row, number: int, role: Role, comments: list[Comment]
    ) -> Iterator[Contribution]:
        owner = row.number("OwnerUserId")
        yield from self._contribution(owner, role, moment(row.values.get("CreationDate")))
        for user, at in sorted(self._edits(row, number).items()):
            if user != owner:
                yield from self._contribution(user, Role.EDITED, at)
        # the latest comment of each user is the last to be put in
        for user, at in sorted({one.user or 0: one.at for one in comments}.items(), key=lambda one: one[0]):
            yield from self._contribution(user, Role.COMMENTED, at)

    def _edits(self, row: Row, number: int) -> dict[int, datetime | None]:
        """When each user last edited a post: by its history, or else only who did so last."""
        found: dict[int, datetime | None] = {}
        for user, seconds in sorted(self.parts.edits.of(number)):
            found[user] = datetime.fromtimestamp(seconds, UTC)
        editor = row.number("LastEditorUserId")
        if editor is not None:
            found[editor] = moment(row.values.get("LastEditDate")) or found.get(editor)
        return found

    def _contribution(self, user: int | None, role: Role, at: datetime | None) -> Iterator[Contribution]:
        if person := self.parts.people.get(user or 0):
            yield Contribution(person, role, at)


def _tags(row: Row) -> tuple[str, ...]:
    # Older dumps write tags as <one><two>, newer ones as |one|two|.
    tags = {one_line(tag).lower() for tag in re.findall(r"[^<>|]+", row.values.get("Tags", ""))}
    return tuple(sorted(tags - {""}))
