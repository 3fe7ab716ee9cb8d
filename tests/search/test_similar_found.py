"""Problems are taken out of what was found for an answer, or searched for where they are too few of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from catalog.nouns import Filters, Item, Kind
from catalog.reader import Reader
from catalog.store import Catalog
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.indexes import Indexes
from search.matches import Matches, Retrieval
from search.query import Query
from search.retrieve import LOOKED_AT, Reranking, Retriever, Weights
from search.similar import find_problems
from tests.build import Put, make_item

ENCODER = HashEncoder(256)
WEIGHTS = Weights(0.7, 0.6, 0.05)
EVERYTHING = Filters()


class Counting(Retriever):
    """Tells how often it searched."""

    searched = 0

    def retrieve(
        self, reader: Reader, query: Query, filters: Filters, k: int, looked_at: int = LOOKED_AT
    ) -> Retrieval:
        self.searched += 1
        return super().retrieve(reader, query, filters, k, looked_at)


@pytest.fixture
def reader(catalog: Catalog, put: Put) -> Iterator[Reader]:
    """Nine questions about leaks, the first ones more so, and one about hoes; each with an answer."""
    leaks = [f"Why does the pump leak {'oil ' * (9 - at)}at valve number{at}?" for at in range(9)]
    texts = [*leaks, "Which hoe suits clay?"]
    put(*(item for at, text in enumerate(texts) for item in _thread(at, text)))
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    with catalog.read(catalog.owner()) as reader:
        yield reader


def _thread(at: int, text: str) -> tuple[Item, Item]:
    question = make_item(f"q{at}", text, kind=Kind.QUESTION, title=text)
    said = replace(question, key=f"a{at}", kind=Kind.ANSWER, thread=f"q{at}", text="Seal it with tape.")
    return question, said


@pytest.fixture
def retriever(catalog: Catalog, reader: Reader) -> Counting:
    """A retriever over the library."""
    return Counting(Indexes(catalog), ENCODER, WEIGHTS)


def _rows(found: Matches) -> list[tuple[str, int, float]]:
    return [(match.place.item_id, match.place.passage, match.score) for match in found]


@pytest.mark.parametrize(
    ("filters", "k", "searches"),
    [
        (EVERYTHING, 1, 0),
        (EVERYTHING, 5, 0),
        (Filters(kinds=frozenset({Kind.ANSWER})), 1, 0),
        (Filters(kinds=frozenset({Kind.LESSON})), 1, 1),
    ],
    ids=["more than enough", "all that are alike", "of a kind that is asked for", "none"],
)
def test_what_was_found_tells_the_same_problems(
    reader: Reader, retriever: Counting, filters: Filters, k: int, searches: int
) -> None:
    """With the scores and passages of a search for problems alone, and without one if they are enough."""
    query = retriever.read("Why does the pump leak oil?")
    alone = find_problems(reader, retriever, query, filters, k)
    found = retriever.retrieve(reader, query, EVERYTHING, 200)
    retriever.searched = 0
    shared = find_problems(reader, retriever, query, filters, k, found)
    assert (_rows(shared), retriever.searched) == (_rows(alone), searches)


def test_what_a_model_has_put_in_order_is_searched_anew(
    catalog: Catalog, reader: Reader, retriever: Counting
) -> None:
    """It has read the best of everything, and not the best problems."""
    model = SimpleNamespace(score=lambda _question, texts: np.linspace(0, 1, len(texts)))
    reordering = Counting(Indexes(catalog), ENCODER, WEIGHTS, Reranking(model, 5, 0.5))
    query = retriever.read("Why does the pump leak oil?")
    found = reordering.retrieve(reader, query, EVERYTHING, 200)
    find_problems(reader, reordering, query, EVERYTHING, 1, found)
    assert reordering.searched == 2
