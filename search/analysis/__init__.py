"""Text → terms, the same for passages and for questions.

Words are split at everything that is neither letter nor digit, lower-cased, reduced to the stems of
their language and freed of accents. `names.py` keeps identifiers whole, `languages.py` tells languages
(`classifier.py` of many texts at once).
"""

from search.analysis.languages import (
    ENGLISH,
    GERMAN,
    LANGUAGES,
    UNKNOWN,
    language_of,
    languages_of,
    likely_languages,
)
from search.analysis.terms import Word, analyse, joined_terms, question_terms, question_words

__all__ = [
    "ENGLISH",
    "GERMAN",
    "LANGUAGES",
    "UNKNOWN",
    "Word",
    "analyse",
    "joined_terms",
    "language_of",
    "languages_of",
    "likely_languages",
    "question_terms",
    "question_words",
]
