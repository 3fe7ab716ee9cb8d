"""The HTTP API: every question that Copse answers, as JSON, read-only, under `/api/v1`.

Errors are `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from catalog.errors import (
    CopseError,
    LibraryError,
    ModelError,
    NotFoundError,
    QuestionError,
    SettingError,
    SourceError,
)
from catalog.nouns import Filters, Kind
from ui import schemas
from ui.schemas_gaps import GapsOut
from ui.service import Service

PREFIX = "/api/v1"
LONGEST_QUESTION = 2000  # characters; an address has room for little more
MOST_RESULTS = 50

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """How one kind of error is told: a name, the HTTP status and a title."""

    name: str
    status: int
    title: str


PROBLEMS: dict[type[CopseError], Problem] = {
    QuestionError: Problem("question", 422, "The question cannot be searched"),
    NotFoundError: Problem("not-found", 404, "There is no such thing that you may read"),
    SettingError: Problem("setting", 400, "A value cannot be used"),
    LibraryError: Problem("library", 503, "The library cannot be used now"),
    ModelError: Problem("model", 503, "The embedding model cannot be used"),
    SourceError: Problem("source", 500, "A source cannot be read"),
    CopseError: Problem("copse", 500, "Something went wrong"),
}
"""One row for each kind of error; an error is told by the row of its nearest class."""


class ProblemOut(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class HealthOut(BaseModel):
    """That the service is up."""

    status: Literal["ok"] = "ok"


Words = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST_QUESTION,
        description="A question, a topic or a problem in plain words.",
    ),
]
Typed = Annotated[
    str,
    Query(max_length=LONGEST_QUESTION, description="A problem in plain words, or the beginning of one."),
]
Typing = Annotated[
    bool,
    Query(
        description="Whether it is still being typed: then the last word counts when a blank follows it, and "
        "nothing is found, without an error, where there is nothing to search for yet."
    ),
]
ItemId = Annotated[
    str, Query(alias="id", max_length=2000, description="The item's id, as every result has it.")
]
Count = Annotated[int, Query(ge=1, le=MOST_RESULTS, description="How many results are wanted.")]


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


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

_router = APIRouter()


@_router.get("/ask")
def ask(service: Serving, q: Words, filters: Narrowed, k: Count = 5) -> schemas.ReplyOut:
    """Answer a question: the cited answer, the people, who met it before, related practices."""
    return service.ask(q, filters, k)


@_router.get("/search")
def search(service: Serving, q: Words, filters: Narrowed, k: Count = 10) -> schemas.HitsOut:
    """Find the items that fit a question."""
    return service.search(q, filters, k)


@_router.get("/experts")
def experts(service: Serving, q: Words, filters: Narrowed, k: Count = 5) -> schemas.ExpertsOut:
    """Find the people who know about a topic."""
    return service.experts(q, filters, k)


@_router.get("/similar")
def similar(
    service: Serving, q: Typed, filters: Narrowed, k: Count = 5, typing: Typing = False
) -> schemas.SimilarProblemsOut:
    """Find past problems like the one described, and what solved them; also while it is being typed."""
    return service.similar(q, filters, k, typing=typing)


@_router.get("/item")
def item(service: Serving, item_id: ItemId) -> schemas.ThreadOut:
    """Give an item in full, with its thread."""
    return service.item(item_id).shown


@_router.get("/status")
def status(service: Serving) -> schemas.StatusOut:
    """Tell the state of the library, as far as the viewer may know it."""
    return service.status()


@_router.get("/communities")
def communities(service: Serving) -> schemas.CommunitiesOut:
    """List the communities that the viewer may read."""
    return service.communities()


@_router.get("/gaps")
def gaps(service: Serving, k: Count = 20) -> GapsOut:
    """List what was asked and could not be answered, the most asked first."""
    return service.gaps(k)


@_router.get("/health")
def health() -> HealthOut:
    """Tell that the service is up."""
    return HealthOut()


def make_api(service: Service) -> FastAPI:
    """Make the API over an opened library."""
    api = FastAPI(
        title="Copse",
        summary="Cited answers, the people who know, and who met this problem before.",
        version="1",
        # The interactive pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": ProblemOut, "description": "An error, as problem+json."}},
    )
    api.state.service = service
    api.include_router(_router)
    _tell_errors(api)
    return api


# --- errors ---


def _tell_errors(api: FastAPI) -> None:
    @api.exception_handler(CopseError)
    def copse_error(_: Request, error: CopseError) -> JSONResponse:
        known = next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
        return _problem(known, str(error))

    @api.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
        return _problem(Problem("request", 422, "The request cannot be understood"), wrong)

    @api.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        detail = (
            f"{request.method} {request.url.path}: {error.detail}; {PREFIX}/openapi.json lists what there is"
        )
        return _problem(Problem("http", error.status_code, title), detail)

    @api.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("%s failed", request.url.path, exc_info=error)
        return _problem(
            Problem("unexpected", 500, "Something went wrong"), "The log of the server tells more."
        )


def _problem(problem: Problem, detail: str) -> JSONResponse:
    body = ProblemOut(
        type=f"urn:copse:problem:{problem.name}", title=problem.title, status=problem.status, detail=detail
    )
    return JSONResponse(body.model_dump(), problem.status, media_type="application/problem+json")
