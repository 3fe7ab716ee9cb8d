"""Words → terms: stop words and stems, by language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from search.analysis.languages import ENGLISH, OTHER, UNKNOWN
from search.analysis.names import acronyms, expand, expand_piece, pieces

LONGEST_TERM = 100  # bytes; longer strings are hashes and encoded data, not words

_MOST_KNOWN = 100_000  # pieces of texts, of each language: some twenty megabytes
_WORDS_KNOWN = 20_000  # words of questions and titles
_LONGEST_KNOWN = 40  # characters; longer ones seldom come again

Word = tuple[str, ...]
"""The terms that a word of a question may be found by: one, or its stems in several languages."""

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
_WITHOUT_STOP_WORDS = frozenset({"arabic", "greek", "romanian", "tamil", "turkish", OTHER})


@cache
def _analyser(language: str, stop_words: bool) -> TextAnalyzer:
    """The analyser of a language; with `stop_words`, it drops them."""
    language = ENGLISH if language == UNKNOWN else language
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_TERM))
    builder = builder.filter(Filter.lowercase())
    if language == ENGLISH:
        builder = builder.filter(Filter.ascii_fold())
    if stop_words:
        builder = builder.filter(_stop_words(language))
    if language != OTHER:
        builder = builder.filter(Filter.stemmer(language))
    return builder.filter(Filter.ascii_fold()).build()  # after the stemmer: accents are part of endings


def _stop_words(language: str) -> Filter:
    if language == ENGLISH or language in _WITHOUT_STOP_WORDS:
        return Filter.custom_stopword(sorted(STOP_WORDS) if language == ENGLISH else [])
    return Filter.stopword(language)


_SPLITTER = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_TERM)).build()


def analyse(text: str, language: str = ENGLISH) -> list[str]:
    """All terms of a text in a language, stop words included, in order."""
    return _analyser(language, False).analyze(expand(text))


class _Known(dict[str, str]):
    """Terms, parted by spaces, of the pieces of texts: most of them stand in many."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._analyser = _analyser(language, False)

    def __missing__(self, piece: str) -> str:
        terms = " ".join(self._analyser.analyze(expand_piece(piece)))
        if len(piece) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[piece] = terms
        return terms


_known = cache(_Known)


def joined_terms(text: str, language: str) -> str:
    """The terms of `analyse`, each as often, in another order and parted by spaces: much faster."""
    known = _known(language)
    terms = " ".join(map(known.__getitem__, pieces(text)))
    further = acronyms(text)
    return " ".join([terms, *map(known.__getitem__, further)]) if further else terms


def question_words(question: str, languages: Sequence[str] = (ENGLISH,)) -> dict[Word, int]:
    """The distinct words of a question and how often each is said.

    Stop words are left out, unless there is nothing else.

    Args:
        question: What is asked.
        languages: The languages that it may be found in; a word has a term for each stem.
    """
    words = _SPLITTER.analyze(expand(question))
    return _counted(words, languages, True) or _counted(words, languages, False)


def _counted(words: Sequence[str], languages: Sequence[str], stop_words: bool) -> dict[Word, int]:
    counts: dict[Word, int] = {}
    for word in words:
        stems = (_stems(word, language, stop_words) for language in languages)
        if terms := tuple(dict.fromkeys(stem for found in stems for stem in found)):
            counts[terms] = counts.get(terms, 0) + 1
    return counts


@lru_cache(_WORDS_KNOWN)
def _stems(word: str, language: str, stop_words: bool) -> tuple[str, ...]:
    return tuple(_analyser(language, stop_words).analyze(word))


def question_terms(question: str) -> list[str]:
    """The distinct terms of an English question without stop words; with them, if there is nothing else."""
    return [terms[0] for terms in question_words(question)]
