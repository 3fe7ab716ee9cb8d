"""Forums in the format of the Stack Exchange data dumps.

Its fields are those of "Database schema documentation for the public data dump and SEDE"
(https://meta.stackexchange.com/questions/2677).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

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
    Votes,
)
from ingest.config import Config
from ingest.documents import Document
from ingest.sources.protocol import Found, Place, Record, Unit
from ingest.sources.shared.complaints import MOST
from ingest.sources.stackexchange.parts import MOST_COMMENTS
from ingest.sources.stackexchange.rows import Row, rows
from ingest.sources.stackexchange.source import KIND, StackExchangeSource
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract

QUESTION = (
    '<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2024-03-12T17:00:45.567" Score="5"'
    ' Body="&lt;p&gt;White &lt;b&gt;fluff&lt;/b&gt; on the beams.&lt;/p&gt;" OwnerUserId="10"'
    ' LastEditorUserId="11" LastEditDate="2024-03-13T08:00:00.000" Title="Mould in the shed?"'
    ' Tags="&lt;sheds&gt;&lt;mould&gt;" />'
)
ANSWER = (
    '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2024-03-12T19:00:00.000" Score="-1"'
    ' Body="&lt;p&gt;Air it daily.&lt;/p&gt;" OwnerUserId="11" />'
)
USERS = (
    '<row Id="-1" DisplayName="Community" />',
    '<row Id="10" DisplayName="Ann Lee" EmailHash="EE5A9A976AA9E63BA2911C03AD3978B2" />',
    '<row Id="11" DisplayName="Bo Ek" EmailHash="no hash" />',
)
ANN = Person(
    "Ann Lee",
    frozenset(
        {
            Identity(IdentityKind.HANDLE, "forum", "10"),
            Identity(IdentityKind.EMAIL_MD5, "", "ee5a9a976aa9e63ba2911c03ad3978b2"),
        }
    ),
)
BO = Person("Bo Ek", frozenset({Identity(IdentityKind.HANDLE, "forum", "11")}))


def dump(
    folder: Path, *posts: str, url: str | None = None, **companions: tuple[str, ...]
) -> StackExchangeSource:
    """A forum made of rows of its posts, and of its `users`, `comments`, `votes` and so on."""
    for name, lines in {"posts": posts, **companions}.items():
        text = "\n".join(["\ufeff<?xml version='1.0' encoding='utf-8'?>", f"<{name}>", *lines, f"</{name}>"])
        (folder / f"{name.capitalize()}.xml").write_text(text)
    return opened(folder, Config(forum_url=url))


def opened(folder: Path, config: Config = Config()) -> StackExchangeSource:  # noqa: B008
    """The forum in a folder."""
    tree = open_tree(folder, folder)
    (found,) = KIND.find(tree, sorted(tree.keys()))
    source = KIND.open(found, Place("forum", tree, Community("plots", "Plots"), config, NoParser()))
    assert isinstance(source, StackExchangeSource)
    return source


class NoParser:
    """Dumps hold no documents."""

    def parse(self, path: Path, where: str) -> Document:
        """Never happens."""
        raise AssertionError(f"{where} ({path}) was taken for a document")


def read(source: StackExchangeSource) -> list[Record]:
    """All records of a dump."""
    return [
        record
        for unit in source.units()
        if not isinstance(unit, UnreadableError)
        for record in source.read(unit)
    ]


def items(source: StackExchangeSource) -> list[Item]:
    """The items among the records."""
    return [record for record in read(source) if isinstance(record, Item)]


def errors(source: StackExchangeSource) -> list[str]:
    """The messages among the records."""
    return [str(record) for record in read(source) if isinstance(record, UnreadableError)]


def test_a_question_and_its_accepted_answer(tmp_path: Path) -> None:
    """A thread becomes two items: the answer carries the title and the tags of its question."""
    source = dump(tmp_path, QUESTION, ANSWER, users=USERS, url="https://forum.example")
    asked = datetime(2024, 3, 12, 17, 0, 45, tzinfo=UTC)
    edited = datetime(2024, 3, 13, 8, tzinfo=UTC)
    answered = datetime(2024, 3, 12, 19, tzinfo=UTC)
    assert read(source) == [
        Item(
            source="forum",
            key="1",
            kind=Kind.QUESTION,
            title="Mould in the shed?",
            text="White **fluff** on the beams.",
            community="plots",
            url="https://forum.example/q/1",
            created=asked,
            updated=edited,
            tags=("mould", "sheds"),
            thread="1",
            votes=5,
            state=State.SOLVED,
            contributions=(Contribution(ANN, Role.ASKED, asked), Contribution(BO, Role.EDITED, edited)),
        ),
        Item(
            source="forum",
            key="2",
            kind=Kind.ANSWER,
            title="Mould in the shed?",
            text="Air it daily.",
            community="plots",
            url="https://forum.example/a/2",
            created=answered,
            tags=("mould", "sheds"),
            thread="1",
            votes=-1,
            accepted=True,
            contributions=(Contribution(BO, Role.ACCEPTED, answered),),
        ),
    ]


def test_a_comment_counts_once_for_each_person_and_post(tmp_path: Path) -> None:
    """Several comments of one person are one contribution, with the date of the latest."""
    comments = (
        '<row Id="1" PostId="2" UserId="10" CreationDate="2024-03-15T10:00:00.000" Text="Thanks" />',
        '<row Id="2" PostId="2" UserId="10" CreationDate="2024-03-14T10:00:00.000" Text="Trying it" />',
        '<row Id="3" PostId="2" UserDisplayName="gone" CreationDate="2024-03-14T10:00:00.000" Text="Hm" />',
    )
    answer = items(dump(tmp_path, QUESTION, ANSWER, users=USERS, comments=comments))[1]
    assert answer.contributions[1:] == (
        Contribution(ANN, Role.COMMENTED, datetime(2024, 3, 15, 10, tzinfo=UTC)),
    )


def test_comments_stand_at_the_end_of_the_text(tmp_path: Path) -> None:
    """They are listed with name and date, the oldest first; their markup is inert, their score kept out."""
    comments = (
        '<row Id="2" PostId="2" UserId="10" Score="9" CreationDate="2024-03-15T10:00:00.000"'
        ' Text="It works:&#xA;&lt;b&gt;dry&lt;/b&gt;." />',
        '<row Id="1" PostId="2" CreationDate="2024-03-14T10:00:00.000" Text="How often?"'
        ' UserDisplayName="user123" />',
        '<row Id="3" PostId="1" UserId="11" CreationDate="2024-03-14T10:00:00.000" Text="Which beams?" />',
    )
    question, answer = items(dump(tmp_path, QUESTION, ANSWER, users=USERS, comments=comments))
    assert (
        question.text == "White **fluff** on the beams.\n\n## Comments\n\n- Bo Ek (2024-03-14): Which beams?"
    )
    assert answer.text == (
        "Air it daily.\n\n## Comments\n\n- (2024-03-14): How often?\n"
        "- Ann Lee (2024-03-15): It works: &lt;b>dry&lt;/b>."
    )


def test_the_solution_of_an_accepted_answer_ends_before_its_comments(tmp_path: Path) -> None:
    """What people remark on a solution is not part of it."""
    comments = ('<row Id="1" PostId="2" UserId="10" CreationDate="2024-03-15T10:00:00.000" Text="Thanks" />',)
    question, answer = items(dump(tmp_path, QUESTION, ANSWER, users=USERS, comments=comments))
    assert (question.solution, answer.solution) == (None, (0, len("Air it daily.")))


def test_a_post_with_endless_comments_keeps_the_latest(tmp_path: Path) -> None:
    """Text and time are bounded, whatever hangs on a post."""
    comments = tuple(
        f'<row Id="{number}" PostId="2" CreationDate="2024-03-15T10:00:00.000" Text="{number}" />'
        for number in range(MOST_COMMENTS + 10)
    )
    answer = items(dump(tmp_path, QUESTION, ANSWER, comments=comments))[1]
    lines = answer.text.splitlines()[4:]
    assert (lines[0], lines[-1], len(lines)) == ("- (2024-03-15): 10", "- (2024-03-15): 109", MOST_COMMENTS)


def test_votes_are_summed_by_day(tmp_path: Path) -> None:
    """Up-votes and down-votes count, other votes (favourites, flags) do not."""
    days = [(2, "2024-03-12"), (2, "2024-03-12"), (3, "2024-03-13"), (5, "2024-03-13"), (2, "2024-03-14")]
    votes = tuple(
        f'<row Id="{number}" PostId="1" VoteTypeId="{kind}" CreationDate="{day}T00:00:00.000" />'
        for number, (kind, day) in enumerate([*days, (3, "2024-03-14")])
    )
    question, answer = items(dump(tmp_path, QUESTION, ANSWER, votes=votes))
    assert question.voted == (
        Votes(datetime(2024, 3, 12, tzinfo=UTC), 2),
        Votes(datetime(2024, 3, 13, tzinfo=UTC), -1),
    )
    assert (question.votes, answer.voted) == (5, ())


def test_links_between_questions(tmp_path: Path) -> None:
    """A duplicate is not named again as related, and nothing is linked to itself."""
    pairs = [(9, 1), (9, 3), (9, 1), (7, 1), (1, 1), (5, 4)]
    links = tuple(
        f'<row Id="{number}" PostId="1" RelatedPostId="{other}" LinkTypeId="{kind}" />'
        for number, (other, kind) in enumerate(pairs)
    )
    question, answer = items(dump(tmp_path, QUESTION, ANSWER, postlinks=links))
    assert question.links == (Link(LinkKind.RELATED, "7"), Link(LinkKind.DUPLICATE, "9"))
    assert answer.links == ()


def test_the_history_names_every_editor(tmp_path: Path) -> None:
    """Each editor counts once, with their latest edit; the first version does not."""
    days = [(1, 10, 12), (2, 10, 12), (5, 11, 13), (6, 11, 15), (4, 12, 14), (5, 10, 16), (10, 13, 17)]
    history = tuple(
        f'<row Id="{number}" PostHistoryTypeId="{kind}" PostId="1" UserId="{user}"'
        f' CreationDate="2024-03-{day}T08:00:00.000" Text="…" />'
        for number, (kind, user, day) in enumerate(days)
    )
    posts = QUESTION.replace(' LastEditorUserId="11" LastEditDate="2024-03-13T08:00:00.000"', "")
    users = (*USERS, '<row Id="12" DisplayName="Cy Day" />', '<row Id="13" DisplayName="Di Fox" />')
    (question,) = items(dump(tmp_path, posts, users=users, posthistory=history))
    found = [(one.person.name, one.role, one.at and one.at.day) for one in question.contributions]
    assert found == [("Ann Lee", Role.ASKED, 12), ("Bo Ek", Role.EDITED, 15), ("Cy Day", Role.EDITED, 14)]


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ('Tags="&lt;sheds&gt;"', State.OPEN),
        ('Tags="&lt;sheds&gt;" AcceptedAnswerId="99"', State.OPEN),
        ('Tags="|sheds|" AcceptedAnswerId="2"', State.SOLVED),
        ('Tags="&lt;outdated&gt;&lt;sheds&gt;" AcceptedAnswerId="2"', State.OUTDATED),
        ('ClosedDate="2024-03-14T10:00:00.000"', None),
        ('ClosedDate="2024-03-14T10:00:00.000" AcceptedAnswerId="2"', State.SOLVED),
    ],
    ids=[
        "no accepted answer",
        "accepted answer is not in the dump",
        "solved",
        "outdated wins",
        "closed, so nobody can answer",
        "closed after it was solved",
    ],
)
def test_the_state_of_a_question(tmp_path: Path, attributes: str, state: State | None) -> None:
    """Solved by an accepted answer that is there, outdated where a tag says so, open unless it was closed."""
    question = f'<row Id="1" PostTypeId="1" Title="Mould?" Body="Where?" {attributes} />'
    assert items(dump(tmp_path, question, ANSWER))[0].state == state


def test_answers_of_an_outdated_question_are_outdated_unless_they_came_later(tmp_path: Path) -> None:
    """What was written after the accepted answer is what corrects it."""
    outdated = 'Tags="&lt;outdated&gt;" AcceptedAnswerId="2"'
    question = f'<row Id="1" PostTypeId="1" Title="Mould?" Body="Where?" {outdated} />'
    later = ANSWER.replace('<row Id="2"', '<row Id="3"')
    assert [item.state for item in items(dump(tmp_path, question, ANSWER, later))] == [
        State.OUTDATED,
        State.OUTDATED,
        None,
    ]


def test_only_posts_are_required(tmp_path: Path) -> None:
    """Without a list of users people are named by their number; programs and deleted users do nothing."""
    community = '<row Id="3" PostTypeId="2" ParentId="1" Body="Bump." OwnerUserId="-1" />'
    deleted = '<row Id="4" PostTypeId="2" ParentId="1" Body="Bleach." OwnerDisplayName="gone" />'
    wiki = '<row Id="5" PostTypeId="5" Body="About mould." />'
    found = items(dump(tmp_path, QUESTION, community, deleted, wiki))
    assert [(item.key, [one.person.name for one in item.contributions]) for item in found] == [
        ("1", ["user10", "user11"]),
        ("3", []),
        ("4", []),
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ('<row Id="3" PostTypeId="2" Body="a < b" />', "the row does not end; correct it or export it again"),
        ('<row Id="3" Id="4" />', "the row is malformed (Attribute Id redefined"),
        ('<row Id="3" Body="&boom;" />', "the row is malformed (Entity 'boom' not defined"),
        ('<row PostTypeId="2" ParentId="1" Body="x" />', "the post has no Id"),
        ('<row Id="1" PostTypeId="1" Title="x" />', "the post has the Id 1 of an earlier post"),
        (
            '<row Id="3" PostTypeId="2" ParentId="9" Body="x" />',
            "answer 3 belongs to question 9, which the dump lacks",
        ),
        ('<row Id="3" PostTypeId="2" ParentId="1" Body=" " />', "answer 3 has no text; it was left out"),
        ('<row Id="3" PostTypeId="1" Body="x" />', "question 3 has no title; it was left out"),
    ],
)
def test_a_bad_row_costs_only_itself(tmp_path: Path, row: str, complaint: str) -> None:
    """The error names the line, and the rows after it are read."""
    source = dump(tmp_path, QUESTION, row, ANSWER)
    assert [item.key for item in items(source)] == ["1", "2"]
    assert [error.startswith(f"{tmp_path}/Posts.xml line 4: {complaint}") for error in errors(source)] == [
        True
    ]


def test_a_row_may_span_lines(tmp_path: Path) -> None:
    """Line ends between attributes and inside them do not matter, nor does a start and an end tag."""
    spread = (
        ANSWER.replace(" Score", "\n  Score")
        .replace("Air it daily.", "Air it\ndaily.")
        .replace(" />", "></row>")
    )
    assert [item.key for item in items(dump(tmp_path, QUESTION, spread))] == ["1", "2"]


def test_a_row_that_was_commented_out_is_not_read(tmp_path: Path) -> None:
    """An XML comment hides the rows in it."""
    assert [item.key for item in items(dump(tmp_path, QUESTION, f"<!-- {ANSWER} -->"))] == ["1"]


def test_a_truncated_dump_is_read_to_where_it_ends(tmp_path: Path) -> None:
    """A copy that broke off gives its whole rows, and one error."""
    source = dump(tmp_path, QUESTION, ANSWER)
    path = tmp_path / "Posts.xml"
    path.write_bytes(path.read_bytes()[:-40])
    assert [item.key for item in items(source)] == ["1"]
    assert errors(source) == [
        f"{path} line 4: the file ends here, before its end tag; copy it again. All before was read"
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><posts></posts>', "line 1: declares a document type"),
        ("<posts></posts>".encode("utf-16"), "line 1: is UTF-16; save it as UTF-8"),
    ],
    ids=["entities", "other encoding"],
)
def test_a_file_that_no_forum_exports_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    """Nothing is read of a dump whose file declares entities or is in another encoding."""
    source = dump(tmp_path, QUESTION)
    (tmp_path / "Posts.xml").write_bytes(content)
    with pytest.raises(UnreadableError, match=complaint):
        read(source)


def test_a_row_of_absurd_length_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded: a row beyond the limit is named and skipped."""
    monkeypatch.setattr("ingest.sources.stackexchange.rows._LONGEST", 1000)
    monkeypatch.setattr("ingest.sources.stackexchange.rows._BLOCK", 100)
    path = tmp_path / "Posts.xml"
    path.write_text(f'<posts>\n<row Id="1" Body="{"x" * 5000}" />\n<row Id="2" />\n</posts>')
    found = [result.values if isinstance(result, Row) else str(result) for result in rows(path, str(path))]
    assert found == [f"{path} line 2: the row is longer than 0 MB; it was left out", {"Id": "2"}]


def test_the_digest_follows_all_that_items_depend_on(tmp_path: Path) -> None:
    """A new comment changes the unit's digest, and so does another address of the forum."""
    digests = [
        unit.digest
        for source in (
            dump(tmp_path, QUESTION, users=USERS),
            dump(tmp_path, QUESTION, users=USERS),
            dump(tmp_path, QUESTION, users=USERS, url="https://forum.example"),
            dump(tmp_path, QUESTION, users=USERS, comments=()),
        )
        for unit in source.units()
        if isinstance(unit, Unit)
    ]
    # each source is listed before the next one is written, so the third differs by its address alone
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_companion_that_cannot_be_read_keeps_the_dump_in_the_list(tmp_path: Path) -> None:
    """The error names the posts, so that what is stored of the forum stays."""
    source = dump(tmp_path, QUESTION, users=USERS)
    (tmp_path / "Users.xml").unlink()
    (tmp_path / "Users.xml").mkdir()
    (error,) = source.units()
    assert isinstance(error, UnreadableError)
    assert error.where == f"{tmp_path}/Posts.xml"
    assert error.reason.startswith(f"{tmp_path}/Users.xml: is a folder, pipe, socket or device, not a file;")


def test_a_dump_that_vanished_stays_in_the_list(tmp_path: Path) -> None:
    """Nothing is removed when the posts cannot be found."""
    source = dump(tmp_path, QUESTION)
    (tmp_path / "Posts.xml").unlink()
    assert [str(error) for error in source.units()] == [
        f"{tmp_path}/Posts.xml: is not there any more; ingest again"
    ]


def test_users_who_are_gone_are_nobody(tmp_path: Path) -> None:
    """A number that the list of users lacks, or a name without a number, makes no person."""
    gone = ANSWER.replace('OwnerUserId="11"', 'OwnerUserId="99"')
    wiki = ANSWER.replace('<row Id="2"', '<row Id="3"').replace('OwnerUserId="11"', 'OwnerUserId="-1"')
    shared = ANSWER.replace('<row Id="2"', '<row Id="4"').replace(
        " />", ' CommunityOwnedDate="2024-03-14" />'
    )
    source = dump(tmp_path, QUESTION, gone, wiki, shared, users=USERS)
    assert [[one.person.name for one in item.contributions] for item in items(source)] == [
        ["Ann Lee", "Bo Ek"],
        [],
        [],
        ["Bo Ek"],
    ]


def test_thousands_of_bad_rows_are_counted(tmp_path: Path) -> None:
    """The first ones are named, so that the list stays readable."""
    source = dump(tmp_path, QUESTION, *(['<row PostTypeId="2" />'] * (MOST + 300)))
    found = errors(source)
    assert len(found) == MOST + 1
    reason = "300 more rows cannot be read, besides the 200 that were named; export it again"
    assert found[-1] == f"{tmp_path}/Posts.xml: {reason}"


def test_a_comment_that_moved_while_the_dump_is_read_is_left_out(tmp_path: Path) -> None:
    """A file that is written anew meanwhile gives no comment of another post."""
    comments = ('<row Id="1" PostId="2" UserId="10" CreationDate="2024-03-15T10:00:00.000" Text="Thanks" />',)
    source = dump(tmp_path, QUESTION, ANSWER, comments=comments)
    (unit,) = source.units()
    assert isinstance(unit, Unit)
    records = source.read(unit)
    first = next(records)
    (tmp_path / "Comments.xml").write_text("<comments></comments>")
    assert [item.text for item in (first, *records) if isinstance(item, Item)] == [
        "White **fluff** on the beams.",
        "Air it daily.",
    ]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("beer.stackexchange.com", "https://beer.stackexchange.com"),
        ("meta.superuser.com", "https://meta.superuser.com"),
        ("our-forum", None),
    ],
)
def test_a_site_is_known_by_the_name_of_its_folder(tmp_path: Path, name: str, url: str | None) -> None:
    """The dumps of the public sites are named after them; any other needs its address in `copse.toml`."""
    (tmp_path / name).mkdir()
    assert dump(tmp_path / name, QUESTION).url == url
    assert opened(tmp_path / name, Config(forum_url="https://q.example")).url == "https://q.example"


def test_dumps_are_found_wherever_they_lie(tmp_path: Path) -> None:
    """A folder with `Posts.xml` in any case is a dump; the files of a dump alone are none."""
    keys = ["a/Posts.xml", "a/Users.xml", "a/notes.md", "b/c/posts.XML", "b/Tags.xml", "d/Users.xml"]
    assert list(KIND.find(open_tree(tmp_path, tmp_path), keys)) == [
        Found("a", ("a/Posts.xml", "a/Users.xml")),
        Found("b/c", ("b/c/posts.XML",)),
    ]


class TestContract(SourceContract):
    """A dump keeps the rules that hold for all kinds."""

    names: ClassVar = {"Ann Lee", "Bo Ek"}
    nobody: ClassVar = {"Community", "user123", "user-1"}
    edited = "2"
    deleted = "3"
    link = ("1", Link(LinkKind.RELATED, "4"))

    posts = (
        QUESTION,
        ANSWER,
        ANSWER.replace('<row Id="2"', '<row Id="3"').replace(
            'OwnerUserId="11"', 'OwnerDisplayName="user123"'
        ),
        QUESTION.replace('<row Id="1"', '<row Id="4"').replace('OwnerUserId="10"', 'OwnerUserId="-1"'),
    )

    def write(self, at: Path) -> None:
        """Two questions and two answers."""
        links = ('<row Id="1" PostId="1" RelatedPostId="4" LinkTypeId="1" />',)
        dump(at, *self.posts, users=USERS, postlinks=links)

    def change(self, at: Path) -> None:
        """Another text of one answer, and the other one is gone."""
        question, answer, _, other = self.posts
        dump(at, question, answer.replace("Air it daily.", "Air it twice a day."), other, users=USERS)
