"""Sources and their syncs over HTTP: adding, removing, syncing, and following how far a sync has come.

Who may do what is decided below (`ui.sourcing`); who may not see a source is told that there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from ui.api_parameters import AS_JSON, Body, Serving
from ui.problems import ProblemOut, problem_out
from ui.schemas import ForgottenOut
from ui.schemas_sources import AddedsOut, AddedWithJobOut, JobOut, JobsOut, KindsOut
from ui.service import Service
from ui.sourcing import NewSource

_SECONDS_BETWEEN_EVENTS = 0.2
_LONGEST = 2000  # characters of a location or an option

Short = Annotated[str, Field(max_length=200)]
Name = Annotated[
    str,
    Path(max_length=500, description="The source's name, as the list of sources has it.", examples=["blog"]),
]
JobId = Annotated[str, Path(max_length=100, description="The job's id.", examples=["tBqhgFXAmyD0wLkUnO8v5g"])]


Where = Annotated[
    str, Query(max_length=_LONGEST, description="A path or a web address, or the beginning of one.")
]


class AddIn(Body):
    """A source to add."""

    location: str = Field(
        min_length=1,
        max_length=_LONGEST,
        description="A web address, or a full path on the machine that serves (only the owner).",
        examples=["https://blog.example.org/feed.xml"],
    )
    name: Short = Field(default="", description="What to call it; made of the location if empty.")
    kind: Short = Field(default="", description="Its kind, as `copse source kinds` lists them.")
    community: Short = Field(default="", description="Name or slug of the community that it belongs to.")
    private: bool = Field(default=False, description="Whether a new community is private.")
    options: dict[Short, Annotated[str, Field(max_length=_LONGEST)]] = Field(
        default={},
        max_length=20,
        description="What its kind lets one choose. `key` names an environment variable, and holds no key.",
    )
    sync: bool = Field(default=True, description="Whether it is synced at once.", examples=[False])


class SyncIn(Body):
    """What to sync."""

    sources: list[Annotated[str, Field(max_length=500)]] = Field(
        default=[], max_length=1000, description="Names; everything if there are none."
    )
    full: bool = Field(
        default=False, description="List web addresses completely, so that deletions are seen."
    )


class ConfirmIn(Body):
    """Whether what suddenly vanished goes here too."""

    agree: bool = Field(description="Whether it goes; else it stays.", examples=[False])


class CancelIn(Body):
    """Nothing else to say: an empty object."""


router = APIRouter()

_EVENTS = """Server-Sent Events; the data of each is the job as it is then.

- `progress`: it waits or runs; the latest state, a few times a second at most
- `ended`: it has ended, or asks something; the last event
- `error`: a problem instead; the last event"""


@router.get("/sources")
def sources(service: Serving) -> AddedsOut:
    """List what was added to the library, as far as the viewer decides about it."""
    return service.sourcing().listed()


@router.post("/sources", status_code=201, dependencies=AS_JSON)
def add(service: Serving, body: AddIn) -> AddedWithJobOut:
    """Add a source, and begin to sync it."""
    new = NewSource(body.location, body.name, body.kind, body.community, body.private, body.options)
    return service.sourcing().add(new, sync=body.sync)


@router.get("/source-kinds")
def kinds(service: Serving, location: Where = "") -> KindsOut:
    """List the kinds of source that a location can have, with what can be chosen for each."""
    return service.sourcing().kinds(location)


@router.delete("/sources/{name:path}")
def remove(service: Serving, name: Name) -> ForgottenOut:
    """Remove a source, and all that came from it."""
    return service.sourcing().remove(name)


@router.post("/jobs", status_code=202, dependencies=AS_JSON)
def sync(service: Serving, body: SyncIn) -> JobOut:
    """Begin to sync; one that waits already to do the same is joined."""
    return service.sourcing().sync(body.sources, full=body.full)


@router.get("/jobs")
def jobs(service: Serving) -> JobsOut:
    """List the syncs that run, wait or have ended lately, the latest first."""
    return service.sourcing().jobs()


@router.get("/jobs/{job_id}")
def job(service: Serving, job_id: JobId) -> JobOut:
    """Tell how far a sync has come."""
    return service.sourcing().job(job_id)


@router.post("/jobs/{job_id}/cancel", dependencies=AS_JSON)
def cancel(service: Serving, job_id: JobId, body: CancelIn) -> JobOut:  # noqa: ARG001 - it is empty
    """End a sync; what it has read stays, and the next one goes on from there.

    One that has ended already stays as it is.
    """
    return service.sourcing().cancel(job_id)


@router.post("/jobs/{job_id}/confirm", dependencies=AS_JSON)
def confirm(service: Serving, job_id: JobId, body: ConfirmIn) -> JobOut:
    """Say whether what suddenly vanished goes here too; the sync then goes on."""
    return service.sourcing().confirm(job_id, agree=body.agree)


def _seen(service: Serving, job_id: JobId) -> Service:
    """The service, once it is clear that the viewer may see the job: an event has no status to tell it."""
    service.sourcing().job(job_id)
    return service


@router.get(
    "/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses={200: {"model": JobOut | ProblemOut, "description": _EVENTS}},
)
async def events(
    request: Request, service: Annotated[Service, Depends(_seen)], job_id: JobId
) -> AsyncIterator[ServerSentEvent]:
    """Follow a sync until it has ended."""
    try:
        async for now in _followed(service, job_id):
            yield ServerSentEvent(event="progress" if now.active else "ended", data=now)
    except Exception as error:  # noqa: BLE001 - the status is sent already, so it is told as an event
        yield ServerSentEvent(event="error", data=problem_out(error, request.url.path))


async def _followed(service: Service, job_id: str) -> AsyncIterator[JobOut]:
    """A job each time that it has changed, until it has ended; seldom enough to read along."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever listened
            loop.call_soon_threadsafe(changed.set)

    listening = await run_in_threadpool(lambda: service.sourcing().listening(job_id, wake))
    with listening:
        while True:
            changed.clear()
            # Asked anew each time, so that whoever may not see it any more does not.
            now = await run_in_threadpool(lambda: service.sourcing().job(job_id))
            yield now
            if not now.active:
                return
            await changed.wait()
            await asyncio.sleep(_SECONDS_BETWEEN_EVENTS)
