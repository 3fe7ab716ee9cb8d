"""What the addresses of the HTTP API take: each parameter with its bounds and its description."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from catalog.nouns import Filters, Kind
from search.conversation import MOST_TURNS
from ui.limits import seen_in
from ui.service import Service

LONGEST_QUESTION = 2000  # characters; an address has room for little more
MOST_RESULTS = 50

Words = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A question, a topic or a problem in plain words.",
        examples=["Are slug nematodes worth the money?"],
    ),
]
Before = Annotated[
    list[Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)]] | None,
    Query(
        max_length=MOST_TURNS,
        description="A question that was asked before in the same conversation; may be repeated, the oldest "
        "first. A follow-up that leans on them is completed.",
    ),
]
Typed = Annotated[
    str,
    Query(
        max_length=LONGEST_QUESTION,
        description="A problem in plain words, or the beginning of one.",
        examples=["My compost bin never gets w"],
    ),
]
Typing = Annotated[
    bool,
    Query(
        description="Whether it is still being typed: then the last word counts when a blank follows it, and "
        "nothing is found, without an error, where there is nothing to search for yet."
    ),
]
ItemId = Annotated[
    str,
    Query(
        alias="id",
        max_length=2000,
        description="The item's id, as every result has it.",
        examples=["sample/allotment/forum:1183"],
    ),
]
PersonId = Annotated[
    str,
    Query(
        alias="id",
        min_length=1,
        max_length=500,
        description="A person's number, or their exact name.",
        examples=["Gwen Pritchard"],
    ),
]
Name = Annotated[str, Query(max_length=500, description="Only people whose name contains this.")]
After = Annotated[
    str | None,
    Query(alias="cursor", max_length=1000, description="What the page before gave as `next`."),
]
Many = Annotated[int, Query(ge=1, le=1000, description="How many are wanted at most.")]
Count = Annotated[int, Query(ge=1, le=MOST_RESULTS, description="How many results are wanted.")]


def _service(request: Request) -> Service:
    state = request.app.state
    return seen_in(state.limits.rates, state.service, request)


Serving = Annotated[Service, Depends(_service)]


def _filters(
    service: Serving,
    community: Annotated[list[str] | None, Query(description="Slug or name; may be repeated.")] = None,
    kind: Annotated[list[Kind] | None, Query(description="Kind of item; may be repeated.")] = None,
    tag: Annotated[list[str] | None, Query(description="Tag; may be repeated.")] = None,
    since: Annotated[date | None, Query(description="First day, such as 2024-03-01.")] = None,
    until: Annotated[date | None, Query(description="Last day, itself included.")] = None,
) -> Filters:
    return service.filters(community or (), kind or (), tag or (), since, until)


Narrowed = Annotated[Filters, Depends(_filters)]


class Body(BaseModel):
    """What is sent: nothing but the fields that it names."""

    model_config = ConfigDict(extra="forbid")


def _declared_as_json(request: Request) -> None:
    """A form of another site cannot declare its body so."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != "application/json":
        raise HTTPException(415, "send the body as application/json")


AS_JSON = [Depends(_declared_as_json)]
"""What every address that changes something by a JSON body depends on."""
