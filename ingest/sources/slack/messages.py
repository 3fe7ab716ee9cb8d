"""The messages of a Slack channel: which of them say something, by whom, and what others thought of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from catalog.nouns import Link, LinkKind, Person
from ingest.formats.tidy import escape_tags, one_line
from ingest.sources.shared.threads import title_of
from ingest.sources.slack.export import Member, person_of, table, tables, text_of
from ingest.sources.slack.text import Labels, to_markdown

_SAYS_SOMETHING: Final = frozenset(
    {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "file_mention"}
)
"""Subtypes of messages that are kept; all others are notices of the program (joins, topics, tombstones)."""

_STAMP: Final = re.compile(r"\d{9,11}\.\d{1,9}")
_PERMALINK: Final = re.compile(r"/archives/([A-Z0-9]{1,40})/p(\d{10})(\d{6})\b")
_MOST_FILES: Final = 50
_MOST_LINKS: Final = 50
_CHECKS: Final = frozenset(
    {"white_check_mark", "heavy_check_mark", "ballot_box_with_check", "check", "check_mark", "solved"}
)
_FOR: Final = _CHECKS | {
    *("+1", "thumbsup", "heavy_plus_sign", "upvote", "ok_hand", "raised_hands", "clap", "pray", "bow"),
    *("heart", "hearts", "heart_eyes", "green_heart", "blue_heart", "purple_heart", "yellow_heart"),
    *("thanks", "thankyou", "thank_you", "ty", "100", "bulb", "fire", "rocket", "sparkles", "star"),
    *("star2", "tada", "trophy", "medal", "muscle"),
}
_AGAINST: Final = frozenset(
    {
        "-1",
        "thumbsdown",
        "heavy_minus_sign",
        "downvote",
        "x",
        "no_entry",
        "no_good",
        "negative_squared_cross_mark",
    }
)

_LONGEST_GAP: Final = timedelta(minutes=30)
_MOST_MESSAGES: Final = 30
_MOST_CHARACTERS: Final = 6000


@dataclass(frozen=True, slots=True)
class Message:
    """A message that says something.

    Attributes:
        ts: Its identifier within the channel: the second in which it was sent, with a fraction.
        thread: The `ts` of the message that opened its thread; empty if it is in none.
        at: When it was sent.
        edited: When its text was last changed.
        user: Identifier of the account that sent it.
        person: Who that is; None if it is not known.
        text: Markdown; with the names of the files that came with it.
        title: What it can be called: by its first words, or by its first file.
        files: Whether files came with it.
        votes: People who reacted well, minus people who reacted badly; their own reaction does not count.
        checked: Accounts that marked it as done.
        links: Messages that it points to.
    """

    ts: str
    thread: str
    at: datetime
    edited: datetime | None
    user: str
    person: Person | None
    text: str
    title: str
    files: bool
    votes: int
    checked: frozenset[str]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What is needed to understand a message.

    Attributes:
        source: Name of the source.
        channel: Identifier of the channel.
        members: The accounts of the workspace.
        labels: Names of people, and of the channels that may be named in this one.
    """

    source: str
    channel: str
    members: Mapping[str, Member]
    labels: Labels


def stamp(values: Mapping[str, Any], name: str = "ts") -> str:
    """The identifier of a message; empty if there is none that could be one."""
    value = text_of(values, name)
    return value if _STAMP.fullmatch(value) else ""


def message_of(values: Mapping[str, Any], context: Context) -> Message | None:
    """Understand a message; None if it is a notice of the program, or says nothing."""
    ts = stamp(values)
    if not ts or text_of(values, "subtype") not in _SAYS_SOMETHING or values.get("hidden") is True:
        return None
    files = _files(values)
    said = _said(values, context)
    text = "\n\n".join(filter(None, (said, _files_line(files))))
    if not text:
        return None
    user, person = _author(values, context)
    return Message(
        ts=ts,
        thread=stamp(values, "thread_ts"),
        at=_moment(ts),
        edited=_moment(edited) if (edited := stamp(table(values, "edited"))) else None,
        user=user,
        person=person,
        text=text,
        title=title_of(said) or next(iter(files), "Message"),
        files=bool(files),
        votes=_votes(values, user),
        checked=_reacted(values, _CHECKS),
        links=_links(values, context),
    )


def conversations(messages: Sequence[Message]) -> list[list[Message]]:
    """Group neighbouring messages that are in no thread, so that each is read in its context.

    A conversation goes on until nobody has written for 30 minutes, or it has 30 messages or more than
    6,000 characters. It depends on nothing that comes after it, so new messages change only the last one.

    Args:
        messages: Messages of a channel in the order of time.
    """
    groups: list[list[Message]] = []
    size = 0
    for message in messages:
        if not groups or size > _MOST_CHARACTERS or not _follows(groups[-1], message):
            groups.append([])
            size = 0
        groups[-1].append(message)
        size += len(message.text)
    return groups


def _follows(group: Sequence[Message], message: Message) -> bool:
    return len(group) < _MOST_MESSAGES and message.at - group[-1].at <= _LONGEST_GAP


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def _said(values: Mapping[str, Any], context: Context) -> str:
    text = to_markdown(text_of(values, "text"), context.labels)
    if text:
        return text
    # Programs often say everything in attachments. Messages that were shared from elsewhere are not theirs.
    own = (
        one for one in tables(values, "attachments") if "channel_id" not in one and not one.get("is_share")
    )
    return "\n\n".join(filter(None, (_attachment(one, context.labels) for one in own)))


def _attachment(values: Mapping[str, Any], labels: Labels) -> str:
    fields = [" ".join((text_of(one, "title"), text_of(one, "value"))) for one in tables(values, "fields")]
    parts = [text_of(values, name) for name in ("pretext", "title", "text")] + fields
    said = [to_markdown(part, labels) for part in parts if part.strip()]
    return "\n\n".join(filter(None, said)) or to_markdown(text_of(values, "fallback"), labels)


def _files(values: Mapping[str, Any]) -> list[str]:
    """Title and name of each file, as far as the export still has them."""
    listed = tables(values, "files") or [table(values, "file")]
    named = ((text_of(one, "title"), text_of(one, "name")) for one in listed[:_MOST_FILES])
    return [shown for title, name in named if (shown := _file(one_line(title, 200), one_line(name, 200)))]


def _file(title: str, name: str) -> str:
    return f"{title} ({name})" if title and name and title != name else title or name


def _files_line(files: Sequence[str]) -> str:
    return escape_tags(f"{'File' if len(files) == 1 else 'Files'}: {', '.join(files)}") if files else ""


def _author(values: Mapping[str, Any], context: Context) -> tuple[str, Person | None]:
    user = text_of(values, "user") or text_of(table(values, "comment"), "user")
    if user in context.members:
        return user, context.members[user].person
    if bot := text_of(values, "bot_id") or (text_of(values, "subtype") == "bot_message" and "bot"):
        described = ({"name": text_of(values, "username")}, table(values, "bot_profile"))
        return bot, person_of(bot, described, context.source, bot=True)
    # Guests of another workspace are described in their messages only.
    return user, person_of(user, (table(values, "user_profile"),), context.source) if user else None


def _votes(values: Mapping[str, Any], author: str) -> int:
    pleased, displeased = (_reacted(values, names) - {author} for names in (_FOR, _AGAINST))
    return len(pleased) - len(displeased)


def _reacted(values: Mapping[str, Any], names: frozenset[str]) -> frozenset[str]:
    """The accounts that reacted with one of these; `+1::skin-tone-3` is a `+1`."""
    chosen = [one for one in tables(values, "reactions") if text_of(one, "name").partition("::")[0] in names]
    users: Iterable[Any] = (user for one in chosen for user in _list(one.get("users")))
    return frozenset(user for user in users if isinstance(user, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _links(values: Mapping[str, Any], context: Context) -> tuple[Link, ...]:
    """The messages whose addresses stand in the text, if their channels may be named here."""
    found = dict.fromkeys(
        f"{channel}/{seconds}.{fraction}"
        for channel, seconds, fraction in _PERMALINK.findall(text_of(values, "text"))
        if channel in context.labels.channels
    )
    return tuple(Link(LinkKind.MENTION, key) for key in list(found)[:_MOST_LINKS])
