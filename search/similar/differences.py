"""Two problems → what one of them names and the other does not.

Only what can be told apart with certainty: versions, identifiers, products, sites and other proper names.
Words that merely differ are no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from functools import lru_cache

from catalog.embedding_text import plain_text
from search.analysis import GERMAN, language_of
from search.analysis.terms import STOP_WORDS
from search.results import Differences

_MOST = 4  # named on each side
_READ = 4_000  # characters of a text that names are taken from
_REMEMBERED = 500  # texts: what is asked is compared with one after the other
_TELLING = 200  # characters that tell whether it is German
_SEARCHED = 100_000  # characters in which they are looked for
_BRIEF = 60  # words; all that so short a text names matters, in longer ones what is said first or twice
_MOST_CAPITALS = 0.65  # share of words with a capital above which it says nothing, as in titles
_FEWEST_WORDS = 5  # in shorter texts the share says nothing
_LONGEST_NUMBER = 2  # digits of what may be part of a name: "Windows 11"

_TOKEN = re.compile(r"[^\W_]+(?:[-._/+#]+[^\W_]+)*(?:\+\+|#(?!\w))?")
_VERSION = re.compile(r"[vV]?\d+(?:\.\d+){1,4}(?:[-.]?[a-z]+\d*)?|[vV]\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MEASURE = re.compile(
    r"\d+(?:[.,]\d+)*(?:st|nd|rd|th|s|ms|m|k|g|l|x|h|d|v|w|a|c|f|in|ft|lb|lbs|oz|gal|mm|cm|km|kg|mg|ml|cl|dl"
    r"|mb|gb|tb|kb|hz|khz|mhz|ghz|kw|mw|min|mins|hr|hrs|am|pm|psi|bar|rpm|ppm|ibu|abv|px|pt|bit|bits|way|fold)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;…]['\")\]]*\s*$|\n\s*$|^\s*$")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_SUBSCRIPT = re.compile(r"[^\W_]_\w{1,2}")  # of a formula
_SPACES = frozenset({" ", "\u00a0"})
_SHORTEST = 2
_NO_NAMES = STOP_WORDS | frozenset(
    """
    ok faq edit update tl dr tldr ps nb ie eg etc asap imo imho iirc afaik btw fyi
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday since until step chapter part page
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)


def differences(asked: str, found: str, *, german: bool = True) -> Differences:
    """What the described problem names and the found one does not, and the other way round.

    Args:
        asked: The problem described; where it names nothing, nothing differs.
        found: The past problem: its title, a line feed, and its text as Markdown.
        german: Whether either may be in German, where every noun has a capital.
    """
    asked_names = _named(asked[:_READ], german)
    if not asked_names:
        return Differences()
    found_names = _named(found[:_READ], german)
    return Differences(
        tuple(_missing(asked_names, found)),
        tuple(_missing(found_names, asked)),
    )


def _missing(names: Collection[str], text: str) -> list[str]:
    """The names of which the text lacks a part."""
    words = set(_parts(text[:_SEARCHED])) if names else set()
    return [name for name in names if not words.issuperset(_parts(name))][:_MOST]


def _parts(text: str) -> Iterator[str]:
    """Tokens in lower case, whole and in parts, without the plural's s."""
    for token in set(_TOKEN.findall(text)):
        lowered = token.casefold()
        if not token.isalpha() and _VERSION.fullmatch(token):
            lowered = lowered.removeprefix("v")
        yield _singular(lowered)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word


@lru_cache(_REMEMBERED)
def _named(text: str, german: bool) -> tuple[str, ...]:
    """What a text names and means: all of a brief one, else what its first line names or it names twice."""
    first, _, rest = text.partition("\n")
    first, rest = _readable(first), _readable(rest)
    told = list(_names(first, german))
    later = list(_names(rest, german))
    brief = len(first.split()) + len(rest.split()) <= _BRIEF
    said = Counter(later)
    often = [name for name in later if brief or said[name] > 1]
    every = list(dict.fromkeys([*told, *often]))
    # "Raspberry Pi" says all that "Raspberry" does.
    longer = [f" {name} " for name in every if " " in name]
    return tuple(one for one in every if not any(_says_more(other, f" {one} ") for other in longer))


def _says_more(other: str, one: str) -> bool:
    return len(other) > len(one) and one in other


def _readable(markdown: str) -> str:
    return _ADDRESS.sub(" ", plain_text(markdown))


def _names(text: str, german: bool) -> Iterator[str]:
    """Versions, identifiers and proper names, neighbouring ones together: "Raspberry Pi 4"."""
    tokens = list(_TOKEN.finditer(text))
    proper = _capitals_tell(text, [match[0] for match in tokens], german)
    run: list[re.Match[str]] = []
    for match in tokens:
        ordinary = match[0].islower() and match[0].isalpha()  # as most are
        kind = _Kind.WORD if ordinary else _kind(match[0], proper)
        if run and (kind is _Kind.WORD or text[run[-1].end() : match.start()] not in _SPACES):
            yield from _joined(run, text)
            run = []
        if kind is not _Kind.WORD and (run or kind is not _Kind.NUMBER):
            run.append(match)
    yield from _joined(run, text)


def _joined(run: Sequence[re.Match[str]], text: str) -> Iterator[str]:
    """A name of several words; a word that only begins a sentence must name what has a version."""
    if run and _begins(run[0], text) and not (run[0][0].isupper() or _is_exact(run[0][0])):
        run = run if len(run) > 1 and any(map(str.isdigit, run[1][0])) else run[1:]
    if run:
        yield " ".join(match[0] for match in run)


def _capitals_tell(text: str, tokens: Sequence[str], german: bool) -> bool:
    """Whether words with a capital are names: not in German, and not where most words have one."""
    letters = [token[0] for token in tokens if token[0].isalpha()]
    capitals = sum(map(str.isupper, letters))
    titled = len(letters) >= _FEWEST_WORDS and capitals > _MOST_CAPITALS * len(letters)
    return bool(capitals) and not titled and not (german and language_of(text[:_TELLING]) == GERMAN)


class _Kind(Enum):
    EXACT, NAME, NUMBER, WORD = range(4)


def _kind(token: str, proper: bool) -> _Kind:
    """What a token is: an exact identifier or version, a proper name, a number, or an ordinary word."""
    if token.isdigit():
        of_a_name = len(token) <= _LONGEST_NUMBER or _YEAR.fullmatch(token)
        return _Kind.NUMBER if of_a_name else _Kind.WORD
    if len(token) < _SHORTEST or token.casefold() in _NO_NAMES or _MEASURE.fullmatch(token):
        return _Kind.WORD
    if _is_exact(token):
        return _Kind.EXACT
    return _Kind.NAME if proper and token[0].isupper() else _Kind.WORD


def _is_exact(token: str) -> bool:
    return _VERSION.fullmatch(token) is not None or _is_identifier(token)


def _is_identifier(token: str) -> bool:
    """Letters and digits in one, humps within a word, or signs that no word has."""
    letters, digits = any(map(str.isalpha, token)), any(map(str.isdigit, token))
    if letters and digits:
        named = any(map(str.isupper, token)) or "_" in token or "." in token
        return named and not _SUBSCRIPT.fullmatch(token)
    humps = re.search(r"[a-z][A-Z]", token) is not None
    return humps or token.endswith(("++", "#"))


def _begins(match: re.Match[str], text: str) -> bool:
    """Whether a token begins a sentence, where every word has a capital."""
    return _SENTENCE_END.search(text[max(match.start() - 6, 0) : match.start()]) is not None
