"""A repository on GitHub, read through its API (docs.github.com/rest, docs.github.com/graphql).

What each kind of sync sees:

- Any sync: issues and pull requests whose `updated_at` is new (comments, edits, labels, closing), issues with
  a comment that was written or edited, discussions whose `updatedAt` is new; whether all of it is private.
- A full one (the first; later, when it is asked for): also deletions, transfers, reactions and up-votes.

Issues and pull requests come through REST, and may be read without a token where they are public, though only
some sixty requests an hour; discussions need one. A private repository is a private community; its readers
are those that the steward names, or else its collaborators, by account, where the token may see them.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from catalog.errors import SourceError, TransientError, UnreadableError
from catalog.nouns import Community
from ingest.config import slug
from ingest.formats.moments import moment
from ingest.sources.github import queries as github_queries
from ingest.sources.github.client import GitHubApi
from ingest.sources.github.records import remark, remarks, thread_of, topic
from ingest.sources.github.threads import READER_VERSION, topic_items
from ingest.sources.protocol import LiveKind, LivePlace, LiveSource, Record, Unit, sub_community
from ingest.sources.shared.api_options import chosen_readers, secret
from ingest.sources.shared.files import fingerprint
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string

_OVERLAP = timedelta(minutes=5)
_KEPT_BYTES = 64 << 20  # of issues that the list has shown already, compressed
_ADDRESS = re.compile(r"/([A-Za-z0-9][A-Za-z0-9-]{0,38})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?(?:/.*)?")
_NEW_FIRST = {"sort": "updated", "direction": "desc"}
_OLD_FIRST = {"sort": "created", "direction": "asc"}  # an order that changes while it is read hides nothing

_Listing = Generator[Unit | UnreadableError, None, str]
"""Lists units, and gives back the newest change that it saw."""


@dataclass
class GitHubRepository:
    """A repository; each issue, pull request and discussion is a unit.

    Attributes:
        name: Name of the source.
        location: Web address of the repository.
        api: What asks GitHub.
        repository: `owner/name`.
        community: The repository's community.
        discussed: Whether it has discussions.
    """

    name: str
    location: str
    api: GitHubApi
    repository: str
    community: Community
    discussed: bool
    cursor: str = ""
    complete: bool = False
    kind: str = field(default="github", init=False)
    small_units: bool = field(default=False, init=False)
    in_child: bool = field(default=False, init=False)
    communities: Sequence[Community] = field(init=False)
    _kept: dict[int, bytes] = field(default_factory=dict, init=False)
    _room: int = field(default=_KEPT_BYTES, init=False)

    def __post_init__(self) -> None:
        self.communities = (self.community,)

    def units(self) -> Iterator[Unit | UnreadableError]:
        """List what has changed since the last sync; all, if there was none or a full list is wanted.

        Raises:
            SourceError: If GitHub does not answer, or refuses the token.
        """
        self.complete = self.complete or not self.cursor
        issues, _, discussions = self.cursor.partition(" ")
        issues = yield from self._issues(issues)
        if self.discussed and self.api.token:
            discussions = yield from self._discussions(discussions)
        elif self.discussed:
            where = f"{self.location}/discussions"
            yield UnreadableError(where, "are read with a token only; name its variable with the option key")
        self.cursor = f"{issues} {discussions}"

    def read(self, unit: Unit) -> Iterator[Record]:
        """Read a thread with its comments; nothing, if it is gone.

        Raises:
            UnreadableError: If it cannot be read now.
        """
        kind, _, key = unit.key.partition("/")
        value, said = self._discussion(int(key)) if kind == "discussions" else self._issue(int(key))
        found = topic(value) if value else None
        if found is None or found.repository != self.repository.lower():  # deleted, or moved elsewhere
            if self.api.one(f"/repos/{self.repository}") is None:
                raise TransientError(self.location, "is not there at the moment; nothing of it was removed")
            return
        seen = {one.key: one for one in filter(None, map(remark, said))}
        seen.update({one.key: one for one in remarks(value)} if kind == "discussions" else {})
        yield from topic_items(found, list(seen.values()), self.name, self.community.slug)

    def _issues(self, since: str) -> _Listing:
        start = None if self.complete else _before(since)
        commented = self._commented(start) if start else {}
        order = {**_NEW_FIRST, "since": start} if start else _OLD_FIRST
        newest = max([since, *commented.values()])
        for issue in self.api.pages(f"/repos/{self.repository}/issues", {"state": "all", **order}):
            key = number(issue.get("number"))
            if key is not None:
                newest = max(newest, string(issue.get("updated_at")))
                yield self._unit(issue, key, commented.pop(key, ""))
        for key, at in commented.items():  # comments were edited, and the issue does not show it
            issue = self.api.one(f"/repos/{self.repository}/issues/{key}") or {}
            if issue:
                yield self._unit(issue, key, at)
        return newest

    def _commented(self, since: str) -> dict[int, str]:
        """Issues with comments that are new or were edited, and when."""
        found: dict[int, str] = {}
        path = f"/repos/{self.repository}/issues/comments"
        for comment in self.api.pages(path, {**_NEW_FIRST, "since": since}):
            if thread := thread_of({"issue_url": comment.get("issue_url")}):
                found[thread[1]] = max(found.get(thread[1], ""), string(comment.get("updated_at")))
        return found

    def _unit(self, issue: Json, key: int, commented: str) -> Unit:
        packed = zlib.compress(json.dumps(issue).encode())
        if len(packed) <= self._room:
            self._room -= len(packed)
            self._kept[key] = packed
        changed = max(commented, string(issue.get("updated_at")))
        counted = mapping(issue.get("reactions")).get("total_count")
        state = (issue.get("comments"), counted, issue.get("state"), issue.get("state_reason"))
        digest = fingerprint(READER_VERSION, self.community.slug, changed, *map(repr, state))
        return Unit(f"issues/{key}", digest, f"{self.location}/issues/{key}")

    def _issue(self, key: int) -> tuple[Json, list[Json]]:
        path = f"/repos/{self.repository}/issues/{key}"
        packed = self._kept.pop(key, None)
        issue = json.loads(zlib.decompress(packed)) if packed else self.api.one(path) or {}
        said = list(self.api.pages(f"{path}/comments")) if issue.get("comments") else []
        if issue.get("pull_request"):
            pull = f"/repos/{self.repository}/pulls/{key}"
            said += [*self.api.pages(f"{pull}/reviews"), *self.api.pages(f"{pull}/comments")]
        return issue, said

    def _discussions(self, since: str) -> _Listing:
        order = {"field": "CREATED_AT", "direction": "ASC"}
        order = order if self.complete else {"field": "UPDATED_AT", "direction": "DESC"}
        start, newest, after = "" if self.complete else _before(since), since, None
        while True:
            page = self._ask(github_queries.LIST, "discussions", order=order, after=after)
            for one in mappings(page.get("nodes")):
                key, changed = number(one.get("number")), string(one.get("updatedAt"))
                if changed < start:
                    return newest
                newest = max(newest, changed)
                if key is not None:
                    digest = fingerprint(READER_VERSION, self.community.slug, json.dumps(one, sort_keys=True))
                    yield Unit(f"discussions/{key}", digest, f"{self.location}/discussions/{key}")
            after = _next(page, after)
            if after is None:
                return newest

    def _discussion(self, key: int) -> tuple[Json, list[Json]]:
        found: dict[str, Any] = {}
        comments: list[Json] = []
        after = None
        while True:
            page = self._ask(github_queries.READ, "discussion", number=key, after=after)
            if not page:
                return {}, []
            found = found or dict(page)
            listed = mapping(page.get("comments"))
            comments += [self._with_replies(one) for one in mappings(listed.get("nodes"))]
            after = _next(listed, after)
            if after is None:
                return {**found, "comments": {"nodes": comments}}, []

    def _with_replies(self, comment: Json) -> Json:
        """A comment with all its replies, of which the first page is there."""
        page = mapping(comment.get("replies"))
        replies, after = mappings(page.get("nodes")), _next(page, None)
        while after is not None:
            answer = self.api.query(github_queries.REPLIES, id=comment.get("id"), after=after)
            page = mapping(mapping(answer.get("node")).get("replies"))
            replies += mappings(page.get("nodes"))
            after = _next(page, after)
        return {**comment, "replies": {"nodes": replies}}

    def _ask(self, query: str, part: str, **variables: Any) -> Json:
        owner, _, name = self.repository.partition("/")
        answer = self.api.query(query, owner=owner, name=name, **variables)
        return mapping(mapping(answer.get("repository")).get(part))


class GitHubLive:
    """Opens a repository by its web address."""

    name = "github"
    about = "issues, pull requests and discussions of a GitHub repository, read through its API"
    options: Mapping[str, str] = {
        "key": "environment variable that holds an access token; discussions need one",
        "readers": "e-mail addresses of those who may read a private repository, with commas between them;"
        " if not given, its collaborators by account",
        "api": "web address of the API, if it is not api.github.com or below the host as /api/v3",
    }

    def recognises(self, address: str) -> bool:
        """A repository on github.com."""
        parts = urlsplit(address)
        return parts.hostname in ("github.com", "www.github.com") and bool(_ADDRESS.fullmatch(parts.path))

    def hosts(self, address: str, options: Mapping[str, str]) -> tuple[str, ...]:
        """The host of the API."""
        return (urlsplit(_api_address(address, options)).netloc,)

    def open(self, place: LivePlace) -> LiveSource:
        """Ask for the repository, and make the source.

        Raises:
            SourceError: If the address is none of a repository, it does not answer, or the token is refused.
        """
        parts = urlsplit(place.address)
        match = _ADDRESS.fullmatch(parts.path)
        if match is None:
            raise SourceError(f"{place.address}: is no repository; write it as https://github.com/OWNER/NAME")
        repository = f"{match[1]}/{match[2]}"
        api = GitHubApi(place.web, _api_address(place.address, place.options), secret(place.options, "key"))
        about = api.one(f"/repos/{repository}")
        if about is None:
            reason = "no such repository, or it is private and the token may not read it; check both"
            raise SourceError(f"{place.address}: {reason}")
        readers = chosen_readers(place.options)
        if about.get("private") is not False and readers is None:
            readers = _collaborators(api, repository)
        return GitHubRepository(
            place.name,
            f"{parts.scheme}://{parts.netloc}/{repository}",
            api,
            repository,
            sub_community(
                place.community,
                repository,
                slug(repository),
                readers if about.get("private") is not False else None,
            ),
            about.get("has_discussions") is True,
        )


LIVE: LiveKind = GitHubLive()


def _api_address(address: str, options: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    if "api" in options:
        return options["api"].rstrip("/")
    if parts.hostname in ("github.com", "www.github.com"):
        return "https://api.github.com"
    return f"{parts.scheme}://{parts.netloc}/api/v3"


def _collaborators(api: GitHubApi, repository: str) -> frozenset[str]:
    found = api.pages(f"/repos/{repository}/collaborators", refusable=True)
    return frozenset(filter(None, (string(one.get("login")).strip() for one in found)))


def _before(changed: str) -> str:
    """A little before a time, as GitHub writes times; empty if it is none."""
    at: datetime | None = moment(changed)
    return f"{at - _OVERLAP:%Y-%m-%dT%H:%M:%SZ}" if at else ""


def _next(page: Json, before: str | None) -> str | None:
    """Where the next page of a GraphQL list begins; None at its end."""
    info = mapping(page.get("pageInfo"))
    after = string(info.get("endCursor"))
    return after if info.get("hasNextPage") is True and after and after != before else None
