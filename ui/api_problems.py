"""Tells the errors of the HTTP API as `application/problem+json` (RFC 9457), by one table: `ui.problems`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from catalog.errors import BusyError, CopseError, NotSignedInError
from ui.problems import TOO_LARGE, Problem, ProblemOut, invalid_out, problem_out, told

_TYPE = "application/problem+json"

DESCRIBED: dict[str, Any] = {
    "description": "An error, as problem+json.",
    # Given as a model, it would be listed under the type of the route's success, such as that of a stream.
    "content": {_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
}
"""How an error is listed among the responses of every address."""


def tell(problem: ProblemOut, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make the response that tells a problem."""
    return JSONResponse(problem.model_dump(), problem.status, headers, _TYPE)


def answer_error(error: Exception, path: str) -> JSONResponse:
    """Answer an error where there is no API to do it."""
    return tell(problem_out(error, path), _advice(error))


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
        wrong = (f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
        return tell(invalid_out(*wrong))

    @api.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return tell(too_large(request.url.path))
        title = HTTPStatus(error.status_code).phrase
        detail = f"{request.method} {request.url.path}: {error.detail}; {where} lists what there is"
        return tell(told(Problem("http", error.status_code, title), detail), error.headers)


def too_large(path: str) -> ProblemOut:
    """The problem of a body that is too large for an address."""
    return told(TOO_LARGE, f"{path}: the body is larger than may be sent there")


def _advice(error: Exception) -> dict[str, str]:
    """Headers that tell a program what to do next."""
    if isinstance(error, BusyError):
        return {"Retry-After": str(math.ceil(error.wait))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedInError) else {}
