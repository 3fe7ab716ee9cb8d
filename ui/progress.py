"""Tells how far an ingest has come: bars on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from ui.terminal import line

if TYPE_CHECKING:
    from catalog.errors import UnreadableError

_SECONDS_BETWEEN_LINES = 10.0
_LONGEST_NAME = 32  # characters, so that a bar fits beside it in 80 columns


class IngestProgress(Protocol):
    """What an ingest reports to, from the first path to the last embedded passage."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End showing."""
        ...

    def look(self, path: str) -> None:
        """A path is being looked through for sources."""
        ...

    def begin(self, source: str, units: int) -> None:
        """A source starts; so many of its units will be read."""
        ...

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """So many more units and items were read, and so many passages of them are new."""
        ...

    def failed(self, error: UnreadableError) -> None:
        """Something could not be read."""
        ...

    def aside(self) -> AbstractContextManager[None]:
        """Make room for a question to the user."""
        ...

    def embedded(self, done: int, total: int) -> None:
        """So many passages are embedded, of how many."""
        ...

    def index(self) -> None:
        """The indexes are being brought up to date."""
        ...

    def asked(self, done: int, total: int) -> None:
        """So many questions of a test are asked, of how many."""
        ...


def make_progress(console: Console) -> IngestProgress:
    """Choose what the console can show."""
    return Bars(console) if console.is_terminal else Lines(console)


class Counts:
    """How far one source has come, in words."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self.units = 0
        self.items = 0
        self.passages = 0
        self.failures = 0

    def add(self, units: int, items: int, passages: int) -> None:
        """Count what was read."""
        self.units += units
        self.items += items
        self.passages += passages

    def rate(self, done: int) -> str:
        """How many a second, in words; empty while nothing can be said."""
        return f"{self.per_second(done):,.0f}/s" if self._clock() - self._start >= 1 else ""

    def per_second(self, done: int) -> float:
        """How many a second."""
        return done / max(self._clock() - self._start, 0.001)

    def __str__(self) -> str:
        parts = [counted(self.items, "item"), self.rate(self.items)]
        parts.append(f"{counted(self.passages, 'new passage')}" if self.passages else "")
        parts.append(f"{self.failures:,} unreadable" if self.failures else "")
        return ", ".join(part for part in parts if part)


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 item`, `2,000 items`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Bars:
    """A bar for each source, and one for embedding.

    Args:
        console: Where to draw.
        clock: Seconds that only go up.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[done]}", markup=False),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            TimeRemainingColumn(compact=True),
            console=console,
        )
        self._counts = Counts(clock)
        self._task: TaskID | None = None
        self._running: TaskID | None = None
        self._before = 0
        self._waiting: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_waiting()
        self._bars.stop()

    def look(self, path: str) -> None:
        """Show that a path is being looked through."""
        self._wait(f"looking through {line(path)}")

    def begin(self, source: str, units: int) -> None:
        """Add the bar of a source; one of which nothing will be read has none."""
        self._end_waiting()
        self._counts = Counts(self._clock)
        self._task = self._add(line(source), units) if units else None

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """Move the source's bar."""
        self._counts.add(units, items, passages)
        self._update()

    def failed(self, error: UnreadableError) -> None:  # noqa: ARG002 - the reasons are listed at the end
        """Count what cannot be read."""
        self._counts.failures += 1
        self._update()

    def embedded(self, done: int, total: int) -> None:
        """Show the bar of embedding."""
        self._advance("embedding", "passages", done, total)

    def index(self) -> None:
        """Show that the indexes are being brought up to date."""
        self._wait("indexing")

    def asked(self, done: int, total: int) -> None:
        """Show the bar of asking."""
        self._advance("asking", "questions", done, total)

    def _advance(self, name: str, what: str, done: int, total: int) -> None:
        if self._running is None:
            self._end_waiting()
            self._running = self._add(name, total)
            self._counts = Counts(self._clock)
            self._before = done  # what was done while something else was shown
        note = ", ".join(filter(None, (what, self._counts.rate(done - self._before))))
        self._bars.update(self._running, completed=done, done=f"{done:,}/{total:,}", note=note)
        if done >= total:
            self._running = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Stop drawing while the user is asked."""
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    def _add(self, name: str, total: int | None) -> TaskID:
        done = "" if total is None else f"0/{total:,}"
        name = name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"
        return self._bars.add_task(name, total=total, done=done, note="")

    def _update(self) -> None:
        if self._task is None:
            return
        task = next(task for task in self._bars.tasks if task.id == self._task)
        units = self._counts.units
        self._bars.update(
            self._task, completed=units, done=f"{units:,}/{task.total:,.0f}", note=str(self._counts)
        )
        if task.finished:
            self._wait("embedding")

    def _wait(self, what: str) -> None:
        """Show that something goes on of which nobody knows how long it takes."""
        self._end_waiting()
        self._waiting = self._add(what, None)

    def _end_waiting(self) -> None:
        if self._waiting is not None:
            self._bars.remove_task(self._waiting)
            self._waiting = None


class Lines:
    """A line when a source begins, and one every few seconds after that.

    Args:
        console: Where to write.
        clock: Seconds that only go up.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._counts = Counts(clock)
        self._source, self._total = "", 0
        self._last = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def look(self, path: str) -> None:
        """Nothing to say yet."""

    def begin(self, source: str, units: int) -> None:
        """Say what will be read, if anything."""
        self._counts = Counts(self._clock)
        self._source, self._total = source, units
        if units:
            self._say(f"{source}: reading {counted(units, 'file')}")

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """Say how far the source is, if it is time."""
        self._counts.add(units, items, passages)
        self._say_in_time(f"{self._source}: {self._counts.units:,}/{self._total:,}, {self._counts}")

    def failed(self, error: UnreadableError) -> None:  # noqa: ARG002 - the reasons are listed at the end
        """Count what cannot be read."""
        self._counts.failures += 1

    def embedded(self, done: int, total: int) -> None:
        """Say how far embedding is, if it is time, and when it has ended."""
        self._advance(f"embedded {done:,}/{total:,} passages", done >= total)

    def index(self) -> None:
        """Nothing to say: it takes a moment."""

    def asked(self, done: int, total: int) -> None:
        """Say how far asking is, if it is time, and when it has ended."""
        self._advance(f"asked {done:,}/{total:,} questions", done >= total)

    def _advance(self, text: str, ended: bool) -> None:
        if ended:
            self._say(text)
        else:
            self._say_in_time(text)

    def aside(self) -> AbstractContextManager[None]:
        """Nothing is in the way of a question."""
        return nullcontext()

    def _say_in_time(self, text: str) -> None:
        if self._clock() - self._last >= _SECONDS_BETWEEN_LINES:
            self._say(text)

    def _say(self, text: str) -> None:
        self._last = self._clock()
        self._console.print(line(text), soft_wrap=True)


class JsonLines:
    """A JSON object on a line of its own for each thing that happens, for programs.

    The events are `look` (origin), `begin` (source, units), `read` (units, items, passages, failures and
    items_per_second so far; at most one a second), `failed` (where, reason), `embedded` and `asked`
    (done, total), and `index`.

    Args:
        write: Takes a line.
        clock: Seconds that only go up.
    """

    def __init__(self, write: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._counts = Counts(clock)
        self._source, self._total = "", 0
        self._last = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def look(self, path: str) -> None:
        """An origin is being looked through."""
        self._say("look", origin=path)

    def begin(self, source: str, units: int) -> None:
        """A source starts."""
        self._counts = Counts(self._clock)
        self._source, self._total = source, units
        self._say("begin", source=source, units=units)

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """Units were read; the last one is always told."""
        counts = self._counts
        counts.add(units, items, passages)
        if units and (counts.units == self._total or self._clock() - self._last >= 1):
            self._last = self._clock()
            self._say(
                "read",
                source=self._source,
                units=counts.units,
                of=self._total,
                items=counts.items,
                passages=counts.passages,
                failures=counts.failures,
                items_per_second=round(counts.per_second(counts.items), 1),
            )

    def failed(self, error: UnreadableError) -> None:
        """Something could not be read."""
        self._counts.failures += 1
        self._say("failed", source=self._source, where=error.where, reason=error.reason)

    def embedded(self, done: int, total: int) -> None:
        """Passages were embedded; the last ones are always told."""
        if done == total or self._clock() - self._last >= 1:
            self._last = self._clock()
            self._say("embedded", done=done, total=total)

    def index(self) -> None:
        """The indexes are being brought up to date."""
        self._say("index")

    def asked(self, done: int, total: int) -> None:
        """Questions were asked; the last ones are always told."""
        if done == total or self._clock() - self._last >= 1:
            self._last = self._clock()
            self._say("asked", done=done, total=total)

    def aside(self) -> AbstractContextManager[None]:
        """Nothing is in the way of a question."""
        return nullcontext()

    def _say(self, event: str, **values: object) -> None:
        self._write(json.dumps({"event": event, **values}, ensure_ascii=False))
