"""The form of sentence that a question asks for."""

from __future__ import annotations

import pytest

from catalog.markdown import BlockKind
from search.answer.wanted import wanted_form
from search.sentences import Candidate


def fits(question: str, sentence: str, block: BlockKind = BlockKind.PARAGRAPH) -> float:
    """How much a sentence is of the form that a question asks for."""
    return wanted_form(question)(Candidate(0, len(sentence), sentence, block))


@pytest.mark.parametrize(
    ("question", "fitting", "other"),
    [
        ("How much water do tomatoes need?", "They need 2 litres a day.", "They need water every day."),
        ("What temperature kills weeds?", "Weeds die at 60 degrees.", "Weeds die of heat."),
        ("When is the hall open?", "It is open on Monday.", "It is open to members."),
        ("When was the shed built?", "It was built in 1998.", "It was built by members."),
        ("Who has the long saw?", "Ask Colm for it.", "Ask at the shed for it."),
        ("Why is the water green?", "It is green because of light.", "It is green in summer."),
        ("What causes rust?", "Rust is caused by water.", "Rust is red."),
        ("How do I prune roses?", "Cut above an outward bud.", "They bloom in June."),
        ("What is a swale?", "A swale is a ditch along a contour.", "Dig it along a contour."),
    ],
)
def test_a_sentence_of_the_form_that_is_asked_for_fits(question: str, fitting: str, other: str) -> None:
    """An amount, a time, a person, a reason, a step, a definition; another sentence of the same does not."""
    assert fits(question, fitting) == 1.0
    assert fits(question, other) < 1.0


def test_a_remedy_for_an_error_is_code_or_a_step() -> None:
    """What somebody typed to get rid of it."""
    asked = "It fails with error E-2041, any idea?"

    assert fits(asked, "rm -r cache", BlockKind.CODE) == 1.0
    assert fits(asked, "Remove the cache.") == 1.0
    assert fits(asked, "That is a pity.") == 0.0


def test_an_item_of_a_list_is_a_step() -> None:
    """Whatever its first word."""
    assert fits("How do I prune roses?", "Outward buds first", BlockKind.ITEM) == 1.0


def test_of_several_forms_the_first_counts() -> None:
    """The amount asks more exactly than the step."""
    assert fits("How much do I need, and how do I mix it?", "Mix it well.") == 0.0


@pytest.mark.parametrize(
    ("sentence", "share"), [("It holds 40 litres.", 0.5), ("It holds much.", 0.0)], ids=["figure", "none"]
)
def test_where_no_form_is_asked_for_a_figure_is_worth_something(sentence: str, share: float) -> None:
    """Also for questions of another language."""
    assert fits("rain tank", sentence) == share
    assert fits("Wie groß ist die Tonne?", sentence) == share
