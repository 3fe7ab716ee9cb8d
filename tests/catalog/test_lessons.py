"""The form of a lesson."""

from __future__ import annotations

import pytest

from catalog.lessons import Lesson, read_lesson, recommendation

ROOF = Lesson("A storm took the roof.", "Nails pull out.", "Screw every sheet down.")


def test_a_lesson_is_three_parts_under_headings() -> None:
    """And is taken apart again."""
    assert ROOF.text == (
        "## What happened\n\nA storm took the roof.\n\n## What we learned\n\nNails pull out."
        "\n\n## What to do\n\nScrew every sheet down."
    )
    assert read_lesson(ROOF.text) == ROOF


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(ROOF.text, "Screw every sheet down.", id="the template"),
        pytest.param("# WHAT TO DO:\nPaint it.", "Paint it.", id="another level and case"),
        pytest.param("## What to do\n\n### Now\n\nPaint it.", "### Now\n\nPaint it.", id="headings within"),
        pytest.param("## What to do\n\nPaint.\n\n## What happened\n\nRust.", "Paint.", id="in another order"),
        pytest.param("## What to do\n\n```\n## What happened\n```", "```\n## What happened\n```", id="code"),
        pytest.param("## What to do\n\n \n", None, id="nothing"),
        pytest.param("Paint it.", None, id="no heading"),
    ],
)
def test_what_to_do_is_found(text: str, told: str | None) -> None:
    """Up to the next heading of a lesson, without the heading itself."""
    span = recommendation(text)
    assert (text[span[0] : span[1]] if span else None) == told


def test_what_stands_before_the_headings_happened() -> None:
    """Nothing of a text is lost when it is taken apart."""
    assert read_lesson("It rained.\n\n## What to do\n\nWait.") == Lesson("It rained.", "", "Wait.")
