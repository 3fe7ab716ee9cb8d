"""Issues, pull requests and discussions of GitHub repositories, and how they become items.

- A discussion is a question if its category takes answers (or an answer was marked), any other thread if it
  asks something (`shared.threads`). An issue is one too if a label says that it reports a problem
  (`bug`, `question`, …): whoever meets that problem looks for it. Pull requests are posts.
- Open threads are open. An issue that was closed is solved, unless it was closed as not planned or as a
  duplicate, or a label says so; then nothing is said. A pull request is solved when it was merged, a
  discussion by a marked answer or when it was closed as resolved; it is outdated when it was closed as that.
- The marked answer of a discussion is accepted. An issue has no accepted answer: that somebody closed it does
  not say which comment helped.
- Labels are tags, thumbs up minus thumbs down (in discussions: up-votes too) are votes. Who is assigned to a
  closed issue has done it: that counts as an edit.
- Minimized comments (spam, off-topic, outdated …) are left out. Accounts that were deleted are nobody.

Keys are `owner/repository/number` and `owner/repository/number/comment` in lower case, so that mentions such
as `#12`, `owner/repository#12` and web addresses are links without a look-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catalog.nouns import Contribution, Identity, IdentityKind, Item, Link, LinkKind, Person, Role, State
from ingest.formats.markdown import clean
from ingest.formats.tidy import one_line, tidy
from ingest.sources.shared.conversation import Post, Thread, thread_items
from ingest.sources.shared.people import is_bot
from ingest.sources.shared.threads import asks

READER_VERSION: Final = "github-1"

_MOST_LINKS = 200
_PROBLEM = re.compile(
    r"(?:.*[^a-z])?(?:bug|question|support|help|problem|defect|regression|crash)(?:[^a-z].*)?"
)
_UNSOLVED = {
    "duplicate",
    "invalid",
    "wontfix",
    "won't fix",
    "stale",
    "spam",
    "not planned",
    "cannot reproduce",
}
_CODE = re.compile(
    r"^(?:```|~~~).*?(?:^(?:```|~~~)|\Z)|`[^`\n]*`|<!--(?:(?!<!--).)*?-->", re.DOTALL | re.MULTILINE
)
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}"
_MENTION = re.compile(
    rf"""(?P<duplicate>\bduplicates?\s+of:?\s+)?
    (?: https?://[^\s/()<>"']{{1,200}}/(?P<there>{_NAME})/(?:issues|pull|discussions)/(?P<page>\d{{1,9}})
    | (?<![\w/&.-])(?P<repository>{_NAME})?\#(?P<number>\d{{1,9}})
    | (?<![\w-])GH-(?P<gh>\d{{1,9}}) )(?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who did something.

    Attributes:
        login: Name of the account.
        bot: Whether it is a program.
        name: The name that its owner shows, where the origin tells.
    """

    login: str
    bot: bool = False
    name: str = ""

    def person(self, source: str) -> Person:
        """The person behind the account; logins are compared without regard to case."""
        known = Identity(IdentityKind.HANDLE, source, self.login.casefold())
        return Person(self.name or self.login, frozenset({known}), bot=self.bot or is_bot(self.login))


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, a review, or a reply in a discussion.

    Attributes:
        key: Its number, as at the end of its web address.
        body: Its text as Markdown.
        author: Who wrote it; None if the account was deleted.
        answer: Whether it is the marked answer.
        reply_to: Key of the comment that it replies to.
    """

    key: str
    body: str
    author: Account | None
    created: datetime | None
    updated: datetime | None
    url: str | None
    votes: int
    answer: bool = False
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """An issue, a pull request or a discussion.

    Attributes:
        repository: `owner/name`.
        number: Its number in the repository.
        kind: `issue`, `pull` or `discussion`.
        closed: Whether it is closed.
        reason: Why, in lower case: `completed`, `not_planned`, `resolved`, `merged` …; empty if not known.
        answerable: Whether its category takes answers, or one was marked.
        labels: Names of its labels.
        assignees: Who it is assigned to.
    """

    repository: str
    number: int
    kind: str
    title: str
    body: str
    author: Account | None
    created: datetime | None
    updated: datetime | None
    url: str | None
    votes: int
    closed: bool
    reason: str = ""
    answerable: bool = False
    labels: tuple[str, ...] = ()
    assignees: tuple[Account, ...] = ()
    closed_at: datetime | None = None

    @property
    def key(self) -> str:
        """Its key within the source."""
        return thread_key(self.repository, self.number)


def thread_key(repository: str, number: int) -> str:
    """The key of a thread."""
    return f"{repository.lower()}/{number}"


def topic_items(topic: Topic, remarks: Sequence[Remark], source: str, community: str) -> Iterator[Item]:
    """Make the items of a thread.

    Args:
        topic: What opens it.
        remarks: What was said to it, in any order.
        source: Name of the source.
        community: Slug of its community.
    """
    body, title = _text(topic.body), one_line(topic.title)
    tags = tuple(sorted({one_line(label).lower() for label in topic.labels} - {""}))
    answered = any(remark.answer for remark in remarks)
    thread = Thread(
        source, topic.key, title, community, _asks(topic, body, answered), _state(topic, answered), tags
    )
    opening = Post(
        key=topic.key,
        text=body or title,  # an issue may be nothing but its title
        author=topic.author.person(source) if topic.author else None,
        created=topic.created,
        updated=topic.updated,
        url=topic.url,
        votes=topic.votes,
        links=_links(topic.body, topic),
        besides=_done_by(topic, source),
    )
    ordered = sorted(remarks, key=lambda one: (one.created.timestamp() if one.created else 0.0, one.key))
    posts = {one.key: _post(one, topic, source) for one in ordered}
    yield from thread_items(thread, [opening, *posts.values()])


def _post(remark: Remark, topic: Topic, source: str) -> Post:
    return Post(
        key=f"{topic.key}/{remark.key}",
        text=_text(remark.body),
        author=remark.author.person(source) if remark.author else None,
        created=remark.created,
        updated=remark.updated if remark.updated != remark.created else None,
        url=remark.url,
        votes=remark.votes,
        accepted=remark.answer,
        links=_links(remark.body, topic),
        reply_to=f"{topic.key}/{remark.reply_to}" if remark.reply_to else "",
    )


def _text(body: str) -> str:
    return tidy(clean(body))


def _asks(topic: Topic, body: str, answered: bool) -> bool:
    if topic.kind == "pull":
        return False
    problem = topic.kind == "issue" and any(_PROBLEM.fullmatch(label.lower()) for label in topic.labels)
    return asks(topic.title, body, marked=problem or topic.answerable or answered)


def _state(topic: Topic, answered: bool) -> State | None:
    if topic.kind == "discussion" and topic.reason == "outdated":
        return State.OUTDATED
    if answered:
        return State.SOLVED
    if not topic.closed:
        return State.OPEN if topic.kind != "discussion" or topic.answerable else None
    if topic.kind == "issue":
        unsolved = topic.reason in ("not_planned", "duplicate") or _UNSOLVED & set(
            map(str.lower, topic.labels)
        )
        return None if unsolved else State.SOLVED
    return State.SOLVED if topic.reason in ("merged", "resolved") else None


def _done_by(topic: Topic, source: str) -> tuple[Contribution, ...]:
    """What the assignees of a closed issue did."""
    done = topic.kind == "issue" and topic.closed and topic.reason not in ("not_planned", "duplicate")
    others = [one for one in topic.assignees if one != topic.author] if done else []
    return tuple(Contribution(one.person(source), Role.EDITED, topic.closed_at) for one in others)


def _links(body: str, topic: Topic) -> tuple[Link, ...]:
    """The threads that a text mentions, outside its code."""
    found: dict[str, LinkKind] = {}
    for match in _MENTION.finditer(_CODE.sub(" ", body)):
        repository = match["there"] or match["repository"] or topic.repository
        key = thread_key(repository, int(match["page"] or match["number"] or match["gh"]))
        kind = LinkKind.DUPLICATE if match["duplicate"] else LinkKind.MENTION
        if key != topic.key and found.get(key) is not LinkKind.DUPLICATE:
            found[key] = kind
    return tuple(Link(kind, key) for key, kind in sorted(found.items())[:_MOST_LINKS])
