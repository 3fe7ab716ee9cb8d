"""What was found is kept as columns, and becomes matches when somebody looks."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.nouns import Kind
from catalog.reader import Place
from catalog.store import Catalog
from search.catching_up import caught_up_columns
from search.columns import Columns
from search.matches import Match, Matches, Retrieval
from search.sharing import Sharing
from tests.build import Put, make_item


@pytest.fixture
def matches(catalog: Catalog, put: Put) -> Matches:
    """Four items, best first: an answer, its question, and two that are copies of each other."""
    put(
        make_item("question", kind=Kind.QUESTION, votes=2),
        make_item("answer", kind=Kind.ANSWER, thread="question"),
        make_item("one"),
        make_item("other"),
    )
    with catalog.write() as writer:
        writer.join_copies(4, 3)
    with catalog.feed() as feed:
        columns = caught_up_columns(catalog.folder / "columns", feed, Columns(), Sharing().changing)
    places = columns.places(np.array([2, 1, 4, 3]))
    scores, meanings, words = np.array([[0.75, 0.5, 0.25, 0.125], [1, 1, 0, 0], [0.5] * 4], np.float32)
    return Matches(places, scores, meanings, words)


def _keys(matches: Matches) -> list[str]:
    return [match.place.item_id.removeprefix("notes:") for match in matches]


def test_a_row_is_a_match(matches: Matches) -> None:
    """With its place in full; the last one counts from the end, and behind it is nothing."""
    place = Place(2, "notes:answer", "notes:question", Kind.ANSWER, None, 0, 0, 2)
    assert matches[0] == Match(place, 0.75, 1.0, 0.5)
    assert matches[-1].place.group == 3
    with pytest.raises(IndexError):
        matches[4]


def test_some_are_taken_like_those_of_a_list(matches: Matches) -> None:
    """In their order."""
    assert (_keys(matches[1:3]), len(matches[:2]), _keys(matches[9:])) == (["question", "other"], 2, [])


def test_of_copies_and_of_a_thread_the_best_one_counts(matches: Matches) -> None:
    """The first one, as they are best first."""
    assert _keys(matches.without_copies()) == ["answer", "question", "other"]
    assert _keys(matches.first_of_each_thread()) == ["answer", "other", "one"]


def test_scores_are_told_by_item_and_by_passage(matches: Matches) -> None:
    """And those below a score are left out."""
    assert matches.by_item() == {2: 0.75, 1: 0.5, 4: 0.25, 3: 0.125}
    assert matches.from_score(0.25).by_passage() == {2: 0.75, 1: 0.5, 4: 0.25}


def test_threads_can_be_left_out(matches: Matches) -> None:
    """As if they were not there."""
    found = Retrieval("?", np.zeros(2, np.float32), {}, matches, matches, 0.5, {}, 4)
    assert _keys(found.without({"notes:question"}).items) == ["other", "one"]
    assert _keys(found.best_by_thread()) == ["answer", "other"]


def test_few_are_left_where_most_are_copies_or_gone(matches: Matches) -> None:
    """Of ten that were named, three without copies are few; of four they are not."""
    found = [Retrieval("?", np.zeros(2, np.float32), {}, matches, matches, 0.5, {}, n) for n in (10, 4)]
    assert [one.lacks_items() for one in found] == [True, False]
