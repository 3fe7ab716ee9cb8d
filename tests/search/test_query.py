"""A question as the indexes need it."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.errors import QuestionError
from search.encoder import open_encoder
from search.query import LONGEST_QUESTION, Query, check_question, finished, read_query

ENCODER = open_encoder("hash:64", "fp32", 2048)
NOWHERE = np.zeros(1, np.float32)


def is_question(text: str) -> bool:
    """Whether a text is taken for a question."""
    return Query(text, lambda: (NOWHERE, NOWHERE)).is_question


@pytest.mark.parametrize(
    "text",
    [
        "how do I sharpen a hoe",
        "Hoe too blunt?\nMine does not cut any more.",
        "My hoe is blunt.\nWhat can I do? I have a file.",
        "Wie schärft man eine Hacke?",
        "¿Cómo se afila una azada?",
        "如何磨锄头？",
    ],
)
def test_what_is_asked_is_a_question(text: str) -> None:
    """It has a question mark, or begins as questions do."""
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "hoe sharpening",
        "A file sharpens a hoe.",
        "Whatever works",
        "Hose clamp failure (1997)\nThe hose burst.",
    ],
)
def test_what_is_stated_or_named_is_none(text: str) -> None:
    """Key words, claims, titles and abstracts."""
    assert not is_question(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "?!", "🌱🌱🌱", "\x00\x07\x1b"])
def test_nothing_to_search_for(text: str) -> None:
    """What has no letter and no digit is refused with an example of what can be asked."""
    with pytest.raises(QuestionError, match="nothing to search for: ask a question in words"):
        check_question(text)


def test_a_question_of_one_letter_or_of_many_is_searched_for() -> None:
    """Up to 100,000 characters; its lines stay, superfluous space goes."""
    assert check_question("r") == "r"
    assert check_question("  a \t b \n\n c\x00d 🌱 ") == "a b\nc d 🌱"
    assert len(check_question("w" * LONGEST_QUESTION)) == LONGEST_QUESTION


def test_a_question_that_is_far_too_long_is_refused() -> None:
    """The message says how long it is, and what to leave out."""
    with pytest.raises(QuestionError, match="has 100,001 characters and 100,000 is the most: leave out logs"):
        check_question("w" * 100_001)


def test_a_long_question_is_embedded_in_pieces_too() -> None:
    """Its gist is the mean direction of at most eight pieces; a short question's is its own vector."""
    short = read_query("how do I sharpen a hoe?", ENCODER)
    assert short.gist is short.vector

    long = read_query("Blunt hoe\n" + "The hoe is blunt. It does not cut the weeds at all. " * 60, ENCODER)
    assert not np.allclose(long.gist, long.vector)
    assert np.linalg.norm(long.gist) == pytest.approx(1)


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        ("why does the pum", "why does the"),
        ("why does the pump ", "why does the pump "),
        ("why does the pump?", "why does the pump?"),
        ("why", "why"),
        ("", ""),
        ("the shed's ro", "the shed's"),
    ],
)
def test_a_word_that_is_being_typed_does_not_count(typed: str, counts: str) -> None:
    """Until something follows it; the first word is all that there is."""
    assert finished(typed) == counts
