"""Run and judgments → a value a query, by ir-measures (MacAvaney, Macdonald and Ounis, ECIR 2022)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import Measure

from evals.errors import EvalError
from evals.nouns import Qrels, Run

Floats = npt.NDArray[np.float64]

DEFAULT = ("nDCG@10", "AP", "RR", "R@10", "R@100", "Success@1", "Success@5", "Success@10")
"""The measures that are shown if nothing else is said."""

DEPTH = 100
"""Documents that are ranked for a query; no measure looks further."""

_OTHER_NAMES = {"map": "AP", "mrr": "RR", "hit": "Success", "recall": "R", "precision": "P"}


def parse(name: str) -> Measure:
    """The measure with a name: `nDCG@10`, `AP` or `MAP`, `RR` or `MRR`, `R@100`, `Success@5` or `hit@5`.

    Raises:
        EvalError: If there is none, or it looks further than what is ranked.
    """
    head, at, cutoff = name.strip().partition("@")
    known = _OTHER_NAMES.get(head.casefold(), head)
    advice = f"{name}: no such measure; give for example {', '.join(DEFAULT)}"
    if not re.fullmatch(r"\w+", known) or (at and not cutoff.isdecimal()):
        raise EvalError(advice)
    try:
        measure = ir_measures.parse_measure(f"{known}{at}{cutoff}")
        supported = ir_measures.DefaultPipeline.supports(measure)  # type: ignore[no-untyped-call]
    except (NameError, ValueError, TypeError, KeyError, AssertionError) as error:
        raise EvalError(advice) from error
    if not supported:
        raise EvalError(advice)
    if at and not 0 < int(cutoff) <= DEPTH:
        raise EvalError(
            f"{name}: the first {DEPTH} of each ranking are measured; give a number from 1 to {DEPTH}"
        )
    return measure


def per_query(
    run: Run, qrels: Qrels, queries: Sequence[str], measures: Sequence[Measure]
) -> dict[str, Floats]:
    """The value of each query under each measure.

    What counts is the order of a ranking, not its scores: tools that sort by score break ties each in a
    way of its own.

    Args:
        run: What was found, best first.
        qrels: The judgments.
        queries: The queries, in the order of the values.
        measures: What to measure.

    Returns:
        By the name of the measure, an array of shape [n]; a query for which nothing was found has 0.
    """
    place = {query: at for at, query in enumerate(queries)}
    values = {str(measure): np.zeros(len(queries)) for measure in measures}
    judged = {query: dict(qrels[query]) for query in queries}
    ranked = {query: _by_rank(run[query]) for query in queries if run.get(query)}
    if ranked:
        for found in ir_measures.iter_calc(list(measures), judged, ranked):
            values[str(found.measure)][place[found.query_id]] = found.value
    return values


def _by_rank(ranking: Sequence[tuple[str, float]]) -> dict[str, float]:
    first = ranking[:DEPTH]
    return {document: float(len(first) - at) for at, (document, _) in enumerate(first)}
