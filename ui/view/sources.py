"""What was added to the library as HTML, and how its syncs go."""

from __future__ import annotations

from collections.abc import Sequence

from ui.jobs import JobState, Stage
from ui.schemas import FailureOut, ReportOut
from ui.schemas_sources import AddedOut, JobOut, LossOut
from ui.view.parts import Surroundings, bar, community, counted, day, facts, listed, mark, shown
from ui.view.tags import Child, Html, join, tag

_STAGES = {
    Stage.STARTING: "Getting ready",
    Stage.WAITING: "Waiting for another sync of this library",
    Stage.LOOKING: "Looking for what has changed",
    Stage.READING: "Reading",
    Stage.EMBEDDING: "Making it findable",
}
_MARKS = {
    JobState.QUEUED: ("waits for its turn", ""),
    JobState.RUNNING: ("running", ""),
    JobState.ASKING: ("asks you", "outdated"),
    JobState.DONE: ("✓ done", "solved"),
    JobState.FAILED: ("failed", "risk"),
    JobState.CANCELLED: ("cancelled", "past"),
}


def no_sources_view() -> Html:
    """What to do while nothing was added."""
    return tag(
        "p",
        "Nothing was added yet. A folder of documents, an export of a forum or a chat, or a web address: "
        "add where your community’s knowledge lies, and Copse reads it and keeps in step with it.",
        class_="lead",
    )


def source_view(one: AddedOut, around: Surroundings) -> Html:
    """One path or web address: how much came from it, and what could not be read."""
    places = (community(slug, around) for slug in one.communities)
    kinds = ", ".join(dict.fromkeys(source.kind for source in one.sources)) or one.kind
    synced = f"listed on {day(one.complete)}" if one.complete else "not read yet"
    return tag(
        "div",
        tag("div", tag("b", one.name), " ", _state(one), class_="named"),
        facts(counted(one.items, "item"), join(places, ", "), kinds, synced),
        tag("p", one.location, class_="original"),
        tag("p", one.problem, class_="warning", role="status") if one.problem else None,
        _failures(one.failures, one.failed),
        class_="source",
    )


def _state(one: AddedOut) -> Html:
    if one.problem:
        return mark("not in step", "risk")
    if one.failed:
        return mark(f"{one.failed:,} unread", "outdated")
    return mark("✓ in step", "solved") if one.complete else mark("new")


def _failures(failures: Sequence[FailureOut], number: int) -> Html | None:
    """What could not be read, each with its reason and what to do; it is tried again by itself."""
    if not failures:
        return None
    more = number - len(failures)
    rows = (shown(tag("b", one.where), ": ", one.reason) for one in failures)
    return tag(
        "details",
        tag("summary", f"What could not be read ({number:,})"),
        listed(rows, "unread"),
        tag("p", f"… and {more:,} more", class_="none") if more > 0 else None,
        tag(
            "p", "All else was. These are tried again by themselves, at once when they change.", class_="none"
        ),
    )


def job_view(job: JobOut) -> Html:
    """How far a sync has come, or what it did."""
    told, class_ = _MARKS[job.state]
    return tag(
        "div",
        tag("div", tag("b", _what(job.names)), " ", mark(told, class_), class_="named"),
        _progress(job) if job.state is JobState.RUNNING else None,
        tag("p", job.problem, class_="warning") if job.problem else None,
        _outcome(job.report) if job.report and not job.losses and not job.active else None,
        *(map(_loss, job.losses) if job.state is JobState.ASKING else ()),
        _failures(job.failures, job.failed),
        class_="job",
        role="status",
    )


def _what(names: Sequence[str]) -> str:
    listed_names = ", ".join(names[:3])
    return f"{listed_names} and {len(names) - 3} more" if len(names) > 3 else listed_names


def _progress(job: JobOut) -> Html:
    stage = _STAGES[job.stage]
    where = job.source or job.origin
    known = bool(job.total) and job.stage in (Stage.READING, Stage.EMBEDDING)
    what: Child = f"{stage} {where}" if job.stage is Stage.READING else stage
    return tag(
        "p",
        what,
        " ",
        bar(job.done / job.total, f"{job.done:,} of {job.total:,}") if known else None,
        f" · {counted(job.items, 'item')}" if job.items and job.stage is Stage.READING else None,
        class_="summary",
    )


def _outcome(report: ReportOut) -> Html:
    """What a sync did, in a sentence."""
    numbers = {
        "new or changed": sum(one.written for one in report.sources),
        "removed": sum(one.removed for one in report.sources),
        "kept although they have vanished": sum(one.held for one in report.sources),
    }
    parts = [f"{number:,} {what}" for what, number in numbers.items() if number]
    told = ", ".join(parts) if parts else "nothing has changed"
    errors = [*report.errors, *(one.error for one in report.sources if one.error)]
    return shown(
        tag("p", f"{told[0].upper()}{told[1:]}.", class_="summary"),
        *(tag("p", error, class_="warning") for error in errors),
    )


def _loss(loss: LossOut) -> Html:
    return tag(
        "p",
        f"{loss.gone:,} of {loss.total:,} things of {loss.source} have vanished at once. Everything is still "
        "here. If a drive is missing or a site is down, keep it; if they were deleted on purpose, remove "
        "them here too.",
        class_="warning",
    )
