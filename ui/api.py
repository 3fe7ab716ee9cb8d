"""The HTTP API: every question that Copse answers, as JSON, under `/api/v1`. Only requests change anything.

Errors are `application/problem+json` (RFC 9457).
"""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Depends, FastAPI

from ui import (
    api_ask,
    api_community,
    api_contribute,
    api_feedback,
    api_items,
    api_members,
    api_requests,
    api_sources,
    api_state,
    schemas,
)
from ui.api_contribute import OVERHEAD
from ui.api_description import described, operation_id
from ui.api_parameters import (
    After,
    Count,
    ItemId,
    Many,
    Name,
    Narrowed,
    PersonId,
    Serving,
    Typed,
    Typing,
    Words,
)
from ui.api_problems import DESCRIBED, tell_errors
from ui.limits import Deadline, Limits, hold_a_place
from ui.metrics import Measured, Metrics
from ui.schemas_gaps import GapsOut
from ui.schemas_people import PeopleOut
from ui.schemas_profile import ProfileOut
from ui.schemas_topics import LandscapeOut, RisksOut, TopicsOut
from ui.service import Service

PREFIX = "/api/v1"


_router = APIRouter()


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


@_router.get("/people")
def people(service: Serving, q: Name = "", k: Count = 50, cursor: After = None) -> PeopleOut:
    """List people by name, those with the most contributions first."""
    return service.people(q, k, cursor)


@_router.get("/person")
def person(service: Serving, who: PersonId) -> ProfileOut:
    """Tell where somebody contributes, what about, what was best, and with whom."""
    return service.profile(who)


@_router.get("/topic")
def topic(service: Serving, q: Words, filters: Narrowed, k: Count = 5) -> LandscapeOut:
    """Tell who knows about a topic, who rises, who is past, who answers whom, and on whom it rests."""
    return service.topic(q, filters, k)


@_router.get("/topics")
def topics(service: Serving, k: Many = 100, cursor: After = None) -> TopicsOut:
    """List the topics of the library, those with the most items first."""
    return service.topics(k, cursor)


@_router.get("/risks")
def risks(service: Serving, k: Many = 100, cursor: After = None) -> RisksOut:
    """List the topics that rest on one active person or on nobody, the largest first."""
    return service.risks(k, cursor)


@_router.get("/status")
def status(service: Serving) -> schemas.StatusOut:
    """Tell the state of the library, as far as the viewer may know it."""
    return service.status()


@_router.get("/communities")
def communities(service: Serving) -> schemas.CommunitiesOut:
    """List the communities that the viewer may read."""
    return service.communities()


@_router.get("/gaps")
def gaps(service: Serving, k: Count = 20, cursor: After = None) -> GapsOut:
    """List what was asked and could not be answered, the most asked first."""
    return service.gaps(k, cursor)


def make_api(service: Service) -> FastAPI:
    """Make the API over an opened library."""
    api = FastAPI(
        title="Copse",
        summary="Cited answers, the people who know, and who met this problem before.",
        version="1",
        # The interactive pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
        responses={"default": DESCRIBED},
        generate_unique_id_function=operation_id,
        dependencies=[Depends(hold_a_place)],
    )
    limits = Limits.of(service.settings, service.rates)
    api.state.service, api.state.limits, api.state.metrics = service, limits, Metrics(service, limits)
    # Given to the whole API, it would be told in plain text.
    api.router.max_body_size = service.settings.api_kilobytes * 1024
    api.include_router(api_ask.router)
    api.include_router(api_requests.router)
    api.include_router(api_members.router)
    api.include_router(api_items.router)
    api.include_router(api_sources.router)
    api.include_router(api_community.router)
    api.include_router(api_contribute.router)
    api.include_router(api_contribute.documents((service.settings.file_megabytes << 20) + OVERHEAD))
    api.include_router(api_feedback.router)
    api.include_router(_router)
    api.include_router(api_state.router)
    tell_errors(api, f"{PREFIX}/openapi.json")
    # Of these, what is added last comes first.
    api.add_middleware(Deadline, seconds=limits.seconds)
    api.add_middleware(Measured, metrics=api.state.metrics)
    api.openapi = partial(described, api)  # type: ignore[method-assign]  # as FastAPI's documentation has it
    return api
