"""Append to the text of a mail what its attachments say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from itertools import islice
from typing import Final, TypeAlias

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document
from ingest.formats.headings import FENCED
from ingest.formats.tidy import escape_tags, one_line

_MOST: Final = 100
_DEEPEST: Final = 4
_HEADING: Final = re.compile(rf"(?P<code>{FENCED})|^(?P<marks>#{{1,6}})(?=[ \t])", re.DOTALL | re.MULTILINE)

Attachment: TypeAlias = tuple[str, bytes | Document]
"""A name, and the content; or the document, where it has been read already."""

_depth: ContextVar[int] = ContextVar("depth of mails in mails", default=0)


def with_attachments(document: Document, attachments: Iterable[Attachment]) -> Document:
    """Return the document with its attachments' texts under headings `## Attachment: name`.

    An attachment that cannot be read is one line that names it; the reasons are in `meta["unread"]`.
    At most 100 attachments are read, in mails at most 4 deep, and no more text than a file may give.

    Args:
        document: The mail itself.
        attachments: The attachments, in their order.
    """
    texts: list[str] = []
    unread: dict[str, str] = {}
    level = _depth.set(_depth.get() + 1)
    try:
        for name, text, reason in _within_budget(attachments, len(document.text)):
            texts.append(f"## Attachment: {_shown(name)}\n\n{text}" if text else _line(name))
            unread |= {name: reason} if reason else {}
    finally:
        _depth.reset(level)
    meta = document.meta | ({"unread": unread} if unread else {})
    return replace(document, text="\n\n".join(filter(None, (document.text, *texts))), meta=meta)


def demoted(text: str, levels: int) -> str:
    """Return Markdown with its headings some levels deeper, at most 6."""
    return _HEADING.sub(lambda match: match["code"] or "#" * min(6, len(match["marks"]) + levels), text)


def _within_budget(attachments: Iterable[Attachment], used: int) -> Iterator[tuple[str, str, str]]:
    """Name, text and the reason why there is none, of each attachment."""
    for name, data in islice(attachments, _MOST):
        text, reason = _read(name, data)
        used += len(text)
        if used > formats.MAX_CHARACTERS:
            text, reason = "", "the mail holds too much text; save its attachments as files"
        yield name, text, reason


def _read(name: str, data: bytes | Document) -> tuple[str, str]:
    if _depth.get() > _DEEPEST:
        return "", f"lies more than {_DEEPEST} mails deep"
    try:
        document = data if isinstance(data, Document) else formats.read(data, name)
    except UnreadableError as error:
        return "", error.reason
    title = f"**{escape_tags(document.title)}**" if document.title else ""
    return "\n\n".join(filter(None, (title, demoted(document.text, 2)))), ""


def _line(name: str) -> str:
    return f"Attachment: {_shown(name)} (not read)"


def _shown(name: str) -> str:
    return escape_tags(one_line(name, 200))
