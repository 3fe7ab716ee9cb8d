"""Requests over HTTP: putting a question to people, and taking in what they reply.

These addresses change the library. `ui.guard.Guard` turns away what another site's page sends; the body must
be declared as JSON, which no form of another site can. Who may do what is decided below (`catalog.requests`):
a token says who somebody is.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from catalog.nouns import RequestState
from ui.api_parameters import AS_JSON, LONGEST_QUESTION, After, Body, Count, Serving
from ui.schemas_requests import (
    ReplyTakenOut,
    RequestMadeOut,
    RequestShownOut,
    RequestsOut,
    RequestStatsOut,
)

_LONGEST_REPLY = 50_000  # characters

Key = Annotated[
    str, Path(max_length=100, description="The request's number, or the token of a link.", examples=["1"])
]
Who = Annotated[
    str,
    Field(
        max_length=200,
        description="Number or exact name of who it is; only the owner may say so.",
        examples=["Gwen Pritchard"],
    ),
]
Slug = Annotated[str, Field(max_length=200)]


class AskIn(Body):
    """A question to put to people."""

    question: str = Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="In plain words.",
        examples=["Do nematodes work against leatherjackets?"],
    )
    communities: list[Slug] = Field(
        default=[], max_length=50, description="Slugs or names to narrow it down to."
    )
    to: list[Slug] = Field(
        default=[], max_length=10, description="Numbers or exact names of people; chosen if there are none."
    )
    community: Slug | None = Field(
        default=None, description="Slug or name of the one to which replies belong; chosen if null."
    )


class AnswerIn(Body):
    """A reply."""

    text: str = Field(
        min_length=1, max_length=_LONGEST_REPLY, description="Markdown.", examples=["They do, in September."]
    )
    person: Who = ""


class DeclineIn(Body):
    """That somebody will not answer."""

    person: Who = ""


class AcceptIn(Body):
    """Which reply solved it."""

    reply: int = Field(ge=1, le=1_000_000, description="Number of the reply.", examples=[1])


class CloseIn(Body):
    """Nothing else to say: an empty object."""


router = APIRouter(prefix="/requests")


@router.get("")
def requests(
    service: Serving,
    k: Count = 20,
    state: Annotated[RequestState | None, Query(description="Only those that have come so far.")] = None,
    cursor: After = None,
) -> RequestsOut:
    """List what was put to people, the latest first."""
    return service.requesting().listed(k, state, cursor)


@router.get("/stats")
def stats(service: Serving) -> RequestStatsOut:
    """Tell how many requests were answered, and after how long."""
    return service.requesting().stats()


@router.get("/{key}")
def request(service: Serving, key: Key) -> RequestShownOut:
    """Give one request."""
    return service.requesting().show(key)


@router.post("", status_code=201, dependencies=AS_JSON)
def ask(service: Serving, body: AskIn) -> RequestMadeOut:
    """Put a question to people, or join the open request that asks the same."""
    place = next(iter(service.slugs([body.community]))) if body.community else None
    return service.requesting().ask(body.question, service.slugs(body.communities), body.to, place)


@router.post("/{key}/answer", status_code=201, dependencies=AS_JSON)
def answer(service: Serving, key: Key, body: AnswerIn) -> ReplyTakenOut:
    """Reply; the next question finds it."""
    return service.requesting().answer(key, body.text, body.person)


@router.post("/{key}/accept", dependencies=AS_JSON)
def accept(service: Serving, key: Key, body: AcceptIn) -> RequestShownOut:
    """Say which reply solved it."""
    return service.requesting().accept(key, body.reply)


@router.post("/{key}/decline", dependencies=AS_JSON)
def decline(service: Serving, key: Key, body: DeclineIn) -> RequestShownOut:
    """Say that whoever was asked will not answer."""
    return service.requesting().decline(key, body.person)


@router.post("/{key}/close", dependencies=AS_JSON)
def close(service: Serving, key: Key, body: CloseIn) -> RequestShownOut:  # noqa: ARG001 - it is empty
    """Close a request, so that nobody replies any more."""
    return service.requesting().close(key)
