"""What stands beside the posts of a Stack Exchange dump: users, comments, votes, links and edits.

A dump lists them by their own numbers, not by post. So they are gathered first, and kept small: whole
numbers in arrays. The text of a comment stays in its file until its post is read.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from catalog.nouns import Link, LinkKind, Person, Votes
from ingest.formats.moments import moment
from ingest.formats.tidy import escape_tags, one_line
from ingest.sources.stackexchange.rows import Row, row_at

MOST_COMMENTS = 100
"""Comments of one post that are read."""

_LONGEST_COMMENT = 1_000  # characters; the sites allow 600
_MOST_LINKS = 100  # of one post
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LINKS = {1: LinkKind.RELATED, 3: LinkKind.DUPLICATE}
_VOTES = {2: 1, 3: -1}
_EDITS = {4, 5, 6, 7, 8, 9}  # of title, body and tags, and what took such an edit back


class ByPost:
    """Rows of whole numbers that belong to posts: eight bytes a number, a hundred a post.

    The rows of a post form a chain, from its last one backwards.

    Args:
        width: How many numbers a row has.
    """

    def __init__(self, width: int) -> None:
        self._last: dict[int, int] = {}
        self._before = array("q")
        self._columns = tuple(array("q") for _ in range(width))

    def add(self, post: int, *values: int) -> None:
        """Note a row for a post."""
        self._before.append(self._last.get(post, -1))
        self._last[post] = len(self._before) - 1
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    def of(self, post: int) -> Iterator[tuple[int, ...]]:
        """The rows of a post, the last one first."""
        place = self._last.get(post, -1)
        while place >= 0:
            yield tuple(column[place] for column in self._columns)
            place = self._before[place]


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on a post.

    Attributes:
        user: Number of who wrote it; None for a user who is gone.
        at: When.
        text: What it says, on one line.
    """

    user: int | None
    at: datetime | None
    text: str


@dataclass
class Parts:
    """What was gathered.

    Attributes:
        wanted: Numbers of the users who did something; the others are not kept.
        people: Those of them who are still there.
        edits: User and time (seconds since 1970) of each edit of a post.
    """

    wanted: set[int] = field(default_factory=set)
    people: dict[int, Person] = field(default_factory=dict)
    edits: ByPost = field(default_factory=lambda: ByPost(2))
    _comments: ByPost = field(default_factory=lambda: ByPost(2))
    _votes: ByPost = field(default_factory=lambda: ByPost(2))
    _links: ByPost = field(default_factory=lambda: ByPost(2))

    def gatherers(self) -> dict[str, Callable[[Row], None]]:
        """What takes the rows of each file, by the file's name in lower case."""
        return {
            "comments.xml": self._comment,
            "posthistory.xml": self._edit,
            "votes.xml": self._vote,
            "postlinks.xml": self._link,
        }

    def comments(self, post: int, file: BinaryIO | None) -> list[Comment]:
        """The comments on a post, oldest first.

        Args:
            post: Number of the post.
            file: The opened file of the comments; None if the dump has none.
        """
        if file is None:
            return []
        places = [place for place, _ in zip(self._comments.of(post), range(MOST_COMMENTS), strict=False)]
        found = (row_at(file, start, size) for start, size in reversed(places))
        comments = [_as_comment(row) for row in found if row and row.number("PostId") == post]
        return sorted(comments, key=lambda one: one.at or _EPOCH)

    def votes(self, post: int) -> tuple[Votes, ...]:
        """Up-votes minus down-votes of a post, day by day."""
        days: dict[int, int] = {}
        for day, value in self._votes.of(post):
            days[day] = days.get(day, 0) + value
        return tuple(Votes(_EPOCH + timedelta(days=day), days[day]) for day in sorted(days) if days[day])

    def links(self, post: int) -> tuple[Link, ...]:
        """What a post is linked to; a duplicate is not named again as related."""
        kinds: dict[int, LinkKind] = {}
        for other, number in self._links.of(post):
            if other != post and (number == 3 or other not in kinds):
                kinds[other] = _LINKS[number]
        return tuple(Link(kinds[other], str(other)) for other in sorted(kinds)[:_MOST_LINKS])

    def _comment(self, row: Row) -> None:
        post = row.number("PostId")
        if post is not None:
            self._comments.add(post, row.start, row.size)
            self.wanted.add(row.number("UserId") or 0)

    def _edit(self, row: Row) -> None:
        post, user, at = row.number("PostId"), row.number("UserId"), moment(row.values.get("CreationDate"))
        if post is not None and user is not None and at and row.number("PostHistoryTypeId") in _EDITS:
            self.edits.add(post, user, int(at.timestamp()))
            self.wanted.add(user)

    def _vote(self, row: Row) -> None:
        post, day = row.number("PostId"), moment(row.values.get("CreationDate"))
        value = _VOTES.get(row.number("VoteTypeId") or 0)
        if post is not None and value and day:
            self._votes.add(post, (day - _EPOCH).days, value)

    def _link(self, row: Row) -> None:
        post, other, kind = row.number("PostId"), row.number("RelatedPostId"), row.number("LinkTypeId")
        if post is not None and other is not None and kind in _LINKS:
            self._links.add(post, other, kind)


def _as_comment(row: Row) -> Comment:
    text = escape_tags(one_line(row.values.get("Text", ""), _LONGEST_COMMENT))
    return Comment(row.number("UserId"), moment(row.values.get("CreationDate")), text)
