"""The parts of a mail, however broken the mail is."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.mail_parts import (
    attachments,
    body_text,
    message_id,
    references,
    sender,
    sent,
    subject,
    without_quotes,
)


def _mail(text: str | bytes) -> EmailMessage:
    data = text if isinstance(text, bytes) else text.encode()
    return message_from_bytes(data, policy=default)


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("Re: AW: Fwd: Hot compost", "Hot compost"),
        ("[gardeners] Re[2]: [gardeners] Hot compost", "Hot compost"),
        ("Re: [Bug 12] Hot compost", "[Bug 12] Hot compost"),
        ("[solved] Hot compost", "[solved] Hot compost"),
        ("Regarding: compost", "Regarding: compost"),
        ("Re:", "Re:"),
        ("=?utf-8?q?K=C3=A4?= =?utf-8?q?se?=", "Käse"),
        ("=?utf-8?b?w?= =?nosuch?q?x?=", "wx"),
    ],
)
def test_a_subject_loses_its_prefixes(written: str, understood: str) -> None:
    """What is left is what the thread is about."""
    assert subject(_mail(f"Subject: {written}\n\n")) == understood


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        ("From: Ann Lee <ann@x.example>", "Ann Lee <ann@x.example>"),
        ('From: "Lee, Ann" <ann@x.example>', "Lee, Ann <ann@x.example>"),
        ("From: Lee, Ann <ann@x.example>", "Lee, Ann <ann@x.example>"),
        ("From: ann@x.example (Ann Lee)", "Ann Lee <ann@x.example>"),
        ("From: ann at x.example (Ann Lee)", "Ann Lee <ann@x.example>"),
        ("From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>", "Jürgen <j@x.example>"),
        ("From: Ann Lee via List <list@l.example>\nReply-To: ann@x.example", "Ann Lee <ann@x.example>"),
        ("From: Ann Lee via List <list@l.example>\nReply-To: list@l.example", "Ann Lee"),
        ("Sender: ann@x.example", "ann@x.example"),
        ("Subject: x", ""),
    ],
)
def test_the_sender_is_a_name_and_an_address(fields: str, who: str) -> None:
    """As far as the mail says; the address of a list is nobody's."""
    assert sender(_mail(f"{fields}\n\n")) == who


def test_headers_in_raw_bytes_are_decoded() -> None:
    """Old programs did not encode them."""
    mail = _mail(b"Subject: Gr\xfc\xdfe\nFrom: J\xc3\xbcrgen <j@x.example>\n\n")
    assert (subject(mail), sender(mail)) == ("Grüße", "Jürgen <j@x.example>")


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ("Date: Tue, 3 Jan 2023 10:00:00 +0100 (a long comment (CET))", datetime(2023, 1, 3, 9, tzinfo=UTC)),
        ("Date: soon\nReceived: by x; Tue, 3 Jan 2023 10:00:00 +0000", datetime(2023, 1, 3, 10, tzinfo=UTC)),
        ("Date: soon", None),
    ],
)
def test_when_a_mail_was_sent(fields: str, when: datetime | None) -> None:
    """By its date, else by the last server."""
    assert sent(_mail(f"{fields}\n\n")) == when


def test_references_end_with_the_mail_replied_to() -> None:
    """Oldest first."""
    mail = _mail("Message-ID: <c@x>\nReferences: <b@x> <a@x> <b@x>\nIn-Reply-To: Ann's mail <b@x>\n\n")
    assert (message_id(mail), references(mail)) == ("c@x", ["a@x", "b@x"])


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Tue, 3 Jan 2023 at 10:00, Ann Lee\n<ann@x.example> wrote:\n> Is it hot?\n> Ann", "Yes."),
        ("Am 3.1.2023 schrieb Ann:\n> Heiß?\nJa.", "Ja."),
        ("I doubt this:\n> It is hot.\nIt is cold.", "I doubt this:\nIt is cold."),
        ("Yes.\n-- \nAnn Lee\nGardener", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Yes.\n\n-----Original Message-----\nFrom: Bob\nSent: Monday\nSubject: x\n\nOld", "Yes."),
        ("Ja.\n\n**Von:** Bob\n**Gesendet:** Montag\n**Betreff:** x\n\nAlt", "Ja."),
        ("Yes.\n_______________________\nGardeners mailing list\nhttps://x.example", "Yes."),
        (
            "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\nSubject: x\n\nNew",
            "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\nSubject: x\n\nNew",
        ),
        ("From: Bob\nSent: Monday\nSubject: x\n\nNew", "From: Bob\nSent: Monday\nSubject: x\n\nNew"),
    ],
)
def test_what_others_wrote_is_cut(text: str, own: str) -> None:
    """Quotations, signatures and footers go; what is forwarded stays."""
    assert without_quotes(text) == own


_PARTS = """Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/html

<p>Turn <b>it</b>.</p>
--a
Content-Type: text/plain; charset=no-such; format=flowed

Turn\x20
it <b>.
--a--
--m
Content-Type: text/csv
Content-Disposition: attachment; filename="../=?utf-8?q?w=C3=A4rme.csv?="

a,b
--m
Content-Type: image/png
Content-ID: <logo>
Content-Disposition: inline; filename=logo.png

x
--m
Content-Type: message/rfc822

Subject: Re: old/new

Inner.
--m--
"""


def test_the_plain_text_of_a_mail_is_its_body() -> None:
    """Wrapped lines are joined, an unknown charset is guessed, tags are text."""
    assert body_text(_mail(_PARTS)) == "Turn it &lt;b>."


def test_html_is_the_body_where_there_is_no_plain_text() -> None:
    """It becomes Markdown, without what it quotes."""
    html = "<p>Turn <b>it</b>.</p><blockquote><p>How?</p></blockquote>"
    assert body_text(_mail(f"Content-Type: text/html\n\n{html}")) == "Turn **it**."


def test_attachments_have_safe_names() -> None:
    """No folders; pictures within the text are left out, mails in the mail are not."""
    assert list(attachments(_mail(_PARTS))) == [
        ("wärme.csv", b"a,b"),
        ("Re_ old_new.eml", b"Subject: Re: old/new\n\nInner."),
    ]


def test_a_missing_boundary_leaves_the_text() -> None:
    """What cannot be split is read as a whole."""
    assert body_text(_mail("Content-Type: multipart/mixed\n\nHello")) == "Hello"


_PIECES = st.sampled_from(
    [
        "From",
        "Content-Type",
        "Content-Disposition",
        ": ",
        "\n",
        "\n\n",
        "--m",
        "multipart/mixed; boundary=m",
        "text/html",
        "message/rfc822",
        "; charset=",
        "; filename*0*=",
        "=?utf-8?b?",
        "?=",
        "<a@b>",
        '"',
        "é",
        "> x",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=3), max_size=25))
def test_nothing_makes_the_parts_fail(pieces: list[str]) -> None:
    """Whatever the bytes, every part gives its answer."""
    mail = _mail("".join(pieces).encode("utf-8", "replace"))
    for part in (body_text, subject, sender, sent, message_id, references):
        part(mail)
    assert all(name for name, _ in attachments(mail))
