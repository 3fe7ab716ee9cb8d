"""Shows on a terminal a community from above: what is asked, what has no answer, what grows."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ui.schemas import ItemOut
from ui.schemas_community import DemandOut, GrowthOut, PulseOut, RiseOut, UnansweredOut
from ui.terminal import date, heading, line

_Row = tuple[str, str, str]  # a figure, a name, and what is to be said about it


def show_pulse(console: Console, pulse: PulseOut) -> None:
    """Print all of it."""
    _part(console, f"Asked in the last {pulse.days} days", map(_demand, pulse.asked), "Nothing was asked.")
    _part(console, "Without an answer", _unanswered(pulse.unanswered), "Nothing waits for an answer.")
    console.print(heading("What grows"))
    console.print(Text(f"  {pulse.growth.told}", style="dim"))
    _rows(console, _growth(pulse.growth))


def _part(console: Console, title: str, rows: Iterable[_Row], none: str) -> None:
    console.print(heading(title))
    if not _rows(console, rows):
        console.print(Text(f"  {none}", style="dim"))


def _rows(console: Console, rows: Iterable[_Row]) -> bool:
    """Print rows; whether there were any."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for figure, name, about in rows:
        grid.add_row(f"  {figure}", Text.assemble(line(name), (f"  {line(about)}" if about else "", "dim")))
    if grid.row_count:
        console.print(grid)
    return bool(grid.row_count)


def _demand(one: DemandOut) -> _Row:
    said = [
        "" if one.answered else "no answer yet",
        f"{one.before} before" if one.rising and one.before else "",
    ]
    return f"{one.times:,}×", one.question, ", ".join(filter(None, said))


def _unanswered(waiting: UnansweredOut) -> Iterable[_Row]:
    for gap in waiting.gaps:
        yield f"{gap.times:,}×", gap.question, "nobody has written about it"
    for request in waiting.requests:
        yield "?", request.question, f"put to people on {date(request.asked_at)}"
    for item in waiting.questions:
        yield "?", _title(item), f"no reply since {date(item.created)}" if item.created else "no reply"


def _growth(grown: GrowthOut) -> Iterable[_Row]:
    yield from (_rise(one, "topic") for one in grown.topics)
    yield from (_rise(one, "community") for one in grown.communities)
    for item in grown.newest:
        yield "•", _title(item), f"new on {date(item.created)}" if item.created else "new"
    for person in grown.people:
        yield "•", person.name, f"here since {date(person.first)}"


def _rise(one: RiseOut, kind: str) -> _Row:
    return f"{one.recent:,}", one.name, f"{kind}, {one.before:,} before"


def _title(item: ItemOut) -> str:
    return " ".join(item.title.split()) or item.id
