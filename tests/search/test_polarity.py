"""What a sentence denies: it must not say the opposite of what it rests on.

Known limits, kept as examples in `test_known_limits`: "unless", and a negation that reaches over more words
in one sentence than in the other, make a right sentence look wrong. It is left out then: the safe side.
"""

from __future__ import annotations

import pytest

from search.answer.polarity import disagrees


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Charge the bikes overnight.", "Do not charge the bikes overnight."),
        ("Do not charge the bikes overnight.", "Charge the bikes overnight."),
        ("Bikes are charged overnight.", "Bikes are never charged overnight."),
        ("You can charge bikes overnight.", "You can't charge bikes overnight."),
        ("The saw will start when cold.", "The saw won't start when cold."),
        ("Charge bikes overnight.", "Avoid charging bikes overnight."),
        ("Charge bikes overnight.", "Charging bikes overnight is forbidden."),
        ("Bikes may be charged overnight.", "Charging bikes overnight is not allowed."),
        ("Charging is allowed overnight.", "Charging is forbidden overnight."),
        ("Paint the beams with oil.", "Paint the beams without oil."),
        ("Heat increases the pressure.", "Heat decreases the pressure."),
        ("The level is lower in summer.", "The level is higher in summer."),
        ("Open the tap before the pump.", "Open the tap after the pump."),
        ("Store more than 5 bikes there.", "Store no more than 5 bikes there."),
        ("Store no more than 5 bikes there.", "Store more than 5 bikes there."),
        ("Keep it at least 3 days.", "Keep it at most 3 days."),
        ("Charge at home, never in the hall.", "Charge in the hall, never at home."),
    ],
)
def test_the_opposite_is_seen(sentence: str, held: str) -> None:
    """Whichever of the two denies, and by whatever word."""
    assert disagrees(sentence, [held])


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Do not charge the bikes overnight.", "Don't charge the bikes overnight."),
        ("Do not charge bikes in the hall.", "Bikes may not be charged in the hall."),
        ("Never charge bikes in the hall.", "Charging bikes in the hall is forbidden."),
        ("Charging in the hall is forbidden.", "Charging in the hall is not allowed."),
        ("Store at most 5 bikes there.", "Store no more than 5 bikes there."),
        ("Keep it up to 3 days.", "Keep it no longer than 3 days."),
        ("The saw cannot be repaired.", "The saw can't be repaired."),
        ("It helps not only in winter.", "It helps in winter."),
        ("Paint the beams black.", "Paint the beams black, but not the doors."),
        ("Schimmel wächst im Winter.", "Schimmel wächst im Winter nicht."),
    ],
    ids=lambda text: text,
)
def test_the_same_in_other_words_is_no_opposite(sentence: str, held: str) -> None:
    """Of other languages than English nothing is claimed: the last pair is one that is not seen."""
    assert disagrees(sentence, [held]) == ""


def test_the_closest_sentence_decides_unless_another_says_it_too() -> None:
    """A passage may forbid a thing here and allow it there."""
    held = ["Do not charge bikes inside.", "You may charge bikes outside."]
    assert disagrees("Bikes are charged outside.", held) == ""
    assert disagrees("Bikes are charged inside.", held) == "insid"


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Open it only when it is cold.", "Do not open it unless it is cold."),
        ("The tap is not closed in winter.", "The tap is open in winter."),
    ],
)
def test_known_limits(sentence: str, held: str) -> None:
    """Both are right, and taken for wrong."""
    assert disagrees(sentence, [held])
