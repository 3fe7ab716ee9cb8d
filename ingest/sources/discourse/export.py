"""A Discourse forum in files: the JSON of its API, saved topic by topic.

::

    site.json or categories.json      the categories, and which of them are restricted
    users.json                        /admin/users/list/active.json?show_emails=true, if it was saved
    t/12.json                         /t/12.json?include_raw=true
    t/12-2.json                       /t/12/posts.json?post_ids[]=… : the posts that the first file lacks

Names of topic files are free, but files of one topic share its number at the beginning of their names. A
restricted category is a private community without readers, because no saved file says who is in a group;
`copse.toml` says where the forum is on the web. The site backup that Discourse itself makes is a dump of its
database and is refused with advice.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from catalog.errors import UnreadableError
from catalog.nouns import Community
from ingest.sources.discourse.site import Category, communities, read_categories
from ingest.sources.discourse.topics import Forum, items
from ingest.sources.discourse.users import addresses
from ingest.sources.protocol import FileKind, Found, Place, Record, Unit, sub_community
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.json_values import Json, load, mapping, mappings, number
from ingest.tree import Tree

_SITE_FILES = ("site.json", "categories.json")
_USER_FILES = ("users.json", "active.json")
_OTHERS = {
    *_SITE_FILES,
    *_USER_FILES,
    "latest.json",
    "groups.json",
    "members.json",
    "about.json",
    "tags.json",
}
_TOPIC = re.compile(rb'"post_stream"\s*:\s*\{\s*"(?:posts|stream|gaps)"')
_NUMBER = re.compile(r"(?:topic[-_])?(\d{1,12})(?!\d)")
_BACKUP = re.compile(
    r"(?:^|/)(?:dump\.sql(?:\.gz)?|[^/]+-\d{4}-\d{2}-\d{2}-\d{6}-v\d{14}\.(?:tar\.gz|sql\.gz))$"
)
_NO_BACKUP = (
    "is a backup of a Discourse site, a dump of its database, which is not read; add the live forum by its"
    " web address, or save topics as JSON from /t/NUMBER.json?include_raw=true, with /site.json beside them"
)
_LARGEST_SITE = 8 << 20  # bytes of a file that lists categories or users, read outside the child process


@dataclass
class DiscourseExport:
    """Saved topics; each is a unit.

    Attributes:
        name: Name of the source.
        tree: Where the files are.
        at: The folder of the forum within the tree.
        topics: Files of each topic by what their names begin with, the one with the title first.
        forum: What the topics need to know about the forum.
        errors: What could not be read of the lists of categories and users.
    """

    name: str
    tree: Tree
    at: str
    topics: Mapping[str, tuple[str, ...]]
    forum: Forum
    errors: Sequence[UnreadableError] = ()
    kind: str = field(default="discourse", init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)
    small_units: bool = field(default=True, init=False)
    in_child: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.at)
        listed, elsewhere = self.forum.communities.values(), self.forum.elsewhere
        self.communities = (*listed, *([elsewhere] if elsewhere else []))

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the topics."""
        yield from self.errors
        for key, files in self.topics.items():
            where = self.tree.where(files[0])
            try:
                digests = [f"{file}={self.tree.digest(file)}" for file in files]
            except UnreadableError as error:
                yield UnreadableError(where, error.reason)
                continue
            yield Unit(key, fingerprint(self.forum.digest, *digests), where)

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read the posts of a topic from all its files.

        Raises:
            UnreadableError: If a file cannot be opened or is too large.
        """
        heads: dict[int, Json] = {}
        posts: dict[int, list[Json]] = defaultdict(list)
        for file in self.topics[unit.key]:
            values, error = load(self.tree.path(file), self.tree.where(file))
            if error:
                yield error
            for topic in mappings(values):
                key = number(topic.get("id")) or 0
                known = heads.get(key, {})  # the file with the title says most about the topic
                heads[key] = {**known, **topic} if topic.get("title") else {**topic, **known}
                posts[key] += mappings(mapping(topic.get("post_stream")).get("posts"))
        for key, topic in heads.items():
            yield from items(topic, posts[key], self.forum, unit.where)
            yield from _complaints(topic, posts[key], self.forum, unit.where)


class DiscourseKind:
    """Finds folders of saved topics, and site backups, which are refused."""

    name = "discourse"
    about = "topics of a Discourse forum, saved as JSON from its API"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find folders with topics; the lists of categories and users lie beside them or above."""
        available = set(keys)
        backups = [key for key in keys if _BACKUP.search(key)]
        yield from (Found(key, (key,)) for key in backups)
        found: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            if _may_be_topic(key) and _TOPIC.search(tree.head(key)):
                found[_root(posixpath.dirname(key), available)].append(key)
        for root, topics in found.items():
            lists = [posixpath.join(root, name) for name in (*_SITE_FILES, *_USER_FILES)]
            yield Found(root, (*topics, *(key for key in lists if key in available)))

    def open(self, found: Found, place: Place) -> DiscourseExport:
        """Read the lists of categories and users, and make the source.

        Raises:
            SourceError: If the list of categories cannot be read.
        """
        if _BACKUP.search(found.at):
            refusal = UnreadableError(place.tree.where(found.at), _NO_BACKUP)
            return DiscourseExport(place.name, place.tree, found.at, {}, Forum(place.name, "", {}), [refusal])
        lists, errors = _lists(found, place.tree)
        categories = read_categories(lists["site"])
        shown = communities(place.community, list(categories.values()), lambda _: frozenset())
        forum = Forum(
            source=place.name,
            url=place.config.forum_url or "",
            communities=shown,
            elsewhere=_elsewhere(place.community, categories),
            questions=frozenset(one.number for one in categories.values() if one.answers),
            about=frozenset(one.about for one in categories.values() if one.about),
            emails=addresses(lists["users"]),
        )
        topics = _topics([key for key in found.keys if posixpath.basename(key) not in _OTHERS])
        return DiscourseExport(place.name, place.tree, found.at, topics, forum, errors)


KIND: FileKind = DiscourseKind()


def _may_be_topic(key: str) -> bool:
    path = PurePosixPath(key)
    return path.suffix.lower() == ".json" and path.name not in _OTHERS


def _root(folder: str, available: set[str]) -> str:
    """The nearest folder from here upwards that lists the categories; else the folder itself."""
    above = [folder, *(str(path) for path in PurePosixPath(folder).parents)] if folder else [""]
    for one in ("" if path == "." else path for path in above):
        if any(posixpath.join(one, name) in available for name in _SITE_FILES):
            return one
    return folder


def _lists(found: Found, tree: Tree) -> tuple[dict[str, list[Any]], list[UnreadableError]]:
    """What the files beside the topics list: categories ("site") and users ("users")."""
    lists: dict[str, list[Any]] = {"site": [], "users": []}
    errors = []
    for key in found.keys:
        name = posixpath.basename(key)
        if posixpath.dirname(key) != found.at or name not in (*_SITE_FILES, *_USER_FILES):
            continue
        values, error = load(tree.path(key), tree.where(key), _LARGEST_SITE)
        if error and name in _SITE_FILES:
            raise error  # half a list of categories would make the other half public
        errors += [error] if error else []
        lists["site" if name in _SITE_FILES else "users"] += values
    return lists, errors


def _elsewhere(parent: Community, categories: Mapping[int, Category]) -> Community:
    """The community of topics whose category is not listed: who saved the list may not have seen it."""
    if not categories:
        return parent
    return sub_community(parent, "Unlisted categories", "unlisted-categories", frozenset())


def _topics(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Files by topic: those in one folder whose names begin with the same number."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        folder, name = posixpath.split(key)
        match = _NUMBER.match(name)
        grouped[f"{folder}/{match[1]}" if match else key].append(key)
    # The shortest name is that of the file with the title; the number stays when files are added or removed.
    return {topic: tuple(sorted(files, key=lambda key: (len(key), key))) for topic, files in grouped.items()}


def _complaints(topic: Json, posts: Sequence[Json], forum: Forum, where: str) -> Iterator[UnreadableError]:
    wanted = mapping(topic.get("post_stream")).get("stream")
    listed = {number(one) for one in wanted} if isinstance(wanted, list) else set()
    missing = len(listed - {number(post.get("id")) for post in posts})
    if missing:
        yield UnreadableError(
            where,
            f"lacks {missing} of the topic's {len(listed)} posts; save them from"
            f" /t/{number(topic.get('id'))}/posts.json?post_ids[]=… into a file beside it",
        )
    if forum.communities and forum.community(topic) is forum.elsewhere:
        reason = "is in a category that site.json does not list, and is kept private; save site.json again"
        yield UnreadableError(where, reason)
