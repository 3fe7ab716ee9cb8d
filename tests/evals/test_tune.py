"""Fitting weights to a library, and keeping them only if they prove themselves on newer links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.nouns import Item, Kind, Link, LinkKind
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from evals.errors import EvalError
from evals.tune import TUNED, Tuning, tune
from search.embed import embed_pending
from search.encoder import HashEncoder
from tests.build import Put, make_item
from tests.evals.test_evaluate import Silent

BLIND = HashEncoder(2)  # for it, half of all texts mean the same: only words tell them apart


def _question(number: int, *links: Link) -> Item:
    return make_item(
        f"q{number}",
        f"Why does device{number % 30} make sound{number % 30}?",
        title=f"Device{number % 30}",
        kind=Kind.QUESTION,
        created=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number),
        links=links,
    )


def _fill(put: Put, asked: int) -> None:
    """Thirty problems, and as many later ones that repeat them as are asked for."""
    put(*(_question(number) for number in range(30)))
    put(*(_question(n, Link(LinkKind.DUPLICATE, f"q{n - 30}")) for n in range(30, 30 + asked)))


@pytest.fixture
def tuned(catalog: Catalog, put: Put) -> Callable[[float], Tuning]:
    """Tunes a library whose model is of no use, from a share of meaning."""
    _fill(put, 90)
    embed_pending(catalog, BLIND, lambda *_: None)
    settings = read_settings({"library": catalog.folder, "model": "hash:2"}, {})

    def run(dense_weight: float) -> Tuning:
        changed: Settings = replace(settings, dense_weight=dense_weight)
        return tune(catalog, catalog.owner(), changed, Silent(), encoder=BLIND)

    return run


def test_weights_are_chosen_on_older_links_and_win_on_newer_ones(tuned: Callable[[float], Tuning]) -> None:
    """Where the model tells nothing, words get all that they can get."""
    found = tuned(1.0)
    assert found.chosen["dense_weight"] == min(TUNED["dense_weight"])
    assert found.chosen["dense_weight_statement"] == found.before["dense_weight_statement"]
    assert (found.learnt_from, found.tested_on) == (63, 27)
    assert found.now > found.was
    assert found.wins


def test_weights_that_are_the_best_stay(tuned: Callable[[float], Tuning]) -> None:
    """What is in force wins a tie."""
    found = tuned(min(TUNED["dense_weight"]))
    assert found.chosen == found.before
    assert found.difference is None
    assert not found.wins


def test_too_few_links_are_told(catalog: Catalog, put: Put) -> None:
    """With how many there are."""
    _fill(put, 20)
    settings = read_settings({"library": catalog.folder, "model": "hash:2"}, {})
    with pytest.raises(EvalError, match="14 older and 6 newer labels, and 10 of each are the least"):
        tune(catalog, catalog.owner(), settings, Silent(), encoder=BLIND)
