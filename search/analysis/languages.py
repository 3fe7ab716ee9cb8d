"""Tells the language of a text, and in which languages a question is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest

from search.analysis.classifier import Guess, classify, classify_all

ENGLISH = "english"
GERMAN = "german"
OTHER = "other"
"""A language that is known but has no stemmer here."""

UNKNOWN = "unknown"
"""Too short or too mixed to tell; its words are stemmed as English ones."""

STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": GERMAN,
    "el": "greek",
    "en": ENGLISH,
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""Codes of the languages that tantivy has stemmers for."""

LANGUAGES = (*sorted(set(STEMMED.values())), OTHER, UNKNOWN)
"""All that a text can be in."""

_SURE = 0.8  # probability; of 12,000 English texts and titles none was taken for another stemmed language
_LIKELY = 0.5  # the same for a question in a language that the library is known to hold
_ENOUGH = 500  # characters; more of a text tell no more
_REMEMBERED = 10_000  # texts
_HELD_SHARE = 0.01  # languages of fewer passages do not spread their stems to all questions


@lru_cache(_REMEMBERED)
def _classified(text: str) -> Guess:
    """The likeliest language; the same texts come again, for one question and for the next."""
    return classify(text)


def language_of(*texts: str) -> str:
    """The language of the first of some texts that is plain; `UNKNOWN` if none is.

    Returns:
        A name that tantivy has a stemmer for, `OTHER` or `UNKNOWN`.
    """
    for text in texts:
        if plain := _plain(_classified(text[:_ENOUGH])):
            return plain
    return UNKNOWN


def languages_of(texts: Sequence[Sequence[str]]) -> list[str]:
    """What `language_of` tells of each of many, some texts each: much faster than one after the other."""
    told = [UNKNOWN] * len(texts)
    open_rows = list(range(len(texts)))
    for column in zip_longest(*texts):
        guesses = classify_all([(column[row] or "")[:_ENOUGH] for row in open_rows])
        for row, guess in zip(open_rows, guesses, strict=True):
            told[row] = _plain(guess) or UNKNOWN
        open_rows = [row for row in open_rows if told[row] == UNKNOWN]
    return told


def _plain(guess: Guess) -> str | None:
    """The language that a text is surely in."""
    code, probability = guess
    return STEMMED.get(code, OTHER) if probability >= _SURE else None


def likely_languages(question: str, held: Mapping[str, int]) -> tuple[str, ...]:
    """The languages in which the words of a question are looked for, the likeliest first.

    Args:
        question: What is asked.
        held: How many passages are in each language, among those that may be found.

    Returns:
        The question's own language where it is plain, with English where short passages are taken for
        it; otherwise all languages of at least a hundredth of the passages, the commonest first.
    """
    counts = {language: count for language, count in held.items() if count and language != UNKNOWN}
    if held.get(UNKNOWN):
        counts[ENGLISH] = counts.get(ENGLISH, 0) + held[UNKNOWN]
    if not counts or counts.keys() == {ENGLISH}:
        return (ENGLISH,)
    code, probability = _classified(question[:_ENOUGH])
    own = STEMMED.get(code, OTHER)
    if probability >= _LIKELY and own in counts:
        return (own, ENGLISH) if held.get(UNKNOWN) and own != ENGLISH else (own,)
    least = _HELD_SHARE * sum(counts.values())
    common = [language for language in counts if counts[language] >= least]
    return tuple(sorted(common, key=lambda language: (-counts[language], language)))
