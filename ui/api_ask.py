"""A question over HTTP: the reply at once, or each part of it as soon as it is there.

What comes in parts are Server-Sent Events, which browsers and command lines read as they arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from search.results import Checked, Draft
from ui.api_parameters import Before, Count, Narrowed, Serving, Words
from ui.problems import ProblemOut, problem_out
from ui.schemas import AnswerOut, ReplyOut
from ui.schemas_draft import CheckedOut, DraftOut

router = APIRouter()

Part = Draft | Checked | AnswerOut | ReplyOut


_EVENTS = """Server-Sent Events; the data of each is one JSON object.

- `draft`: a piece of what a language model is writing, if the settings name one
- `checked`: a sentence of it was checked
- `answer`: the answer, which takes the place of all drafts
- `reply`: the answer again with all that belongs to it; the last event
- `error`: a problem instead of the reply; the last event

Until the first event, an error is a response of its own. `: ping` is a comment that keeps the line open."""


@router.get("/ask")
def ask(service: Serving, q: Words, filters: Narrowed, before: Before = None, k: Count = 5) -> ReplyOut:
    """Answer a question: the cited answer, the people, who met it before, related practices."""
    return service.ask(q, filters, k, before or ())


def _begun(
    service: Serving, q: Words, filters: Narrowed, before: Before = None, k: Count = 5
) -> Iterator[Iterator[Part]]:
    """The parts of a reply, of which the first is there.

    What goes wrong before it can still be told by the status of the response. When the response has ended,
    also because nobody reads it any more, the work ends, and with it the connection to a language model.
    """
    with closing(service.ask_in_steps(q, filters, k, before or ())) as parts:
        yield chain([next(parts)], parts)


@router.get(
    "/ask/stream",
    response_class=EventSourceResponse,
    responses={
        200: {"model": DraftOut | CheckedOut | AnswerOut | ReplyOut | ProblemOut, "description": _EVENTS}
    },
)
def ask_in_steps(
    request: Request, parts: Annotated[Iterator[Part], Depends(_begun)]
) -> Iterator[ServerSentEvent]:
    """Answer a question, and give each part of the reply as soon as it is there."""
    try:
        for part in parts:
            yield _event(part)
    except Exception as error:  # noqa: BLE001 - the status is sent already, so it is told as an event
        yield ServerSentEvent(event="error", data=problem_out(error, request.url.path))


def _event(part: Part) -> ServerSentEvent:
    match part:
        case Draft(text):
            return ServerSentEvent(event="draft", data=DraftOut(text=text))
        case Checked(text, fault):
            return ServerSentEvent(event="checked", data=CheckedOut(text=text, fault=fault))
        case AnswerOut():
            return ServerSentEvent(event="answer", data=part)
        case ReplyOut():
            return ServerSentEvent(event="reply", data=part)
