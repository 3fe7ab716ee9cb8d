"""A question → the form of sentence that answers it: a number, a date, a person, a reason, a step, code.

By the question's words, in English; of other questions nothing is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from catalog.markdown import BlockKind
from search.sentences import Candidate

Form = Callable[[Candidate], float]
"""How much a sentence is of a form, from 0 to 1."""

_AMOUNT = re.compile(
    r"\bhow (?:much|many|long|often|hot|cold|warm|far|deep|high|big|large|small|old|fast|thick|wide|heavy)\b"
    r"|\b(?:what|which) (?:temperature|percentage|size|ratio|amount|dose|price|cost|speed|weight|version)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\b(?:when|since when|what (?:year|date|day|time))\b", re.IGNORECASE)
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_WHY = re.compile(r"\b(?:why|what (?:causes?|caused|makes)|how come|reason for)\b", re.IGNORECASE)
_MEANING = re.compile(r"\b(?:what (?:is|are|does \w+ mean)|define|definition of|meaning of)\b", re.IGNORECASE)
_HOW = re.compile(
    r"\bhow (?:do|does|can|should|to|would|did|might|could)\b|\bsteps?\b"
    r"|\bwhat (?:do|can|could|should|must|would) \w+ (?:do|try|use)\b|\bwhat to do\b",
    re.IGNORECASE,
)
_TROUBLE = re.compile(r"\b(?:error|exception|traceback|fails?|failed|crash\w*|warning)\b", re.IGNORECASE)

_REASON = re.compile(
    r"\b(?:because|since|due to|caused? by|causes?|reasons?|so that|as a result|therefore|leads? to)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:1[89]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|winter)\b"
    r"|\b\d{1,2}[:.]\d\d\b|\b\d+ (?:minutes?|hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_DEFINING = re.compile(
    r"^(?:an? |the )?[\w'’ -]{2,60}? (?:is|are|means|refers? to|stands? for|consists? of)\b", re.IGNORECASE
)
_NAMED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_STEP = re.compile(
    r"^(?:first|then|next|use|add|put|take|turn|check|make|set|run|apply|keep|remove|try|open|install|replace|cut"
    r"|place|start|stop|wash|clean|mix|leave|do|don['’]t|always|never|you (?:can|should|need|must)|to )\b",
    re.IGNORECASE,
)
_HALF = 0.5


def wanted_form(question: str) -> Form:
    """The form of sentence that a question asks for; of several, the first that it names."""
    for asked, form in _FORMS:
        if asked.search(question):
            return form
    return _specific


def _amount(candidate: Candidate) -> float:
    return float(any(map(str.isdigit, candidate.text)))


def _time(candidate: Candidate) -> float:
    return float(_DATED.search(candidate.text) is not None)


def _person(candidate: Candidate) -> float:
    return float(_NAMED.search(candidate.text) is not None)


def _reason(candidate: Candidate) -> float:
    return float(_REASON.search(candidate.text) is not None)


def _definition(candidate: Candidate) -> float:
    return float(_DEFINING.search(candidate.text) is not None)


def _step(candidate: Candidate) -> float:
    if candidate.block is BlockKind.ITEM or _STEP.match(candidate.text):
        return 1.0
    return _HALF * _specific(candidate)


def _remedy(candidate: Candidate) -> float:
    return 1.0 if candidate.block is BlockKind.CODE else _step(candidate)


def _specific(candidate: Candidate) -> float:
    """A figure makes a sentence worth quoting, whatever was asked."""
    return _HALF * _amount(candidate)


_FORMS: tuple[tuple[re.Pattern[str], Form], ...] = (
    (_AMOUNT, _amount),
    (_WHEN, _time),
    (_WHO, _person),
    (_WHY, _reason),
    (_TROUBLE, _remedy),
    (_HOW, _step),
    (_MEANING, _definition),
)
