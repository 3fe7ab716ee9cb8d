"""What looking after a library found, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ui.terminal import line

if TYPE_CHECKING:
    from rich.console import Console

    from ui.schemas_doctor import CheckOut, DoctorOut

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "broken": ("✗", "red")}


def show_checks(console: Console, document: DoctorOut) -> None:
    """A line for each thing, and what to do about those that are not well."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for check in document.checks:
        grid.add_row(Text(*_MARKS[check.state]), Text(check.name, style="bold"), _told(check))
    console.print(grid)


def _told(check: CheckOut) -> Text:
    text = Text(line(check.found))
    if check.advice:
        text.append(f"\n→ {line(check.advice)}", style=_MARKS[check.state][1])
    return text
