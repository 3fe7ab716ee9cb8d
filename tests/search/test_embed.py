"""Embedding beside whoever stores passages: nothing is left out, and no thread is left behind."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from catalog.errors import ModelError
from catalog.store import Catalog
from search.embed import Embedding
from search.encoder import HashEncoder
from tests.build import Put, make_item


class Watched(HashEncoder):
    """An encoder that tells when it has begun, and what it was given."""

    def __init__(self) -> None:
        super().__init__(16)
        self.begun = threading.Event()
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.given += texts
        self.begun.set()
        return super().encode(texts)


class Broken(HashEncoder):
    """An encoder that cannot be used."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        raise ModelError(f"the weights are damaged ({len(texts)} texts); copy the model again")


def _ignore(_done: int, _total: int) -> None:
    """Nobody looks on."""


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "embed"]


def test_what_is_stored_is_embedded_while_more_is_stored(catalog: Catalog, put: Put) -> None:
    """And what comes after that, too; nothing is embedded twice."""
    encoder = Watched()
    with Embedding(catalog, encoder) as embedding:
        put(make_item("a", "Apples."))
        embedding.follow()
        assert encoder.begun.wait(60)
        put(make_item("b", "Beans."))
        embedding.follow()
        put(make_item("c", "Chard."))
        assert embedding.finish(_ignore) == 3
    assert sorted(encoder.given) == ["A\nApples.", "B\nBeans.", "C\nChard."]
    with catalog.feed() as feed:
        assert feed.pending(encoder.name) == []
    assert _threads() == []


def test_progress_ends_with_all_that_there_is(catalog: Catalog, put: Put) -> None:
    """What is done never comes to more than that, nor goes back."""
    put(*(make_item(f"n{number}", f"Note {number}.") for number in range(300)))
    told: list[tuple[int, int]] = []
    with Embedding(catalog, HashEncoder(16)) as embedding:
        embedding.finish(lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} == {300}
    assert told[-1] == (300, 300)


def test_nothing_is_told_where_nothing_is_new(catalog: Catalog) -> None:
    """No model is loaded for it either."""
    told: list[tuple[int, int]] = []
    with Embedding(catalog, Broken(16)) as embedding:
        embedding.follow()
        assert embedding.finish(lambda done, total: told.append((done, total))) == 0
    assert told == []


def test_an_encoder_that_fails_is_told_at_the_end(catalog: Catalog, put: Put) -> None:
    """Whoever stores passages is not disturbed before that; the model does not serve."""
    put(make_item("a", "Apples."))
    with Embedding(catalog, Broken(16)) as embedding:
        embedding.follow()
        put(make_item("b", "Beans."))
        embedding.follow()
        with pytest.raises(ModelError, match="the weights are damaged"):
            embedding.finish(_ignore)
    assert _threads() == []
    with catalog.feed() as feed:
        assert feed.models() == []


def test_stopping_leaves_no_thread_behind(catalog: Catalog, put: Put) -> None:
    """As with Ctrl-C; what is not embedded yet is embedded by the next run."""
    put(make_item("a", "Apples."))
    with pytest.raises(KeyboardInterrupt), Embedding(catalog, HashEncoder(16)) as embedding:
        embedding.follow()
        raise KeyboardInterrupt
    assert _threads() == []
