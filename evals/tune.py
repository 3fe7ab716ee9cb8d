"""A community's own links → the weights that suit it, if they prove themselves on newer links.

The older labels choose among a few weights, first for what is asked and then for what is stated. The newest
ones, which played no part in that, decide: the choice is only worth keeping if it beats the weights in
force and the difference is real.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from catalog.nouns import Viewer
from catalog.settings import Settings, with_weights
from catalog.store import Catalog
from evals.errors import EvalError
from evals.library import EvalProgress
from evals.measures import parse, per_query
from evals.nouns import Collection, Task
from evals.own import FEWEST, labelled, run_own, split
from evals.significance import Difference, Floats, compare
from search.encoder import Encoder, open_encoder

TUNED = {
    "dense_weight": (0.5, 0.6, 0.7, 0.8, 0.9),
    "dense_weight_statement": (0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
}
"""What is chosen, and from what, in this order."""

_MEASURE = "nDCG@10"
_MOST = 300  # labels that are learnt from, the newest of the older ones

Weights = dict[str, float]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning came to.

    Attributes:
        before: The weights in force.
        chosen: Those that were best on the older labels.
        learnt_from: Number of older labels.
        tested_on: Number of newest labels.
        was: Mean nDCG@10 of the weights in force on the newest labels.
        now: The same of the chosen ones.
        difference: Between the two; None where the weights in force are the best.
    """

    before: Weights
    chosen: Weights
    learnt_from: int
    tested_on: int
    was: float
    now: float
    difference: Difference | None

    @property
    def wins(self) -> bool:
        """Whether the chosen weights are better on labels that they were not fitted to, and not by chance."""
        return self.difference is not None and self.difference.mean > 0 and self.difference.real


def tune(
    catalog: Catalog,
    viewer: Viewer,
    settings: Settings,
    progress: EvalProgress,
    since: datetime | None = None,
    encoder: Encoder | None = None,
) -> Tuning:
    """Find the weights that suit a library.

    Args:
        catalog: The library.
        viewer: Who tunes; what they may not read plays no part.
        settings: The settings in force.
        progress: Is told how far it has come.
        since: When the newest labels begin; the newest 30 % of them if not given.
        encoder: The model, if it is not to be loaded by the settings.

    Raises:
        EvalError: If there are too few labels.
    """
    # An answer is indexed under its question's title: what finds it is no guide to what finds a problem.
    linked = [one for one in labelled(catalog, viewer) if one.task is Task.SIMILAR]
    parts = [split(one, since) for one in linked]
    older, newest = [_newest(old) for old, _ in parts], [new for _, new in parts]
    _check(catalog, older, newest)

    def values(weights: Weights, collections: Sequence[Collection]) -> Floats:
        changed = with_weights(settings, weights)
        found = [_values(catalog, viewer, changed, one, progress, encoder) for one in collections]
        return np.concatenate(found)

    encoder = _Remembering(encoder or open_encoder(settings.model, settings.precision, settings.batch_tokens))
    before = {name: float(getattr(settings, name)) for name in TUNED}
    chosen = _choose(before, lambda weights: float(values(weights, older).mean()))
    was = values(before, newest)
    now = was if chosen == before else values(chosen, newest)
    difference = None if chosen == before else compare(was, now)
    learnt_from = sum(len(one.queries) for one in older)
    return Tuning(before, chosen, learnt_from, len(was), float(was.mean()), float(now.mean()), difference)


class _Remembering:
    """An encoder that embeds no question twice: each is asked once for every choice of weights."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[str, ...], Vectors] = {}
        self.name, self.location = encoder.name, encoder.location
        self.dimension, self.window = encoder.dimension, encoder.window

    @property
    def engine(self) -> str:
        return self._encoder.engine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        asked = tuple(texts)
        if asked not in self._known:
            self._known[asked] = self._encoder.encode(texts)
        return self._known[asked]


def _choose(before: Weights, mean: Callable[[Weights], float]) -> Weights:
    """One weight after the other, each the best with the others as they are; what is in force wins a tie."""
    best, reached = before, mean(before)
    for name, offered in TUNED.items():
        for value in offered:
            candidate = best | {name: value}
            if candidate != best and (found := mean(candidate)) > reached:
                best, reached = candidate, found
    return best


def _values(
    catalog: Catalog,
    viewer: Viewer,
    settings: Settings,
    collection: Collection,
    progress: EvalProgress,
    encoder: Encoder | None,
) -> Floats:
    run = run_own(catalog, viewer, settings, collection, progress, encoder)
    queries = [query.id for query in collection.queries]
    [found] = per_query(run, collection.qrels, queries, [parse(_MEASURE)]).values()
    return found


def _newest(collection: Collection) -> Collection:
    queries = collection.queries[-_MOST:]
    return replace(
        collection, queries=queries, qrels={query.id: collection.qrels[query.id] for query in queries}
    )


def _check(catalog: Catalog, older: Sequence[Collection], newest: Sequence[Collection]) -> None:
    counts = [sum(len(one.queries) for one in part) for part in (older, newest)]
    if min(counts) < FEWEST:
        raise EvalError(
            f"{catalog.folder}: {counts[0]} older and {counts[1]} newer labels, and {FEWEST} of each are the "
            "least to tune by; links to duplicates and related questions and citations of lessons are labels"
        )
