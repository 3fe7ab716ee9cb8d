"""The files of a Slack export: who is in the workspace, which channels it has, and the messages of a day.

What an export consists of is described at https://slack.com/help/articles/220556107.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.errors import UnreadableError
from catalog.nouns import Person
from ingest.formats.text import decode
from ingest.formats.tidy import one_line
from ingest.sources.shared.files import open_regular
from ingest.sources.shared.people import email_identities, handle, is_bot
from ingest.tree import Tree

PUBLIC: Final = "channels.json"
PRIVATE: Final = "groups.json"
USERS: Final = ("users.json", "org_users.json")
LISTS: Final = frozenset(
    {
        PUBLIC,
        PRIVATE,
        *USERS,
        "dms.json",
        "mpims.json",
        "integration_logs.json",
        "canvases.json",
        "lists.json",
    }
    | {"file_conversations.json", "huddle_transcripts.json"}
)
"""What lies beside the folders of the channels."""

_LARGEST: Final = 128 << 20  # bytes of one file
_GAP: Final = re.compile(r"[\s,]*")
_ID: Final = re.compile(r"[A-Z0-9]{1,40}")
_NOBODY: Final = re.compile(
    r"\W*(?:deleted|deactivated|unknown|former)[ -]?(?:user|member|account)?\W*", re.I
)
_SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Member:
    """An account of the workspace.

    Attributes:
        person: Who it belongs to; None if that is not known any more.
        email: The address, in lower case; empty if the export has none.
        active: Whether the account can still be used.
    """

    person: Person | None
    email: str
    active: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, and the identifiers of its members."""

    id: str
    name: str
    private: bool
    members: tuple[str, ...]


def elements(tree: Tree, key: str) -> Iterator[dict[str, Any] | UnreadableError]:
    """Read the objects of a JSON list one by one; what follows a damaged one is an error.

    Args:
        tree: Where the file lies.
        key: The file.

    Raises:
        UnreadableError: If it cannot be opened, is no JSON list, or is larger than 128 MB.
    """
    where = tree.where(key)
    with open_regular(tree.path(key), where) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise UnreadableError(where, f"is larger than {_LARGEST >> 20} MB; export a shorter time at once")
    text = decode(data, where)
    del data
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] != "[":
        raise UnreadableError(where, "is not a JSON list, as Slack exports it; export it again")
    return _elements(text, start + 1, where)


def _elements(text: str, place: int, where: str) -> Iterator[dict[str, Any] | UnreadableError]:
    decoder = json.JSONDecoder()
    while True:
        gap = _GAP.match(text, place)
        place = gap.end() if gap else place
        if text[place : place + 1] == "]":
            return
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            line = text.count("\n", 0, place) + 1
            reason = "breaks off or is damaged here; export it again. All before was read"
            yield UnreadableError(f"{where} line {line}", reason)
            return
        if isinstance(value, dict):
            yield value


def read_members(tree: Tree, key: str, source: str) -> dict[str, Member]:
    """Read the accounts of the workspace, by their identifiers.

    Args:
        tree: Where the file lies.
        key: `users.json`.
        source: Name of the source, within which identifiers stand for people.

    Raises:
        UnreadableError: If any of it cannot be read.
    """
    users = (user for user in _all(tree, key) if _ID.fullmatch(text_of(user, "id")))
    return {user["id"]: _member(user, source) for user in users}


def _member(user: Mapping[str, Any], source: str) -> Member:
    profile = table(user, "profile")
    email = text_of(profile, "email").strip().lower()
    bot = any(user.get(mark) is True for mark in ("is_bot", "is_workflow_bot")) or user["id"] == _SLACKBOT
    return Member(
        person_of(user["id"], (profile, user), source, email, bot=bot),
        email if email_identities(email) and not bot else "",
        user.get("deleted") is not True,
    )


def person_of(
    identifier: str,
    described: Sequence[Mapping[str, Any]],
    source: str,
    email: str = "",
    *,
    bot: bool = False,
) -> Person | None:
    """The person behind an account; None for one that was made anonymous.

    Args:
        identifier: The account's identifier.
        described: Objects that may hold its names, the best first.
        source: Name of the source.
        email: The address, if it is known.
        bot: Whether it is a program.
    """
    given = (
        one_line(text_of(one, field), 200)
        for field in ("real_name", "display_name", "name", "username")
        for one in described
    )
    name = next(filter(None, given), "")
    if not name or _NOBODY.fullmatch(name):
        return None
    return Person(name, email_identities(email) | {handle(identifier, source)}, bot=bot or is_bot(name))


def read_channels(tree: Tree, files: Mapping[str, str]) -> dict[str, Channel]:
    """Read the lists of channels, by their identifiers; what any list calls private is private.

    Args:
        tree: Where the files lie.
        files: Their keys by their names.

    Raises:
        UnreadableError: If any of it cannot be read.
    """
    found: dict[str, Channel] = {}
    for name in (PUBLIC, PRIVATE):  # private ones come last, and stay
        for channel in _all(tree, files[name]) if name in files else ():
            one = _channel(channel, private=name == PRIVATE)
            if one and not _is_direct(channel):
                found[one.id] = one
    return found


def _is_direct(channel: Mapping[str, Any]) -> bool:
    return channel.get("is_im") is True or channel.get("is_mpim") is True


def _channel(channel: Mapping[str, Any], *, private: bool) -> Channel | None:
    identifier = str(channel.get("id"))
    if not _ID.fullmatch(identifier):
        return None
    members = channel.get("members")
    return Channel(
        identifier,
        one_line(text_of(channel, "name"), 100) or identifier,
        private or channel.get("is_private") is True or channel.get("is_group") is True,
        tuple(str(member) for member in members) if isinstance(members, list) else (),
    )


def _all(tree: Tree, key: str) -> Iterator[dict[str, Any]]:
    for element in elements(tree, key):
        if isinstance(element, UnreadableError):
            raise element  # half a list would show to some what they must not read
        yield element


def table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; empty if it is none."""
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def tables(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects within an object; empty if it is none."""
    value = values.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_of(values: Mapping[str, Any], name: str) -> str:
    """A text within an object; empty if it is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""
