"""What was found → how likely it answers the question: the model by which Copse answers or abstains.

A logistic model of four signals, fitted on questions whose answer is in the library, or was taken out of
it, or belongs to another community; docs/answers.md tells how well it parts them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.embedding_text import plain_text
from search.answer.quotes import Analyse, Quote, coverage

_BIAS = -5.95
_BY_TOP, _BY_MEANING, _BY_SENTENCE, _BY_COVERAGE = 7.3, 3.1, 1.6, 0.1


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for there being an answer; all from 0 to 1.

    Attributes:
        top: Score of the item that fits best: meaning and words together.
        meaning: Greatest likeness in meaning among the items found.
        sentence: Greatest cosine of the question and a sentence that may be quoted.
        coverage: Share of the question's rare words that the best sentence's source has.
    """

    top: float
    meaning: float
    sentence: float
    coverage: float

    @property
    def confidence(self) -> float:
        """How likely there is an answer, from 0 to 1."""
        logit = (
            _BIAS
            + _BY_TOP * self.top
            + _BY_MEANING * self.meaning
            + _BY_SENTENCE * self.sentence
            + _BY_COVERAGE * self.coverage
        )
        return 1 / (1 + math.exp(-logit))


def read_signals(
    quotes: Sequence[Quote], top: float, meaning: float, weights: Mapping[str, float], analyse: Analyse
) -> Signals:
    """Read the signals from what was found.

    Args:
        quotes: The sentences that may be quoted, best first; at least one.
        top: Score of the item that fits best.
        meaning: Greatest likeness in meaning among the items.
        weights: How much each word of the question counts.
        analyse: Turns a text in the language of another one into terms.
    """
    covered = frozenset(source_terms(quotes[0], analyse))
    sentence = max(quote.meaning for quote in quotes)
    return Signals(min(top, 1.0), meaning, sentence, coverage(covered, weights))


def source_terms(quote: Quote, analyse: Analyse) -> Sequence[str]:
    """The terms of the passage that a sentence is quoted from, and of its title."""
    text = quote.source.passage.text
    return analyse(f"{quote.source.item.title}\n{plain_text(text)}", text)
