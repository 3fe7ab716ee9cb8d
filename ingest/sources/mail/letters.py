"""A mail as a member of a list wrote it: by whom, what, and what hangs on it.

What programs send to everybody for no reason (notices of absence, bounces, requests to the list's
administrators) says nothing and is left out; what programs send to tell something (commits, tickets) stays,
and its sender is a bot. Mails whose authors asked that they be in no archive (`X-No-Archive`) are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Final

from catalog.nouns import Person
from ingest.documents import Document
from ingest.formats.attached import with_attachments
from ingest.formats.mail_headers import header
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
from ingest.formats.moments import moment
from ingest.sources.mail.threads import Head
from ingest.sources.shared.people import person

_FIELDS: Final = re.compile(
    rb"(?im)^(message-id|references|in-reply-to|subject|date|received):"
    rb"([^\r\n]{0,20000}(?:\r?\n[ \t][^\r\n]{0,20000}){0,400})"
)
_HEADERS_END: Final = re.compile(rb"\r?\n\r?\n")
_REPLY: Final = re.compile(
    r"\s*(?:\[[^\[\]]{0,100}\]\s*)?(?:re|aw|antw|sv|vs|odp|rif|r|ynt|回复|答复)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]",
    re.IGNORECASE,
)
_PROGRAM: Final = re.compile(
    r"""(?:.*[-_+])?(?:no-?reply|do-?not-?reply|bot|robot|mailer-daemon|daemon|postmaster|bounces?|owner|request
        |mailman|majordomo|listserv|sympa|jenkins|hudson|buildbot|travis|bugzilla|jira|trac|redmine
        |commits?|svn|cvs|git|cron|root|nobody|notifications?|nagios|alerts?)(?:[-_+].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_PROGRAM_NAME: Final = re.compile(
    r".*\b(?:bot|robot|daemon|jenkins|buildbot|bugzilla|jira)\b.*", re.IGNORECASE
)
_ABSENT: Final = re.compile(
    r"\W*(?:auto(?:matic)?[ -]?(?:reply|response|matische antwort)|out of (?:the )?office|away from|vacation"
    r"|on (?:annual )?leave|abwesen\w+|automatische antwort|réponse automatique|absence du bureau"
    r"|respuesta automática|risposta automatica|undeliver\w+|delivery (?:status|failure)|returned mail"
    r"|mail delivery|failure notice|your message to .{1,60} awaits moderator|confirm [0-9a-f]{20,}"
    r"|\S+ post from \S+ requires approval|\d+ .{1,60} moderator request)",
    re.IGNORECASE,
)
# What Mailman's archives leave of the parts of a mail that are no plain text.
_SCRUBBED: Final = re.compile(
    r"(?m)^-{10,} next part -{10,}\n+"
    r"(?:(?:An? .{0,60}\b(?:scrubbed|attachment)\b.*|(?:Name|Type|Size|Desc|URL|Url) ?:.*)(?:\n+|\Z))*"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says.

    Attributes:
        title: Its subject, without `Re:` and the name of the list.
        text: What its author wrote, as Markdown, with the texts of the attachments.
        author: Who wrote it; None if that is not known.
        sender: Name and address as the mail has them, to tell authors apart.
        at: When it was sent.
        url: Where the list's archive shows it, if it says so (RFC 5064).
    """

    title: str
    text: str
    author: Person | None
    sender: str
    at: datetime | None
    url: str | None


def head_of(data: bytes, otherwise: str) -> Head:
    """Read what the header fields say about a mail's place.

    Args:
        data: The mail, or its first bytes.
        otherwise: The identifier of a mail that has none.
    """
    end = _HEADERS_END.search(data)
    message = EmailMessage()
    for field in _FIELDS.finditer(data, 0, end.start() if end else len(data)):
        message.set_raw(field[1].decode(), field[2].decode("ascii", "surrogateescape").strip())
    return Head(
        id=message_id(message) or otherwise,
        references=tuple(references(message)),
        subject=subject(message),
        is_reply=_REPLY.match(header(message, "Subject")) is not None,
        at=_sent(message) or sent(message),
    )


def letter_of(data: bytes, source: str) -> Letter | None:
    """Understand a mail; None if it is a program's notice, or says nothing of its own.

    Args:
        data: The mail.
        source: Name of the source, within which a name stands for one person.
    """
    message = message_from_bytes(data, policy=default)
    if _is_notice(message):
        return None
    body = without_quotes(_SCRUBBED.sub("", body_text(message))).strip()
    text = with_attachments(Document(text=body), attachments(message)).text
    if not text.strip():
        return None
    who = sender(message)
    author = person(who, source)
    return Letter(
        title=subject(message),
        text=text,
        author=replace(author, bot=True) if author and _is_program(message, who, author.name) else author,
        sender=who.casefold(),
        at=sent(message),
        url=_address(message),
    )


def _sent(message: EmailMessage) -> datetime | None:
    """The date of a mail that writes it as it should: the common case, and the quick one."""
    date = next((str(value) for name, value in message.raw_items() if name.lower() == "date"), "")
    try:
        return moment(parsedate_to_datetime(date[:200]))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _is_notice(message: EmailMessage) -> bool:
    automatic = header(message, "Auto-Submitted").lower()
    return (
        automatic.startswith("auto-replied")
        or header(message, "Precedence").lower() in {"auto_reply", "auto-reply"}
        or any(header(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
        or header(message, "X-List-Administrivia").lower() == "yes"
        or header(message, "X-No-Archive").lower() == "yes"
        or header(message, "Content-Type").lower().startswith("multipart/report")
        or _ABSENT.match(_REPLY.sub("", header(message, "Subject")[:300])) is not None
    )


def _is_program(message: EmailMessage, who: str, name: str) -> bool:
    address = who.rpartition("<")[2].rstrip("> ")
    local = address.partition("@")[0] if "@" in address else ""
    automatic = header(message, "Auto-Submitted").lower()
    return (
        automatic.startswith("auto-")
        or bool(local and _PROGRAM.fullmatch(local))
        or _PROGRAM_NAME.fullmatch(name) is not None
    )


def _address(message: EmailMessage) -> str | None:
    address = header(message, "Archived-At").strip("<> ")
    return address if re.fullmatch(r"https?://[^\s<>\"']{1,2000}", address) else None
