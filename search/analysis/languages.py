"""Tells the language of a text, by py3langid: a naive Bayes classifier over n-grams of bytes.

Source: Lui and Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

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


@cache
def _identifier() -> LanguageIdentifier:
    """The classifier; its model is compressed and takes a third of a second to read."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(_REMEMBERED)
def _classified(text: str) -> tuple[str, float]:
    """The likeliest language; the same passages are found for one question after the other."""
    code, probability = _identifier().classify(text)
    return str(code), float(probability)


def language_of(*texts: str) -> str:
    """The language of the first of some texts that is plain; `UNKNOWN` if none is.

    Returns:
        A name that tantivy has a stemmer for, `OTHER` or `UNKNOWN`.
    """
    for text in texts:
        code, probability = _classified(text[:_ENOUGH])
        if probability >= _SURE:
            return STEMMED.get(code, OTHER)
    return UNKNOWN


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
    code, probability = _identifier().classify(question[:_ENOUGH])
    own = STEMMED.get(code, OTHER)
    if probability >= _LIKELY and own in counts:
        return (own, ENGLISH) if held.get(UNKNOWN) and own != ENGLISH else (own,)
    least = _HELD_SHARE * sum(counts.values())
    common = [language for language in counts if counts[language] >= least]
    return tuple(sorted(common, key=lambda language: (-counts[language], language)))
