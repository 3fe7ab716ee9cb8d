"""The shapes in which GitHub describes a thread: REST, GraphQL, `gh … --json`, and migration archives.

They say the same in different words: `created_at` or `createdAt`, `user` or `author`, a list or `nodes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from ingest.formats.moments import moment
from ingest.formats.tidy import one_line
from ingest.sources.github.threads import Account, Remark, Topic
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string

_THREAD = re.compile(
    r"/(?P<repository>[\w.-]+/[\w.-]+)/(?P<kind>issues|pulls?|discussions)/(?P<number>\d{1,9})(?![\w-])"
)
_FRAGMENT = re.compile(r"#(?:issuecomment-|discussioncomment-|discussion_r|pullrequestreview-)(\d{1,18})$")
_GHOST = {"ghost", "[deleted]", "deleted"}
_KINDS = {"issues": "issue", "pull": "pull", "pulls": "pull", "discussions": "discussion"}


def thread_of(value: Json) -> tuple[str, int, str] | None:
    """Repository, number and kind of the thread that an object describes or belongs to; None if none."""
    names = ("html_url", "url", "issue_url", "pull_request_url", "issue", "pull_request", "resourcePath")
    for name in names:
        match = _THREAD.search(string(value.get(name)))
        if match:
            pull = value.get("pull_request") or value.get("type") == "pull_request"
            kind = "pull" if pull else _KINDS[match["kind"]]
            return match["repository"].lower(), int(match["number"]), kind
    return None


def is_topic(value: Json) -> bool:
    """Whether an object is a thread, and not a comment on one."""
    return bool(string(value.get("title")).strip()) and thread_of(value) is not None


def topic(value: Json) -> Topic | None:
    """Understand a thread; None if it has no title or no web address."""
    found = thread_of(value)
    if found is None or not is_topic(value):
        return None
    repository, key, kind = found
    pull = mapping(value.get("pull_request"))
    merged = _date(value, "merged_at", "mergedAt") or moment(pull.get("merged_at"))
    reason = string(_either(value, "state_reason", "stateReason")).lower()
    state = string(value.get("state")).lower()
    category = mapping(value.get("category"))
    return Topic(
        repository=repository,
        number=key,
        kind=kind,
        title=one_line(string(value.get("title"))),
        body=string(value.get("body")),
        author=account(_either(value, "user", "author")),
        created=_date(value, "created_at", "createdAt"),
        updated=_date(value, "lastEditedAt"),  # `updated_at` changes with every comment and label
        url=_page(value),
        votes=votes(value),
        closed=bool(merged)
        or state in ("closed", "merged")
        or value.get("closed") is True
        or _date(value, "closed_at", "closedAt") is not None,
        reason="merged" if merged or state == "merged" else reason,
        answerable=_either(category, "is_answerable", "isAnswerable") is True
        or bool(_either(value, "answer_html_url", "answer"))
        or value.get("isAnswered") is True,
        labels=tuple(filter(None, (_label(one) for one in _list(value.get("labels"))))),
        assignees=tuple(filter(None, (account(one) for one in _list(value.get("assignees"))))),
        closed_at=_date(value, "closed_at", "closedAt"),
    )


def remarks(value: Json) -> Iterator[Remark]:
    """The comments within a thread or another comment: `comments`, `reviews` and `replies`."""
    for name in ("comments", "reviews", "replies"):
        for one in _list(value.get(name)):
            if isinstance(one, dict):
                yield from _with_replies(one)


def _with_replies(value: Json) -> Iterator[Remark]:
    """A comment and the replies to it, which have none themselves."""
    found = remark(value)
    replies = (remark(one, found.key if found else "") for one in map(mapping, _list(value.get("replies"))))
    yield from filter(None, (found, *replies))


def remark(value: Json, above: str = "") -> Remark | None:
    """Understand a comment; None if it says nothing or was minimized.

    Args:
        value: The comment.
        above: Key of the comment that it replies to.
    """
    minimized = value.get("isMinimized") is True or bool(value.get("minimized"))
    url = _page(value)
    match = _FRAGMENT.search(url or "")
    key = match[1] if match else string(_either(value, "databaseId", "id"))
    body = string(value.get("body"))
    if minimized or not key or not body.strip():
        return None
    return Remark(
        key=one_line(key, 100).replace("/", "-"),
        body=body,
        author=account(_either(value, "user", "author")),
        created=_date(value, "created_at", "createdAt", "submitted_at", "submittedAt"),
        updated=_date(value, "updated_at", "lastEditedAt"),
        url=url,
        votes=votes(value),
        answer=value.get("isAnswer") is True,
        reply_to=above or string(value.get("in_reply_to_id")),
    )


def account(value: object) -> Account | None:
    """Who did something, described by an object or by the address of a page; None for a deleted account."""
    if isinstance(value, str):
        login = value.rstrip("/").rpartition("/")[2]
        return _account(login, False, "")
    given = mapping(value)
    bot = "Bot" in (given.get("type"), given.get("__typename")) or given.get("is_bot") is True
    return _account(string(given.get("login")), bot, one_line(string(given.get("name")), 200))


def votes(value: Json) -> int:
    """Thumbs up minus thumbs down; in discussions the up-votes too."""
    counted = mapping(value.get("reactions"))
    up, down = number(counted.get("+1")) or 0, number(counted.get("-1")) or 0
    for group in mappings(value.get("reactionGroups")):
        people = mapping(group.get("users") or group.get("reactors"))
        count = number(people.get("totalCount")) or 0
        up += count if group.get("content") == "THUMBS_UP" else 0
        down += count if group.get("content") == "THUMBS_DOWN" else 0
    return up - down + (number(value.get("upvoteCount")) or 0)


def _account(login: str, bot: bool, name: str) -> Account | None:
    login = one_line(login, 100).removeprefix("app/")  # how gh names an app
    plain = login.removesuffix("[bot]")
    if not plain or login.lower() in _GHOST:
        return None
    return Account(plain, bot or plain != login, name)


def _page(value: Json) -> str | None:
    """The web address of a page, not that of the API."""
    for name in ("html_url", "url"):
        url = string(value.get(name)).strip()
        if url.startswith(("https://", "http://")) and "://api." not in url and "/api/v3/" not in url:
            return one_line(url, 1000)
    return None


def _label(value: object) -> str:
    if isinstance(value, str):  # a name, or in archives the address of the label's page
        return unquote(value.rpartition("/labels/")[2]) if "/labels/" in value else value
    return string(mapping(value).get("name"))


def _list(value: object) -> list[object]:
    """A list, or the nodes of a GraphQL connection."""
    if isinstance(value, dict):
        value = value.get("nodes") or [mapping(edge).get("node") for edge in mappings(value.get("edges"))]
    return value if isinstance(value, list) else []


def _either(value: Json, *names: str) -> object:
    return next((value[name] for name in names if value.get(name) is not None), None)


def _date(value: Json, *names: str) -> datetime | None:
    return moment(_either(value, *names))
