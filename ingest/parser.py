"""Parse files in child processes, so that no file can hang, crash or exhaust the program that reads it."""

from __future__ import annotations

import json
import os
import selectors
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self, cast

import ingest
from catalog.errors import SourceError, UnreadableError
from ingest.documents import Document

CHILD: Final = (sys.executable, "-P", "-m", "ingest.formats.child")
"""The command of a child process; it adds nothing but our own package to the import path."""

_START_SECONDS: Final = 60
_CHUNK: Final = 1 << 18
_LOOK_AHEAD: Final = 4


class Parser:
    """A pool of child processes that read files; a context manager that leaves none behind.

    Children start when they are first needed. A child that hangs or dies costs the file that it was
    reading, and a fresh one takes over. Safe to use from several threads.

    Args:
        workers: Most children at a time; the number of processors if not given.
        seconds: Longest time that one file may take.
        megabytes: Most memory that reading one file may take (enforced on Linux).
        file_megabytes: Largest file that is read.
        command: What starts a child; the three limits are added to it.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        seconds: float = 60,
        megabytes: int = 1024,
        file_megabytes: int = 100,
        command: Sequence[str] = CHILD,
    ) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._seconds = seconds
        self._command = [*command, str(seconds), str(megabytes), str(file_megabytes)]
        self._free = threading.BoundedSemaphore(self._workers)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all children, also those that are reading."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = self._busy.copy()
        for child in busy:
            child.kill()  # the thread that waits for it disposes of it
        for child in idle:
            child.dispose()

    def parse(self, path: Path, where: str) -> Document:
        """Read one file in a child process.

        Args:
            path: The file.
            where: How messages name it; its suffix chooses the reader.

        Raises:
            UnreadableError: If it cannot be read, takes too long, or crashes its reader.
            SourceError: If no child process can be started.
        """
        with self._free:
            child = self._take()
            try:
                answer = child.ask({"path": os.path.abspath(path), "name": where}, self._seconds)  # noqa: PTH100
            except _SilentError as silence:
                raise UnreadableError(
                    where, "reading was stopped" if self._closed else str(silence)
                ) from silence
            finally:
                self._put_back(child)
        return _document(answer)

    def parse_all(self, jobs: Iterable[tuple[Path, str]]) -> Iterator[Document | UnreadableError]:
        """Read many files on all workers; results come in the order of the jobs.

        Jobs are drawn a few ahead of the results, so that neither piles up.
        """
        waiting: deque[Future[Document | UnreadableError]] = deque()
        threads = ThreadPoolExecutor(self._workers, thread_name_prefix="parse")
        try:
            for path, where in jobs:
                waiting.append(threads.submit(self._attempt, path, where))
                if len(waiting) >= _LOOK_AHEAD * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _attempt(self, path: Path, where: str) -> Document | UnreadableError:
        try:
            return self.parse(path, where)
        except UnreadableError as error:
            return error

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise SourceError("the parser is closed; open a new one")
            child = self._idle.pop() if self._idle else _Child(self._command)
            self._busy.add(child)
            return child

    def _put_back(self, child: _Child) -> None:
        with self._lock:
            self._busy.discard(child)
            if child.usable and not self._closed:
                self._idle.append(child)
                return
        child.dispose()


class _SilentError(Exception):
    """A child gave no answer; the message says why."""


class _Child:
    """One child process and its pipes, used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, our own numbers
                [*command],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            raise SourceError(f"cannot start a process to read files: {error}; free some memory") from error
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._started = False
        self.usable = True

    def ask(self, request: dict[str, str], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises:
            _SilentError: If none comes in time, or the process dies.
            SourceError: If the process does not even start.
        """
        self.usable = False
        self._wait_for_start()
        self._send(request)
        answer = self._receive(seconds)
        self.usable = not answer["last"]
        return answer

    def kill(self) -> None:
        """End the process and collect it, so that no zombie stays; safe from any thread."""
        self.usable = False
        self._process.kill()
        self._process.wait()

    def dispose(self) -> None:
        """End the process and close its pipes; for the thread that uses it."""
        self.kill()
        self._requests.close()
        self._answers.close()

    def _wait_for_start(self) -> None:
        if self._started:
            return
        try:
            self._receive(_START_SECONDS)
        except _SilentError as error:
            advice = f"run `{shlex.join(self._command)}` to see why"
            raise SourceError(f"the process that reads files does not start; {advice}") from error
        self._started = True

    def _send(self, request: dict[str, str]) -> None:
        with suppress(BrokenPipeError):  # that it died shows when its answer is read
            self._requests.write(json.dumps(request).encode() + b"\n")

    def _receive(self, seconds: float) -> dict[str, Any]:
        """Read one line of JSON."""
        deadline = time.monotonic() + seconds
        chunks: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while not chunks or not chunks[-1].endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _SilentError(_late(seconds))
                chunk = self._answers.read(_CHUNK)
                if not chunk:
                    raise _SilentError(_cause_of_death(self._process.wait()))
                chunks.append(chunk)
        message: dict[str, Any] = json.loads(b"".join(chunks))
        return message


def _late(seconds: float) -> str:
    advice = "set COPSE_PARSE_SECONDS to allow more, or convert it to text"
    return f"took longer than {seconds:g} s to read; {advice}"


def _cause_of_death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "its reader was killed, most likely for want of memory; free some, or convert the file to text"
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return f"crashed its reader ({how}); it is probably damaged: save it again or convert it to text"


def _environment() -> dict[str, str]:
    """The environment, in which a child finds this same package wherever it was started from."""
    root = str(Path(ingest.__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _document(answer: dict[str, Any]) -> Document:
    if "error" in answer:
        raise UnreadableError(**answer["error"])
    values = answer["document"]
    for name in ("created", "updated"):
        values[name] = values[name] and datetime.fromisoformat(values[name])
    for name in ("authors", "pages"):
        values[name] = tuple(values[name])
    return Document(**values)
