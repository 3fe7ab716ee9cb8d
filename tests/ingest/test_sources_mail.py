"""Mailing lists: mailboxes, Mailman's archives and maildirs.

Mails are described in RFC 5322, mailboxes in RFC 4155, maildirs at https://cr.yp.to/proto/maildir.html.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State
from ingest.config import Config
from ingest.parser import Parser
from ingest.sources.mail.boxes import mails_in
from ingest.sources.mail.source import KIND, MailSource
from ingest.sources.protocol import Place, Record, Unit
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract

ANN = Person(
    "Ann Lee",
    frozenset(
        {
            Identity(IdentityKind.HANDLE, "list", "ann lee"),
            Identity(IdentityKind.EMAIL, "", "ann@x.example"),
            Identity(IdentityKind.EMAIL_MD5, "", "ee5a9a976aa9e63ba2911c03ad3978b2"),
        }
    ),
)


def mail(number: int, who: str, subject: str, text: str, *, day: int = 5, **fields: str) -> str:
    """A mail with the identifier `<number@x.example>`; `to=1` makes it a reply to the first."""
    answers = fields.pop("to", "")
    more = {"In-Reply-To": f"<{answers}@x.example>"} if answers else {}
    more |= {name.replace("_", "-"): value for name, value in fields.items()}
    headers = {
        "From": who,
        "Date": f"Tue, {day:02} Mar 2024 10:{number:02}:00 +0100",
        "Subject": subject,
        "Message-ID": f"<{number}@x.example>",
        **more,
    }
    return "".join(f"{name}: {value}\n" for name, value in headers.items()) + f"\n{text}\n"


def box(*mails: str) -> str:
    """A mailbox."""
    return "".join(f"From ann@x.example Tue Mar  5 10:00:00 2024\n{one}\n" for one in mails)


def source_of(folder: Path) -> MailSource:
    """Find the mailing list in a folder, and open it."""
    tree = open_tree(folder, folder.parent / "scratch")
    [found] = KIND.find(tree, tree.keys())
    place = Place("list", tree, Community("plots", "Plots"), Config(), cast("Parser", None))
    return cast("MailSource", KIND.open(found, place))


def read(source: MailSource) -> list[Record]:
    """All records of a source."""
    return [record for unit in source.units() if isinstance(unit, Unit) for record in source.read(unit)]


def items(folder: Path, *mails: str) -> list[Item]:
    """The items of a mailbox with these mails."""
    (folder / "list.mbox").write_text(box(*mails))
    return [one for one in read(source_of(folder)) if isinstance(one, Item)]


def names(item: Item) -> list[tuple[str, Role]]:
    """Who did what to an item."""
    return [(one.person.name, one.role) for one in item.contributions]


ASKED = mail(1, "Ann Lee <ann@x.example>", "[plots] Mould in the shed?", "White fluff on the beams.")
ANSWERED = mail(
    2,
    "Bo Ek <bo@x.example>",
    "Re: [plots] Mould in the shed?",
    "On Tue, 5 Mar 2024, Ann Lee wrote:\n> White fluff on the beams.\n\nAir it daily.\n\n-- \nBo, plot 12",
    to="1",
    Archived_At="<https://lists.example/m/2>",
)


def test_a_thread_that_asks_is_a_question_with_answers(tmp_path: Path) -> None:
    """Quotations and signatures are cut, and the answer carries the subject of the question."""
    assert items(tmp_path, ASKED, ANSWERED) == [
        Item(
            source="list",
            key="1@x.example",
            kind=Kind.QUESTION,
            title="Mould in the shed?",
            text="White fluff on the beams.",
            community="plots",
            created=datetime(2024, 3, 5, 9, 1, tzinfo=UTC),
            thread="1@x.example",
            state=State.OPEN,
            contributions=(Contribution(ANN, Role.ASKED, datetime(2024, 3, 5, 9, 1, tzinfo=UTC)),),
        ),
        Item(
            source="list",
            key="2@x.example",
            kind=Kind.ANSWER,
            title="Mould in the shed?",
            text="Air it daily.",
            community="plots",
            url="https://lists.example/m/2",
            created=datetime(2024, 3, 5, 9, 2, tzinfo=UTC),
            thread="1@x.example",
            contributions=(
                Contribution(
                    Person(
                        "Bo Ek",
                        frozenset(
                            {
                                Identity(IdentityKind.HANDLE, "list", "bo ek"),
                                Identity(IdentityKind.EMAIL, "", "bo@x.example"),
                                Identity(IdentityKind.EMAIL_MD5, "", "09ca4109eb78662fd7c454ac46addb62"),
                            }
                        ),
                    ),
                    Role.ANSWERED,
                    datetime(2024, 3, 5, 9, 2, tzinfo=UTC),
                ),
            ),
        ),
    ]


def test_a_thread_that_asks_nothing_is_posts(tmp_path: Path) -> None:
    """Its replies are posts, too."""
    told = mail(1, "Ann Lee <ann@x.example>", "The pump", "It runs again.")
    reply = mail(2, "Bo Ek <bo@x.example>", "Re: The pump", "It leaks at the valve.", to="1")
    assert [(one.kind, one.state, names(one)) for one in items(tmp_path, told, reply)] == [
        (Kind.POST, None, [("Ann Lee", Role.AUTHORED)]),
        (Kind.POST, None, [("Bo Ek", Role.AUTHORED)]),
    ]


def test_thanks_hang_on_what_they_answer(tmp_path: Path) -> None:
    """A short remark is a comment on the mail that it replies to, not on the one before it."""
    other = mail(3, "Cy Roe <cy@x.example>", "Re: Mould in the shed?", "Paint it with borax.", to="1")
    thanks = mail(4, "Ann Lee <ann@x.example>", "Re: Mould in the shed?", "Thanks a lot!", to="2")
    _, answer, _ = items(tmp_path, ASKED, ANSWERED, other, thanks)
    assert answer.text == "Air it daily.\n\n## Comments\n\n- Ann Lee (2024-03-05): Thanks a lot!"
    assert names(answer) == [("Bo Ek", Role.ANSWERED), ("Ann Lee", Role.COMMENTED)]


def test_solved_in_the_subject_says_so(tmp_path: Path) -> None:
    """Whoever asked may declare it; what they add is no answer."""
    solved = mail(3, "Ann Lee <ann@x.example>", "Re: [SOLVED] Mould in the shed?", "It was the roof.", to="2")
    question, _, added = items(tmp_path, ASKED, ANSWERED, solved)
    assert (question.state, added.kind) == (State.SOLVED, Kind.POST)


def test_a_reply_without_references_joins_by_its_subject(tmp_path: Path) -> None:
    """Within 60 days; next year's reply with the same subject is a thread of its own, of posts."""
    soon = mail(2, "Bo Ek <bo@x.example>", "AW: Mould in the shed?", "Air it daily.")
    late = mail(3, "Bo Ek <bo@x.example>", "Re: Mould in the shed?", "It is back.").replace("2024", "2025")
    new = mail(4, "Cy Roe <cy@x.example>", "Mould in the shed?", "In mine as well.", day=6)
    found = items(tmp_path, late, new, soon, ASKED)
    assert [(item.key[0], item.thread[0], item.kind) for item in found] == [
        ("1", "1", Kind.QUESTION),
        ("2", "1", Kind.ANSWER),
        ("4", "4", Kind.QUESTION),
        ("3", "3", Kind.POST),
    ]


def test_threads_hold_together_over_missing_mails_and_wrong_clocks(tmp_path: Path) -> None:
    """Two replies to a mail that is not here are one thread; a reply dated too early opens none."""
    early = mail(2, "Bo Ek <bo@x.example>", "Re: Mould?", "Air it.", to="1", day=1)
    lost = [
        mail(number, "Cy Roe <cy@x.example>", "Re: Slugs", text, References="<8@x.example> <9@x.example>")
        for number, text in ((5, "Copper tape."), (6, "Or ducks."))
    ]
    found = items(tmp_path, early, *lost, mail(1, "Ann Lee <ann@x.example>", "Mould?", "In the shed."))
    assert [(item.key[0], item.thread[0]) for item in found] == [
        ("1", "1"),
        ("2", "1"),
        ("5", "5"),
        ("6", "5"),
    ]


def test_a_thread_crosses_the_months_of_an_archive(tmp_path: Path) -> None:
    """All mailboxes of a folder are one list, and a mail that lies in two of them counts once."""
    (tmp_path / "2024-March.txt").write_text(box(ASKED))
    (tmp_path / "2024-March.txt.gz").write_bytes(gzip.compress(box(ASKED).encode()))
    (tmp_path / "2024-April.txt.gz").write_bytes(gzip.compress(box(ANSWERED).encode()))
    found = [one for one in read(source_of(tmp_path)) if isinstance(one, Item)]
    assert [(item.key, item.thread) for item in found] == [
        ("1@x.example", "1@x.example"),
        ("2@x.example", "1@x.example"),
    ]


def test_what_mailman_leaves_in_its_archives_is_understood(tmp_path: Path) -> None:
    """Obscured addresses are read, and scrubbed parts and the list's footer are cut."""
    text = (
        "Use lime.\n-------------- next part --------------\nAn HTML attachment was scrubbed...\n"
        "URL: <https://lists.example/attachments/1.htm>\n"
    )
    [item] = items(tmp_path, mail(1, "ann at x.example (Ann Lee)", "Moss", text))
    assert (item.text, item.contributions[0].person) == ("Use lime.", ANN)


def test_attachments_are_read(tmp_path: Path) -> None:
    """Their texts follow the mail's; one that cannot be read is named."""
    parts = (
        '--b\nContent-Type: text/plain\n\nSee below.\n--b\nContent-Type: text/markdown; name="beds.md"\n'
        "Content-Disposition: attachment; filename=beds.md\n\nBed 3 is free.\n--b\n"
        "Content-Type: application/x-thing\nContent-Disposition: attachment; filename=a.thing\n\n?\n--b--"
    )
    kind = "multipart/mixed; boundary=b"
    [item] = items(tmp_path, mail(1, "Ann Lee <ann@x.example>", "Beds", parts, Content_Type=kind))
    assert item.text == (
        "See below.\n\n## Attachment: beds.md\n\nBed 3 is free.\n\nAttachment: a.thing (not read)"
    )


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Re: Mould?", {"Auto_Submitted": "auto-replied"}),
        ("Re: Mould?", {"Precedence": "auto_reply"}),
        ("Automatic reply: Mould?", {}),
        ("Abwesenheitsnotiz: Mould?", {}),
        ("Undelivered Mail Returned to Sender", {}),
        ("Plots post from di@x.example requires approval", {"X_List_Administrivia": "yes"}),
        ("Mould?", {"X_No_Archive": "Yes"}),
    ],
)
def test_notices_are_left_out(tmp_path: Path, subject: str, fields: dict[str, str]) -> None:
    """What programs answer to everybody is no item, nor what its author asked not to archive."""
    assert (
        items(tmp_path, mail(1, "Ann Lee <ann@x.example>", subject, "I am away until May.", day=5, **fields))
        == []
    )


@pytest.mark.parametrize(
    ("who", "bot"),
    [
        ("Tickets <bugzilla-daemon@x.example>", True),
        ("Ann Lee <noreply@x.example>", True),
        ("Frost Bot <frost@x.example>", True),
        ("Abbott Lee <abbott@x.example>", False),
        ("Rooty Lee <root.lee@x.example>", False),
    ],
)
def test_programs_that_tell_something_are_bots(tmp_path: Path, who: str, bot: bool) -> None:
    """Their mails are kept, and they are nobody to ask."""
    [item] = items(tmp_path, mail(1, who, "Frost", "Down to -4 tonight."))
    assert item.contributions[0].person.bot is bot


def test_lines_that_only_look_like_the_beginning_of_a_mail(tmp_path: Path) -> None:
    """Without a date and a header field after it, `From` is a word; quoted ones lose their mark."""
    text = (
        "Seeds came.\n\nFrom here on it is easy.\n>From Monday on, water.\nFrom Tue Mar 5 to May 2024\nrest."
    )
    [item] = items(tmp_path, mail(1, "Ann Lee <ann@x.example>", "Seeds", text))
    assert item.text == text.replace(">From", "From")


def test_a_maildir_is_a_list(tmp_path: Path) -> None:
    """A mail that was read, and so lies under another name, stays the same unit."""
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    (tmp_path / "mail/cur/1.a.host:2,S").write_text(ASKED)
    (tmp_path / "mail/new/2.b.host").write_text(ANSWERED)
    (tmp_path / "mail/tmp/3.c.host").write_text("half a ma")
    source = source_of(tmp_path)
    [before] = source.units()
    assert [one.key for one in read(source) if isinstance(one, Item)] == ["1@x.example", "2@x.example"]
    (tmp_path / "mail/new/2.b.host").rename(tmp_path / "mail/cur/2.b.host:2,S")
    [after] = source_of(tmp_path).units()
    assert isinstance(before, Unit)
    assert isinstance(after, Unit)
    assert before.digest == after.digest


def test_a_new_mail_changes_the_month_of_its_thread_only(tmp_path: Path) -> None:
    """Threads are listed by the month in which they began."""
    april = mail(3, "Cy Roe <cy@x.example>", "Slugs", "Copper tape helps.").replace("Mar 2024", "Apr 2024")
    digests = []
    for mails in ((ASKED, april), (ASKED, april, ANSWERED)):
        (tmp_path / "list.mbox").write_text(box(*mails))
        units = [unit for unit in source_of(tmp_path).units() if isinstance(unit, Unit)]
        digests.append({unit.key: unit.digest for unit in units})
    assert [digests[0][month] == digests[1][month] for month in ("2024-03", "2024-04")] == [False, True]


def test_a_mailbox_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """The mail is not mistaken for another one; the error says to come again."""
    path = tmp_path / "list.mbox"
    path.write_text(box(ASKED, ANSWERED))
    source = source_of(tmp_path)
    [unit] = source.units()
    path.write_text(box(ANSWERED))
    assert isinstance(unit, Unit)
    assert [str(one) for one in source.read(unit)] == [
        f"{path}, mail {number}@x.example: has changed while it was read; ingest again" for number in (1, 2)
    ]


def test_a_truncated_archive_is_read_to_where_it_ends(tmp_path: Path) -> None:
    """It gives the mails before the end, and one error."""
    path = tmp_path / "2024-March.txt.gz"
    noise = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(250))
    slugs = mail(3, "Cy Roe <cy@x.example>", "Slugs", noise)
    path.write_bytes(gzip.compress(box(ASKED, slugs).encode())[:-50])
    error, unit = (source := source_of(tmp_path)).units()
    assert str(error).startswith(f"{path}: is a damaged gzip file (Compressed file ended before")
    assert isinstance(unit, Unit)
    assert [one.key for one in source.read(unit) if isinstance(one, Item)] == ["1@x.example"]


def test_a_mailbox_that_cannot_be_opened_keeps_what_is_stored(tmp_path: Path) -> None:
    """It is an error of the whole source, so that no thread loses its mails."""
    path = tmp_path / "list.mbox"
    path.write_text(box(ASKED))
    (tmp_path / "b.mbox").write_text(box(ANSWERED))
    source = source_of(tmp_path)
    path.unlink()
    path.mkdir()
    [error] = source.units()
    assert isinstance(error, UnreadableError)
    assert error.where == str(tmp_path)
    assert error.reason.startswith(f"{path}: is a folder, pipe, socket or device, not a file;")


def test_a_monstrous_mail_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read."""
    monkeypatch.setattr("ingest.sources.mail.source.LONGEST", 1 << 20)
    long = mail(2, "Bo Ek <bo@x.example>", "Long", "word " * 300_000)
    (tmp_path / "list.mbox").write_text(box(ASKED, long))
    found = read(source_of(tmp_path))
    assert [one.key if isinstance(one, Item) else str(one) for one in found] == [
        "1@x.example",
        f"{tmp_path}/list.mbox, mail 2@x.example: is longer than 1 MB; it was left out",
    ]


def test_only_mailboxes_and_maildirs_are_found(tmp_path: Path) -> None:
    """Other texts are left alone, also those with a promising name."""
    (tmp_path / "new").mkdir()
    for name in ("2024-notes.txt", "README", "new/1.txt", "b.mbox"):
        (tmp_path / name).write_text("From the garden, March 2024.\n")
    (tmp_path / "Inbox").write_text(box(ASKED))
    tree = open_tree(tmp_path, tmp_path / "scratch")
    assert [found.keys for found in KIND.find(tree, tree.keys())] == [("Inbox",)]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8), st.integers(2048, 4000))
def test_mails_are_cut_the_same_whatever_the_size_of_a_block(sizes: list[int], block: int) -> None:
    """Each has the bytes from its `From` line to the next."""
    mails = [box(mail(1, "Ann", "Rows", "x" * (7 * size))).encode() for size in sizes]
    found = [(one.offset, one.length) for one in mails_in(io.BytesIO(b"".join(mails)), "box", block)]
    starts = [sum(map(len, mails[:place])) for place in range(len(mails))]
    assert found == [(start, len(one)) for start, one in zip(starts, mails, strict=True)]


class TestContract(SourceContract):
    names: ClassVar[set[str]] = {"Ann Lee", "Bo Ek"}
    bots: ClassVar[set[str]] = {"Frost Bot"}
    edited: ClassVar[str] = "2@x.example"
    deleted: ClassVar[str] = "3@x.example"
    bot: ClassVar[str] = mail(4, "Frost Bot <frost@x.example>", "Frost", "Down to -4 tonight.", day=6)

    def write(self, at: Path) -> None:
        slugs = mail(3, "Cy Roe <cy@x.example>", "Slugs", "Copper tape helps.")
        (at / "list.mbox").write_text(box(ASKED, ANSWERED, slugs, self.bot))

    def change(self, at: Path) -> None:
        edited = ANSWERED.replace("Air it daily.", "Air it twice a day.")
        (at / "list.mbox").write_text(box(ASKED, edited, self.bot))
