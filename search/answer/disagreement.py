"""Sentences of different people that speak of the same and say the opposite: two practices disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations

from catalog.nouns import State
from search.answer.polarity import disagrees
from search.answer.quotes import Quote
from search.answer.support import content, numbers

_ALIKE = 0.75  # cosine from which two sentences speak of the same
_SHARED = 0.5  # share of the longer one's words that the other has
_LOOKED_AT = 12  # sentences among which disagreement is looked for
_OPINION = frozenset(
    ["know", "think", "mean", "say", "believ", "see", "understand", "want", "need", "sure"]  # stems
)
_FEWEST = 4  # content words of a sentence that can disagree


def find_disagreements(quotes: Sequence[Quote]) -> list[tuple[Quote, Quote]]:
    """Pairs among the best sentences that contradict each other, the more trusted one of each first.

    Those of one and the same item, or of one that is outdated, are no disagreement: the first is a train of
    thought, the second is told by its state. Nor is the same sentence, wherever it stands.
    """
    read = cache(lambda text: frozenset(content(text)))
    pairs = (pair for pair in _pairs(quotes[:_LOOKED_AT]) if _contradict(*pair, read))
    return [pair if _trust(pair[0]) <= _trust(pair[1]) else pair[::-1] for pair in pairs]


def _pairs(quotes: Sequence[Quote]) -> Iterator[tuple[Quote, Quote]]:
    for one, other in combinations(quotes, 2):
        current = State.OUTDATED not in (one.source.item.state, other.source.item.state)
        same = one.item_id == other.item_id or one.candidate.text == other.candidate.text
        if current and not same and float(one.vector @ other.vector) >= _ALIKE:
            yield one, other


def _contradict(one: Quote, other: Quote, read: Callable[[str], frozenset[str]]) -> bool:
    """Whether one denies what the other says, or gives another figure in otherwise the same words.

    Args:
        one: A sentence.
        other: Another one.
        read: Gives the content words of a sentence.
    """
    first, second = one.candidate.text, other.candidate.text
    left, right = read(first), read(second)
    if min(len(left), len(right)) < _FEWEST or len(left & right) < _SHARED * max(len(left), len(right)):
        return False
    denied = disagrees(first, [second])
    return bool(denied and denied not in _OPINION) or _other_figure(first, second, left, right)


def _other_figure(first: str, second: str, left: frozenset[str], right: frozenset[str]) -> bool:
    """The same statement with another number: one each, and hardly another word between them."""
    said, told = set(numbers(first)), set(numbers(second))
    rest = {word for word in left ^ right if not any(map(str.isdigit, word))}
    return len(said) == len(told) == 1 and said != told and len(rest) <= 1


def _trust(quote: Quote) -> tuple[bool, float, int]:
    """What is accepted first, then the newest, then what has most votes."""
    item = quote.source.item
    written = item.updated or item.created
    newest = written.timestamp() if written else 0.0
    return not item.accepted, -newest, -(item.votes or 0)
