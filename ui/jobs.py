"""A sync that runs in a process of its own, as a value: what is wanted, and how far it has come.

What the process tells (`ui.job_child`) is taken in by `heard`, one line after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

_MOST_FAILURES = 50  # that are told while a job runs; its report has them all


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"  # another one comes first
    RUNNING = "running"
    ASKING = "asking"  # all is synced but what suddenly vanished, which waits for a yes or a no
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({JobState.QUEUED, JobState.RUNNING})


class Stage(StrEnum):
    """What a running job does."""

    STARTING = "starting"
    WAITING = "waiting"  # another process ingests into this library
    LOOKING = "looking"  # for what there is, and what of it has changed
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Loss:
    """What suddenly vanished at a source, and was kept until somebody agrees.

    Attributes:
        origin: Name of what was added.
        source: Name of the source that was found there.
        gone: How many things of it are gone.
        total: How many it had.
    """

    origin: str
    source: str
    gone: int
    total: int


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be read, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A sync that was asked for.

    Attributes:
        id: Cannot be guessed.
        names: What is synced, by the names under which it was added.
        full: Whether live sources are listed completely.
        queued: When it was asked for.
        state: How far it has come.
        stage: What it does, while it runs.
        origin: What is synced at the moment.
        source: The source that was found there, and is read.
        done: Units that were read of the source, or passages that were embedded.
        total: Of how many; 0 where nobody knows.
        items: Items that were read of the source.
        failed: How many things could not be read.
        failures: The first of them.
        losses: What suddenly vanished and was kept.
        problem: Why it failed; empty if it did not.
        report: What it did, once it has ended.
        began: When it began.
        ended: When it ended.
    """

    id: str
    names: tuple[str, ...]
    full: bool
    queued: datetime
    state: JobState = JobState.QUEUED
    stage: Stage = Stage.STARTING
    origin: str = ""
    source: str = ""
    done: int = 0
    total: int = 0
    items: int = 0
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    losses: tuple[Loss, ...] = ()
    problem: str = ""
    report: Mapping[str, Any] | None = None
    began: datetime | None = None
    ended: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it runs or waits for its turn."""
        return self.state in ACTIVE


def heard(job: Job, event: Mapping[str, Any]) -> Job:
    """A job after its process has told something."""
    hear = _HEARD.get(event["event"])
    return hear(job, event) if hear else job


def _waiting(job: Job, _: Mapping[str, Any]) -> Job:
    return replace(job, stage=Stage.WAITING)


def _look(job: Job, event: Mapping[str, Any]) -> Job:
    return replace(job, stage=Stage.LOOKING, origin=event["origin"], source="", done=0, total=0, items=0)


def _begin(job: Job, event: Mapping[str, Any]) -> Job:
    return replace(job, stage=Stage.READING, source=event["source"], done=0, total=event["units"], items=0)


def _read(job: Job, event: Mapping[str, Any]) -> Job:
    return replace(job, done=event["units"], total=event["of"], items=event["items"])


def _failed(job: Job, event: Mapping[str, Any]) -> Job:
    failures = (*job.failures, Failure(event["where"], event["reason"]))[:_MOST_FAILURES]
    return replace(job, failed=job.failed + 1, failures=failures)


def _embedded(job: Job, event: Mapping[str, Any]) -> Job:
    return replace(job, stage=Stage.EMBEDDING, done=event["done"], total=event["total"])


def _lost(job: Job, event: Mapping[str, Any]) -> Job:
    loss = Loss(job.origin, event["source"], event["gone"], event["total"])
    return replace(job, losses=(*job.losses, loss))


def _error(job: Job, event: Mapping[str, Any]) -> Job:
    return replace(job, problem=event["message"])


def _report(job: Job, event: Mapping[str, Any]) -> Job:
    report = {name: value for name, value in event.items() if name != "event"}
    return replace(job, report=report, stage=Stage.EMBEDDING, done=0, total=0)


_HEARD: Mapping[str, Callable[[Job, Mapping[str, Any]], Job]] = {
    "waiting": _waiting,
    "look": _look,
    "begin": _begin,
    "read": _read,
    "failed": _failed,
    "embedded": _embedded,
    "lost": _lost,
    "error": _error,
    "report": _report,
}
