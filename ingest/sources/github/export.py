"""Threads of GitHub repositories in files: JSON from the API, from `gh`, or from a migration archive.

::

    issues.json         gh api --paginate 'repos/OWNER/NAME/issues?state=all'    (pull requests too)
    comments.json       gh api --paginate repos/OWNER/NAME/issues/comments
    all.json            gh issue list --state all --limit 9999 --json number,title,body,url,author,…
    discussions.json    gh api graphql … repository { discussions { nodes { … comments { nodes … } } } }
    repo.json           gh api repos/OWNER/NAME                                  (is it private?)

Names are free. The files of one folder belong together and are one unit, because comments lie in other files
than what they belong to. A repository that is private becomes a private community without readers.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.errors import UnreadableError
from catalog.nouns import Community
from ingest.config import slug
from ingest.sources.github.records import is_topic, remark, remarks, thread_of, topic
from ingest.sources.github.threads import READER_VERSION, Remark, Topic, thread_key, topic_items
from ingest.sources.protocol import FileKind, Found, Place, Record, Source, Unit, sub_community
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.json_values import Json, load, mapping, mappings, string
from ingest.tree import Tree, suffix_of

_SUFFIXES = {".json", ".jsonl", ".ndjson"}
_SURE = re.compile(
    rb'"(?:repository_url|issue_url|pull_request_url)"\s*:\s*"https?://[^"\s]+/repos/'
    rb'|"is_bot"\s*:\s*(?:true|false)|"author_?[aA]ssociation"\s*:'
    rb'|"discussions"\s*:\s*\{\s*"(?:nodes|edges|totalCount|pageInfo)"'
)
_THREAD = re.compile(rb'"(?:html_url|url)"\s*:\s*"https?://[^"\s]+/(?:issues|pull|discussions)/\d+')
_GITHUB = re.compile(rb'"(?:created_at|createdAt|labels)"\s*:')
_REPOSITORY = re.compile(rb'"(?:full_name|nameWithOwner)"\s*:\s*"')
_LARGEST_REPOSITORIES = 8 << 20  # bytes; read outside the child process
_UNIT = "threads"  # the name of no file, because each of them may go
_NESTED = ("data", "repository", "discussions", "issues", "pullRequests", "search", "nodes", "edges", "node")


@dataclass
class GitHubExport:
    """Saved threads; all of a folder are one unit.

    Attributes:
        name: Name of the source.
        tree: Where the files are.
        at: The folder within the tree.
        files: The files with threads and comments.
        community: The community of public repositories.
        private: The communities of private repositories by `owner/name`.
    """

    name: str
    tree: Tree
    at: str
    files: Sequence[str]
    community: Community
    private: Mapping[str, Community]
    kind: str = field(default="github", init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=True, init=False)
    location: str = field(init=False)
    communities: Sequence[Community] = field(init=False)

    def __post_init__(self) -> None:
        self.location = self.tree.where(self.at)
        self.communities = (self.community, *self.private.values())

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List the folder as one unit."""
        slugs = [f"{name}={one.slug}" for name, one in sorted(self.private.items())]
        try:
            digests = [f"{file}={self.tree.digest(file)}" for file in self.files]
        except UnreadableError as error:
            yield UnreadableError(self.location, str(error))
            return
        digest = fingerprint(READER_VERSION, self.community.slug, *slugs, *digests)
        yield Unit(_UNIT, digest, self.location)

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read all threads with their comments, in the order of the files.

        Raises:
            UnreadableError: If a file cannot be opened or is too large.
        """
        said: dict[str, list[Remark]] = defaultdict(list)
        for value in self._values():
            if isinstance(value, UnreadableError):
                yield value
            elif not is_topic(value):
                _gather(value, said)
        seen: set[str] = set()
        for value in self._values():  # mistakes in the files were reported by the first pass
            if not isinstance(value, UnreadableError) and is_topic(value):
                yield from self._thread(value, said, seen, unit.where)
        if lacking := len(said.keys() - seen):
            reason = f"has comments on {lacking} threads that it lacks; export these threads too"
            yield UnreadableError(unit.where, reason)

    def _values(self) -> Iterator[Json | UnreadableError]:
        for file in self.files:
            values, error = load(self.tree.path(file), self.tree.where(file))
            yield from _objects(values)
            if error:
                yield error

    def _thread(
        self, value: Json, said: Mapping[str, list[Remark]], seen: set[str], where: str
    ) -> Iterator[Record]:
        found = topic(value)
        if found is None or found.key in seen:  # lists of issues have the pull requests too
            return
        seen.add(found.key)
        community = self._community(found, value)
        if community is None:
            reason = f"{found.url or found.key} is in a private repository; save repos/{found.repository} too"
            yield UnreadableError(where, reason)
        else:
            within = {one.key: one for one in (*said.get(found.key, []), *remarks(value))}
            yield from topic_items(found, list(within.values()), self.name, community.slug)

    def _community(self, found: Topic, value: Json) -> Community | None:
        hidden = mapping(value.get("repository")).get("private") is True
        return self.private.get(found.repository, None if hidden else self.community)


class GitHubKind:
    """Finds folders with saved threads."""

    name = "github"
    about = "issues, pull requests and discussions of GitHub, saved as JSON"

    def find(self, tree: Tree, keys: Sequence[str]) -> Iterator[Found]:
        """Find folders in which a file begins with a thread or a comment as GitHub describes them."""
        threads: dict[str, list[str]] = defaultdict(list)
        beside: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            if suffix_of(key) in _SUFFIXES:
                head = tree.head(key)
                if _SURE.search(head) or (_THREAD.search(head) and _GITHUB.search(head)):
                    threads[posixpath.dirname(key)].append(key)
                elif _REPOSITORY.search(head):
                    beside[posixpath.dirname(key)].append(key)
        for folder, found in threads.items():
            yield Found(folder, (*found, *beside[folder]))

    def open(self, found: Found, place: Place) -> Source:
        """Read which repositories are private, and make the source.

        Raises:
            UnreadableError: If what says so cannot be read.
        """
        tree = place.tree
        about = [
            key for key in found.keys if not _SURE.search(head := tree.head(key)) and not _THREAD.search(head)
        ]
        private = {}
        for key in about:
            values, error = load(tree.path(key), tree.where(key), _LARGEST_REPOSITORIES)
            if error:
                raise error
            for value in mappings(values):
                name = string(value.get("full_name") or value.get("nameWithOwner")).lower()
                if name and (value.get("private") is True or value.get("isPrivate") is True):
                    private[name] = sub_community(place.community, name, slug(name), frozenset())
        files = [key for key in found.keys if key not in about]
        return GitHubExport(place.name, tree, found.at, files, place.community, private)


KIND: FileKind = GitHubKind()


def _objects(values: object, depth: int = 9) -> Iterator[Json]:
    """Threads and comments, however an answer of GraphQL wraps them."""
    for value in mappings(values):
        inner = [value[name] for name in _NESTED if isinstance(value.get(name), dict | list)]
        if inner and depth and "title" not in value and "body" not in value:
            for one in inner:
                yield from _objects(one, depth - 1)
        else:
            yield value


def _gather(value: Json, said: dict[str, list[Remark]]) -> None:
    thread, found = thread_of(value), remark(value)
    if thread and found:
        said[thread_key(thread[0], thread[1])].append(found)
