"""Mails saved as files (.eml)."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.attached import with_attachments
from ingest.formats.mail_parts import attachments, body_text, message_id, sender, sent, subject

_MARK: Final = b"\xef\xbb\xbf"


def read(data: bytes, name: str) -> Document:
    """Read a mail: what its sender wrote, without quotations and signature, and its attachments.

    Raises:
        UnreadableError: If it is no mail.
    """
    message = message_from_bytes(data.removeprefix(_MARK).lstrip(), policy=default)
    if not any(message.raw_items()):
        raise UnreadableError(name, "is no mail: it does not begin with header fields; save it again as .eml")
    return with_attachments(_document(message), attachments(message))


def _document(message: EmailMessage) -> Document:
    title = subject(message)
    author = sender(message)
    identifier = message_id(message)
    return Document(
        text=body_text(message),
        title=title or None,
        authors=(author,) if author else (),
        created=sent(message),
        meta={"message_id": identifier} if identifier else {},
    )
