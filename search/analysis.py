"""Text → terms, the same for passages and for questions.

Words are split at everything that is neither letter nor digit, lower-cased, freed of accents and
reduced to their English stems. Identifiers such as ``E-2041``, ``5.15.2`` or ``foo_bar`` give their
parts and, besides, the whole.
"""

from __future__ import annotations

import re

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_TERM = 100  # bytes; longer strings are hashes and encoded data, not words

STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being both but by can
    could d did do does doing don down during each few for from further had has have having he her here
    hers him his how i if in into is it its itself just ll m me more most my no nor not now of off on
    once only or other our ours out over own re s same shall she should so some such t than that the
    their theirs them then there these they this those through to too under until up ve very was we were
    what when where which while who whom whose why will with would you your yours
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)

_GLUE = "\ua78f"  # counts as a letter, and no text has it: keeps an identifier's parts together in one term
_CHAIN = re.compile(r"\w+(?:[-.]\w+)*")
_JOINTS = re.compile(r"[-._]+")


def expand(text: str) -> str:
    """The text, followed by its identifiers as single words."""
    wholes = [whole for match in _CHAIN.finditer(text) if (whole := _identifier(match.group()))]
    return f"{text} {' '.join(wholes)}" if wholes else text


def _identifier(chain: str) -> str | None:
    """The parts of an identifier, glued; None for ordinary words and hyphenated ones."""
    if "_" not in chain and not any(map(str.isdigit, chain)):
        return None
    parts = [part for part in _JOINTS.split(chain) if part]
    return _GLUE.join(parts) if len(parts) > 1 else None


def english_analyser(stop_words: frozenset[str] = frozenset()) -> TextAnalyzer:
    """The analyser for text that `expand` has prepared; `stop_words` are dropped."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_TERM))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    if stop_words:
        builder = builder.filter(Filter.custom_stopword(sorted(stop_words)))
    return builder.filter(Filter.stemmer("english")).build()


_EVERY_WORD = english_analyser()
_TELLING_WORDS = english_analyser(STOP_WORDS)


def analyse(text: str) -> list[str]:
    """All terms of a text, stop words included, in order."""
    return _EVERY_WORD.analyze(expand(text))


def question_terms(question: str) -> list[str]:
    """The distinct terms of a question without stop words; with them, if there is nothing else."""
    terms = _TELLING_WORDS.analyze(expand(question)) or analyse(question)
    return list(dict.fromkeys(terms))
