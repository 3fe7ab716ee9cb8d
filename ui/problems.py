"""How every face tells an error, by one table.

The command line ends with the exit code of the error's class, the HTTP API answers with the status as
`application/problem+json` (RFC 9457), and a tool of MCP fails with the name. The line that says what happened
is the same.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from catalog.errors import (
    BusyError,
    CopseError,
    LanguageModelError,
    LibraryError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    QuestionError,
    SettingError,
    SourceError,
)

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
    NotAllowedError: Problem("not-allowed", 403, "You may not do this"),
    NotSignedInError: Problem("not-signed-in", 401, "Nobody knows who asks"),
    BusyError: Problem("busy", 429, "Too much is asked at once"),
    SettingError: Problem("setting", 400, "A value cannot be used"),
    LibraryError: Problem("library", 503, "The library cannot be used now"),
    ModelError: Problem("model", 503, "The embedding model cannot be used"),
    LanguageModelError: Problem("language-model", 502, "The language model does not answer as it should"),
    SourceError: Problem("source", 500, "A source cannot be read"),
    CopseError: Problem("copse", 500, "Something went wrong"),
}
"""One row for each kind of error; an error is told by the row of its nearest class."""


_TYPE = "application/problem+json"

DESCRIBED: dict[str, Any] = {
    "description": "An error, as problem+json.",
    # Given as a model, it would be listed under the type of the route's success, such as that of a stream.
    "content": {_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
}
"""How an error is listed among the responses of every address."""


class ProblemOut(BaseModel):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str

    @property
    def name(self) -> str:
        """The name of its row."""
        return self.type.rpartition(":")[2]


def problem_out(error: Exception, path: str) -> ProblemOut:
    """Show an error; one that nobody foresaw goes to the log of the server, and is told without details.

    Args:
        error: What happened.
        path: The address that was asked for, without its question.
    """
    if isinstance(error, CopseError):
        known = next(PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS)
        return _out(known, str(error))
    _LOG.error("%s failed", path, exc_info=error)
    return _out(Problem("unexpected", 500, "Something went wrong"), "The log of the server tells more.")


def invalid_out(*wrong: str) -> ProblemOut:
    """Show what is wrong with a request that does not have the form it should have."""
    return _out(Problem("request", 422, "The request cannot be understood"), "; ".join(wrong))


def answer_error(error: Exception, path: str) -> JSONResponse:
    """Answer an error where there is no API to do it."""
    return _answer(problem_out(error, path), _advice(error))


def tell_errors(api: FastAPI, where: str) -> None:
    """Let an API answer every error as a problem.

    Args:
        api: The API.
        where: Address of the list of all that it has.
    """

    @api.exception_handler(CopseError)
    @api.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> JSONResponse:
        return answer_error(error, request.url.path)

    @api.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(
            invalid_out(*(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()))
        )

    @api.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        title = HTTPStatus(error.status_code).phrase
        detail = f"{request.method} {request.url.path}: {error.detail}; {where} lists what there is"
        return _answer(_out(Problem("http", error.status_code, title), detail))


def _out(problem: Problem, detail: str) -> ProblemOut:
    return ProblemOut(
        type=f"urn:copse:problem:{problem.name}", title=problem.title, status=problem.status, detail=detail
    )


def _answer(problem: ProblemOut, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type=_TYPE)


def _advice(error: Exception) -> dict[str, str]:
    """Headers that tell a program what to do next."""
    if isinstance(error, BusyError):
        return {"Retry-After": str(math.ceil(error.wait))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedInError) else {}
