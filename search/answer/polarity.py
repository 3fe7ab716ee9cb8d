"""What a sentence denies, and whether two sentences that speak of the same deny each other.

A word is denied by a negation shortly before it ("do not charge it", "never overnight", "without oil"). Two
sentences disagree where one denies a word that the other says plainly, or where one has the opposite of
a word of the other ("increase" and "decrease"). English only: of other languages nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from search.analysis import analyse
from search.analysis.terms import STOP_WORDS

_SCOPE = 4  # content words after a negation that it denies
_DENYING = frozenset(
    """
    not no never without nor neither cannot none nobody nothing nowhere hardly lack lacks
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)
_CLAUSE_END = re.compile(
    r"[,;:.!?()]|\b(?:but|and then|because|so|although|while|whereas|which)\b", re.IGNORECASE
)
_CONTRACTED = re.compile(r"\b(\w+?)n['’]t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-.,·][^\W_]+)*")
_NO_DENIAL = re.compile(
    r"\b(?:not only|not just|not necessarily|no matter|whether or not|if not|not least|if in doubt"
    r"|no (?:longer|more|less|later|fewer) than)\b",
    re.IGNORECASE,
)
_OPPOSITES = """
    increase decrease; increases decreases; increased decreased; increasing decreasing; higher
    lower; high low; more less; more fewer; above below; before after; always never; safe unsafe;
    possible impossible; open closed; open close; allow forbid; allowed forbidden; accept reject;
    accepted rejected; enable disable; enabled disabled; true false; hot cold; hotter colder; warm
    cool; wet dry; success failure; succeed fail; succeeds fails; succeeded failed; must mustn't;
    better worse; best worst; faster slower; fast slow; larger smaller; large small; longer shorter;
    long short; with without; include exclude; includes excludes; included excluded; inside outside;
    positive negative; promote inhibit; promotes inhibits; activate inhibit; activates inhibits;
    maximum minimum; early late; earlier later; tighten loosen; on off; add remove; start stop; up
    down; necessary unnecessary; known unknown; stable unstable; able unable; likely unlikely; legal
    illegal; correct incorrect; complete incomplete; reduce increase; reduces increases; reduced
    increased; reducing increasing; required optional; heavier lighter; thicker thinner; raise
    lower; raises lowers; gain loss; gained lost; strong weak; stronger weaker; first last
"""
_PAIRS = frozenset(
    frozenset(pair)
    for part in _OPPOSITES.split(";")
    for pair in pairwise(part.split())
    if len(part.split()) == 2
)


def _spread(text: str) -> str:
    """Contractions written out, and turns of phrase that deny nothing taken away."""
    text = _NO_DENIAL.sub(" ", text)
    text = re.sub(r"\bcan['’]t\b|\bcannot\b", "can not", text, flags=re.IGNORECASE)
    return _CONTRACTED.sub(r"\1 not", text)


def _polar(text: str) -> Iterator[tuple[str, bool]]:
    """The content stems of a text, each with whether it is denied."""
    for clause in _CLAUSE_END.split(_spread(text)):
        left, denied_now = 0, False
        for word in _WORD.findall(clause or ""):
            small = word.casefold()
            if small in _DENYING:
                denied_now = not denied_now if left else True
                left = _SCOPE
            elif small not in STOP_WORDS:
                for stem in analyse(word):
                    yield stem, denied_now and left > 0
                left -= 1
                denied_now = denied_now and left > 0


def disagrees(sentence: str, held: Sequence[str]) -> str:
    """The word about which a sentence says the opposite of those that it rests on; empty if there is none.

    Args:
        sentence: What is claimed.
        held: What it rests on, the closest first. The closest one that has a word decides about the word.
    """
    said: dict[str, bool] = dict(_polar(sentence))
    others = [dict(_polar(one)) for one in held]
    for stem, denied in said.items():
        found = next((other[stem] for other in others if stem in other), None)
        if found is not None and found != denied and not _also(stem, denied, others):
            return stem
    return _opposite(sentence, held)


def _also(stem: str, denied: bool, others: Sequence[dict[str, bool]]) -> bool:
    """Whether another sentence says the word the same way."""
    return any(other.get(stem) is denied for other in others)


def _opposite(sentence: str, held: Sequence[str]) -> str:
    """A word whose opposite stands where it should stand."""
    words = {str(word).casefold() for word in _WORD.findall(sentence)}
    there = {str(word).casefold() for one in held[:1] for word in _WORD.findall(one)}
    for word in sorted(words - there):
        if any(frozenset((word, other)) in _PAIRS for other in there - words):
            return word
    return ""
