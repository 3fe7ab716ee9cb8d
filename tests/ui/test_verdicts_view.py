"""What stewards see of what did not help."""

from __future__ import annotations

from datetime import UTC, datetime

from ui.schemas_feedback import VerdictOut
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.verdicts import verdicts_view

AROUND = Surroundings(Place(), {})


def verdict(unhelped: int, *reasons: str) -> VerdictOut:
    return VerdictOut(
        question="Which fig?",
        item_id="",
        communities=["garden"],
        helped=1,
        unhelped=unhelped,
        reasons=list(reasons),
        last=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_an_answer_that_did_not_help_is_told_with_its_reasons() -> None:
    """As text, and with a way to ask again."""
    view = verdicts_view([verdict(2, "<b>Old</b>", "Pears.")], [], AROUND)
    assert 'href="?q=Which+fig%3F&amp;community=garden"' in view
    assert "did not help 2 people" in view
    assert "“&lt;b&gt;Old&lt;/b&gt;”" in view


def test_where_everything_helped_nothing_is_shown() -> None:
    """No empty part of a page."""
    assert verdicts_view([verdict(0)], [], AROUND) == ""
