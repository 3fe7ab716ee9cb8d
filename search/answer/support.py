"""A sentence and the passages it cites → whether they say so.

What is written must be found in what is cited: its addresses, its numbers, its names and versions and its
quotations exactly; its words for the most part; and what it denies must be denied there. Meaning is
compared last, by the embedding model. Nothing here trusts who wrote the sentence.

The sentence is held against those sentences of the passages that share most of its words: a number that
stands elsewhere in a long passage supports nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from catalog.sentence_spans import sentence_spans
from search.analysis import analyse
from search.analysis.terms import STOP_WORDS
from search.answer.polarity import disagrees

Floats = npt.NDArray[np.float32]

LEAST_WORDS = 0.6
"""Share of a sentence's content words that the cited passages must have; see docs/answers.md."""

LEAST_MEANING = 0.5
"""Cosine of a sentence and what it is held against; see docs/answers.md."""

_COPIED = 0.85  # share of its words in one sentence from which it is taken to be that sentence, reworded
_FEW = 3  # words of a sentence that is too short for one of them to be new
_REPEATED = 5  # times that every word is said on average, from which a sentence says nothing
_ALIGNED = 3  # sentences of the passages that a sentence is held against
_QUOTED = re.compile(r"“([^”]{2,})”|\"([^\"]{2,})\"|«([^»]{2,})»|„([^“”]{2,})[“”]|`([^`]{2,})`")
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|//(?=[\w-]+\.)|(?:data|file|javascript|mailto|tel|vbscript):(?=\S))"
    r"[^\s<>()\[\]\"`]+"
    r"|[^\s<>@()\[\]\"`:]+@[^\s<>@()\[\]\"`]+\.\w+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{2,}\.)+[a-z]{2,24}(?:[/?#][^\s<>()\[\]\"`]*|(?![\w-]))",
    re.IGNORECASE,
)
_UNIT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)(?=[A-Za-zµ°%]{1,3}(?![\w-]))")
_MIXED = re.compile("(?<=\\d)(?=[¼-¾⅐-⅞])")
_COUNTS_NOTHING = re.compile(
    r"\bone(?= (?:of|another|should|must|can|may|has|had|needs?|might|could|would|will|who|that|which)\b)"
    r"|\b(?:no|each|every|any|some|this|that|another|which) one\b"
    r"|\bonce\b(?! (?:an?|per|every|each|in|daily|weekly|monthly|yearly|only)\b)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:[-._/+#:@][^\W_]+)*(?:\+\+|#(?!\w))?")
_NUMBER = re.compile(r"\d+(?:[.,:/·⁄]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_COUNTED = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_IN_WORDS = {word: str(value) for value, word in enumerate(_COUNTED)} | {
    **{
        word: str(10 * value)
        for value, word in enumerate(["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 3)
    },
    "hundred": "100",
    "thousand": "1000",
    "half": "0.5",
    "twice": "2",
    "dozen": "12",
    "once": "1",
}
_SHARES = {"1/2": "0.5", "1⁄2": "0.5", "1/4": "0.25", "1⁄4": "0.25", "3/4": "0.75", "3⁄4": "0.75"}
_NOT_NAMES = frozenset(
    """
    according also although because before both but by community for from if in it its members most
    no not of on one others people several since so some that the their then there these they this
    those to under use using when where while with you your i we our a an and as at
    """.split()  # noqa: SIM905  (a list of literals would be three times as long)
)

_ADVERBS = frozenset(
    "please always usually often sometimes maybe perhaps yes well first second next finally".split()  # noqa: SIM905
)
_AUXILIARIES = frozenset(
    "is are was were has have had can could may might must should will would does do did".split()  # noqa: SIM905
)


class Fault(StrEnum):
    """Why a sentence is not supported."""

    NUMBER = "a number is not in what it cites"
    ADDRESS = "an address is not in what it cites"
    NAME = "a name is not in what it cites"
    QUOTE = "a quotation is not in what it cites"
    NEGATION = "what it cites says the opposite"
    WORDS = "too few of its words are in what it cites"
    MEANING = "what it cites means something else"
    REPEATED = "it only repeats itself"


@dataclass(frozen=True, slots=True)
class Support:
    """How far the cited passages bear a sentence out.

    Attributes:
        words: Share of the sentence's content words that the passages have, from 0 to 1.
        meaning: Greatest cosine of the sentence with what it was held against; 1 if it is there as it is.
        fault: Why it is not supported; None if it is.
        detail: The number, name, quotation or word that is at fault.
    """

    words: float
    meaning: float
    fault: Fault | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the sentence may be shown."""
        return self.fault is None


def check(
    sentence: str,
    passages: Sequence[str],
    encode: Callable[[Sequence[str]], Floats],
    *,
    context: str = "",
) -> Support:
    """Check a sentence against the passages that it cites.

    Args:
        sentence: What is claimed, as plain text and without citation marks.
        passages: What it cites, as plain text.
        encode: Turns texts into unit-length vectors of shape [n, dimension].
        context: What else may give a name: titles, headings, authors. It supports nothing by itself.
    """
    if strange := addresses(sentence) - addresses("\n".join(passages)):
        return Support(0.0, 0.0, Fault.ADDRESS, min(strange))
    if _repeats_itself(sentence):
        return Support(0.0, 0.0, Fault.REPEATED)
    sentence, context, *passages = (_comparable(one) for one in (sentence, context, *passages))
    told = "\n".join(passages)
    held = _aligned(sentence, passages)
    # Only a whole sentence: the end of "never do this" says the opposite.
    if any(_flat(sentence) == _flat(one) for one in held):
        return Support(1.0, 1.0)
    near = held[0] if held and _precision(sentence, held[0]) >= _COPIED else " ".join(held)
    words = _precision(sentence, f"{told}\n{context}")
    found = _exact_fault(sentence, near, told, context)
    if found is None and held and (swapped := _swapped_opening(sentence, held[0], told, context)):
        found = Fault.NAME, swapped
    if found is None and (words < LEAST_WORDS or (words < 1 and len(set(content(sentence))) <= _FEW)):
        found = Fault.WORDS, ""
    if found is None and (denied := disagrees(sentence, held)):
        found = Fault.NEGATION, denied
    if found is not None:
        return Support(words, 0.0, *found)
    vectors = encode([sentence, *held, near])
    meaning = float(max(vectors[1:] @ vectors[0]))
    if meaning < LEAST_MEANING:
        return Support(words, meaning, Fault.MEANING)
    return Support(words, meaning)


def _flat(text: str) -> str:
    """A text by its letters and digits only as far as spacing and typography go."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_TYPOGRAPHY)
    return " ".join(text.split())


_TYPOGRAPHY = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "…": "..."}
)


def _aligned(sentence: str, passages: Sequence[str]) -> list[str]:
    """The sentences that share most of a sentence's words, best first; at least one, if there is any."""
    every_word = frozenset(content(sentence))
    # A number that stands elsewhere does not make that place what the sentence speaks of.
    wanted = frozenset(word for word in every_word if not word[0].isdigit()) or every_word
    every = [
        text[start:end]
        for text in passages
        for line in text.split("\n")
        for text, (start, end) in ((line, span) for span in sentence_spans(line, 0, len(line)))
    ]
    shared = [len(wanted & frozenset(content(one))) for one in every]
    order = sorted(range(len(every)), key=lambda at: (-shared[at], len(every[at])))[:_ALIGNED]
    best = shared[order[0]] if order else 0
    return [every[at] for at in order if shared[at] >= max(best / 3, 1)] or [every[at] for at in order[:1]]


def content(text: str) -> list[str]:
    """The stems of a text's words that mean something by themselves."""
    kept = [word for word in _TOKEN.findall(text) if word.casefold() not in STOP_WORDS]
    return analyse(" ".join(_IN_WORDS.get(word.casefold(), word) for word in kept))


def _precision(sentence: str, told: str) -> float:
    wanted = frozenset(content(sentence))
    return len(wanted & frozenset(content(told))) / len(wanted) if wanted else 0.0


def _exact_fault(sentence: str, near: str, told: str, context: str) -> tuple[Fault, str] | None:
    """What must be found exactly and is not."""
    for quote in _quotations(sentence):
        if _flat(quote).rstrip(".,;") not in _flat(f"{told}\n{context}"):
            return Fault.QUOTE, quote
    known = Counter(_known_numbers(near)) | Counter(_known_numbers(context))
    for number, times in Counter(numbers(_COUNTS_NOTHING.sub(" ", sentence))).items():
        if times > known[number]:
            return Fault.NUMBER, number
    names = frozenset(_name_forms(f"{near}\n{context}\n{told}"))
    for name in names_in(sentence):
        if not names.issuperset(_name_forms(name)):
            return Fault.NAME, name
    return None


def _repeats_itself(sentence: str) -> bool:
    words = sentence.split()
    return len(words) > _REPEATED * len(set(words))


def _comparable(text: str) -> str:
    """A text in which "30cm" is written as "30 cm", and "1½" as "1 ½"."""
    return _UNIT.sub(r"\1 ", _MIXED.sub(" ", text))


def addresses(text: str) -> frozenset[str]:
    """The web and e-mail addresses of a text, and what looks like one, as they are compared."""
    return frozenset(_bare(found[0]) for found in _ADDRESS.finditer(text))


def without_addresses(text: str, known: frozenset[str] = frozenset()) -> str:
    """A text with "…" in place of every address that is not known."""
    return _ADDRESS.sub(lambda found: found[0] if _bare(found[0]) in known else "…", text)


def _bare(address: str) -> str:
    """An address without what may be left out of it; upper case counts only in a path."""
    address = re.sub(r"^(?:https?:)?(?://)?(?:www\.)?", "", address.rstrip(".,;:!?'’”»"), flags=re.IGNORECASE)
    host, slash, path = address.rstrip("/").partition("/")
    return f"{host.casefold()}{slash}{path}"


def _swapped_opening(sentence: str, closest: str, told: str, context: str) -> str:
    """A first word that stands where what is cited has a name or another subject; empty if there is none.

    Only where the rest of the sentence is there. A name is one beyond doubt if it is written with a capital
    in the middle of another sentence, and never without; a subject is followed by the same verb.
    """
    said, there = _TOKEN.search(sentence), _TOKEN.search(closest)
    if not (said and there and said[0][:1].isupper() and said[0].isalpha()):
        return ""
    name, rest = there[0], sentence[said.end() :]
    stems = frozenset(content(f"{told}\n{context}"))
    known = said[0].casefold() in _NOT_NAMES or stems.issuperset(content(said[0]))
    if known or name in rest or _precision(rest, closest) < _COPIED:
        return ""
    swapped = _is_name(name, told, context) or (
        _is_noun(said[0]) and _is_noun(name) and _same_verb(rest, closest[there.end() :])
    )
    return said[0] if swapped else ""


def _is_name(word: str, told: str, context: str) -> bool:
    return word.casefold() not in _TOKEN.findall(f"{told}\n{context}") and word in names_in(told)


def _is_noun(word: str) -> bool:
    """Whether a first word may be what its sentence speaks of."""
    return word.casefold() not in _ADVERBS | _NOT_NAMES | STOP_WORDS and not word.endswith("ly")


def _same_verb(rest: str, after: str) -> bool:
    """Whether both go on with the same word, and one that can be a verb."""
    one, other = _TOKEN.search(rest), _TOKEN.search(after)
    if not (one and other and one[0] == other[0]):
        return False
    return one[0] in _AUXILIARIES or one[0].casefold() not in STOP_WORDS


def _quotations(sentence: str) -> Iterator[str]:
    for match in _QUOTED.finditer(sentence):
        yield next(group for group in match.groups() if group)


def numbers(text: str) -> list[str]:
    """The numbers of a text in one form: "1,200" and "1200" are the same, as are "three" and "3"."""
    text = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text))
    spelled = (_IN_WORDS.get(word.casefold()) for word in re.findall(r"[A-Za-z]+", text))
    return [*map(_plain_number, _NUMBER.findall(text)), *filter(None, spelled)]


def _known_numbers(text: str) -> list[str]:
    """The numbers of a text, and those that a list, a time or a ratio is made of."""
    text = unicodedata.normalize("NFKC", text)
    parts = (
        part for found in _NUMBER.findall(_THOUSANDS.sub("", text)) for part in re.split(r"[,:/]", found)
    )
    whole = numbers(text)
    return [*whole, *(number for number in map(_plain_number, parts) if number not in whole)]


def _plain_number(written: str) -> str:
    if written in _SHARES:
        return _SHARES[written]
    whole, dot, fraction = written.replace(",", ".").replace("·", ".").partition(".")
    if dot and fraction.isdigit():
        fraction = fraction.rstrip("0")
        return f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"
    return written.lstrip("0") or "0" if written.isdigit() else written.replace("⁄", "/")


def names_in(sentence: str) -> list[str]:
    """Proper names, acronyms, identifiers and versions; the first word only if it is no ordinary one."""
    found = []
    for place, match in enumerate(_TOKEN.finditer(sentence)):
        token = match[0]
        if token.casefold() in _NOT_NAMES or len(token) < 2 or not any(map(str.isalpha, token)):
            continue
        inner = any(map(str.isupper, token[1:])) or any(map(str.isdigit, token))
        if inner or (place and token[0].isupper() and not _after_stop(sentence, match.start())):
            found.append(token)
    return found


def _after_stop(sentence: str, start: int) -> bool:
    before = sentence[:start].rstrip(" \"'“‘(*_")
    return not before or before[-1] in ".!?:;"


def _name_forms(text: str) -> Iterator[str]:
    """Every token as it is compared: without case, and without the ending of the plural or possessive."""
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        for part in (token, *re.split(r"[-._/:@]", token)) if len(token) > 1 else (token,):
            form = part.casefold().removesuffix("'s")
            if form:
                yield form[:-1] if len(form) > 3 and form.endswith("s") and not form.endswith("ss") else form
