"""What is said of an answer beside its sentences."""

from __future__ import annotations

import pytest

from tests.ui.replies import NAMES, make_reply
from ui import phrases


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param("This is the nearest.", "The evidence is thin: this is the nearest.", id="a reason"),
        pytest.param("The evidence is thin.", "The evidence is thin.", id="said already"),
        pytest.param(None, "The evidence is thin: this is the nearest that was written.", id="no reason"),
    ],
)
def test_thin_evidence_is_told_with_its_reason(reason: str | None, said: str) -> None:
    """As one sentence."""
    assert phrases.thin(make_reply(reason=reason).answer) == said


def test_certain_answers_have_nothing_thin_or_missing() -> None:
    """Whatever words their sources do not have."""
    answer = make_reply(partial=False).answer

    assert (phrases.thin(answer), phrases.lacking(answer)) == ("", "")


@pytest.mark.parametrize(
    ("question", "stems", "words"),
    [
        pytest.param("How do I prune “figs”?", ("fig",), ["figs"], id="without what stands around it"),
        pytest.param("Figs, FIGS and a fig?", ("fig",), ["Figs"], id="as it stands first"),
        pytest.param("Which berries?", ("berri", "berry"), ["berries"], id="a stem that begins no word"),
        pytest.param("Which figs?", (), [], id="nothing"),
    ],
)
def test_missing_words_are_told_as_they_were_asked(
    question: str, stems: tuple[str, ...], words: list[str]
) -> None:
    """Not as the stems that the index knows."""
    assert phrases.missing_words(make_reply(question=question, completed=None, missing=stems).answer) == words


def test_two_practices_that_disagree_are_told_with_what_speaks_for_them() -> None:
    """The one that is trusted more comes first."""
    assert phrases.disagreements(make_reply().answer) == [
        "Two practices disagree: [1] (accepted, May 2023) and [2] (June 2025)"
    ]


def test_how_an_answer_was_made_is_told() -> None:
    """By which model, and what else there is to know; of quotations nothing."""
    worded = "worded by tiny; every sentence was checked against its sources"

    assert phrases.made(make_reply(notes=("Left out.",)).answer) == [worded, "Left out."]
    assert phrases.made(make_reply(model=None, notes=()).answer) == []


def test_another_communitys_practice_is_told_by_the_communitys_name() -> None:
    """By its slug where the name is not known."""
    (hit,) = make_reply().elsewhere

    assert phrases.practised(hit, NAMES) == "Also practised in Harbour Street: Barrels"
    assert phrases.practised(hit, {}) == "Also practised in harbour: Barrels"
