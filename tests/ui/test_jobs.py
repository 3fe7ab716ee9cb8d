"""Syncs that run in processes of their own: real ones, over small folders, with the fake encoder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import BusyError, NotFoundError, SettingError
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from tests.ui.club import Quiet
from ui.job_child import Teller
from ui.job_runner import JobRunner, environment_of, send_wish
from ui.jobs import Failure, Job, JobState, Loss, Stage, heard
from ui.sync import ingest_path, make_origin

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_PATIENCE = 300  # seconds: the machine may have much else to do

# Stands in for the process of a job where only the order of jobs matters.
_IDLE = """
import sys
sys.stdin.readline()
print('{"event": "look", "origin": "plot"}', flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def plot(tmp_path: Path) -> Path:
    """A folder with six notes."""
    folder = tmp_path / "plot"
    folder.mkdir()
    for number in range(6):
        (folder / f"note{number}.md").write_text(f"# Note {number}\n\nWater bed {number} in the evening.")
    return folder


@pytest.fixture
def settings(tmp_path: Path, plot: Path) -> Settings:
    """The settings of a library to which the folder was added."""
    settings = read_settings({"library": tmp_path / "library", "model": "hash:64"}, environ={})
    with Catalog.open(settings.library) as catalog, catalog.write() as writer:
        writer.put_origin(make_origin(str(plot)))
    return settings


@pytest.fixture
def runner(settings: Settings) -> Iterator[JobRunner]:
    """What runs jobs for it."""
    runner = JobRunner(settings)
    yield runner
    runner.close()


@pytest.fixture
def idle(settings: Settings) -> Iterator[JobRunner]:
    """What runs jobs that come to no end by themselves."""
    runner = JobRunner(settings, command=(sys.executable, "-c", _IDLE))
    yield runner
    runner.close()


def _until(runner: JobRunner, job_id: str, reached: Callable[[Job], object]) -> Job:
    """The job, once it has come so far."""
    changed = threading.Event()
    with runner.listening(job_id, changed.set):
        while not reached(job := runner.job(job_id)):
            assert job.active, job
            assert changed.wait(_PATIENCE), job
            changed.clear()
    return job


def _ended(runner: JobRunner, job_id: str) -> Job:
    return _until(runner, job_id, lambda job: not job.active)


def _items(settings: Settings) -> int:
    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        return sum(reader.status().items.values())


def test_what_the_process_tells_becomes_the_state_of_the_job() -> None:
    """Line by line."""
    job = Job("x", ("plot",), full=False, queued=_NOON)
    told: list[dict[str, Any]] = [
        {"event": "look", "origin": "plot"},
        {"event": "begin", "source": "plot/forum", "units": 3},
        {"event": "failed", "source": "plot/forum", "where": "/plot/a.pdf", "reason": "is encrypted"},
        {"event": "read", "source": "plot/forum", "units": 2, "of": 3, "items": 40, "passages": 90},
        {"event": "lost", "source": "plot/forum", "gone": 2, "total": 5},
    ]
    for event in told:
        job = heard(job, event)

    assert job == Job(
        "x",
        ("plot",),
        full=False,
        queued=_NOON,
        stage=Stage.READING,
        origin="plot",
        source="plot/forum",
        done=2,
        total=3,
        items=40,
        failed=1,
        failures=(Failure("/plot/a.pdf", "is encrypted"),),
        losses=(Loss("plot", "plot/forum", 2, 5),),
    )
    assert heard(job, {"event": "embedded", "done": 90, "total": 100}).stage is Stage.EMBEDDING


def test_a_job_syncs_in_a_process_of_its_own(runner: JobRunner, settings: Settings, plot: Path) -> None:
    """What it did is its report; whoever listens is told of every step."""
    (plot / "broken.pdf").write_text("no PDF")
    stages = []
    job_id = runner.start(["plot"]).id
    with runner.listening(job_id, lambda: stages.append(runner.job(job_id).stage)):
        job = _ended(runner, job_id)

    assert (job.state, job.problem) == (JobState.DONE, "")
    assert job.report is not None
    assert (job.report["sources"][0]["written"], job.report["embedded"]) == (6, 6)
    assert [failure.where for failure in job.failures] == [str(plot / "broken.pdf")]
    assert list(dict.fromkeys(stages))[-3:] == [Stage.LOOKING, Stage.READING, Stage.EMBEDDING]
    assert _items(settings) == 6


def test_a_running_job_is_cancelled_and_the_next_goes_on(
    runner: JobRunner, settings: Settings, plot: Path
) -> None:
    """Nothing is lost, and nothing is read twice into the library."""
    for number in range(400):
        (plot / f"more{number}.md").write_text(f"Compost {number} is warm.")
    running = runner.start(["plot"]).id

    cancelled: list[Job] = []

    def cancel_while_it_reads() -> None:
        """At once: the process goes on reading while another thread is being woken up."""
        if runner.job(running).stage is Stage.READING and not cancelled:
            cancelled.append(runner.cancel(running))

    with runner.listening(running, cancel_while_it_reads):
        _ended(runner, running)

    assert _ended(runner, running).state is JobState.CANCELLED
    assert _items(settings) < 406
    ingest_path(settings, plot, Quiet())
    assert _items(settings) == 406


def test_no_more_goes_than_was_agreed_to() -> None:
    """What has vanished since is asked about anew."""
    told = StringIO()
    confirm = Teller(told).confirm_up_to({"plot": 4})

    assert (confirm("plot", 4, 6), confirm("plot", 5, 6), confirm("shed", 3, 3)) == (True, False, False)
    assert [json.loads(line) for line in told.getvalue().splitlines()] == [
        {"event": "lost", "source": "plot", "gone": 5, "total": 6},
        {"event": "lost", "source": "shed", "gone": 3, "total": 3},
    ]


def test_what_shall_not_go_stays(settings: Settings) -> None:
    """And the job asks no more; the next sync does."""
    lost = '{"event": "lost", "source": "plot", "gone": 4, "total": 6}\n{"event": "report"}'
    runner = JobRunner(settings, command=("echo", lost))
    job = _ended(runner, runner.start(["plot"]).id)

    assert job.state is JobState.ASKING
    assert runner.confirm(job.id, agree=False).state is JobState.DONE
    with pytest.raises(SettingError, match="asks nothing"):
        runner.confirm(job.id, agree=True)
    runner.close()


def test_a_process_that_ended_before_it_was_told_what_to_do_is_no_error() -> None:
    """Neither then, nor when its input is closed; what it said before still counts."""
    hears, says = os.pipe()
    os.close(hears)
    with os.fdopen(says, "w", encoding="utf-8") as stdin:
        send_wish(stdin, {"names": ["plot"]})

    assert stdin.closed


def test_a_job_that_cannot_be_done_says_why(runner: JobRunner, settings: Settings, plot: Path) -> None:
    """As the command line would."""
    with Catalog.open(settings.library) as catalog, catalog.write() as writer:
        writer.remove_root(str(plot))
    job = _ended(runner, runner.start(["plot"]).id)

    assert job.state is JobState.FAILED
    assert job.problem.startswith("plot: no such source was added")


def test_one_job_runs_at_a_time_and_the_same_one_waits_once(idle: JobRunner) -> None:
    """The others wait for their turn; a queued one can be cancelled."""
    first, second = idle.start(["a"]), idle.start(["b"])
    _until(idle, first.id, lambda job: job.origin)

    assert idle.start(["b"]).id == second.id
    assert [job.state for job in idle.jobs()] == [JobState.QUEUED, JobState.RUNNING]
    assert idle.cancel(second.id).state is JobState.CANCELLED
    assert idle.job(first.id).state is JobState.RUNNING


def test_not_too_many_wait(idle: JobRunner) -> None:
    """Whoever comes then is told to come again."""
    _until(idle, idle.start(["a"]).id, lambda job: job.origin)
    for number in range(20):
        idle.start([str(number)])

    with pytest.raises(BusyError, match="20 syncs wait already"):
        idle.start(["one more"])


def test_a_process_that_dies_is_told(idle: JobRunner) -> None:
    """With what to do; the next job runs all the same."""
    job_id = idle.start(["a"]).id
    _until(idle, job_id, lambda job: job.origin)
    process = idle._kept[job_id].process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    job = _ended(idle, job_id)

    assert job.state is JobState.FAILED
    assert job.problem == (
        "the process that syncs was ended from outside (signal 9); perhaps the machine had too little "
        "memory. Nothing is lost: sync again, and it goes on from there"
    )
    _until(idle, idle.start(["b"]).id, lambda job: job.origin)


def test_closing_ends_what_runs_and_what_waits(settings: Settings) -> None:
    """So that nothing goes on when `copse serve` has stopped."""
    runner = JobRunner(settings, command=(sys.executable, "-c", _IDLE))
    running, waiting = runner.start(["a"]).id, runner.start(["b"]).id
    _until(runner, running, lambda job: job.origin)
    process = runner._kept[running].process
    assert process is not None
    runner.close()

    assert process.returncode == -signal.SIGTERM
    assert [runner.job(one).state for one in (running, waiting)] == [JobState.CANCELLED] * 2
    with pytest.raises(BusyError, match="about to stop"):
        runner.start(["c"])


def test_the_last_fifty_that_ended_are_kept(settings: Settings) -> None:
    """The oldest are forgotten."""
    runner = JobRunner(settings, command=("true",))
    first = runner.start(["0"]).id
    for number in range(1, 52):
        _ended(runner, runner.start([str(number)]).id)
    assert [job.names[0] for job in runner.jobs()] == [str(number) for number in range(51, 1, -1)]
    with pytest.raises(NotFoundError, match="no such job"):
        runner.job(first)
    runner.close()


def test_a_job_ends_when_whoever_wanted_it_is_gone(settings: Settings) -> None:
    """A server that was killed leaves no process behind."""
    with Catalog.open(settings.library) as catalog, catalog.ingesting():
        child = subprocess.Popen(
            [sys.executable, "-m", "ui.job_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64"},
        )
        assert child.stdin
        assert child.stdout
        child.stdin.write(json.dumps({"names": [], "full": False, "agreed": {}}) + "\n")
        child.stdin.flush()
        assert json.loads(child.stdout.readline()) == {"event": "waiting"}
        child.stdin.close()
        assert child.wait(_PATIENCE) == 130
        child.stdout.close()


def test_the_process_has_the_settings_in_force(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the command line too, and the keys of sources; but no secret that it does not need."""
    monkeypatch.setenv("COPSE_LLM_KEY", "secret")
    monkeypatch.setenv("FORUM_KEY", "of a forum")
    environment = environment_of(replace(settings, passage_tokens=77, llm_key="secret"))

    assert environment["COPSE_PASSAGE_TOKENS"] == "77"
    assert environment["COPSE_MODEL"] == "hash:64"
    assert environment["FORUM_KEY"] == "of a forum"
    assert "COPSE_LLM_KEY" not in environment
