"""Counts what a service has told since it started: numbers only, never what was asked or by whom."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum

from ui.schemas import AnswerOut


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"


def outcome(answer: AnswerOut) -> Outcome:
    """What an answer is."""
    if answer.abstained:
        return Outcome.ABSTAINED
    return Outcome.PARTIAL if answer.partial else Outcome.ANSWERED


class Tally:
    """How many questions had which outcome. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counts = Counter(dict.fromkeys(Outcome, 0))
        self._lock = threading.Lock()

    def count(self, answer: AnswerOut) -> None:
        """Count one answer."""
        with self._lock:
            self._counts[outcome(answer)] += 1

    def counts(self) -> dict[Outcome, int]:
        """How many there were of each."""
        with self._lock:
            return dict(self._counts)
