"""The header fields of a mail, however broken they are."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import parseaddr
from itertools import groupby
from typing import Any, Final

from catalog.errors import UnreadableError
from ingest.formats.moments import moment
from ingest.formats.text import decode
from ingest.formats.tidy import one_line

_LONGEST_FIELD: Final = 20_000
_MOST_REFERENCES: Final = 1000

_WORD: Final = r"=\?([\w.+:-]+)(?:\*[\w-]*)?\?([bBqQ])\?([^?]*)\?="
_ENCODED_WORD: Final = re.compile(_WORD)
_ENCODED_RUN: Final = re.compile(rf"{_WORD}(?:\s*{_WORD})*")

_REPLY_WORDS: Final = "re|aw|antw|fwd?|wg|sv|vs|vb|vl|ref|tr|rv|rif|res|enc|odp|回复|答复|转发"
_REPLY: Final = rf"(?:{_REPLY_WORDS})\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]"
# What is in brackets names the list, unless it says something about the mail.
_LIST_NAME: Final = r"\[(?!\W*(?:bug|patch|rfc|pr|issue|ticket|solved|ann|\d))[^\[\]]{1,60}\](?=\s*\S)"
_PREFIXES: Final = re.compile(rf"(?:\s*(?:{_REPLY}|{_LIST_NAME}))*\s*", re.IGNORECASE)

_NAME_AND_ADDRESS: Final = re.compile(r"\s*([^<>]*?)\s*<\s*([^<>\s]+@[^<>\s]+)\s*>")
_OBSCURED: Final = re.compile(r"^\s*(\S+) (?:at|AT|\[at\]|\(at\)) ([\w.-]+\.[\w-]+)")
_VIA: Final = re.compile(r"(.*\S)\s+via\s+.+", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"<\s*([^<>\s]+)\s*>")


def header(message: Message[Any, Any], name: str) -> str:
    """Return the first header field of this name on one line, decoded; empty if there is none.

    Never fails: an encoding that is wrong or unknown is guessed.
    """
    return next(_headers(message, name), "")


def subject(message: EmailMessage) -> str:
    """Return the subject without `Re:`, `AW:`, `Fwd:` and the like, and without the name of a list."""
    return without_prefixes(header(message, "Subject"))


def without_prefixes(whole: str) -> str:
    """Return a subject without `Re:` and the like; one that consists of nothing else stays."""
    whole = one_line(whole)
    return _PREFIXES.sub("", whole, count=1) or whole


def sender(message: EmailMessage) -> str:
    """Return who wrote the mail: `Ann Lee <ann@x.example>`, or an address or a name alone; else empty.

    A mailing list that writes `Ann Lee via Gardeners <gardeners@x.example>` gives her name, and her
    address only if another field has it.
    """
    name, address = _mailbox(_raw(message, "From") or _raw(message, "Sender"))
    via = _VIA.fullmatch(name)
    if via:
        name = via[1]
        _, original = _mailbox(_raw(message, "X-Original-From") or _raw(message, "Reply-To"))
        address = original if original != address else ""
    return f"{name} <{address}>" if name and address else name or address


def sent(message: EmailMessage) -> datetime | None:
    """Return when it was sent, in UTC; by the last server that passed it on, if it does not say so itself."""
    received = header(message, "Received").rpartition(";")[2]
    return _sent(header(message, "Date")) or _sent(received)


def message_id(message: EmailMessage) -> str:
    """Return its own identifier, without angle brackets; empty if it has none."""
    return next(_identifiers(header(message, "Message-ID")), "")


def references(message: EmailMessage) -> list[str]:
    """Return the identifiers of the mails that it answers, oldest first, the one it replies to last."""
    found = list(dict.fromkeys(_identifiers(header(message, "References"))))[-_MOST_REFERENCES:]
    parent = next(_identifiers(header(message, "In-Reply-To")), "")
    return [*(one for one in found if one != parent), *filter(None, [parent])]


def decoded(value: str) -> str:
    """Decode the encoded words (RFC 2047) in a value, and put it on one line.

    Encoded words that follow each other are joined before they are decoded, because many programs split
    a character between two of them.
    """
    return one_line(_ENCODED_RUN.sub(_decode_run, value[:_LONGEST_FIELD]), _LONGEST_FIELD)


def text_of(data: bytes, charset: str | None) -> str:
    """Decode bytes that should be text; never fails."""
    try:
        return decode(data, "", charset)
    except UnreadableError:
        return data.decode("cp1252", errors="replace")


def _headers(message: Message[Any, Any], name: str) -> Iterator[str]:
    return (decoded(value) for value in _raw_values(message, name))


def _raw(message: Message[Any, Any], name: str) -> str:
    return next(_raw_values(message, name), "")


def _raw_values(message: Message[Any, Any], name: str) -> Iterator[str]:
    # The values as they were read: the standard library's own view of them fails on broken ones.
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            text = str(value)[:_LONGEST_FIELD]
            if any("\udc80" <= character <= "\udcff" for character in text):
                text = text_of(text.encode("utf-8", "surrogateescape"), None)
            yield " ".join(text.split())


def _decode_run(run: re.Match[str]) -> str:
    words = ((word[1].lower(), _bytes(word[2], word[3])) for word in _ENCODED_WORD.finditer(run[0]))
    runs = groupby(words, key=lambda word: word[0])
    return "".join(text_of(b"".join(data for _, data in same), charset) for charset, same in runs)


def _bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return quopri.decodestring(text.encode("utf-8", "replace"), header=True)
    try:
        return binascii.a2b_base64(text.encode("utf-8", "replace") + b"==")
    except binascii.Error:
        return text.encode("utf-8", "replace")


def _mailbox(raw: str) -> tuple[str, str]:
    """Name and address of the first mailbox of a field."""
    raw = _OBSCURED.sub(r"\1@\2", raw)
    match = _NAME_AND_ADDRESS.match(raw)
    name, address = match.groups() if match else parseaddr(raw)
    if not (name or address):
        name = raw
    return decoded(name).strip("\"' "), decoded(address)


def _sent(value: str) -> datetime | None:
    return moment(re.sub(r"\s*\([^()]*\)", "", value))


def _identifiers(value: str) -> Iterator[str]:
    bracketed = [match[1] for match in _IN_BRACKETS.finditer(value)]
    yield from bracketed or (word.strip("<>") for word in value.split() if "@" in word)
