"""What a mail consists of: its fields, its own words, its attachments. Whatever is broken, nothing fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import compat32
from mimetypes import guess_extension
from typing import Any, Final, TypeAlias

from ingest.formats.fragments import html_to_markdown
from ingest.formats.mail_headers import (
    decoded,
    header,
    message_id,
    references,
    sender,
    sent,
    subject,
    text_of,
)
from ingest.formats.mail_quotes import without_quotes
from ingest.formats.tidy import escape_tags, legible, one_line, tidy

__all__ = [
    "attachments",
    "body_text",
    "message_id",
    "references",
    "sender",
    "sent",
    "subject",
    "without_quotes",
]

_Part: TypeAlias = "Message[Any, Any]"

_MOST_PARTS: Final = 500
_DEEPEST: Final = 20
_CONTENT_FIELDS: Final = ("Content-Type", "Content-Disposition", "Content-Transfer-Encoding")
_LONGEST_FIELD: Final = 1000
_SIGNATURES: Final = re.compile(r"application/(?:pgp-signature|(?:x-)?pkcs7-signature|pgp-keys)")
_UNFIT_FOR_A_NAME: Final = re.compile(r'[/\\:*?"<>|]+')


def body_text(message: EmailMessage) -> str:
    """Return what the sender wrote, as Markdown: quotations and signature are cut.

    Of alternatives the plain text is taken, or HTML where there is no plain text; several text parts
    follow each other.
    """
    return tidy(without_quotes(tidy(_body(message, _DEEPEST))))


def attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each attachment, mails in the mail among them.

    Pictures that the text shows and signatures of the mail are left out. An attachment without a name is
    called `attachment`, with the suffix of its type.
    """
    for part in _leaves(message):
        if _is_attachment(part):
            yield _name(part), _content(part)


def _body(part: _Part, depth: int) -> str:
    if part.is_multipart() and not _is_mail(part):
        return _body_of_parts(part, depth) if depth else ""
    lenient = _lenient(part)
    kind = lenient.get_content_type()
    if _is_attachment(part) or not (kind.startswith(("text/", "multipart/"))):
        return ""
    text = text_of(_bytes(lenient), lenient.get_content_charset())
    if kind == "text/html":
        return html_to_markdown(text)
    return escape_tags(_unfolded(legible(text), lenient))


def _body_of_parts(part: _Part, depth: int) -> str:
    parts = _parts(part)
    bodies = (_body(one, depth - 1) for one in parts)
    if _lenient(part).get_content_subtype() != "alternative":
        return "\n\n".join(filter(None, bodies))
    parts.sort(key=lambda one: _lenient(one).get_content_type() != "text/plain")
    return next((body for body in bodies if body.strip()), "")


def _unfolded(text: str, part: _Part) -> str:
    """Join the lines that `format=flowed` wrapped (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    space = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    # Never joined: the line of a signature, and lines quoted to different depths.
    return re.sub(r"(?m)^(?!-- $)(?!>)(.*\S) \n(?=[^>\n])(?!-- $)", rf"\g<1>{space}", text)


def _leaves(message: _Part) -> Iterator[_Part]:
    """The parts that hold content, in their order; a mail in the mail is one of them."""
    waiting: list[tuple[_Part, int]] = [(message, 0)]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        if not part.is_multipart() or (depth and _is_mail(part)):
            yield part
        elif depth < _DEEPEST:
            waiting += [(one, depth + 1) for one in reversed(_parts(part))]


def _parts(part: _Part) -> list[_Part]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _is_mail(part: _Part) -> bool:
    return _lenient(part).get_content_type() == "message/rfc822"


def _is_attachment(part: _Part) -> bool:
    lenient = _lenient(part)
    kind = lenient.get_content_type()
    if _SIGNATURES.match(kind):
        return False
    if lenient.get_content_disposition() == "attachment" or kind == "message/rfc822":
        return True
    shown = kind.startswith("image/") and header(part, "Content-ID")
    return bool(lenient.get_filename()) and not shown


def _name(part: _Part) -> str:
    lenient = _lenient(part)
    given = _file_name(decoded(lenient.get_filename() or "").replace("\\", "/").split("/")[-1])
    if _is_mail(part):
        title = given or _file_name("".join(header(one, "Subject") for one in _parts(part)[:1]))
        return f"{title.removesuffix('.eml') or 'mail'}.eml"
    return given or f"attachment{guess_extension(lenient.get_content_type()) or ''}"


def _file_name(text: str) -> str:
    return one_line(_UNFIT_FOR_A_NAME.sub("_", text), 200)


def _content(part: _Part) -> bytes:
    if not part.is_multipart():
        return _bytes(_lenient(part))
    try:
        return b"\n".join(one.as_bytes(policy=compat32) for one in _parts(part))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):
        return b""  # too broken to be written out again; whoever reads it finds that it is empty


def _bytes(lenient: _Part) -> bytes:
    payload = lenient.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _lenient(part: _Part) -> _Part:
    """A view of the part in which broken content fields are read as far as they make sense."""
    view = copy(part)
    view.policy = compat32
    for name in _CONTENT_FIELDS:
        value = header(part, name)[:_LONGEST_FIELD]
        del view[name]
        if value:
            view[name] = value
    return view
