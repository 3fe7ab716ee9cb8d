"""The JSON forms of requests: what was put to people, to whom, and what came back.

Addresses and tokens are no part of them; the token of who asked is told once, to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from pydantic import Field

from catalog.nouns import RequestState
from catalog.reader_requests import Exposed, gini
from catalog.requests import Request
from ui.schemas import Document, Form, Listed, shown_name, shown_number

_TOP = 3


class AskedOut(Form):
    """Somebody to whom a request goes."""

    name: str
    person_id: int = Field(description="The library's number of the person; 0 if they are anonymous.")
    why: str = Field(description="What speaks for asking them.")
    sent_at: datetime | None = Field(description="When it was sent; null if it stands in the library only.")
    how: str = Field(description="By what it was sent; may be empty.")
    trouble: str = Field(description="Why it could not be sent; may be empty.")
    declined_at: datetime | None
    answered_at: datetime | None


class RepliedOut(Form):
    """A reply."""

    number: int = Field(description="Its number among the replies, from 1.")
    item_id: str = Field(description="The item that it became.")
    name: str
    person_id: int = Field(description="The library's number of the person; 0 if they are anonymous.")
    at: datetime
    accepted: bool = Field(description="Whether the asker has accepted it.")


class RequestOut(Form):
    """A question that was put to people."""

    number: int
    question: str
    communities: list[str] = Field(description="Slugs of the communities that were searched, sorted.")
    community: str = Field(description="Slug of the one to which replies belong.")
    asked_by: str
    asked_at: datetime
    times: int = Field(description="How often it was asked while it was open.")
    state: RequestState
    found: list[str] = Field(description="Ids of the items that were found already, the nearest first.")
    people: list[AskedOut] = Field(description="To whom it goes.")
    replies: list[RepliedOut] = Field(description="What came back, the first one first.")
    seconds_to_answer: float | None = Field(description="From asking to the first reply; null without one.")


class RequestShownOut(Document, RequestOut):
    """One request."""


class RequestsOut(Listed):
    """Requests."""

    requests: list[RequestOut] = Field(description="The latest first.")


class RequestMadeOut(Document):
    """What became of a question that was to be put to people."""

    request: RequestOut
    joined: bool = Field(description="Whether it was open already: nobody is asked twice.")
    token: str = Field(description="Who has it may accept and close; empty if it was joined.")
    link: str = Field(description="Address of the request on the page; empty without `public_url`.")
    notes: list[str] = Field(description="What whoever asks should know, such as why it was not sent.")


class ReplyTakenOut(Document):
    """A reply that is content from now on."""

    request: RequestOut
    item_id: str = Field(description="The item that it became.")


class ExposedOut(Form):
    """How often somebody was suggested and asked."""

    person_id: int = Field(description="The library's number of the person; 0 if they are anonymous.")
    name: str
    suggested: int = Field(description="In how many requests they were among those who fitted.")
    asked: int = Field(description="How many requests went to them.")
    answered: int = Field(description="How many of them they answered.")


class ExposureOut(Document):
    """How requests are spread over people."""

    people: list[ExposedOut] = Field(description="The most asked first.")
    gini: float = Field(
        description="How unequally they are asked, of all who fitted: 0 if all the same, near 1 if one only."
    )
    top_share: float = Field(description="Share of all requests that the three most asked got, from 0 to 1.")


class RequestStatsOut(Document):
    """How requests fare."""

    requests: int
    open: int
    answered: int
    closed: int
    median_seconds: float | None = Field(description="Median time to the first reply; null without any.")


def request_out(request: Request) -> RequestOut:
    """Show a request."""
    return RequestOut(
        number=request.id,
        question=request.question,
        communities=list(request.communities),
        community=request.community,
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        times=request.times,
        state=request.state,
        found=list(request.found),
        people=[
            AskedOut(
                name=shown_name(one.person),
                person_id=shown_number(one.person),
                why=one.why,
                sent_at=one.sent_at,
                how=one.how,
                trouble=one.trouble,
                declined_at=one.declined_at,
                answered_at=one.answered_at,
            )
            for one in request.people
        ],
        replies=[
            RepliedOut(
                number=one.number,
                item_id=one.item_id,
                name=shown_name(one.person),
                person_id=shown_number(one.person),
                at=one.at,
                accepted=one.accepted,
            )
            for one in request.replies
        ],
        seconds_to_answer=request.seconds_to_answer,
    )


def request_shown_out(request: Request) -> RequestShownOut:
    """Show one request as a document."""
    return RequestShownOut(**dict(request_out(request)))


def requests_out(requests: Sequence[Request], after: str | None = None) -> RequestsOut:
    """Show requests; `after` is the cursor of those that come after them."""
    return RequestsOut(requests=list(map(request_out, requests)), next=after)


def exposure_out(exposed: Sequence[Exposed]) -> ExposureOut:
    """Show how requests are spread."""
    asked = sorted((one.asked for one in exposed), reverse=True)
    return ExposureOut(
        people=[
            ExposedOut(
                person_id=shown_number(one.person),
                name=shown_name(one.person),
                suggested=one.suggested,
                asked=one.asked,
                answered=one.answered,
            )
            for one in exposed
        ],
        gini=round(gini(asked), 4),
        top_share=round(sum(asked[:_TOP]) / sum(asked), 4) if sum(asked) else 0.0,
    )


def stats_out(requests: Sequence[Request]) -> RequestStatsOut:
    """Show how requests fare."""
    times = [one.seconds_to_answer for one in requests if one.seconds_to_answer is not None]
    states = [one.state for one in requests]
    return RequestStatsOut(
        requests=len(requests),
        open=states.count(RequestState.OPEN),
        answered=states.count(RequestState.ANSWERED),
        closed=states.count(RequestState.CLOSED),
        median_seconds=median(times) if times else None,
    )
