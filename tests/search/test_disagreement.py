"""Two practices that disagree: sentences of different posts about the same that say the opposite."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from catalog.markdown import BlockKind
from catalog.nouns import Passage, State
from search.answer.disagreement import find_disagreements
from search.answer.quotes import Quote
from search.encoder import HashEncoder
from search.sentences import Candidate
from search.sources import Source
from tests.build import make_item

ENCODER = HashEncoder(256)
YES = "Charge the club bikes overnight in the hall."
NO = "Do not charge the club bikes overnight in the hall."


def quote(key: str, text: str, **values: Any) -> Quote:
    """A post of one sentence, quoted."""
    item = make_item(key, text, **values)
    passage = Passage(sum(map(ord, key)), item.id, 0, 0, len(text), (), None, text)
    vector = np.asarray(ENCODER.encode([text])[0])
    candidate = Candidate(0, len(text), text, BlockKind.PARAGRAPH)
    return Quote(Source(item, passage, 0.6, 0.6), candidate, 0, vector, 0.5, 0.5)


def found(*quotes: Quote) -> list[tuple[str, str]]:
    """The keys of the pairs that disagree."""
    return [(one.source.item.key, other.source.item.key) for one, other in find_disagreements(quotes)]


def test_one_who_denies_what_the_other_says_disagrees() -> None:
    """In otherwise the same words."""
    assert found(quote("yes", YES), quote("no", NO)) == [("yes", "no")]


def test_another_figure_disagrees() -> None:
    """If hardly another word differs."""
    assert found(
        quote("long", "Soak the seeds of the beans for 12 hours."),
        quote("short", "Soak the seeds of the beans for 8 hours."),
    ) == [("long", "short")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (YES, "Charge the club bikes overnight in the shed and the hall."),
        (YES, "Do not paint the hall."),
        ("Use it.", "Do not use it."),
        ("I think that the club bikes charge well.", "I don't think that the club bikes charge well."),
        ("Soak the seeds for 12 hours.", "Bake the bread of the club for 8 hours."),
    ],
    ids=["agreement", "another matter", "too short", "an opinion", "figures of other things"],
)
def test_others_do_not_disagree(one: str, other: str) -> None:
    """Or nobody could tell."""
    assert found(quote("one", one), quote("other", other)) == []


def test_a_post_does_not_disagree_with_itself() -> None:
    """It weighs one thing against another."""
    assert found(quote("same", YES), quote("same", NO)) == []


def test_what_is_outdated_disagrees_with_nothing() -> None:
    """Its state tells enough."""
    assert found(quote("yes", YES, state=State.OUTDATED), quote("no", NO)) == []


@pytest.mark.parametrize(
    "trusted",
    [
        {"accepted": True},
        {"created": datetime(2026, 1, 1, tzinfo=UTC)},
        {"votes": 12},
    ],
    ids=["accepted", "newer", "votes"],
)
def test_the_more_trusted_one_comes_first(trusted: dict[str, Any]) -> None:
    """Whichever was found first."""
    assert found(quote("yes", YES), quote("no", NO, **trusted)) == [("no", "yes")]
