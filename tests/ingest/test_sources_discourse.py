"""Discourse forums saved as JSON from their API."""

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
from ingest.sources.discourse.export import KIND
from ingest.sources.discourse.text import links, markdown
from ingest.sources.protocol import Place, Source
from ingest.sources.shared.people import email_identities
from ingest.tree import open_tree
from tests.ingest.discourse_forum import SITE, post, topic

URL = "https://forum.example"
ANN = Person("Ann Lee", frozenset({Identity(IdentityKind.HANDLE, "forum", "10")}))
BO = Person("Bo Ek", frozenset({Identity(IdentityKind.HANDLE, "forum", "11")}))
QUESTION = topic(
    12,
    "Mould in the shed?",
    post(1, "White fluff on the beams.", tags=[], actions_summary=[{"id": 2, "count": 3}]),
    post(2, "Air it daily.", "bo", accepted_answer=True),
    tags=["Sheds", {"id": 3, "name": "mould"}],
)


def save(at: Path, files: dict[str, Any]) -> None:
    """Write files as JSON, or as they are if they are text."""
    for name, value in files.items():
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def opened(at: Path, parser: Parser, url: str | None = URL) -> list[Source]:
    """The forums found in a folder."""
    tree = open_tree(at, at)
    place = Place("forum", tree, Community("plots", "Plots"), Config(forum_url=url), parser)
    return [KIND.open(found, place) for found in KIND.find(tree, tree.keys())]


def read(at: Path, files: dict[str, Any]) -> list[object]:
    """All records and listing errors of a saved forum, errors as texts."""
    save(at, files)
    with Parser(1) as parser:
        [source] = opened(at, parser)
    records: list[object] = []
    for unit in source.units():
        records += [unit] if isinstance(unit, UnreadableError) else source.read(unit)
    return [str(one).replace(f"{at}/", "") if isinstance(one, UnreadableError) else one for one in records]


def items(at: Path, files: dict[str, Any]) -> list[Item]:
    """The items among the records."""
    return [one for one in read(at, files) if isinstance(one, Item)]


def test_a_solved_question_and_its_answer(tmp_path: Path) -> None:
    """They share the topic's title, tags and thread; likes are votes."""
    assert read(tmp_path, {"site.json": SITE, "12.json": QUESTION}) == [
        Item(
            source="forum",
            key="12/1",
            kind=Kind.QUESTION,
            title="Mould in the shed?",
            text="White fluff on the beams.",
            community="plots-growing-help",
            url="https://forum.example/t/mould-in-the-shed/12",
            created=datetime(2024, 3, 1, 8, tzinfo=UTC),
            tags=("mould", "sheds"),
            thread="12/1",
            votes=3,
            state=State.SOLVED,
            contributions=(Contribution(ANN, Role.ASKED, datetime(2024, 3, 1, 8, tzinfo=UTC)),),
        ),
        Item(
            source="forum",
            key="12/2",
            kind=Kind.ANSWER,
            title="Mould in the shed?",
            text="Air it daily.",
            community="plots-growing-help",
            url="https://forum.example/t/mould-in-the-shed/12/2",
            created=datetime(2024, 3, 2, 8, tzinfo=UTC),
            tags=("mould", "sheds"),
            thread="12/1",
            votes=0,
            accepted=True,
            contributions=(Contribution(BO, Role.ACCEPTED, datetime(2024, 3, 2, 8, tzinfo=UTC)),),
        ),
    ]


@pytest.mark.parametrize(
    "mark",
    [
        {"accepted_answer": {"post_number": 2, "username": "bo"}},
        {"accepted_answers": [{"id": 102, "post_number": 2}]},
    ],
    ids=["one-answer", "several-answers"],
)
def test_the_topic_may_name_the_accepted_answer(tmp_path: Path, mark: dict[str, Any]) -> None:
    """Versions of the Solved plugin mark it on the topic."""
    solved = topic(12, "Wet beams", post(1, "They drip."), post(2, "Air them.", "bo"), category=5, **mark)
    assert [(one.state, one.accepted) for one in items(tmp_path, {"site.json": SITE, "12.json": solved})] == [
        (State.SOLVED, False),
        (None, True),
    ]


def test_what_asks_nothing_is_a_post(tmp_path: Path) -> None:
    """So are its replies, and it has no state."""
    talk = topic(13, "Spring meeting", post(1, "We met."), post(2, "Twenty came.", "bo"), category=5)
    found = items(tmp_path, {"site.json": SITE, "13.json": talk})
    assert [(one.kind, one.state, one.contributions[0].role) for one in found] == [
        (Kind.POST, None, Role.AUTHORED),
        (Kind.POST, None, Role.AUTHORED),
    ]


def test_thanks_hang_on_the_answer(tmp_path: Path) -> None:
    """A remark is shown below the post that it replies to, and its author has commented."""
    thanked = topic(
        12,
        "Mould in the shed?",
        post(1, "White fluff."),
        post(2, "Air it daily.", "bo"),
        post(3, "Thanks!", reply_to_post_number=2),
    )
    answer = items(tmp_path, {"site.json": SITE, "12.json": thanked})[1]
    assert answer.text == "Air it daily.\n\n## Comments\n\n- Ann Lee (2024-03-03): Thanks!"
    assert [(one.person.name, one.role) for one in answer.contributions] == [
        ("Bo Ek", Role.ANSWERED),
        ("Ann Lee", Role.COMMENTED),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        {"post_type": 3},
        {"post_type": 4},
        {"hidden": True},
        {"deleted_at": "2024-03-03T08:00:00Z"},
        {"user_deleted": True},
    ],
    ids=["small-action", "whisper", "hidden", "deleted", "withdrawn"],
)
def test_what_not_everybody_sees_is_left_out(tmp_path: Path, hidden: dict[str, Any]) -> None:
    """Whispers, hidden and deleted posts, and what the forum itself writes, give no item."""
    partly = topic(12, "Mould?", post(1, "White fluff."), post(2, "Staff only: burn it.", "bo", **hidden))
    assert [one.key for one in items(tmp_path, {"site.json": SITE, "12.json": partly})] == ["12/1"]


@pytest.mark.parametrize(
    "hidden",
    [{"visible": False}, {"archetype": "private_message"}, {"deleted_at": "2024-03-03T08:00:00Z"}, {"id": 1}],
    ids=["unlisted", "message", "deleted", "about-a-category"],
)
def test_topics_that_are_not_for_all_are_left_out(tmp_path: Path, hidden: dict[str, Any]) -> None:
    """Private messages above all."""
    one = topic(12, "Mould?", post(1, "White fluff.")) | hidden
    assert read(tmp_path, {"site.json": SITE, "12.json": one}) == []


@pytest.mark.parametrize("user", ["anon4711", "anonymous2", "deleted_user"])
def test_those_who_left_are_nobody(tmp_path: Path, user: str) -> None:
    """An account that was made anonymous gives no person, and its post stays."""
    [item] = items(tmp_path, {"site.json": SITE, "12.json": topic(12, "Mould?", post(1, "White.", user))})
    assert (item.text, item.contributions) == ("White.", ())


def test_a_list_of_users_gives_verified_addresses(tmp_path: Path) -> None:
    """Only those of active accounts."""
    users = [
        {"id": 10, "username": "Ann", "email": "ann@x.example", "active": True},
        {"id": 11, "username": "bo", "email": "bo@x.example", "active": False},
    ]
    found = items(tmp_path, {"site.json": SITE, "users.json": users, "12.json": QUESTION})
    identities = [item.contributions[0].person.identities for item in found]
    assert identities == [ANN.identities | email_identities("ann@x.example"), BO.identities]


def test_categories_are_communities(tmp_path: Path) -> None:
    """A restricted one is private, and what belongs to no listed category is too, with a complaint."""
    save(tmp_path, {"site.json": SITE, "12.json": topic(12, "Mould?", post(1, "White."), category=99)})
    with Parser(1) as parser:
        [source] = opened(tmp_path, parser)
    assert source.communities == (
        Community("plots-growing", "Plots: Growing"),
        Community("plots-growing-help", "Plots: Growing / Help"),
        Community("plots-board", "Plots: Board", private=True),
        Community("plots-unlisted-categories", "Plots: Unlisted categories", private=True),
    )
    item, complaint = read(tmp_path, {})
    assert isinstance(item, Item)
    assert item.community == "plots-unlisted-categories"
    assert complaint == (
        "12.json: is in a category that site.json does not list, and is kept private; save site.json again"
    )


def test_without_a_list_of_categories_all_belongs_to_the_community(tmp_path: Path) -> None:
    """Nothing in such an export speaks of restrictions."""
    assert {one.community for one in items(tmp_path, {"12.json": QUESTION})} == {"plots"}


def test_a_damaged_list_of_categories_is_refused(tmp_path: Path) -> None:
    """Half of it would make restricted topics public."""
    with pytest.raises(UnreadableError, match=r"site\.json line 1: the file ends in the middle"):
        read(tmp_path, {"site.json": '{"categories": [{"id": 7,', "12.json": QUESTION})


def test_posts_from_several_files(tmp_path: Path) -> None:
    """The first file has twenty posts; the others continue the topic, and what is missing is reported."""
    first = topic(12, "Mould?", post(1, "White fluff."))
    first["post_stream"]["stream"] = [101, 102, 103]
    second = {"id": 12, "post_stream": {"posts": [post(2, "Air it daily.", "bo")]}}
    *found, complaint = read(tmp_path, {"site.json": SITE, "t/12.json": first, "t/12-2.json": second})
    assert [one.key for one in found if isinstance(one, Item)] == ["12/1", "12/2"]
    assert complaint == (
        "t/12.json: lacks 1 of the topic's 3 posts; save them from /t/12/posts.json?post_ids[]=… into a"
        " file beside it"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"post_stream": {"posts": [{"id"', "12.json line 1: the file ends in the middle; copy or export"),
        ('{"post_stream": {"posts": []}, "id": 12}', "12.json: has no number or no title; save it"),
        ('{"post_stream": {"posts": ' + "[" * 100_000, "12.json line 1: nests too deeply to be read"),
        (
            '{"post_stream": {"posts": 5}, "id": [], "title": {}, "tags": 1}',
            "12.json: has no number or no title",
        ),
    ],
    ids=["truncated", "no-title", "deep", "wrong-types"],
)
def test_malformed_topics_give_one_reason(tmp_path: Path, text: str, reason: str) -> None:
    """The rest of the forum is read."""
    [error, *rest] = read(tmp_path, {"12.json": text, "13.json": topic(13, "Mould?", post(1, "White."))})
    assert str(error).startswith(reason)
    assert len(rest) == 1


def test_a_site_backup_is_refused(tmp_path: Path) -> None:
    """With what to do instead."""
    [error] = read(tmp_path, {"garden-2024-01-02-030405-v20231231000000.tar.gz": "…"})
    assert "is a backup of a Discourse site" in str(error)


def test_other_json_is_not_taken(tmp_path: Path) -> None:
    """Only what has the stream of a topic's posts."""
    save(tmp_path, {"12.json": {"id": 12, "title": "Mould?"}, "site.json": SITE})
    with Parser(1) as parser:
        assert opened(tmp_path, parser) == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('[quote="bo, post:2, topic:12"]\nAir [quote]it[/quote] daily.\n[/quote]\n\nI did.', "I did."),
        ("[quote] never ends", "[quote] never ends"),
        ("See ![beam|690x400](upload://abc.jpeg) here", "See beam here"),
        ("[plan.pdf|attachment](upload://x.pdf) (1 MB)", "plan.pdf (1 MB)"),
        ('[details="More"]\nLime.\n[/details]', "More\nLime."),
        ("`[quote]` is code", "`[quote]` is code"),
        ("[here](/t/x/12)", "[here](https://forum.example/t/x/12)"),
        ("<script>alert(1)</script>Lime <b>works</b>", "Lime <b>works</b>"),
    ],
    ids=["quote", "open-quote", "image", "attachment", "details", "code", "relative-link", "script"],
)
def test_text_as_it_was_typed(raw: str, text: str) -> None:
    """Quotes of others go; what only a forum understands becomes its text."""
    assert markdown({"raw": raw}, URL) == text


def test_text_from_html() -> None:
    """Where what was typed was not saved, the HTML serves, without quotes and captions of images."""
    cooked = (
        '<aside class="quote"><blockquote>Air it.</blockquote></aside><p><a class="mention" href="/u/bo">@bo'
        '</a> <b>lime</b> as <a href="/t/x/12">here</a></p><div class="lightbox"><div class="meta">9 KB</div>'
        "</div>"
    )
    assert markdown({"cooked": cooked}, URL) == "@bo **lime** as [here](https://forum.example/t/x/12)"


def test_links_to_other_posts() -> None:
    """By address, by quote, or as the forum counted them; not those to elsewhere or to itself."""
    linking = {
        "raw": "[quote='bo, post:4, topic:30']x[/quote] https://forum.example/t/x/12/3 [y](/t/y/13)"
        " https://other.example/t/z/99 https://forum.example/t/me/7/1",
        "link_counts": [
            {"url": "/t/w/14/2", "internal": True, "reflection": False},
            {"url": "/t/v/15", "internal": True, "reflection": True},
        ],
    }
    assert links(linking, URL, "7/1") == tuple(
        Link(LinkKind.MENTION, key) for key in ("12/3", "13/1", "14/2", "30/4")
    )
