"""What a sentence denies, and whether two sentences that speak of the same deny each other.

A word is denied by a negation shortly before it ("do not charge it", "never overnight", "without oil"). Two
sentences disagree where one denies a word that the other says plainly, or where one has the opposite of
a word of the other ("increase" and "decrease"). English only: of other languages nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from search.analysis import analyse
from search.analysis.terms import STOP_WORDS

_REMEMBERED = 20_000  # words of which the stems are known: sentences are made of the same ones
_COMPARED = 500  # sentences that were read lately: each is held against several
_SCOPE = 4  # content words after a negation that it denies
_DENYING = frozenset(
    """
    not no never without nor neither none nobody nothing nowhere hardly rarely seldom barely scarcely lack
    lacks avoid avoids avoided avoiding refrain refrains
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)
_CLAUSE_END = re.compile(
    r"[,;:.!?()]|\b(?:but|and then|because|so|although|while|whereas|which)\b", re.IGNORECASE
)
_CONTRACTED = re.compile(r"\b(\w+?)n['’]t\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-.,·][^\W_]+)*")
_NO_DENIAL = re.compile(
    r"\b(?:not only|not just|not necessarily|no matter|whether or not|if not|not least)\b", re.IGNORECASE
)
_RULED_OUT = re.compile(
    r"(?<!not )(?<!never )\b(?:forbidden|prohibited|banned|disallowed)\b"
    r"|\b(?:not|never) (?:be )?(?:allowed|permitted|recommended|advisable|advised|safe|possible|an option)\b",
    re.IGNORECASE,
)
_MARKING = frozenset(
    """
    allowed permitted recommended advisable advised safe possible option
    forbidden prohibited banned disallowed
    """.split()  # noqa: SIM905
)
_BOUNDS = (
    (r"at most|up to|(?:no|not) (?:more|longer|later|higher) than|a maximum of", "atmost"),
    (r"at least|(?:no|not) (?:less|fewer|shorter|earlier|lower) than|a minimum of", "atleast"),
    (r"(?:more|longer|later|higher) than|over(?= \d)|above(?= \d)", "morethan"),
    (r"(?:less|fewer|shorter|earlier|lower) than|under(?= \d)|below(?= \d)", "lessthan"),
)
_OPPOSITES = """
    atmost atleast; atmost morethan; atleast lessthan; lessthan morethan;
    increase decrease; increases decreases; increased decreased; increasing decreasing; higher
    lower; high low; more less; more fewer; above below; before after; always never; safe unsafe;
    possible impossible; open closed; open close; allow forbid; allowed forbidden; accept reject;
    accepted rejected; enable disable; enabled disabled; true false; hot cold; hotter colder; warm
    cool; wet dry; success failure; succeed fail; succeeds fails; succeeded failed;
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
    """Contractions written out, bounds as one word each, and turns of phrase that deny nothing taken away."""
    text = _NO_DENIAL.sub(" ", text)
    for pattern, bound in _BOUNDS:
        text = re.sub(rf"\b(?:{pattern})\b", bound, text, flags=re.IGNORECASE)
    text = re.sub(r"\bcan['’]t\b|\bcannot\b", "can not", text, flags=re.IGNORECASE)
    text = re.sub(r"\bwon['’]t\b", "will not", text, flags=re.IGNORECASE)
    return _CONTRACTED.sub(r"\1 not", text)


@lru_cache(_COMPARED)
def _clauses(text: str) -> tuple[Mapping[str, bool], ...]:
    """The content stems of each clause, each with whether it is denied."""
    return tuple(dict(_polar(clause)) for clause in _CLAUSE_END.split(_spread(text)) if clause.strip())


def _polar(clause: str) -> Iterator[tuple[str, bool]]:
    # "Charging it is not allowed" denies what comes before, too.
    ruled_out = _RULED_OUT.search(clause) is not None
    left, denied_now = 0, False
    for word in _WORD.findall(clause):
        small = word.casefold()
        if small in _DENYING:
            denied_now = not denied_now if left > 0 else True
            left = _SCOPE
        elif small not in STOP_WORDS:
            for stem in _stems(word):
                yield stem, (denied_now and left > 0) or (ruled_out and small not in _MARKING)
            left -= 1


def disagrees(sentence: str, held: Sequence[str]) -> str:
    """The word about which a sentence says the opposite of what it rests on; empty if there is none.

    Args:
        sentence: What is claimed.
        held: What it rests on, the closest first. The closest one that has a word decides about the word.
    """
    others = [_clauses(one) for one in held]
    for said in _clauses(sentence):
        for stem, denied in said.items():
            told = next((one for one in others if any(stem in clause for clause in one)), ())
            there = [clause for clause in told if stem in clause]
            if there and not any(_agrees(said, stem, clause) for clause in there):
                every = (clause for one in others for clause in one)
                if not any(clause.get(stem) is denied for clause in every):
                    return stem
    return _opposite(sentence, held)


def _agrees(said: Mapping[str, bool], stem: str, told: Mapping[str, bool]) -> bool:
    """Whether two clauses say a word the same way, or deny the same thing in another order of words."""
    return said[stem] is told[stem] or any(denied and told.get(other) for other, denied in said.items())


def _opposite(sentence: str, held: Sequence[str]) -> str:
    """A word whose opposite stands where it should stand; "not open" and "closed" are the same."""
    said, told = _words(sentence), _words(" ".join(held[:1]))
    for word in sorted(said.keys() - told.keys()):
        for other in told.keys() - said.keys():
            if frozenset((word, other)) in _PAIRS and said[word] is told[other]:
                return word
    return ""


@lru_cache(_COMPARED)
def _words(text: str) -> Mapping[str, bool]:
    """The words of a text as they are written, each with whether it is denied."""
    found: dict[str, bool] = {}
    for clause in _CLAUSE_END.split(_spread(text)):
        denied = dict(_polar(clause))
        for word in _WORD.findall(clause):
            found[word.casefold()] = any(denied.get(stem, False) for stem in _stems(word))
    return found


@lru_cache(_REMEMBERED)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(analyse(word))
