"""Chats in the format of Slack's exports.

The files are described at https://slack.com/help/articles/220556107 (how to read data exports), messages at
https://docs.slack.dev/reference/events/message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, cast

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
from ingest.sources.protocol import Place, Record, Unit
from ingest.sources.slack.source import KIND, SlackSource
from ingest.sources.slack.text import Labels, to_markdown
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract

Message = dict[str, Any]

USERS: list[dict[str, Any]] = [
    {"id": "U1", "name": "ann", "profile": {"real_name": "Ann Lee", "email": "Ann@x.example"}},
    {"id": "U2", "name": "bo", "real_name": "Bo Ek", "profile": {"display_name": "bo"}},
    {"id": "U3", "name": "cy", "deleted": True, "profile": {"real_name": "Cy Roe", "email": "cy@x.example"}},
    {"id": "U4", "name": "gone", "deleted": True, "profile": {"real_name": "Deleted User"}},
    {"id": "U5", "name": "sprinkler", "is_bot": True, "profile": {"real_name": "Sprinkler"}},
    {"id": "USLACKBOT", "name": "slackbot", "profile": {"real_name": "Slackbot"}},
]
SHEDS = {"id": "C1", "name": "sheds", "members": ["U1", "U2"]}
BOARD = {"id": "G1", "name": "board", "members": ["U1", "U2", "U3", "U5"]}

ANN = Person(
    "Ann Lee",
    frozenset(
        {
            Identity(IdentityKind.HANDLE, "chat", "u1"),
            Identity(IdentityKind.EMAIL, "", "ann@x.example"),
            Identity(IdentityKind.EMAIL_MD5, "", "ee5a9a976aa9e63ba2911c03ad3978b2"),
        }
    ),
)
BO = Person("Bo Ek", frozenset({Identity(IdentityKind.HANDLE, "chat", "u2")}))

START = 1_709_629_200  # 2024-03-05 09:00 UTC


def at(minute: int) -> datetime:
    """So many minutes after the start of the chat."""
    return datetime.fromtimestamp(START + 60 * minute, UTC)


def ts(minute: int) -> str:
    """The identifier of a message that was sent so many minutes after the start."""
    return f"{START + 60 * minute}.000100"


def said(minute: int, user: str, text: str, **values: Any) -> Message:
    """A message; `thread=0` puts it into the thread that was opened at that minute."""
    thread = {"thread_ts": ts(values.pop("thread"))} if "thread" in values else {}
    return {"type": "message", "user": user, "text": text, "ts": ts(minute), **thread, **values}


def likes(name: str, *users: str) -> dict[str, Any]:
    """A reaction."""
    return {"name": name, "users": list(users), "count": len(users)}


def export(
    folder: Path,
    days: dict[str, Sequence[Message]],
    channels: Sequence[dict[str, Any]] = (SHEDS,),
    groups: Sequence[dict[str, Any]] = (),
    users: Sequence[dict[str, Any]] = tuple(USERS),
) -> None:
    """Write an export; `days` has the messages by channel and day, as in `sheds/2024-03-05`."""
    lists = {"channels": channels, "groups": groups, "users": users, "dms": [{"id": "D0123456"}]}
    for name, content in {**lists, **days}.items():
        path = folder / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))


def source_of(folder: Path, url: str | None = None, *, name: str = "chat") -> SlackSource:
    """Find the export in a folder, and open it."""
    tree = open_tree(folder, folder.parent / "scratch")
    [found] = KIND.find(tree, tree.keys())
    place = Place(name, tree, Community("plots", "Plots"), Config(forum_url=url), cast("Parser", None))
    return cast("SlackSource", KIND.open(found, place))


def records(folder: Path, *messages: Message, url: str | None = None) -> list[Record]:
    """All records of an export with these messages in one public channel, on one day."""
    export(folder, {"sheds/2024-03-05": messages})
    return read(source_of(folder, url))


def read(source: SlackSource) -> list[Record]:
    """All records of a source."""
    return [record for unit in source.units() if isinstance(unit, Unit) for record in source.read(unit)]


def items(folder: Path, *messages: Message, url: str | None = None) -> list[Item]:
    """The items of an export with these messages in one public channel, on one day."""
    return [one for one in records(folder, *messages, url=url) if isinstance(one, Item)]


def names(item: Item) -> list[tuple[str, Role]]:
    """Who did what to an item."""
    return [(one.person.name, one.role) for one in item.contributions]


def test_a_thread_that_asks_is_a_question_with_answers(tmp_path: Path) -> None:
    """The check mark of whoever asked accepts an answer; reactions are votes, but not one's own."""
    checked = [likes("white_check_mark", "U1"), likes("+1::skin-tone-3", "U2", "U3")]
    assert items(
        tmp_path,
        said(0, "U1", "Why is there *white fluff* on the beams?", thread=0, reactions=[likes("-1", "U3")]),
        said(5, "U2", "Air it daily.", thread=0, reactions=checked, edited={"user": "U2", "ts": ts(9)}),
        url="https://plots.slack.com",
    ) == [
        Item(
            source="chat",
            key=f"C1/{START}.000100",
            kind=Kind.QUESTION,
            title="Why is there white fluff on the beams?",
            text="Why is there **white fluff** on the beams?",
            community="plots-sheds",
            url=f"https://plots.slack.com/archives/C1/p{START}000100",
            created=at(0),
            thread=f"C1/{START}.000100",
            votes=-1,
            state=State.SOLVED,
            contributions=(Contribution(ANN, Role.ASKED, at(0)),),
        ),
        Item(
            source="chat",
            key=f"C1/{START + 300}.000100",
            kind=Kind.ANSWER,
            title="Why is there white fluff on the beams?",
            text="Air it daily.",
            community="plots-sheds",
            url=f"https://plots.slack.com/archives/C1/p{START + 300}000100?thread_ts={START}.000100&cid=C1",
            created=at(5),
            updated=at(9),
            thread=f"C1/{START}.000100",
            votes=2,
            accepted=True,
            contributions=(Contribution(BO, Role.ACCEPTED, at(5)),),
        ),
    ]


def test_a_thread_that_asks_nothing_is_posts(tmp_path: Path) -> None:
    """Its replies are posts, too."""
    found = items(
        tmp_path, said(0, "U1", "The shed is dry.", thread=0), said(1, "U2", "Since May.", thread=0)
    )
    assert [(item.kind, item.state, names(item)) for item in found] == [
        (Kind.POST, None, [("Ann Lee", Role.AUTHORED)]),
        (Kind.POST, None, [("Bo Ek", Role.AUTHORED)]),
    ]


def test_a_check_mark_on_the_question_says_that_it_is_solved(tmp_path: Path) -> None:
    """Without one the question is open, and no answer is accepted in either case."""
    asked = said(0, "U1", "Does lime help against moss?", thread=0)
    answer = said(1, "U2", "It does.", thread=0)
    solved = {**asked, "reactions": [likes("heavy_check_mark", "U2")]}
    assert [items(tmp_path, one, answer)[0].state for one in (asked, solved)] == [State.OPEN, State.SOLVED]


def test_what_the_asker_adds_is_no_answer(tmp_path: Path) -> None:
    """It is a post in the thread, and evidence of little."""
    _, added = items(
        tmp_path,
        said(0, "U1", "Does lime help against moss?", thread=0),
        said(1, "U1", "It is on the north side.", thread=0),
    )
    assert (added.kind, names(added)) == (Kind.POST, [("Ann Lee", Role.COMMENTED)])


def test_thanks_hang_on_the_answer(tmp_path: Path) -> None:
    """Short remarks are comments, and their authors commented."""
    _, answer = items(
        tmp_path,
        said(0, "U1", "Does lime help against moss?", thread=0),
        said(1, "U2", "It does.", thread=0),
        said(2, "U1", "Thanks!", thread=0),
        said(3, "U4", "+1", thread=0),
    )
    assert answer.text == "It does.\n\n## Comments\n\n- Ann Lee (2024-03-05): Thanks!\n- (2024-03-05): +1"
    assert names(answer) == [("Bo Ek", Role.ANSWERED), ("Ann Lee", Role.COMMENTED)]


def test_threads_cross_days(tmp_path: Path) -> None:
    """A reply of a later day belongs to its thread, and a reply shown in the channel counts once."""
    export(
        tmp_path,
        {
            "sheds/2024-03-05": [said(0, "U1", "Who has a ladder?", thread=0)],
            "sheds/2024-03-07": [said(3000, "U2", "I do, 4 m.", thread=0, subtype="thread_broadcast")],
        },
    )
    found = [one for one in read(source_of(tmp_path)) if isinstance(one, Item)]
    assert [(item.key, item.thread) for item in found] == [
        (f"C1/{ts(0)}", f"C1/{ts(0)}"),
        (f"C1/{ts(3000)}", f"C1/{ts(0)}"),
    ]


def test_neighbouring_messages_are_one_conversation(tmp_path: Path) -> None:
    """Those in no thread are told together, with who spoke; half an hour of silence ends it."""
    talk, alone = items(
        tmp_path,
        said(0, "U1", "Frost tonight."),
        said(1, "U1", "Down to -4."),
        said(20, "U2", "Cover the figs then.", reactions=[likes("tada", "U1")]),
        said(51, "U2", "Does anybody have fleece left?"),
    )
    assert talk.text == "**Ann Lee:** Frost tonight.\n\nDown to -4.\n\n**Bo Ek:** Cover the figs then."
    assert (talk.kind, talk.title, talk.votes, talk.updated) == (Kind.POST, "Frost tonight.", 1, at(20))
    assert names(talk) == [("Ann Lee", Role.SPOKE), ("Bo Ek", Role.SPOKE)]
    assert (alone.kind, alone.state, names(alone)) == (Kind.QUESTION, State.OPEN, [("Bo Ek", Role.ASKED)])


def test_whoever_asks_in_a_conversation_does_not_know(tmp_path: Path) -> None:
    """Its first question gives its title, and asking is no sign of expertise."""
    [talk] = items(
        tmp_path,
        said(0, "U1", "Hi all"),
        said(1, "U1", "Can somebody lend me a spade?"),
        said(2, "U2", "There is one behind the shed."),
    )
    assert (talk.title, names(talk)) == (
        "Can somebody lend me a spade?",
        [("Ann Lee", Role.ASKED), ("Bo Ek", Role.SPOKE)],
    )


def test_a_new_message_changes_only_the_last_conversation(tmp_path: Path) -> None:
    """Thirty messages are enough for one, and where one ends depends on nothing that comes later."""
    messages = [said(minute, "U1", f"Row {minute} is dug.") for minute in range(40)]
    before = items(tmp_path, *messages[:35])
    after = items(tmp_path, *messages)
    assert [item.key for item in after] == [f"C1/{ts(0)}", f"C1/{ts(30)}"]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]


def test_small_talk_alone_is_left_out(tmp_path: Path) -> None:
    """A conversation in which nobody says anything gives no item."""
    assert items(tmp_path, said(0, "U1", "Hi all"), said(1, "U2", ":wave:")) == []


@pytest.mark.parametrize(
    "message",
    [
        said(0, "U1", "<@U1> has joined the channel", subtype="channel_join"),
        said(0, "U1", "set the topic", subtype="channel_topic"),
        said(0, "USLACKBOT", "This message was deleted.", subtype="tombstone", hidden=True),
        said(0, "U1", "", files=[{"id": "F1", "mode": "tombstone"}]),
        {"type": "message", "user": "U1", "text": "No time.", "ts": "yesterday"},
    ],
    ids=["join", "topic", "tombstone", "file that is gone", "no time"],
)
def test_notices_are_left_out(tmp_path: Path, message: Message) -> None:
    """What the program says, and what says nothing, is no item."""
    assert items(tmp_path, message) == []


def test_listed_edits_and_deletions_count(tmp_path: Path) -> None:
    """Exports for compliance list them apart; the last text is kept, and what was deleted is gone."""
    found = items(
        tmp_path,
        said(0, "U1", "Dig 20 cm deep."),
        said(60, "U2", "Nonsense, I think."),
        said(120, "U1", "", subtype="message_changed", hidden=True, message=said(0, "U1", "Dig 30 cm deep.")),
        said(121, "U2", "", subtype="message_deleted", hidden=True, deleted_ts=ts(60)),
    )
    assert [item.text for item in found] == ["Dig 30 cm deep."]


def test_replies_survive_the_message_that_opened_their_thread(tmp_path: Path) -> None:
    """They are posts, for nobody knows what was asked."""
    found = items(
        tmp_path,
        said(0, "USLACKBOT", "This message was deleted.", thread=0, subtype="tombstone"),
        said(1, "U1", "Use oak, does anybody disagree?", thread=0),
        said(2, "U2", "Larch lasts as long.", thread=0),
    )
    assert [(item.kind, item.thread) for item in found] == [(Kind.POST, f"C1/{ts(1)}")] * 2


def test_bots_and_accounts_without_a_person(tmp_path: Path) -> None:
    """A bot says that it is one; an account made anonymous is nobody; guests bring their own names."""
    found = items(
        tmp_path,
        said(0, "U5", "Watered bed 3."),
        {"subtype": "bot_message", "bot_id": "B7", "username": "Frost alarm", "text": "2 °C", "ts": ts(60)},
        said(120, "U4", "I was here once."),
        said(180, "U99", "Hello from next door, the pump works.", user_profile={"real_name": "Di Fo"}),
        said(240, "U3", "Left the club in May."),
    )
    people = [one.person for item in found for one in item.contributions]
    assert [(person.name, person.bot) for person in people] == [
        ("Sprinkler", True),
        ("Frost alarm", True),
        ("Di Fo", False),
        ("Cy Roe", False),
    ]


def test_files_are_named(tmp_path: Path) -> None:
    """A message that only brings a file is named after it."""
    [item] = items(tmp_path, said(0, "U1", "", files=[{"title": "Plan <b>", "name": "plan.pdf"}]))
    assert (item.title, item.text) == ("Plan <b> (plan.pdf)", "File: Plan &lt;b> (plan.pdf)")


def test_an_address_of_a_message_is_a_link(tmp_path: Path) -> None:
    """It points to the other message, unless that is in a channel that not all readers may know."""
    export(
        tmp_path,
        {
            "sheds/2024-03-05": [
                said(0, "U1", "<https://plots.slack.com/archives/C1/p1709000000000100> says so."),
                said(60, "U1", "<https://plots.slack.com/archives/G1/p1709000000000100> says so."),
            ]
        },
        groups=[BOARD],
    )
    found = [one for one in read(source_of(tmp_path)) if isinstance(one, Item)]
    assert [item.links for item in found] == [(Link(LinkKind.MENTION, "C1/1709000000.000100"),), ()]


def test_a_private_channel_is_private(tmp_path: Path) -> None:
    """Its members read it: by address, by name where there is none; not those who left, and no bots."""
    export(
        tmp_path,
        {
            "sheds/2024-03-05": [said(0, "U1", "See <#G1|board>, <#G9|secret> and <#C1|sheds>.")],
            "board/2024-03-05": [said(0, "U1", "Here in <#G1|board>.")],
            "D0123456/2024-03-05": [said(0, "U1", "Just between us.")],
        },
        groups=[BOARD],
    )
    source = source_of(tmp_path)
    assert list(source.communities) == [
        Community("plots-sheds", "Plots: sheds"),
        Community("plots-board", "Plots: board", private=True, readers=frozenset({"ann@x.example", "Bo Ek"})),
    ]
    assert [one.text for one in read(source) if isinstance(one, Item)] == [
        "See another channel, another channel and #sheds.",
        "Here in #board.",
    ]


def test_a_channel_in_no_list_is_left_out(tmp_path: Path) -> None:
    """Nobody can tell who may read it."""
    export(tmp_path, {"sheds/2024-03-05": [], "attic/2024-03-05": [said(0, "U1", "Old things.")]})
    *_, error = source_of(tmp_path).units()
    assert isinstance(error, UnreadableError)
    assert str(error).startswith(f"{tmp_path}/attic: is listed neither in channels.json nor in groups.json,")


def test_channels_of_like_names_stay_apart(tmp_path: Path) -> None:
    """Otherwise a private channel could take over the community of a public one."""
    tools = {"id": "C2", "name": "tools_old", "members": []}
    other = {"id": "G2", "name": "tools-old", "members": []}
    export(tmp_path, {"tools_old/2024-03-05": [], "tools-old/2024-03-05": []}, [tools], [other])
    communities = source_of(tmp_path).communities
    assert [(one.slug, one.private) for one in communities] == [
        ("plots-tools-old-c2", False),
        ("plots-tools-old-g2", True),
    ]


def test_a_truncated_day_is_read_to_where_it_ends(tmp_path: Path) -> None:
    """One error names the line, and the other days are read."""
    export(
        tmp_path,
        {"sheds/2024-03-05": [said(0, "U1", "Kept."), said(1, "U2", "Lost.")], "sheds/2024-03-06": []},
    )
    path = tmp_path / "sheds/2024-03-05.json"
    path.write_text(path.read_text()[:-30])
    error, item = read(source_of(tmp_path))
    assert isinstance(item, Item)
    assert item.text == "Kept."
    assert str(error) == (
        f"{path} line 1: breaks off or is damaged here; export it again. All before was read"
    )


@pytest.mark.parametrize(
    "content", ["{}", "[" * 100_000, "nothing", '[{"ts": 5, "text": [], "files": 3}, 7]']
)
def test_a_strange_day_costs_only_itself(tmp_path: Path, content: str) -> None:
    """Whatever is in the file, the other days are read."""
    export(tmp_path, {"sheds/2024-03-05": [], "sheds/2024-03-06": [said(0, "U1", "Kept.")]})
    (tmp_path / "sheds/2024-03-05.json").write_text(content)
    assert [one.text for one in read(source_of(tmp_path)) if isinstance(one, Item)] == ["Kept."]


def test_half_a_list_of_channels_is_refused(tmp_path: Path) -> None:
    """It could be the half that says what is private."""
    export(tmp_path, {"sheds/2024-03-05": []}, groups=[BOARD])
    (tmp_path / "groups.json").write_text('[{"id": "G1"')
    with pytest.raises(UnreadableError, match=r"groups\.json line 1: breaks off or is damaged here"):
        source_of(tmp_path)


def test_only_exports_are_found(tmp_path: Path) -> None:
    """It takes the days, the lists and what lies in the channels' folders, and leaves everything else."""
    (tmp_path / "old").mkdir()
    export(tmp_path / "old", {})
    inner = tmp_path / "chat"
    inner.mkdir()
    export(inner, {"sheds/2024-03-05": []})
    (inner / "sheds/plan.pdf").touch()
    (inner / "notes").mkdir()
    (inner / "notes/a.md").touch()
    tree = open_tree(tmp_path, tmp_path / "scratch")
    [found] = KIND.find(tree, tree.keys())
    assert found.at == "chat"
    assert set(tree.keys()) - set(found.keys) == {
        "chat/notes/a.md",
        *(f"old/{name}.json" for name in ("channels", "groups", "users", "dms")),
    }


def test_the_digest_follows_all_that_items_depend_on(tmp_path: Path) -> None:
    """A new message changes that of its channel, a new name that of all channels."""
    days = {"sheds/2024-03-05": [said(0, "U1", "One.")], "beds/2024-03-05": [said(0, "U1", "One.")]}
    beds = {"id": "C2", "name": "beds", "members": []}

    def digests(days: dict[str, list[Message]], users: Sequence[dict[str, Any]] = tuple(USERS)) -> list[str]:
        export(tmp_path, dict(days), [SHEDS, beds], users=users)
        return [unit.digest for unit in source_of(tmp_path).units() if isinstance(unit, Unit)]

    before = digests(days)
    more = digests({**days, "sheds/2024-03-06": [said(1500, "U2", "Two.")]})
    renamed = digests(days, [{"id": "U1", "name": "ann", "profile": {"real_name": "Ann Lee-Ek"}}])
    assert [one == other for one, other in zip(before, more, strict=True)] == [False, True]
    assert not set(before + more) & set(renamed)


LABELS = Labels({"U1": "Ann Lee"}, {"C1": "sheds"})


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*bold* _soft_ ~gone~ `*code*`", "**bold** *soft* ~~gone~~ `*code*`"),
        ("2 * 3 * 4, snake_case_name, a~b~c", "2 * 3 * 4, snake_case_name, a~b~c"),
        ("*<https://x.example/a|the plan>*", "**[the plan](https://x.example/a)**"),
        ("<https://x.example/a_b_(c)>", "<https://x.example/a_b_%28c%29>"),
        ("<mailto:ann@x.example|ann@x.example>", "ann@x.example"),
        ("<javascript:alert(1)|press>", "press"),
        ("<@U1> <@U9|di> <@U9> <#C1|old> <#C9|secret>", "@Ann Lee @di @somebody #sheds another channel"),
        ("<!here> <!subteam^S1|@cooks> <!date^1^{date}|1 May>", "@here @cooks 1 May"),
        ("5 &lt; 6 &amp;&amp; &lt;b&gt;", "5 < 6 && &lt;b>"),
        ("&amp;lt;", "&amp;lt;"),
        ("```if a &lt; b:\n  *x*```", "```\nif a < b:\n  *x*\n```"),
        ("`<https://x.example|x.example>`", "`x.example`"),
        ("&gt; quoted\n• first\n# no heading", "> quoted\n- first\n\\# no heading"),
        ("\ue0000\ue001 <script>", "0 script"),
    ],
)
def test_mrkdwn_becomes_markdown(text: str, markdown: str) -> None:
    """What Slack writes between its marks keeps its meaning, and nothing becomes active."""
    assert to_markdown(text, LABELS) == markdown


class TestContract(SourceContract):
    names: ClassVar[set[str]] = {"Ann Lee", "Bo Ek"}
    nobody: ClassVar[set[str]] = {"Deleted User", "deleted", "gone"}
    bots: ClassVar[set[str]] = {"Sprinkler"}
    edited: ClassVar[str] = f"C1/{ts(5)}"
    deleted: ClassVar[str] = f"C1/{ts(120)}"
    secret: ClassVar[str] = f"G1/{ts(0)}"
    link: ClassVar[tuple[str, Link] | None] = (f"C1/{ts(5)}", Link(LinkKind.MENTION, f"C1/{ts(120)}"))

    def days(self, answer: str, *others: Message) -> dict[str, Sequence[Message]]:
        thread = (said(0, "U1", "Why does it smell?", thread=0), said(5, "U2", answer, thread=0))
        return {
            "sheds/2024-03-05": (*thread, *others, said(240, "U4", "Nobody knows.")),
            "board/2024-03-05": (said(0, "U1", "The fee goes up."), said(60, "U5", "Minutes are due.")),
        }

    def write(self, at: Path) -> None:
        answer = f"See <https://x.slack.com/archives/C1/p{ts(120).replace('.', '')}>."
        export(at, self.days(answer, said(120, "U1", "Air it daily.")), groups=[BOARD])

    def change(self, at: Path) -> None:
        export(at, self.days("Turn the heap."), groups=[BOARD])
