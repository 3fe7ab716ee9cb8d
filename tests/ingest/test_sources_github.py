"""Threads of GitHub, saved as JSON (docs.github.com/rest/issues, cli.github.com/manual/gh_issue_list)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import (
    Community,
    Contribution,
    Identity,
    IdentityKind,
    Item,
    Kind,
    Link,
    LinkKind,
    Person,
    Role,
    State,
)
from ingest.config import Config
from ingest.parser import Parser
from ingest.sources.github.export import KIND
from ingest.sources.protocol import Place, Source
from ingest.tree import open_tree
from tests.ingest.github_repository import comment, discussion, issue

ANN = Person("ann", frozenset({Identity(IdentityKind.HANDLE, "tools", "ann")}))
BO = Person("bo", frozenset({Identity(IdentityKind.HANDLE, "tools", "bo")}))


def save(at: Path, files: dict[str, Any]) -> None:
    """Write files as JSON, or as they are if they are text."""
    for name, value in files.items():
        (at / name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def opened(at: Path, parser: Parser) -> list[Source]:
    """What is found in a folder."""
    tree = open_tree(at, at)
    place = Place("tools", tree, Community("dev", "Developers"), Config(), parser)
    return [KIND.open(found, place) for found in KIND.find(tree, tree.keys())]


def read(at: Path, files: dict[str, Any]) -> list[object]:
    """All records of a folder, errors as texts."""
    save(at, files)
    with Parser(1) as parser:
        [source] = opened(at, parser)
    records: list[object] = []
    for unit in source.units():
        records += [unit] if isinstance(unit, UnreadableError) else source.read(unit)
    return [str(one).replace(f"{at}/", "") if isinstance(one, UnreadableError) else one for one in records]


def items(at: Path, *threads: Any, comments: tuple[Any, ...] = ()) -> list[Item]:
    """The items of some threads."""
    found = read(at, {"issues.json": threads, **({"comments.json": comments} if comments else {})})
    return [one for one in found if isinstance(one, Item)]


def test_an_issue_and_a_comment(tmp_path: Path) -> None:
    """In the shape of the REST API: two files, joined by the issue's address."""
    asked = issue(12, "Drill stalls", "See #3.", labels=[{"name": "Bug"}], reactions={"+1": 3, "-1": 1})
    found = items(tmp_path, asked, comments=(comment(12, 70, "Oil the chuck.", "bo"),))
    assert found == [
        Item(
            source="tools",
            key="ann/drill/12",
            kind=Kind.QUESTION,
            title="Drill stalls",
            text="See #3.",
            community="dev",
            url="https://github.com/ann/drill/issues/12",
            created=datetime(2024, 3, 1, tzinfo=UTC),
            tags=("bug",),
            thread="ann/drill/12",
            votes=2,
            state=State.OPEN,
            contributions=(Contribution(ANN, Role.ASKED, datetime(2024, 3, 1, tzinfo=UTC)),),
            links=(Link(LinkKind.MENTION, "ann/drill/3"),),
        ),
        Item(
            source="tools",
            key="ann/drill/12/70",
            kind=Kind.ANSWER,
            title="Drill stalls",
            text="Oil the chuck.",
            community="dev",
            url="https://github.com/ann/drill/issues/12#issuecomment-70",
            created=datetime(2024, 3, 2, tzinfo=UTC),
            tags=("bug",),
            thread="ann/drill/12",
            votes=0,
            contributions=(Contribution(BO, Role.ANSWERED, datetime(2024, 3, 2, tzinfo=UTC)),),
        ),
    ]


@pytest.mark.parametrize(
    ("values", "kind", "state"),
    [
        ({"labels": [{"name": "bug"}]}, Kind.QUESTION, State.OPEN),
        ({"title": "Why does it stall?"}, Kind.QUESTION, State.OPEN),
        ({}, Kind.POST, State.OPEN),
        ({"state": "closed", "state_reason": "completed"}, Kind.POST, State.SOLVED),
        ({"state": "closed"}, Kind.POST, State.SOLVED),
        ({"state": "closed", "state_reason": "not_planned"}, Kind.POST, None),
        ({"state": "closed", "labels": [{"name": "wontfix"}]}, Kind.POST, None),
        ({"title": "Why?", "pull_request": {"merged_at": None}}, Kind.POST, State.OPEN),
        ({"state": "closed", "pull_request": {"merged_at": "2024-03-04T00:00:00Z"}}, Kind.POST, State.SOLVED),
        ({"state": "closed", "pull_request": {"merged_at": None}}, Kind.POST, None),
    ],
    ids=[
        *("bug", "asks", "plain", "completed", "closed", "not-planned", "wontfix", "pull", "merged"),
        "rejected",
    ],
)
def test_what_a_thread_is(tmp_path: Path, values: dict[str, Any], kind: Kind, state: State | None) -> None:
    """Labels and words say whether it asks; how it was closed says whether it was solved."""
    [item] = items(tmp_path, issue(12, "Drill stalls", "Under load.") | values)
    assert (item.kind, item.state) == (kind, state)


def test_threads_as_gh_lists_them(tmp_path: Path) -> None:
    """With their comments, of which minimized ones are left out; an app is a bot."""
    listed = {
        "author": {"id": "X", "is_bot": False, "login": "ann", "name": "Ann Lee"},
        "body": "Under load.",
        "comments": [
            {
                "id": "IC_a",
                "author": {"login": "bo"},
                "body": "Oil the chuck.",
                "createdAt": "2024-03-02T00:00:00Z",
                "isMinimized": False,
                "reactionGroups": [{"content": "THUMBS_UP", "users": {"totalCount": 4}}],
                "url": "https://github.com/ann/drill/issues/12#issuecomment-70",
            },
            {"id": "IC_b", "author": {"login": "eve"}, "body": "Buy watches!", "isMinimized": True},
        ],
        "createdAt": "2024-03-01T00:00:00Z",
        "state": "CLOSED",
        "stateReason": "COMPLETED",
        "title": "Why does the drill stall?",
        "url": "https://github.com/ann/drill/issues/12",
    }
    robot = {
        "author": {"is_bot": True, "login": "app/dependabot"},
        "body": "Bump chuck from 1 to 2.",
        "state": "MERGED",
        "title": "Bump chuck",
        "url": "https://github.com/ann/drill/pull/13",
    }
    found = items(tmp_path, listed, robot)
    assert [(one.key, one.kind, one.state, one.votes) for one in found] == [
        ("ann/drill/12", Kind.QUESTION, State.SOLVED, 0),
        ("ann/drill/12/70", Kind.ANSWER, None, 4),
        ("ann/drill/13", Kind.POST, State.SOLVED, 0),
    ]
    people = [one.contributions[0].person for one in found]
    assert [(one.name, one.bot) for one in people] == [
        ("Ann Lee", False),
        ("bo", False),
        ("dependabot", True),
    ]


def test_an_answered_discussion(tmp_path: Path) -> None:
    """As GraphQL answers: the marked comment is accepted, thanks below it are a remark."""
    answer = {"data": {"repository": {"discussions": {"nodes": [discussion()]}}}}
    found = [one for one in read(tmp_path, {"discussions.json": answer}) if isinstance(one, Item)]
    assert [(one.key, one.kind, one.state, one.accepted, one.text) for one in found] == [
        ("ann/drill/5", Kind.QUESTION, State.SOLVED, False, "Mine is loud."),
        (
            "ann/drill/5/80",
            Kind.ANSWER,
            None,
            True,
            "Grease it.\n\n## Comments\n\n- ann (2024-03-03): Thanks!",
        ),
    ]
    assert found[1].votes == 3


@pytest.mark.parametrize(
    ("user", "people"),
    [
        (None, []),
        ({"login": "ghost", "type": "User"}, []),
        ({"login": "ci[bot]", "type": "Bot"}, [("ci", True)]),
        ({"login": "Ann-Lee", "type": "User"}, [("Ann-Lee", False)]),
        ({"login": "bo", "type": {"a": []}}, [("bo", False)]),
    ],
    ids=["deleted", "ghost", "bot", "person", "odd-type"],
)
def test_who_wrote_it(tmp_path: Path, user: Any, people: list[tuple[str, bool]]) -> None:
    """Deleted accounts are nobody, bots are known as such."""
    [item] = items(tmp_path, issue(12, "Drill stalls", "Under load.") | {"user": user})
    assert [(one.person.name, one.person.bot) for one in item.contributions] == people


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (
            "Fixes #3, see ann/saw#4 and GH-5",
            ["mention ann/drill/3", "mention ann/drill/5", "mention ann/saw/4"],
        ),
        ("https://github.com/Ann/Saw/pull/9#discussion_r1", ["mention ann/saw/9"]),
        ("Duplicate of #3", ["duplicate ann/drill/3"]),
        ("`#3`\n```\n#4\n```\n<!-- #5 --> colour #0f0 a#6 #7th #12", []),
    ],
    ids=["short", "address", "duplicate", "no-mention"],
)
def test_mentions_are_links(tmp_path: Path, body: str, links: list[str]) -> None:
    """Outside code, and not of itself."""
    [item] = items(tmp_path, issue(12, "Drill stalls", body))
    assert [f"{link.kind} {link.key}" for link in item.links] == links


def test_pages_that_were_joined(tmp_path: Path) -> None:
    """`gh api --paginate` writes one list after the other."""
    text = json.dumps([issue(12, "One", "A.")]) + json.dumps([issue(13, "Two", "B.")])
    found = read(tmp_path, {"issues.json": text})
    assert [one.key for one in found if isinstance(one, Item)] == ["ann/drill/12", "ann/drill/13"]


def test_an_assignee_of_a_closed_issue_took_part(tmp_path: Path) -> None:
    """Who is assigned to an open one has not done anything yet."""
    assigned = {"assignees": [{"login": "bo"}], "closed_at": "2024-03-09T00:00:00Z", "state": "closed"}
    [item] = items(tmp_path, issue(12, "Drill stalls", "Under load.") | assigned)
    assert item.contributions[1] == Contribution(BO, Role.EDITED, datetime(2024, 3, 9, tzinfo=UTC))


def test_a_private_repository_is_a_private_community(tmp_path: Path) -> None:
    """Without the repository's own file, an issue that calls its repository private is left out."""
    hidden = issue(12, "Keys", "In the safe.") | {"repository": {"private": True}}
    [complaint] = read(tmp_path, {"issues.json": [hidden]})
    assert "https://github.com/ann/drill/issues/12 is in a private repository" in str(complaint)
    [item] = read(tmp_path, {"repo.json": {"full_name": "Ann/Drill", "private": True}})
    assert isinstance(item, Item)
    assert item.community == "dev-ann-drill"
    with Parser(1) as parser:
        [source] = opened(tmp_path, parser)
    assert source.communities[1] == Community("dev-ann-drill", "Developers: ann/drill", private=True)


def test_a_truncated_file_gives_what_it_has(tmp_path: Path) -> None:
    """And one reason."""
    lines = f"{json.dumps(issue(12, 'One', 'A.'))}\n{json.dumps(issue(13, 'Two', 'B.'))[:300]}"
    error, item = read(tmp_path, {"issues.jsonl": lines})
    assert str(error).startswith("issues.jsonl line 2: the file ends in the middle")
    assert isinstance(item, Item)


@pytest.mark.parametrize(
    "value",
    [
        {"title": 5},
        {"user": []},
        {"labels": {"a": 1}},
        {"reactions": {"+1": "many"}},
        {"body": None},
        {"created_at": [1]},
        {"assignees": [None, 3]},
    ],
    ids=lambda value: next(iter(value)),
)
def test_values_of_other_types_do_no_harm(tmp_path: Path, value: dict[str, Any]) -> None:
    """They count as missing."""
    found = items(tmp_path, issue(12, "One", "A.") | value, issue(13, "Two", "B."))
    assert found[-1].key == "ann/drill/13"


def test_other_json_is_not_taken(tmp_path: Path) -> None:
    """A register may hold addresses of issues."""
    save(tmp_path, {"register.json": [{"title": "x", "url": "https://github.com/ann/drill/issues/1"}]})
    with Parser(1) as parser:
        assert opened(tmp_path, parser) == []
