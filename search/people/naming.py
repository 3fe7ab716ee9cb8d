"""Names for what some items are about: tags that most of them share, else the most telling words of titles.

How telling a word is, is how many of the titles say it times the logarithm of how many times more often
they do than all titles (its part of the Kullback-Leibler divergence); what is not said half as often
again tells nothing. Words are compared by their stems and shown in the form that is used most; two words
that stand together go before each one alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from search.analysis import analyse
from search.analysis.terms import STOP_WORDS

MOST_TERMS = 5
"""Terms by which a topic is described."""

_IN_NAME = 2  # terms that make a name
_MOST_SHARE = 0.5  # of the items that have to share a tag for it to be their name
_TELLING = 1.5  # how many times more often than elsewhere a telling word is said
_TOGETHER = 1.5  # what two words together weigh more than one
_SHORTEST = 3  # letters
_WORD = re.compile(r"[^\W\d_][\w'’]*(?:[-+#][\w+#]*)*")
# Words of questions about anything.
_SAYING_NOTHING = frozenset(
    """
    able actually add another anyone anything available avoid bad best better between call called change
    come different difference done else ever every everyone example explain find first get getting give go
    going good got great guide happen help idea instead keep kind know known last less let like long look
    looking lot made make makes making many may mean might much must need needs never new next old one
    ones onto part people please possible problem put question really right say seem see set show since
    someone something sort start still stop take tell thing things think time try trying two type types
    understand use used using want way ways well whether within without work working works would wrong
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)

Term = tuple[str, ...]
"""Stems of one word, or of two that stand together."""


class Vocabulary:
    """How many of some titles say each term, and in which form.

    Args:
        titles: All that is compared with.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        self.size = 0
        self.counts: Counter[Term] = Counter()
        for title in titles:
            self.size += 1
            self.counts.update(terms_of(title).keys())

    def surplus(self, term: Term, count: int, size: int) -> float:
        """How many times more often some titles say a term than all do.

        Args:
            term: The term.
            count: How many of them say it.
            size: How many they are.
        """
        return count / size / (max(self.counts[term], count) / max(self.size, size))


def terms_of(title: str) -> dict[Term, str]:
    """The words of a title and the pairs of them that stand together, each in the form in which it stands."""
    found: dict[Term, str] = {}
    before: tuple[str, str] | None = None
    for word in _WORD.findall(title):
        stem = _stem(word.lower())
        if not stem:
            before = None
            continue
        found.setdefault((stem,), word.lower())
        if before and before[0] != stem:
            found.setdefault((before[0], stem), f"{before[1]} {word.lower()}")
        before = stem, word.lower()
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The stem of a word; empty for a word that says nothing."""
    if len(word) < _SHORTEST or word in STOP_WORDS or word in _SAYING_NOTHING:
        return ""
    return "".join(analyse(word)[:1])


def telling_terms(titles: Sequence[str], among: Vocabulary, most: int = MOST_TERMS) -> list[str]:
    """The terms that tell some titles from all others, the most telling first.

    Args:
        titles: The titles of what is to be named.
        among: All titles, these included.
        most: How many terms are wanted.
    """
    counts: Counter[Term] = Counter()
    forms: dict[Term, Counter[str]] = defaultdict(Counter)
    for title in titles:
        for term, form in terms_of(title).items():
            counts[term] += 1
            forms[term][form] += 1
    least = min(2, len(titles))
    weights = {
        term: count * math.log(surplus) * (_TOGETHER if len(term) > 1 else 1)
        for term, count in counts.items()
        if count >= least and (surplus := among.surplus(term, count, len(titles))) >= _TELLING
    }
    chosen: list[Term] = []
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        if len(chosen) < most and not any(set(term) & set(other) for other in chosen):
            chosen.append(term)
    return [min(forms[term], key=lambda form: (-forms[term][form], form)) for term in chosen]


def shared_tags(tags: Sequence[Sequence[str]], among: Counter[str], size: int) -> list[str]:
    """The tags that most of some items share and that are rare elsewhere, the one that tells most first.

    Args:
        tags: The tags of each of the items.
        among: How many of all items have each tag.
        size: How many items there are in all.
    """
    counts = Counter(tag for own in tags for tag in set(own))
    surplus = {tag: count / len(tags) / (among[tag] / size) for tag, count in counts.items()}
    shared = [tag for tag, count in counts.items() if count >= max(2, _MOST_SHARE * len(tags))]
    telling = {tag: counts[tag] * math.log(surplus[tag]) for tag in shared if surplus[tag] >= _TELLING}
    return sorted(telling, key=lambda tag: (-telling[tag], tag))


def join_terms(terms: Sequence[str]) -> str:
    """A name made of the first terms."""
    return ", ".join(terms[:_IN_NAME])
