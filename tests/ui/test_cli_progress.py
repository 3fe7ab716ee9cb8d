"""What an ingest says while it goes on, with a clock that only the test moves."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from catalog.errors import UnreadableError
from ui.progress import Bars, Lines, counted, make_progress

_BROKEN = UnreadableError("a.pdf", "no PDF")


class _Clock:
    """Seconds that go up when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=terminal, color_system=None)


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(("terminal", "kind"), [(True, Bars), (False, Lines)], ids=["terminal", "pipe"])
def test_bars_are_for_terminals(terminal: bool, kind: type) -> None:
    """Elsewhere they would fill a log."""
    assert isinstance(make_progress(_console(terminal=terminal)), kind)


def test_lines_come_at_the_start_and_every_ten_seconds() -> None:
    """What happens in between is counted, not told."""
    console, clock = _console(terminal=False), _Clock()
    with Lines(console, clock) as lines:
        lines.look("club")
        lines.begin("unchanged", 0)
        lines.begin("forum", 4)
        lines.read(1, 10)
        clock.now = 10
        lines.failed(_BROKEN)
        lines.read(1, 30)
        clock.now = 12
        lines.embedded(20, 40)
        lines.embedded(40, 40)

    assert _said(console) == (
        "forum: reading 4 files\nforum: 2/4, 40 items, 4/s, 1 unreadable\nembedded 40/40 passages\n"
    )


def test_bars_show_units_items_rate_and_failures() -> None:
    """A bar a source, and one for embedding; a source of which nothing is read has none."""
    console, clock = _console(terminal=True), _Clock()
    with Bars(console, clock) as bars:
        bars.look("club")
        bars.begin("unchanged", 0)
        bars.begin("forum", 4)
        clock.now = 2
        bars.failed(_BROKEN)
        bars.read(4, 40)
        bars.begin("a/very/long/name/of/a/source/that/would/leave/no/room", 1)
        bars.read(1, 1)
        bars.embedded(40, 200)  # forty while files were read
        clock.now = 4
        bars.embedded(200, 200)
        bars.index()
    last = _said(console).split("\n")[-4:]

    assert "forum" in last[0]
    assert "4/4 40 items, 20/s, 1 unreadable" in " ".join(last[0].split())
    assert "…source/that/would/leave/no/room" in last[1]
    assert "embedding" in last[2]
    assert "200/200 passages, 80/s" in " ".join(last[2].split())
    assert "unchanged" not in _said(console)


@pytest.mark.parametrize(
    ("number", "expected"), [(0, "0 items"), (1, "1 item"), (2000, "2,000 items")], ids=str
)
def test_counted_agrees_with_its_number(number: int, expected: str) -> None:
    """One item, two items."""
    assert counted(number, "item") == expected
