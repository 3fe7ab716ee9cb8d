"""How likely a past problem is the same one, and not only related: a logistic model of its hit.

The model is fitted by `bench/fit_same_problem.py` on questions that people closed as duplicates or judged;
`same_problem.json` holds it with the record of its fitting, `docs/quality-same-problem.md` its precision
and recall.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from search.analysis import question_terms

FEATURES = ("meaning", "lead", "title")
"""What the model sees of a problem, in the order of its weights.

Its nearness in meaning, from 0 to 1; by how much its score leads that of the best other problem; and what
share of the words of both titles is common.
"""


@dataclass(frozen=True, slots=True)
class _Model:
    bias: float
    weights: tuple[float, ...]
    threshold: float


def leads(scores: Sequence[float]) -> list[float]:
    """By how much each score is above the best of the others; negative but for the best, 0 for a sole one."""
    if len(scores) < 2:
        return [0.0 for _ in scores]
    first, second = sorted(scores, reverse=True)[:2]
    return [score - (second if score == first else first) for score in scores]


def title_overlap(asked: str, title: str) -> float:
    """The share of words in the first line asked and in a title that are in both (Jaccard), from 0 to 1."""
    return overlap(title_terms(asked), title_terms(title))


def title_terms(text: str) -> frozenset[str]:
    """The words of a title, or of the first line asked."""
    first, _, _ = text.partition("\n")
    return frozenset(question_terms(first))


def overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of the words of both that are in both (Jaccard), from 0 to 1."""
    return len(ours & theirs) / max(len(ours | theirs), 1)


def same_problem_probability(meaning: float, lead: float, title: float) -> float:
    """How likely people would call two problems the same, from 0 to 1; see `FEATURES`."""
    model = _model()
    told = zip(model.weights, (meaning, lead, title), strict=True)
    return 1 / (1 + math.exp(-model.bias - sum(weight * value for weight, value in told)))


def is_same(probability: float) -> bool:
    """Whether a problem may be called the same; below, it is called related."""
    return probability >= _model().threshold


@cache
def _model() -> _Model:
    told = json.loads(files("search.similar").joinpath("same_problem.json").read_text(encoding="utf-8"))
    return _Model(told["bias"], tuple(told["weights"]), told["threshold"])
