"""Tells how far an ingest has come: bars on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
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

    def read(self, units: int, items: int) -> None:
        """So many more units and items were read."""
        ...

    def failed(self, error: UnreadableError) -> None:
        """Something could not be read."""
        ...

    def embedded(self, done: int, total: int) -> None:
        """So many passages are embedded, of how many."""
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
        self.failures = 0

    def rate(self, done: int) -> str:
        """How many a second, in words; empty while nothing can be said."""
        seconds = self._clock() - self._start
        return f"{done / seconds:,.0f}/s" if seconds >= 1 else ""

    def __str__(self) -> str:
        parts = [counted(self.items, "item"), self.rate(self.items)]
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
        self._embedding: TaskID | None = None
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

    def read(self, units: int, items: int) -> None:
        """Move the source's bar."""
        self._counts.units += units
        self._counts.items += items
        self._update()

    def failed(self, error: UnreadableError) -> None:  # noqa: ARG002 - the reasons are listed at the end
        """Count what cannot be read."""
        self._counts.failures += 1
        self._update()

    def embedded(self, done: int, total: int) -> None:
        """Show the bar of embedding."""
        if self._embedding is None:
            self._end_waiting()
            self._embedding = self._add("embedding", total)
            self._counts = Counts(self._clock)
        note = ", ".join(filter(None, ("passages", self._counts.rate(done))))
        self._bars.update(self._embedding, completed=done, done=f"{done:,}/{total:,}", note=note)
        if done >= total:
            self._embedding = None

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

    def read(self, units: int, items: int) -> None:
        """Say how far the source is, if it is time."""
        self._counts.units += units
        self._counts.items += items
        self._say_in_time(f"{self._source}: {self._counts.units:,}/{self._total:,}, {self._counts}")

    def failed(self, error: UnreadableError) -> None:  # noqa: ARG002 - the reasons are listed at the end
        """Count what cannot be read."""
        self._counts.failures += 1

    def embedded(self, done: int, total: int) -> None:
        """Say how far embedding is, if it is time, and when it has ended."""
        text = f"embedded {done:,}/{total:,} passages"
        if done >= total:
            self._say(text)
        else:
            self._say_in_time(text)

    def _say_in_time(self, text: str) -> None:
        if self._clock() - self._last >= _SECONDS_BETWEEN_LINES:
            self._say(text)

    def _say(self, text: str) -> None:
        self._last = self._clock()
        self._console.print(line(text), soft_wrap=True)
