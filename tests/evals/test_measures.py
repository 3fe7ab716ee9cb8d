"""Measures against values that were computed by hand."""

from __future__ import annotations

from math import log2

import pytest

from evals.errors import EvalError
from evals.measures import parse, per_query

QRELS = {"q": {"a": 2, "b": 1, "c": 1, "d": 0}}
RUN = {"q": [("x", 9.0), ("b", 8.0), ("d", 7.0), ("a", 6.0)]}  # c is not found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # gains 0, 1, 0, 2 at ranks 1 to 4; the ideal order has 2, 1, 1
        ("nDCG@10", (1 / log2(3) + 2 / log2(5)) / (2 / log2(2) + 1 / log2(3) + 1 / log2(4))),
        ("AP", (1 / 2 + 2 / 4) / 3),
        ("MAP", (1 / 2 + 2 / 4) / 3),
        ("RR", 1 / 2),
        ("MRR", 1 / 2),
        ("R@10", 2 / 3),
        ("R@100", 2 / 3),
        ("R@2", 1 / 3),
        ("Success@1", 0.0),
        ("hit@5", 1.0),
        ("P@2", 1 / 2),
    ],
)
def test_a_measure_is_as_computed_by_hand(name: str, value: float) -> None:
    """Whichever of its names it is called by."""
    (values,) = per_query(RUN, QRELS, ["q"], [parse(name)]).values()
    assert values.tolist() == pytest.approx([value])


def test_a_query_without_results_counts_nothing() -> None:
    """It lowers the mean instead of being left out."""
    qrels = {"q": {"a": 1}, "silent": {"a": 1}}
    (values,) = per_query({"q": [("a", 1.0)]}, qrels, ["silent", "q"], [parse("nDCG@10")]).values()
    assert values.tolist() == [0.0, 1.0]


def test_equal_scores_keep_the_order_of_the_run() -> None:
    """What counts is who comes first, not how a tool breaks ties."""
    (values,) = per_query({"q": [("z", 1.0), ("a", 1.0)]}, {"q": {"z": 1}}, ["q"], [parse("RR")]).values()
    assert values.tolist() == [1.0]


@pytest.mark.parametrize("name", ["", "nDCG@", "Fun@10", "R@0", "R@1000", "nDCG@ten", "__import__"])
def test_an_unknown_measure_is_refused_with_examples(name: str) -> None:
    """No expression is evaluated, and nothing beyond what is ranked is measured."""
    with pytest.raises(
        EvalError, match=r"no such measure; give for example nDCG@10|give a number from 1 to 100"
    ):
        parse(name)
