"""The JSON forms of what was added to the library, and of the syncs that keep in step with it.

Keys are no part of them: an option names the environment variable that holds one. Where a path lies on the
machine that serves is told to the library's owner only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from catalog.reader_origins import FoundOrigin
from ui.jobs import ACTIVE, Job, JobState, Stage
from ui.schemas import Document, FailureOut, Form, OriginOut, ReportOut, SourceOut, failure_out

_MOST_FAILURES = 100

Out = TypeVar("Out", bound=BaseModel)


class AddedOut(OriginOut):
    """A path or a web address that was added, with what became of it."""

    communities: list[str] = Field(description="Slugs of the communities to which something of it belongs.")
    items: int = Field(description="How many items came from it.")
    failed: int = Field(description="How many things of it could not be read.")
    failures: list[FailureOut] = Field(description="The first hundred of them, each with what to do.")
    job: str | None = Field(description="The sync that runs, waits or asks something; null if there is none.")


class AddedsOut(Document):
    """What was added to the library, as far as the viewer decides about it."""

    sources: list[AddedOut]


class LossOut(Form):
    """What suddenly vanished, and was kept until somebody agrees."""

    origin: str = Field(description="Name of what was added.")
    source: str = Field(description="The source that was found there.")
    gone: int = Field(description="How many things of it are gone.")
    total: int = Field(description="How many it had.")


class JobOut(Document):
    """A sync that was asked for."""

    id: str
    names: list[str] = Field(description="What is synced, by name.")
    full: bool = Field(description="Whether web addresses are listed completely.")
    state: JobState = Field(
        description="`asking`: all is synced but what suddenly vanished, which waits for a yes or a no."
    )
    stage: Stage = Field(description="What it does, while it runs.")
    origin: str = Field(description="Name of what is synced at the moment.")
    source: str = Field(description="The source that was found there, and is read.")
    done: int = Field(description="Units that were read of the source, or passages that were embedded.")
    total: int = Field(description="Of how many; 0 where nobody knows.")
    items: int = Field(description="Items that were read of the source.")
    failed: int = Field(description="How many things could not be read.")
    failures: list[FailureOut] = Field(description="The first of them; the report has all.")
    losses: list[LossOut] = Field(description="What suddenly vanished and was kept.")
    problem: str = Field(description="Why it failed, and what to do; empty if it did not.")
    report: ReportOut | None = Field(description="What it did, once it has ended.")
    queued: datetime
    began: datetime | None
    ended: datetime | None

    @property
    def active(self) -> bool:
        """Whether it runs or waits for its turn."""
        return self.state in ACTIVE


class JobsOut(Document):
    """The syncs that run, wait or have ended lately, the latest first."""

    jobs: list[JobOut]


class AddedWithJobOut(Document):
    """What was added now, and the sync that reads it."""

    source: AddedOut
    job: JobOut | None = Field(description="Null if it was to be added only.")


class KindOut(Form):
    """A kind of source."""

    name: str
    about: str = Field(description="What it is, in a few words.")
    options: dict[str, str] = Field(description="What can be chosen, with its explanation.")


class KindsOut(Document):
    """The kinds of source that a location can have."""

    recognised: str = Field(description="The one that it surely has; empty if it is found out file by file.")
    kinds: list[KindOut]


def added_out(found: FoundOrigin, job: Job | None) -> AddedOut:
    """Show what was added."""
    origin = found.origin
    return AddedOut(
        name=origin.name,
        location=origin.location,
        kind=origin.kind,
        community=origin.community,
        private=origin.private,
        options=dict(origin.options),
        complete=origin.complete,
        problem=origin.problem,
        sources=[
            SourceOut(name=one.name, kind=one.kind, location=one.location, items=one.items)
            for one in found.sources
        ],
        communities=sorted(found.communities),
        items=found.items,
        failed=len(found.failures),
        failures=[failure_out(one) for one in found.failures[:_MOST_FAILURES]],
        job=job.id if job else None,
    )


def job_out(job: Job) -> JobOut:
    """Show a sync."""
    return JobOut(
        id=job.id,
        names=list(job.names),
        full=job.full,
        state=job.state,
        stage=job.stage,
        origin=job.origin,
        source=job.source,
        done=job.done,
        total=job.total,
        items=job.items,
        failed=job.failed,
        failures=[FailureOut(where=one.where, reason=one.reason) for one in job.failures],
        losses=[
            LossOut(origin=one.origin, source=one.source, gone=one.gone, total=one.total)
            for one in job.losses
        ],
        problem=job.problem,
        report=ReportOut.model_validate(job.report) if job.report else None,
        queued=job.queued,
        began=job.began,
        ended=job.ended,
    )


def without_folders(shown: Out, locations: Iterable[str]) -> Out:
    """The same, with only the last part of each of these paths, wherever it is told."""
    paths = sorted((one for one in locations if one.startswith("/")), key=len, reverse=True)
    values = _replaced(shown.model_dump(mode="json"), {path: Path(path).name for path in paths})
    return type(shown).model_validate(values)


def _replaced(value: Any, names: dict[str, str]) -> Any:
    match value:
        case str():
            for path, name in names.items():
                value = value.replace(path, name)
            return value
        case list():
            return [_replaced(one, names) for one in value]
        case dict():
            return {_replaced(key, names): _replaced(one, names) for key, one in value.items()}
        case _:
            return value
