"""How the service itself is, over HTTP: whether it lives, whether it is ready, and its figures."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel

from ui.api_parameters import Serving
from ui.api_problems import DESCRIBED, tell
from ui.metrics import CONTENT_TYPE, Metrics
from ui.problems import NOT_READY, told
from ui.reference_page import reference_page

router = APIRouter()


class HealthOut(BaseModel):
    """That the service is up."""

    status: Literal["ok"] = "ok"


class ReadyOut(BaseModel):
    """That questions are answered without waiting."""

    status: Literal["ready"] = "ready"


@router.get("/health")
async def health() -> HealthOut:
    """Tell that the service is up."""
    return HealthOut()


@router.get("/ready", response_model=ReadyOut, responses={503: DESCRIBED})
async def ready(request: Request) -> ReadyOut | JSONResponse:
    """Tell that model and indexes are loaded; until then, the status is 503."""
    if request.app.state.service.is_ready():
        return ReadyOut()
    detail = "model and indexes are being loaded; if it stays so, `copse doctor` tells why"
    return tell(told(NOT_READY, detail), {"Retry-After": "1"})


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, service: Serving) -> PlainTextResponse:
    """Give the service's figures in the text format of Prometheus; for the owner, unless set otherwise."""
    if service.settings.metrics != "open":
        service.viewer().check_owner()
    figures: Metrics = request.app.state.metrics
    return PlainTextResponse(figures.text(), media_type=CONTENT_TYPE)


@router.get("/reference", response_class=HTMLResponse, include_in_schema=False)
def reference(request: Request) -> HTMLResponse:
    """Show the reference of the API as a page."""
    return HTMLResponse(_reference(request.app))


@lru_cache(maxsize=1)
def _reference(api: FastAPI) -> str:
    """The page, made once: anybody may ask for it, as often as they like."""
    return reference_page(api.openapi())
