"""Mails saved as files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from ingest.formats.attached import demoted, with_attachments

_MAIL = b"""From: Ann Lee <ann@x.example>
Subject: Re: Hot compost
Date: Tue, 3 Jan 2023 10:00:00 +0000
Message-ID: <c@x>
Content-Type: multipart/mixed; boundary=m

--m

It steams.
--m
Content-Disposition: attachment; filename=notes.md

# Notes

## Heat

60 degrees.
--m
Content-Disposition: attachment; filename=heap.xyz

x
--m--
"""


def test_a_mail_is_its_text_and_its_attachments() -> None:
    """An attachment that cannot be read is a line; the reason is kept apart."""
    document = formats.read(_MAIL, "a.eml")
    unread = document.meta.pop("unread")
    assert list(unread) == ["heap.xyz"]
    assert document == Document(
        text="It steams.\n\n## Attachment: notes.md\n\n**Notes**\n\n#### Heat\n\n60 degrees.\n\n"
        "Attachment: heap.xyz (not read)",
        title="Hot compost",
        authors=("Ann Lee <ann@x.example>",),
        created=datetime(2023, 1, 3, 10, tzinfo=UTC),
        meta={"message_id": "c@x"},
    )


def test_mails_in_mails_are_read_to_a_depth() -> None:
    """Five mails deep, the innermost is only named."""
    mail = b"Subject: m\n\ninnermost"
    for depth in range(6):
        mail = (
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\nContent-Type: message/rfc822\n\n"
            % (
                depth,
                depth,
            )
            + mail
            + b"\n--b%d--\n" % depth
        )
    text = formats.read(mail, "a.eml").text
    assert text.count("## Attachment: mail.eml") == 4
    assert "innermost" not in text


def test_attachments_give_no_more_text_than_a_file_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes beyond it is named."""
    monkeypatch.setattr(formats, "MAX_CHARACTERS", 8)
    mail = with_attachments(Document("Hello"), [("a.txt", b"abc"), ("b.txt", b"d")])
    assert mail.text == "Hello\n\n## Attachment: a.txt\n\nabc\n\nAttachment: b.txt (not read)"


def test_what_is_no_mail_is_refused() -> None:
    """A mail begins with header fields."""
    with pytest.raises(UnreadableError, match=r"a\.eml: is no mail: it does not begin with header fields"):
        formats.read(b"Dear all,\nhello", "a.eml")


def test_headings_of_an_attachment_are_demoted() -> None:
    """Code keeps its signs."""
    assert demoted("# A\n\n```\n# no\n```\n\n##### B", 2) == "### A\n\n```\n# no\n```\n\n###### B"


def test_what_is_no_mail_of_outlook_is_refused() -> None:
    """The suffix is wrong."""
    with pytest.raises(UnreadableError, match=r"a\.msg: is no mail of Outlook"):
        formats.read(b"hello", "a.msg")


@pytest.mark.packs
def test_a_mail_of_outlook_is_read() -> None:
    """Sender, subject and time come from its properties."""
    file = (
        Path(os.environ.get("COPSE_PACKS", "")) / "hostile_files/office_markitdown_tests/test_outlook_msg.msg"
    )
    if not file.is_file():
        pytest.skip("COPSE_PACKS does not name the folder of the packs")
    document = formats.read(file.read_bytes(), file.name)
    assert (document.title, document.text) == (
        "Test Email Message",
        "This is the body of the test email message",
    )
    assert (document.authors, document.created) == (
        ("M. C. Kurtuluş <test.sender@example.com>",),
        datetime(2024, 12, 22, 8, 23, tzinfo=UTC),
    )
