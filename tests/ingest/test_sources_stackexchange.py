"""Forums in the format of the Stack Exchange data dumps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import (
    Community,
    Contribution,
    Identity,
    IdentityKind,
    Item,
    Kind,
    Person,
    Role,
    State,
)
from ingest.sources.protocol import Record, Unit
from ingest.sources.stackexchange import StackExchangeSource
from ingest.sources.xmlrows import Row, rows

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
    """A forum made of rows of its posts, and of its `users` and `comments`."""
    for name, lines in {"posts": posts, **companions}.items():
        text = "\n".join(["\ufeff<?xml version='1.0' encoding='utf-8'?>", f"<{name}>", *lines, f"</{name}>"])
        (folder / f"{name.capitalize()}.xml").write_text(text)
    files = {path.name.lower(): path for path in folder.glob("*.xml")}
    return StackExchangeSource("forum", files, Community("plots", "Plots"), url)


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


@pytest.mark.parametrize(
    ("attributes", "state"),
    [
        ('Tags="&lt;sheds&gt;"', State.OPEN),
        ('Tags="&lt;sheds&gt;" AcceptedAnswerId="99"', State.OPEN),
        ('Tags="|sheds|" AcceptedAnswerId="2"', State.SOLVED),
        ('Tags="&lt;outdated&gt;&lt;sheds&gt;" AcceptedAnswerId="2"', State.OUTDATED),
    ],
    ids=["no accepted answer", "accepted answer is not in the dump", "solved", "outdated wins"],
)
def test_the_state_of_a_question(tmp_path: Path, attributes: str, state: State) -> None:
    """A question is solved by an accepted answer that is there, and outdated where a tag says so."""
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
    monkeypatch.setattr("ingest.sources.xmlrows._LONGEST", 1000)
    monkeypatch.setattr("ingest.sources.xmlrows._BLOCK", 100)
    path = tmp_path / "Posts.xml"
    path.write_text(f'<posts>\n<row Id="1" Body="{"x" * 5000}" />\n<row Id="2" />\n</posts>')
    found = [result.values if isinstance(result, Row) else str(result) for result in rows(path)]
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


def test_a_dump_that_vanished_is_an_error_of_the_source(tmp_path: Path) -> None:
    """Nothing is removed when the posts cannot be found."""
    source = dump(tmp_path, QUESTION)
    (tmp_path / "Posts.xml").unlink()
    with pytest.raises(SourceError, match="is not there any more"):
        list(source.units())
