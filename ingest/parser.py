"""Parse files in child processes, so that no file can hang, crash or exhaust the program that reads it."""

from __future__ import annotations

import base64
import json
import os
import pickle
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

from catalog.errors import SourceError, UnreadableError
from ingest import wire
from ingest.bounded import child_environment
from ingest.documents import Document
from ingest.formats import ocr
from ingest.sources.protocol import Record, Source, Unit

CHILD: Final = (sys.executable, "-P", "-m", "ingest.child")
"""The command of a child process; it adds nothing but our own package to the import path."""

OCR_CHILD: Final = (*CHILD[:-1], "ingest.ocr_child")
"""The command of a child process that recognises the text in pictures."""

_START_SECONDS: Final = 60
_CHUNK: Final = 1 << 18
_LOOK_AHEAD: Final = 4
_LONGEST_RECORD: Final = 256 << 20
_OCR_PATIENCE: Final = 5  # recognising the text in pictures may take so many times the limit of a file
_PATIENCE: Final = 2  # a unit of a source may be silent for so many times the limit of a file …
_SLOWEST: Final = 2 << 20  # … and a second for each so many bytes


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
        self._limits = (megabytes, file_megabytes)
        self._command = [*command, str(seconds), str(megabytes), str(file_megabytes)]
        self._free = threading.BoundedSemaphore(self._workers)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False
        self._ocr: Parser | None = None

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
            ocr_pool = self._ocr
        for child in busy:
            child.kill()  # the thread that waits for it disposes of it
        for child in idle:
            child.dispose()
        if ocr_pool:
            ocr_pool.close()

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
        if "ocr" in answer and ocr.available():
            return self._ocr_pool().parse(path, where)
        return _document(answer)

    def read(self, source: Source, unit: Unit) -> Iterator[Record]:
        """Read a unit of a source: in a child process, if it parses by itself.

        Raises:
            UnreadableError: If it cannot be read.
            SourceError: If no child process can be started.
        """
        return self.records(source, unit) if source.in_child else source.read(unit)

    def records(self, source: Source, unit: Unit) -> Iterator[Record]:
        """Read a unit of a source in a child process, a record at a time.

        Args:
            source: The source; it is sent to the child.
            unit: The unit.

        Raises:
            UnreadableError: If it cannot be read, gives nothing for too long, or crashes its reader.
            SourceError: If no child process can be started.
        """
        patience = self._seconds * _PATIENCE + unit.size / _SLOWEST
        with self._free:
            child = self._take()
            try:
                for data in child.stream(source, unit, patience):
                    line = wire.load(data)
                    child.usable = not line.last and bool(line.end or line.failed)
                    record = wire.record_of(line)
                    if record is None:
                        return
                    yield record
            except _SilentError as silence:
                reason = "reading was stopped" if self._closed else str(silence)
                raise UnreadableError(unit.where, reason) from silence
            finally:
                self._put_back(child)

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

    def _ocr_pool(self) -> Parser:
        megabytes, file_megabytes = self._limits
        with self._lock:
            if self._closed:
                raise SourceError("the parser is closed; open a new one")
            self._ocr = self._ocr or Parser(
                self._workers,
                seconds=_OCR_PATIENCE * self._seconds,
                megabytes=megabytes,
                file_megabytes=file_megabytes,
                command=OCR_CHILD,
            )
            return self._ocr

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
                env=child_environment(),
            )
        except OSError as error:
            raise SourceError(f"cannot start a process to read files: {error}; free some memory") from error
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._started = False
        self._source: Source | None = None  # what the process has been sent last
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

    def stream(self, source: Source, unit: Unit, seconds: float) -> Iterator[bytes]:
        """Ask for a unit of a source, and give the answer line by line.

        The process can be used again only if whoever reads the last line says so.

        Raises:
            _SilentError: If no line comes for so many seconds, or the process dies.
            SourceError: If the process does not even start.
        """
        self.usable = False
        self._wait_for_start()
        sent = "" if self._source is source else _pickled(source)
        self._source = source
        self._send({"source": sent, "unit": _pickled(unit)})
        rest = b""
        while True:
            *lines, rest = (rest + self._chunk(seconds)).split(b"\n")
            yield from lines
            if len(rest) > _LONGEST_RECORD:
                raise _SilentError("gives a single record of more than 256 MB; split it")

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
        while not chunks or not chunks[-1].endswith(b"\n"):
            chunks.append(self._chunk(seconds, deadline))
        message: dict[str, Any] = json.loads(b"".join(chunks))
        return message

    def _chunk(self, seconds: float, deadline: float | None = None) -> bytes:
        """Wait for the next bytes, at most until the deadline, which is in so many seconds."""
        left = seconds if deadline is None else max(0.0, deadline - time.monotonic())
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            if not selector.select(left):
                raise _SilentError(_late(seconds))
        chunk = self._answers.read(_CHUNK)
        if not chunk:
            raise _SilentError(_cause_of_death(self._process.wait()))
        return chunk


def _pickled(value: object) -> str:
    return base64.b64encode(pickle.dumps(value)).decode()


def _late(seconds: float) -> str:
    advice = "set COPSE_PARSE_SECONDS to allow more, or convert it to text"
    return f"took longer than {seconds:g} s to read; {advice}"


def _cause_of_death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "its reader was killed, most likely for want of memory; free some, or convert the file to text"
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return f"crashed its reader ({how}); it is probably damaged: save it again or convert it to text"


def _document(answer: dict[str, Any]) -> Document:
    if "error" in answer:
        raise UnreadableError(**answer["error"])
    values = answer["document"]
    for name in ("created", "updated"):
        values[name] = values[name] and datetime.fromisoformat(values[name])
    for name in ("authors", "pages", "speakers"):
        values[name] = tuple(values.get(name, ()))
    values["times"] = tuple((offset, seconds) for offset, seconds in values.get("times", ()))
    return Document(**values)
