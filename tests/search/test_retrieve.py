"""How the scores of hits come about."""

from __future__ import annotations

import numpy as np
import pytest

from search.fusion import approval, fuse, item_directions, item_meaning
from search.query import Query

EAST, NORTH = np.eye(2, dtype=np.float32)


def test_a_score_is_the_weighted_mean_of_meaning_and_words() -> None:
    """A negative cosine counts as none."""
    meaning, words = np.array([0.8, -0.5], np.float32), np.array([0.2, 0.4], np.float32)
    assert fuse(meaning, words, 0.75) == pytest.approx([0.65, 0.1])


def test_an_item_is_near_by_its_best_passage_and_by_all_of_it() -> None:
    """The mean of three cosines: with the best passage, and of question and gist with the mean direction."""
    query = Query("?", lambda: (EAST, NORTH))
    two_items = np.stack([EAST, NORTH, NORTH])
    starts = np.array([0, 2])
    near = item_meaning(query, two_items, starts, item_directions(two_items, starts))
    assert near == pytest.approx([(1 + 2 * 0.5**0.5) / 3, 1 / 3])


def test_votes_count_ever_less() -> None:
    """Ten count half of what is possible; votes against and no votes count nothing."""
    assert approval(np.array([-4, 0, 10, 90])) == pytest.approx([0.0, 0.0, 0.5, 0.9])
