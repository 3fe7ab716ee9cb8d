"""Vectors of texts that were embedded lately."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from search.remembered import Remembered


class Counting:
    """Embeds a text as its length, and writes down what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A row for each text."""
        self.asked.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32).reshape(-1, 1)


def test_a_text_is_embedded_once() -> None:
    """Also where it stands twice in one call; rows come in the order of the texts."""
    counting = Counting()
    remembered = Remembered(counting)
    assert remembered(["ab", "c", "ab"]).tolist() == [[2], [1], [2]]
    assert remembered(["def", "c"]).tolist() == [[3], [1]]
    assert counting.asked == [["ab", "c"], ["def"]]


def test_what_was_not_needed_for_long_is_forgotten() -> None:
    """So the memory is bounded: a vector of one component and its text take some 250 bytes."""
    counting = Counting()
    remembered = Remembered(counting, most=600)
    for texts in (["a"], ["bb"], ["a"], ["ccc"], ["a"], ["bb"]):
        remembered(texts)
    assert counting.asked == [["a"], ["bb"], ["ccc"], ["bb"]]


def test_no_texts_have_no_rows() -> None:
    """With the dimension of the model."""
    assert Remembered(Counting())([]).shape == (0, 1)


def test_vectors_are_the_same_at_first_and_later() -> None:
    """What is remembered has eleven binary digits, and so has what was just embedded."""
    remembered = Remembered(lambda texts: np.full((len(texts), 1), 1 / 3, np.float32))
    assert remembered(["a"]).tolist() == remembered(["a"]).tolist() == [[np.float16(1 / 3)]]
