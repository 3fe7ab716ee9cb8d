"""Forums and repositories with threads, saved and live: what holds for all kinds of source holds for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from catalog.nouns import Community, Link, LinkKind
from ingest.config import Config
from ingest.parser import Parser
from ingest.sources.discourse import api as discourse_api
from ingest.sources.discourse import export as discourse_export
from ingest.sources.github import api as github_api
from ingest.sources.github import export as github_export
from ingest.sources.protocol import FileKind, LiveKind, LivePlace, Place, Source
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract
from tests.ingest.discourse_forum import SITE, LiveForum, post, topic
from tests.ingest.github_repository import LiveRepository, comment, issue
from tests.ingest.servers import client_of, serving


def found(kind: FileKind, at: Path, parser: Parser) -> list[Source]:
    """The sources of one kind in a folder."""
    tree = open_tree(at, at)
    place = Place("it", tree, Community("plots", "Plots"), Config(forum_url="https://x.example"), parser)
    return [kind.open(one, place) for one in kind.find(tree, tree.keys())]


def topics(edited: str = "As in [this](/t/mould-in-the-shed/12/2).", *, all_posts: bool = True) -> list[Any]:
    """Topics by people, a bot and somebody who left; one is in a restricted category."""
    posts = [post(1, "White fluff."), post(2, "Air it daily.", "bo")]
    return [
        topic(12, "Mould in the shed?", *posts[: 2 if all_posts else 1]),
        topic(13, "My shed", post(3, edited, "cy"), post(4, "Paint it with lime.", "discobot")),
        topic(14, "Fees", post(5, "They rise.", "anon123"), category=7),
    ]


def threads(edited: str = "Like #12.") -> list[Any]:
    """Issues by people and a bot, one by somebody who left."""
    return [
        issue(12, "Why does it stall?", "Under load.", comments=1),
        issue(13, "Louder than ever", edited, "bo"),
        issue(14, "Bump chuck", "From 1 to 2.", "ci[bot]"),
        issue(15, "Paint it", "Red.", "ghost"),
    ]


def save(at: Path, files: dict[str, Any]) -> None:
    """Write files as JSON."""
    for name, value in files.items():
        (at / name).write_text(json.dumps(value), encoding="utf-8")


class TestSavedForum(SourceContract):
    """Discourse topics in files."""

    names: ClassVar = {"Ann Lee", "Bo Ek", "cy"}
    nobody: ClassVar = {"anon123"}
    bots: ClassVar = {"discobot"}
    edited = "13/3"
    deleted = "12/2"
    secret = "14/5"  # noqa: S105 - the key of an item
    link = ("13/3", Link(LinkKind.MENTION, "12/2"))

    def write(self, at: Path) -> None:
        save(at, {"site.json": SITE, **{f"{one['id']}.json": one for one in topics()}})

    def change(self, at: Path) -> None:
        save(at, {f"{one['id']}.json": one for one in topics("Never mind.", all_posts=False)})

    def sources(self, at: Path, parser: Parser, scratch: Path) -> list[Source]:  # noqa: ARG002
        return found(discourse_export.KIND, at, parser)


class TestSavedThreads(SourceContract):
    """GitHub threads in files."""

    names: ClassVar = {"ann", "bo"}
    nobody: ClassVar = {"ghost"}
    bots: ClassVar = {"ci"}
    edited = "ann/drill/13"
    deleted = "ann/drill/12/70"
    link = ("ann/drill/13", Link(LinkKind.MENTION, "ann/drill/12"))

    def write(self, at: Path) -> None:
        save(at, {"issues.json": threads(), "comments.json": [comment(12, 70, "Oil the chuck.", "bo")]})

    def change(self, at: Path) -> None:
        save(at, {"issues.json": threads("Never mind.")})
        (at / "comments.json").unlink()

    def sources(self, at: Path, parser: Parser, scratch: Path) -> list[Source]:  # noqa: ARG002
        return found(github_export.KIND, at, parser)


class _Live(SourceContract):
    """Something that is asked over the network."""

    path: ClassVar = ""
    kind: ClassVar[LiveKind]

    @pytest.fixture(autouse=True)
    def _served(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setenv("KEY", "good")
        self.origin = self.make()
        with serving(self.origin.routes()) as self.server:
            yield

    def make(self) -> Any:
        raise NotImplementedError

    def write(self, at: Path) -> None:
        """The server has it."""

    def sources(self, at: Path, parser: Parser, scratch: Path) -> list[Source]:  # noqa: ARG002
        web = client_of(self.server, key_variable="KEY")
        options = {"key": "KEY", **({"api": self.server.url} if self.path else {})}
        community = Community("plots", "Plots")
        place = LivePlace("it", self.server.url + self.path, community, web, parser, options)
        source = self.kind.open(place)
        source.complete = True
        return [source]


class TestLiveForum(_Live):
    """A Discourse forum's API."""

    kind = discourse_api.LIVE
    names: ClassVar = {"Ann Lee", "Bo Ek", "cy"}
    nobody: ClassVar = {"anon123"}
    bots: ClassVar = {"discobot"}
    edited = "13/3"
    deleted = "12/2"
    secret = "14/5"  # noqa: S105 - the key of an item
    link = ("13/3", Link(LinkKind.MENTION, "12/2"))

    def make(self) -> LiveForum:
        return LiveForum(topics())

    def change(self, at: Path) -> None:  # noqa: ARG002
        self.origin.topics = topics("Never mind.", all_posts=False)
        self.origin.topics[1]["bumped_at"] = "2024-03-20T00:00:00.000Z"


class TestLiveRepository(_Live):
    """A GitHub repository's API."""

    kind = github_api.LIVE
    path = "/ann/drill"
    names: ClassVar = {"ann", "bo"}
    nobody: ClassVar = {"ghost"}
    bots: ClassVar = {"ci"}
    edited = "ann/drill/13"
    deleted = "ann/drill/12/70"
    secret = "ann/drill/12"  # noqa: S105 - the key of an item
    link = ("ann/drill/13", Link(LinkKind.MENTION, "ann/drill/12"))

    def make(self) -> LiveRepository:
        return LiveRepository(threads(), [comment(12, 70, "Oil the chuck.", "bo")], private=True)

    def change(self, at: Path) -> None:  # noqa: ARG002
        self.origin.issues = threads("Never mind.")
        self.origin.issues[0] |= {"comments": 0, "updated_at": "2024-03-20T00:00:00Z"}
        self.origin.issues[1]["updated_at"] = "2024-03-20T00:00:00Z"
        self.origin.comments = []


del SourceContract  # so that it is not collected here
