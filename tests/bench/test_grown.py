"""A grown library is one that Copse itself could have written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.grown import grow, read_seed
from catalog.nouns import Filters
from catalog.settings import read_settings
from catalog.store import Catalog
from ingest.near import link_copies
from search.embed import embed_pending
from search.encoder import HashEncoder
from search.engine import Engine
from tests.build import Put, make_item

ENCODER = HashEncoder(64)


@pytest.fixture
def grown(catalog: Catalog, put: Put, tmp_path: Path) -> Iterator[Catalog]:
    """Forty passages, made of two."""
    winter = "Cut the apple tree in winter. Its leaves are gone."
    march = "Cut the pear tree in March. It flowers in April."
    put(make_item("apple", winter, title="Apple trees", author="Gwen"))
    put(make_item("pear", march, title="Pears and apple", author="Colm"))
    embed_pending(catalog, ENCODER, lambda _done, _total: None)
    with Catalog.open(tmp_path / "grown") as made:
        assert list(grow(made, read_seed(catalog), 40)) == [40]
        yield made


def test_it_has_as_many_passages_as_were_wanted(grown: Catalog) -> None:
    """All of them embedded; the people of every copy are others."""
    with grown.read(grown.owner()) as reader:
        status = reader.status()

    assert (status.passages, status.embedded, status.people) == (40, 40, 40)


def test_nothing_in_it_is_news(grown: Catalog) -> None:
    """Whoever follows it by its generation, as an ingest does that looks for copies, has all of it."""
    assert link_copies(grown) == 0


def test_passages_are_sentences_of_the_seed(grown: Catalog) -> None:
    """The first ones of one passage, and the last ones of another."""
    with grown.read(grown.owner()) as reader:
        texts = {passage.text for passage in reader.passages(range(1, 41)).values()}

    assert (
        texts
        == {
            "Cut the apple tree in winter. Its leaves are gone.",
            "Cut the apple tree in winter. It flowers in April.",
            "Cut the pear tree in March. Its leaves are gone.",
            "Cut the pear tree in March. It flowers in April.",
        }
        & texts
    )
    assert len(texts) > 2


def test_vectors_have_unit_length(grown: Catalog) -> None:
    """As an index needs them."""
    with grown.feed() as feed:
        [model] = feed.models()
        vectors = feed.vectors(model, feed.vector_ids(model))

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_some_communities_are_private(grown: Catalog) -> None:
    """So that what a guest may find is less than all."""
    settings = read_settings({"library": grown.folder, "model": ENCODER.location}, {})
    with Engine(grown, settings) as engine, grown.read(grown.viewer("guest")) as reader:
        mine = reader.passage_ids(Filters())

        assert 0 < len(mine) < 40
        assert len(engine.search(grown.viewer("guest"), "apple", k=50)) == len(mine)
