"""Shows on a terminal which answers and items helped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ui.schemas_feedback import FeedbackOut, VerdictOut
from ui.summary import make_table
from ui.terminal import line

_LONGEST = 120  # characters of a question, or of a reason
_REASONS = 3


def show_feedback(console: Console, feedback: FeedbackOut) -> None:
    """Print a line for each answer and each item."""
    if not feedback.answers and not feedback.items:
        console.print("Nobody has said yet whether something helped.")
    for title, verdicts in (("Answers", feedback.answers), ("Items", feedback.items)):
        if verdicts:
            _show(console, title, verdicts)


def _show(console: Console, title: str, verdicts: Sequence[VerdictOut]) -> None:
    table = make_table(title, "Because", "Helped", "Did not help", numbers=2)
    for one in verdicts:
        because = "; ".join(_shorten(reason) for reason in one.reasons[:_REASONS])
        about = Text(_shorten(one.question or one.item_id))
        table.add_row(about, Text(because), f"{one.helped:,}", f"{one.unhelped:,}")
    console.print(table)


def _shorten(text: str) -> str:
    return textwrap.shorten(line(text), _LONGEST, placeholder=" …")
