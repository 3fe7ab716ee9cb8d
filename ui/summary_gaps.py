"""Shows on a terminal what was asked and could not be answered."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ui.schemas_gaps import DroppedGapOut, GapsOut
from ui.summary import make_table
from ui.terminal import date, line

_LONGEST = 200  # characters of a question
_NAMED = 3  # communities; a question that is not narrowed down is asked in all


def show_gaps(console: Console, gaps: GapsOut) -> None:
    """Print a line for each gap."""
    if not gaps.gaps:
        console.print("Nothing was asked that could not be answered.")
        return
    table = make_table("No.", "Question", "Communities", "Last asked", "Times", numbers=1)
    for gap in gaps.gaps:
        table.add_row(
            str(gap.id),
            Text(_shorten(gap.question)),
            Text(_places(gap.communities)),
            date(gap.last_asked),
            f"{gap.times:,}",
        )
    console.print(table)


def show_dropped(console: Console, dropped: DroppedGapOut) -> None:
    """Print what was taken away."""
    console.print(f"Took “{_shorten(dropped.dropped.question)}” away.")


def _shorten(question: str) -> str:
    return textwrap.shorten(line(question), _LONGEST, placeholder=" …")


def _places(communities: Sequence[str]) -> str:
    named = ", ".join(map(line, communities[:_NAMED]))
    more = len(communities) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
