"""Runs syncs for `copse serve`, one after the other, each in a process of its own.

So answering stays fast, and a crash harms nothing. What jobs there are is kept in memory: what they wrote is
in the library, and a sync that was cut short is continued by the next one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, cast

import ui
from catalog.errors import BusyError, CopseError, NotFoundError, SettingError
from catalog.settings import TABLE, Settings
from ui.jobs import Job, JobState, Loss, heard

COMMAND: Final = (sys.executable, "-P", "-m", "ui.job_child")

_LOG = logging.getLogger(__name__)

_MOST_QUEUED = 20
_MOST_ENDED = 50
_A_WHILE = 30.0  # seconds after which it may go
_GRACE_SECONDS = 5.0  # that a process has to end by itself

Changed = Callable[[], object]
"""Is called, from any thread, when something about a job has changed."""


class _Kept:
    """A job, who listens to it, what was agreed to, and the process while it runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.listeners: list[Changed] = []
        self.agreed: dict[str, int] = {}
        self.process: subprocess.Popen[str] | None = None
        self.unwanted = False


class JobRunner:
    """The jobs of one library. Safe to use from several threads.

    Args:
        settings: The settings in force; the processes get the same.
        catch_up: Is called before a job is said to be done, so that what it brought is found then.
        command: What is started for each job.
    """

    def __init__(
        self, settings: Settings, catch_up: Changed = lambda: None, command: Sequence[str] = COMMAND
    ) -> None:
        self._settings = settings
        self._catch_up = catch_up
        self._command = command
        self._lock = threading.RLock()
        self._kept: dict[str, _Kept] = {}
        self._queue: list[_Kept] = []
        self._worker: threading.Thread | None = None
        self._closed = False

    # --- what there is ---

    def jobs(self) -> list[Job]:
        """All that are known, the latest first."""
        with self._lock:
            return [kept.job for kept in reversed(self._kept.values())]

    def job(self, job_id: str) -> Job:
        """One of them.

        Raises:
            NotFoundError: If there is none; the oldest that have ended are forgotten.
        """
        return self._find(job_id).job

    @contextmanager
    def listening(self, job_id: str, changed: Changed) -> Iterator[None]:
        """Be told whenever something about a job has changed, until the context ends.

        Raises:
            NotFoundError: If there is no such job.
        """
        kept = self._find(job_id)
        kept.listeners.append(changed)
        try:
            yield
        finally:
            kept.listeners.remove(changed)

    def _find(self, job_id: str) -> _Kept:
        with self._lock:
            kept = self._kept.get(job_id)
        if kept is None:
            raise no_such_job(job_id)
        return kept

    # --- what can be done ---

    def start(self, names: Sequence[str], *, full: bool = False) -> Job:
        """Sync what was added under these names; what waits already to do the same is joined.

        Raises:
            BusyError: If too many wait, or the process that serves is about to end.
        """
        with self._lock:
            for kept in self._queue:
                if (kept.job.names, kept.job.full) == (tuple(names), full):
                    return kept.job
            job = Job(secrets.token_urlsafe(16), tuple(names), full, datetime.now(UTC))
            self._enqueue(_Kept(job))
            return job

    def cancel(self, job_id: str) -> Job:
        """End a job; what it has read stays, and the next sync goes on from there.

        Raises:
            NotFoundError: If there is no such job.
        """
        kept = self._find(job_id)
        with self._lock:
            kept.unwanted = kept.job.active
            if kept in self._queue:
                self._queue.remove(kept)
                self._put(kept, _ended(kept.job, JobState.CANCELLED))
            elif kept.process is not None:
                _end(kept.process)
        return kept.job

    def confirm(self, job_id: str, *, agree: bool) -> Job:
        """Answer a job that asks whether what suddenly vanished goes here too.

        Args:
            job_id: The job.
            agree: Whether it goes; no more than what was asked. Else it stays, and the next sync asks again.

        Raises:
            NotFoundError: If there is no such job.
            SettingError: If it asks nothing.
            BusyError: If too many wait.
        """
        kept = self._find(job_id)
        with self._lock:
            if kept.job.state is not JobState.ASKING:
                raise SettingError("this job asks nothing; start another sync to find out what has vanished")
            if agree:
                kept.agreed = _most_by_source(kept.job.losses)
                names = tuple(dict.fromkeys(loss.origin for loss in kept.job.losses))
                self._enqueue(kept, _again(kept.job, names))
            else:
                self._put(kept, replace(kept.job, state=JobState.DONE, losses=()))
        return kept.job

    def close(self) -> None:
        """End what runs, and start nothing any more."""
        with self._lock:
            self._closed = True
            worker = self._worker
            active = [kept.job.id for kept in self._kept.values() if kept.job.active]
        for job_id in active:
            with contextlib.suppress(NotFoundError):  # it ended meanwhile, and is forgotten
                self.cancel(job_id)
        if worker is not None:
            worker.join(2 * _GRACE_SECONDS)

    # --- running ---

    def _enqueue(self, kept: _Kept, job: Job | None = None) -> None:
        if self._closed:
            raise BusyError("Copse is about to stop; try again when it runs", _A_WHILE)
        if len(self._queue) >= _MOST_QUEUED:
            message = f"{_MOST_QUEUED} syncs wait already; try again when some have ended"
            raise BusyError(message, _A_WHILE)
        kept.unwanted = False
        self._queue.append(kept)
        self._kept[kept.job.id] = kept
        self._put(kept, job or kept.job)
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="copse-jobs", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        """Run what waits, until nothing does."""
        while (kept := self._next()) is not None:
            try:
                self._run(kept)
            except Exception as error:  # noqa: BLE001 - the next job has nothing to do with it
                _LOG.exception("a job failed")
                self._put(kept, _ended(kept.job, JobState.FAILED, f"Copse could not run it: {error}"))

    def _next(self) -> _Kept | None:
        with self._lock:
            if self._closed or not self._queue:
                self._worker = None
                return None
            kept = self._queue.pop(0)
            self._put(kept, replace(kept.job, state=JobState.RUNNING, began=datetime.now(UTC)))
            return kept

    def _run(self, kept: _Kept) -> None:
        with subprocess.Popen(  # noqa: S603 - our own module
            [*self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment_of(self._settings),
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C ends the process that serves, which ends this one in order
        ) as process:
            with self._lock:
                kept.process = process
                if kept.unwanted:
                    _end(process)
            send_wish(cast("IO[str]", process.stdin), _wish(kept))
            for line in cast("IO[str]", process.stdout):
                self._put(kept, heard(kept.job, json.loads(line)))
            code = process.wait()
            if not kept.unwanted:
                self._let_it_be_found()
            with self._lock:
                kept.process = None
                _kill(process)  # also what it has started, if anything is left
                self._put(kept, _concluded(kept, code))

    def _let_it_be_found(self) -> None:
        try:
            self._catch_up()
        except CopseError as error:  # questions say so, too
            _LOG.warning("what a sync has brought is not found yet: %s", error)

    def _put(self, kept: _Kept, job: Job) -> None:
        with self._lock:
            kept.job = job
            self._forget_oldest()
            listeners = [*kept.listeners]
        for changed in listeners:
            changed()

    def _forget_oldest(self) -> None:
        ended = [job_id for job_id, kept in self._kept.items() if not kept.job.active]
        for job_id in ended[: max(0, len(ended) - _MOST_ENDED)]:
            del self._kept[job_id]


def no_such_job(job_id: str) -> NotFoundError:
    """What whoever asks for a job is told, if there is none, or it is not theirs to see."""
    return NotFoundError(f"{job_id[:40]}: no such job; those that ended long ago are forgotten")


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment, with the settings in force, in which a process finds this same package.

    Keys of sources are in it, but no secret among the settings: no sync needs one.
    """
    root = str(Path(ui.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    secret = {one.variable for one in TABLE if one.secret}
    inherited = {name: value for name, value in os.environ.items() if name not in secret}
    values = {one.variable: str(getattr(settings, one.name)) for one in TABLE if not one.secret}
    return {**inherited, **values, "PYTHONPATH": os.pathsep.join(paths)}


def _wish(kept: _Kept) -> dict[str, Any]:
    """What the process of a job is to do."""
    return {"names": list(kept.job.names), "full": kept.job.full, "agreed": kept.agreed}


def send_wish(stdin: IO[str], wish: dict[str, Any]) -> None:
    """Tell a process what to do; one that has ended already is no error here: its exit code tells.

    Its input stays open: when it closes, the process ends.
    """
    try:
        stdin.write(json.dumps(wish) + "\n")
        stdin.flush()
    except BrokenPipeError:
        with contextlib.suppress(BrokenPipeError):  # closing tries once more to send what was not sent
            stdin.close()


def _most_by_source(losses: Iterable[Loss]) -> dict[str, int]:
    """How much may go at once, by source: of one, several units can each have lost something."""
    most: dict[str, int] = {}
    for loss in losses:
        most[loss.source] = max(loss.gone, most.get(loss.source, 0))
    return most


def _again(job: Job, names: tuple[str, ...]) -> Job:
    """A job that goes on with some of what it was about."""
    return Job(job.id, names, full=True, queued=datetime.now(UTC))


def _ended(job: Job, state: JobState, problem: str = "") -> Job:
    return replace(job, state=state, problem=problem or job.problem, ended=datetime.now(UTC))


def _concluded(kept: _Kept, code: int) -> Job:
    """A job whose process has ended."""
    job = kept.job
    if job.report is not None:
        return _ended(job, JobState.ASKING if job.losses else JobState.DONE)
    if kept.unwanted:
        return _ended(job, JobState.CANCELLED)
    return _ended(job, JobState.FAILED, job.problem or _died(code))


def _died(code: int) -> str:
    how = f"was ended from outside (signal {-code})" if code < 0 else f"ended unexpectedly (exit code {code})"
    hint = "; perhaps the machine had too little memory" if code == -signal.SIGKILL else ""
    return f"the process that syncs {how}{hint}. Nothing is lost: sync again, and it goes on from there"


def _end(process: subprocess.Popen[str]) -> None:
    """Let a process end in order, and make it end if it takes too long."""
    process.terminate()
    last = threading.Timer(_GRACE_SECONDS, _kill_unless_ended, (process,))
    last.daemon = True
    last.start()


def _kill_unless_ended(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        _kill(process)


def _kill(process: subprocess.Popen[Any]) -> None:
    """End a process and all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
