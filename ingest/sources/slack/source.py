"""Chats as Slack exports them: `channels.json`, `users.json` and a folder a channel, in a folder or archive.

Every channel is a community of its own and a unit. A private one (`groups.json`) is private, and its active
members read it: known by their addresses, or by name where the export has no addresses. Direct messages are
not read at all. How messages become items is told in `ingest.sources.slack.items`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.errors import UnreadableError
from catalog.nouns import Community, Item
from ingest.config import slug
from ingest.sources.protocol import FileKind, Found, Place, Source, Unit, sub_community
from ingest.sources.shared.complaints import bounded
from ingest.sources.shared.files import fingerprint
from ingest.sources.slack.export import (
    LISTS,
    PRIVATE,
    PUBLIC,
    USERS,
    Channel,
    Member,
    read_channels,
    read_members,
)
from ingest.sources.slack.items import ChannelReader
from ingest.tree import Tree

READER_VERSION: Final = "slack-1"

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\.json")
_DIRECT: Final = re.compile(r"D[A-Z0-9]{5,}|mpdm-.+|FC:.+")  # what a few people said to each other
_UPLOADS: Final = frozenset({"__uploads", "__avatars"})  # some programs export the files themselves, too
_WORKSPACE: Final = re.compile(r"https://[a-z0-9.-]+\.slack\.com", re.IGNORECASE)


@dataclass
class SlackSource:
    """An export of a workspace.

    Attributes:
        name: Name of the source.
        tree: Where its files lie.
        at: The folder of the export within the tree.
        workspace: The community that the workspace is.
        channels: The channels, by their identifiers.
        days: The files of each channel, in the order of time.
        members: The accounts of the workspace.
        strays: Folders of which nobody knows who may read them.
        url: Web address of the workspace; None if it is not known.
    """

    name: str
    tree: Tree
    at: str
    workspace: Community
    channels: Mapping[str, Channel]
    days: Mapping[str, Sequence[str]]
    members: Mapping[str, Member]
    strays: Sequence[str] = ()
    url: str | None = None
    kind: str = field(default="slack", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.at)
        self._of = _communities(self.workspace, [self.channels[one] for one in self.days], self.members)
        self.communities = tuple(self._of.values())

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the channels; one of whose files any cannot be read is an error."""
        roster = self._roster()
        for channel, keys in self.days.items():
            where = self.tree.where(keys[0].rpartition("/")[0])
            try:
                digests = [f"{key.rpartition('/')[2]}={self.tree.digest(key)}" for key in keys]
            except UnreadableError as error:
                yield UnreadableError(where, str(error))
                continue
            slug_and_url = (self._of[channel].slug, self.url or "")
            yield Unit(channel, fingerprint(READER_VERSION, *slug_and_url, roster, *digests), where)
        for folder in self.strays:
            reason = (
                f"is listed neither in {PUBLIC} nor in {PRIVATE}, so nobody knows who may read it; "
                "it was left out. Export again, or name it in one of them"
            )
            yield UnreadableError(self.tree.where(folder), reason)

    def read(self, unit: Unit) -> Iterator[Item | UnreadableError]:
        """Read a channel's threads and conversations, in the order in which they ended."""
        key = unit.key
        reader = ChannelReader(
            self.name,
            self.tree,
            self.days[key],
            self.channels,
            self.members,
            key,
            self._of[key].slug,
            self.url,
        )
        yield from bounded(reader.items(), unit.where)

    def _roster(self) -> str:
        """Digest of the names that any text may mention."""
        people = [
            f"{identifier} {sorted(one.person.identities, key=str)} {one.person.name} {one.person.bot}"
            for identifier, one in sorted(self.members.items())
            if one.person
        ]
        channels = [f"{one.id} {one.private} {one.name}" for one in self.channels.values()]
        return fingerprint(*people, *sorted(channels))


@dataclass
class SlackKind:
    """Finds exports by their lists of channels and of users."""

    name: str = "slack"
    about: str = "a Slack export: channels.json, users.json and a folder a channel, in a folder or an archive"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find every folder with both lists and a day's messages; an export takes all that belongs to it."""
        beside: dict[str, dict[str, str]] = {}
        for key in keys:
            folder, _, name = key.rpartition("/")
            if name in LISTS:
                beside.setdefault(folder, {})[name] = key
        for folder, files in beside.items():
            lists = [files[name] for name in (PUBLIC, PRIVATE) if name in files]
            if not lists or not any(name in files for name in USERS):
                continue
            inside = _inside(folder, keys)
            if inside and all(_is_list(tree.head(key)) for key in lists):
                yield Found(folder, (*files.values(), *inside))

    def open(self, found: Found, place: Place) -> Source:
        """Make the source.

        Raises:
            UnreadableError: If any of its lists of channels and users cannot be read.
        """
        files = {_name(key): key for key in found.keys if key.rpartition("/")[0] == found.at}
        channels = read_channels(place.tree, files)
        days, strays = _sorted_out(found, channels.values())
        users = next(files[name] for name in USERS if name in files)
        url = place.config.forum_url or ""
        return SlackSource(
            name=place.name,
            tree=place.tree,
            at=found.at,
            workspace=place.community,
            channels=channels,
            days=days,
            members=read_members(place.tree, users, place.name),
            strays=strays,
            url=url if _WORKSPACE.fullmatch(url) else None,
        )


KIND: FileKind = SlackKind()


def _name(key: str) -> str:
    return key.rpartition("/")[2]


def _is_list(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"[")


def _inside(folder: str, keys: Iterable[str]) -> list[str]:
    """All files of the folders of channels below a folder; none, if there is no day's messages in any."""
    start = f"{folder}/" if folder else ""
    below = [(key, key[len(start) :].split("/")) for key in keys if key.startswith(start)]
    channels = {parts[0] for _, parts in below if len(parts) == 2 and _DAY.fullmatch(parts[1])}
    taken = channels | _UPLOADS if channels else channels
    return [key for key, parts in below if len(parts) > 1 and parts[0] in taken]


def _sorted_out(found: Found, channels: Iterable[Channel]) -> tuple[dict[str, list[str]], list[str]]:
    """The files of each channel that has any, and the folders that belong to none."""
    by_folder: dict[str, list[str]] = {}
    for key in sorted(key for key in found.keys if _DAY.fullmatch(_name(key))):
        by_folder.setdefault(key.rpartition("/")[0], []).append(key)
    start = f"{found.at}/" if found.at else ""
    days: dict[str, list[str]] = {}
    for channel in channels:
        files = by_folder.pop(start + channel.name, []) + by_folder.pop(start + channel.id, [])
        if files:
            days[channel.id] = sorted(files, key=_name)
    return days, [folder for folder in by_folder if not _DIRECT.fullmatch(_name(folder))]


def _communities(
    workspace: Community, channels: Sequence[Channel], members: Mapping[str, Member]
) -> dict[str, Community]:
    """The community of each channel; a name that two of them would share gets the channel's identifier."""
    shared = Counter(slug(channel.name) for channel in channels)
    made: dict[str, Community] = {}
    for channel in channels:
        short = slug(channel.name)
        short = short if shared[short] == 1 else f"{short}-{channel.id.lower()}"
        readers = _readers(channel, members) if channel.private else None
        made[channel.id] = sub_community(workspace, channel.name, short, readers)
    return made


def _readers(channel: Channel, members: Mapping[str, Member]) -> frozenset[str]:
    active = [members[one] for one in channel.members if one in members and members[one].active]
    people = [(one.email, one.person) for one in active if one.person and not one.person.bot]
    return frozenset(email or person.name for email, person in people)
