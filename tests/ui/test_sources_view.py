"""Sources and their syncs as HTML, made of literal values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ui.jobs import Failure, Job, JobState, Loss, Stage
from ui.schemas import CommunityOut, FailureOut, SourceOut
from ui.schemas_sources import AddedOut, job_out
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.sources import job_view, source_view

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AROUND = Surroundings(
    Place(), {"board": CommunityOut(slug="board", name="Board", private=True, items={})}, owner=True
)


def _job(**values: Any) -> str:
    return job_view(job_out(Job("x", ("plot",), full=False, queued=NOON, **values)))


def _source(**values: Any) -> str:
    defaults: dict[str, Any] = {
        "name": "plot",
        "location": "/srv/<plot>",
        "kind": "",
        "community": "",
        "private": False,
        "options": {},
        "complete": NOON,
        "problem": "",
        "sources": [SourceOut(name="plot", kind="folder", location="/srv/<plot>", items=6)],
        "communities": ["board"],
        "items": 6,
        "failed": 0,
        "failures": [],
        "job": None,
    }
    return source_view(AddedOut(**(defaults | values)), AROUND)


def test_a_source_says_how_much_came_from_it() -> None:
    """And of what kind, into which community, and when it was listed; its location is text."""
    shown = _source()
    for told in ("<b>plot</b>", "✓ in step", "6 items", "Board", "folder", "listed on 1 March 2026"):
        assert told in shown
    assert "/srv/&lt;plot&gt;" in shown


def test_what_could_not_be_read_is_named_with_its_reason() -> None:
    """The first ones, and how many more there are."""
    shown = _source(
        failed=3, failures=[FailureOut(where="/srv/a.pdf", reason="is <encrypted>; save it anew")]
    )
    for told in ("3 unread", "<b>/srv/a.pdf</b>: is &lt;encrypted&gt;; save it anew", "… and 2 more"):
        assert told in shown


def test_a_source_that_could_not_be_synced_says_why() -> None:
    """Above all else."""
    shown = _source(problem="/srv/plot: no such file or folder; check the spelling")
    assert "not in step" in shown
    assert "no such file or folder; check the spelling" in shown


def test_a_running_sync_shows_how_far_it_is() -> None:
    """As a bar with its figures, which a screen reader is told of."""
    shown = _job(
        state=JobState.RUNNING, stage=Stage.READING, source="plot/forum", done=120, total=400, items=3000
    )
    for told in ('role="status"', "Reading plot/forum", "width:30.0%", "120 of 400", "3,000 items"):
        assert told in shown


def test_a_sync_that_has_ended_says_what_it_did() -> None:
    """In a sentence."""
    one: dict[str, Any] = {
        **dict.fromkeys(("units", "read", "unchanged", "renamed", "held", "forgotten"), 0),
        "source": "plot",
        "written": 2,
        "removed": 1,
        "failures": [],
        "error": None,
    }
    report = {"sources": [one], "embedded": 2, "changed": True, "left_out": {}, "errors": ["/x: is gone"]}
    shown = _job(state=JobState.DONE, report=report, failed=1, failures=(Failure("a.pdf", "is damaged"),))
    for told in ("✓ done", "2 new or changed, 1 removed.", "/x: is gone", "<b>a.pdf</b>: is damaged"):
        assert told in shown


def test_what_suddenly_vanished_is_asked_about() -> None:
    """With what speaks for either answer."""
    shown = _job(state=JobState.ASKING, losses=(Loss("plot", "plot/forum", 4, 6),))
    assert "asks you" in shown
    assert "4 of 6 things of plot/forum have vanished at once. Everything is still here." in shown
