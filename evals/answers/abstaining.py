"""Does Copse know when it does not know?

A question whose answer is there, the same question when its thread and all that are linked with it are taken
out, and the questions of another community: how well does the confidence part them?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from catalog.errors import QuestionError
from catalog.nouns import Viewer
from evals.answers.asked import Asked, some_of
from evals.answers.figures import Figure
from search.answer.confidence import Signals
from search.engine import Engine

_MOST = 300  # questions of a kind that are asked
_GROUP = "abstaining"


class Case(StrEnum):
    """A question, and what is there to answer it."""

    OWN = "its own thread is there"
    DUPLICATE = "a duplicate of it is there"
    RELATED = "a related thread is there"
    REMOVED = "nothing linked with it is there"
    FOREIGN = "it is another community's"


ANSWERABLE = (Case.OWN, Case.DUPLICATE, Case.RELATED)
"""The cases in which people hold an answer to be there."""

Asking = Callable[[int, int], None]
Read = Mapping[Case, Sequence[Signals | None]]
"""The signals of every question of a case; None where nothing at all was found."""


def read_cases(
    engine: Engine, viewer: Viewer, asked: Sequence[Asked], foreign: Sequence[str], progress: Asking
) -> Read:
    """Ask every question in every case that it can be in.

    Args:
        engine: The library.
        viewer: Who measures.
        asked: Its own questions.
        foreign: Questions of other communities.
        progress: Is told how many questions are asked, of how many.
    """
    answered = some_of([one for one in asked if one.answered], _MOST)
    linked = some_of([one for one in asked if one.duplicates or one.related], _MOST)
    strangers = some_of([Asked(text, frozenset()) for text in foreign], _MOST)
    wanted = [*_own_cases(answered), *_linked_cases(linked)]
    wanted += [(Case.FOREIGN, one.text, frozenset()) for one in strangers]
    read: dict[Case, list[Signals | None]] = {}
    for number, (case, text, without) in enumerate(wanted, start=1):
        with suppress(QuestionError):
            read.setdefault(case, []).append(engine.answer(viewer, text, without=without).signals)
        progress(number, len(wanted))
    return read


def _own_cases(asked: Sequence[Asked]) -> Iterator[tuple[Case, str, frozenset[str]]]:
    for one in asked:
        yield Case.OWN, one.text, frozenset()
        yield Case.REMOVED, one.text, one.own | one.linked


def _linked_cases(asked: Sequence[Asked]) -> Iterator[tuple[Case, str, frozenset[str]]]:
    for one in asked:
        if one.duplicates:
            yield Case.DUPLICATE, one.text, one.own
        else:
            yield Case.RELATED, one.text, one.own


def measure_abstaining(read: Read) -> list[Figure]:
    """How well the confidence parts what can be answered from what cannot: areas under the ROC curve."""
    told = {case: [_confidence(one) for one in found] for case, found in read.items()}
    return [
        Figure(
            _GROUP,
            f"AUROC: {there.value} / {absent.value}",
            auroc(told[there], told[absent]),
            len(told[there]) + len(told[absent]),
        )
        for there in ANSWERABLE
        for absent in (Case.REMOVED, Case.FOREIGN)
        if there in told and absent in told
    ]


def _confidence(signals: Signals | None) -> float:
    return signals.confidence if signals else 0.0


def auroc(there: npt.ArrayLike, absent: npt.ArrayLike) -> float:
    """How often, of one of each, the first is higher; equal ones count half."""
    high, low = np.asarray(there)[:, None], np.asarray(absent)[None, :]
    return float((high > low).mean() + 0.5 * (high == low).mean())


def risk_coverage(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What is risked for how much is answered, from the highest threshold to the lowest.

    After El-Yaniv and Wiener: On the Foundations of Noise-free Selective Classification, JMLR 2010.

    Args:
        confidence: Of each question, of shape [n].
        right: Whether an answer is there, of shape [n].
        weights: How much each question counts, of shape [n].

    Returns:
        Coverage, the share of all questions that are answered, and risk, the share of the answered ones
        that have no answer; each of shape [n].
    """
    order = np.argsort(-confidence, kind="stable")
    answered = np.cumsum(weights[order])
    wrong = np.cumsum(weights[order] * ~right[order])
    return answered / answered[-1], wrong / answered
