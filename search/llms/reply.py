"""Bytes of a reply → pieces of text: server-sent events as they arrive, or one JSON document.

A server may answer a request for a stream with one document, so the first character decides and not the
request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from search.llms.trouble import Endpoint, message_of

_LONGEST_EVENT = 1 << 20  # bytes
_LONGEST_DOCUMENT = 1 << 22
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")  # a carriage return at the end may be half of a pair
_FIELDS = (b"event", b"id", b"retry", b"")  # of an event, besides its data; a comment has no name


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is being read.

    Attributes:
        streamed: Whether it comes as server-sent events.
        pieces: Its text; reading it raises `LanguageModelError` if the rest is no reply.
    """

    streamed: bool
    pieces: Iterator[str]


def open_reply(chunks: Iterable[bytes], endpoint: Endpoint) -> Reply:
    """Begin to read a reply.

    Args:
        chunks: Its body, as it arrives.
        endpoint: Whose reply it is.
    """
    arriving = iter(chunks)
    begin = b""
    for chunk in arriving:
        begin = (begin + chunk).lstrip()
        if begin:
            break
    whole = chain([begin], arriving)
    if begin.startswith(b"{"):
        return Reply(streamed=False, pieces=_document(whole, endpoint))
    return Reply(streamed=True, pieces=_events(whole, endpoint))


def read_models(chunks: Iterable[bytes], endpoint: Endpoint) -> Iterator[str]:
    """The names in a list of models.

    Args:
        chunks: The body of the list, as it arrives.
        endpoint: Whose list it is.
    """
    found = _parse(_whole(chunks, endpoint), endpoint)
    models = found.get("data") if isinstance(found, dict) else None
    if not isinstance(models, list):
        raise endpoint.nonsense("no list of models")
    names = (model.get("id") for model in models if isinstance(model, dict))
    yield from (name for name in names if isinstance(name, str))


def _document(chunks: Iterable[bytes], endpoint: Endpoint) -> Iterator[str]:
    text, _ = _read(_parse(_whole(chunks, endpoint), endpoint), "message", endpoint)
    if text:
        yield text


def _whole(chunks: Iterable[bytes], endpoint: Endpoint) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > _LONGEST_DOCUMENT:
            raise endpoint.nonsense("a document without an end")
    return bytes(body)


def _events(chunks: Iterable[bytes], endpoint: Endpoint) -> Iterator[str]:
    something = False
    for line in _lines(chunks, endpoint):
        something = True
        name, _, value = line.partition(b":")
        if name == b"data":
            if value.strip() == b"[DONE]":
                return
            text, finished = _read(_parse(value, endpoint), "delta", endpoint)
            if text:
                yield text
            if finished:
                return
        elif name not in _FIELDS:
            raise endpoint.nonsense("neither events nor JSON")
    if something:
        raise endpoint.cut_off()


def _lines(chunks: Iterable[bytes], endpoint: Endpoint) -> Iterator[bytes]:
    """The lines that are not blank."""
    begun = b""
    for chunk in chunks:
        *lines, begun = _LINE_END.split(begun + chunk)
        if len(begun) > _LONGEST_EVENT:
            raise endpoint.nonsense("an event without an end")
        yield from filter(None, lines)
    if begun.strip():
        yield begun.strip()


def _parse(data: bytes, endpoint: Endpoint) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise endpoint.nonsense("JSON that cannot be read") from error


def _read(found: Any, part: str, endpoint: Endpoint) -> tuple[str, bool]:
    """The text of an event or a document, and whether it is the last one.

    Args:
        found: The JSON.
        part: Where a choice has its text: in a "delta" or in a "message".
        endpoint: Whose reply it is.
    """
    if not isinstance(found, dict):
        raise endpoint.nonsense("JSON without choices")
    if found.get("error"):
        raise endpoint.failed(message_of(found))
    choices = found.get("choices")
    if not isinstance(choices, list):
        raise endpoint.nonsense("JSON without choices")
    if not choices:  # the event that counts the tokens
        return "", False
    choice = choices[0] if isinstance(choices[0], dict) else {}
    said = choice.get(part)
    text = _text(said.get("content") if isinstance(said, dict) else None)
    # Half a surrogate pair is no character, and could not be written anywhere.
    return text.encode("utf-8", "replace").decode(), bool(choice.get("finish_reason"))


def _text(content: object) -> str:
    """The text of a content: a string, or parts of which some are text and others thoughts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
