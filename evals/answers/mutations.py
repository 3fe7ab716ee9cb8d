"""Does the check of sentences catch what their sources do not say?

Sentences that are quoted are changed by machine: another number, a negation more or less, another name, or
another passage cited. The check should refuse them, and let those pass that were not touched.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalog.embedding_text import plain_text
from catalog.markdown import BlockKind
from catalog.nouns import Viewer
from catalog.sentence_spans import sentence_spans
from evals.answers.asked import Asked, some_of
from evals.answers.figures import Figure, share
from search.answer.quotes import Encode, Quote
from search.answer.support import check, names_in
from search.engine import Engine
from search.sources import Source

_MOST = 150  # questions whose sentences are changed
_EACH = 2  # sentences of each
_LONGEST = 600  # characters of a sentence
_SEED = 5
_GROUP = "check of sentences"
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|can|should|will|would|could|must|may|does|do|did|has|have)\b")
_NEGATION = re.compile(r"\b(?:not|never|no)\b |n['’]t\b")
_NO_NEGATION = re.compile(r"not only|no matter")
_REWORDED: tuple[tuple[str, str], ...] = (
    (r" ?\([^()]*\)", ""),
    (r"n['’]t\b", " not"),
    (r"^(?:However|Also|Thus|Therefore|Moreover|So|In addition|Furthermore),? ", ""),
    (r"^(?=[A-Z][a-z])", "According to the members, "),
)


class Change(StrEnum):
    """What is done to a sentence."""

    NONE = "untouched"
    REWORDED = "lightly reworded"
    NUMBER = "a number changed"
    NEGATION = "a negation added or taken away"
    NAME = "a name swapped"
    CITATION = "another passage cited"

    @property
    def harmless(self) -> bool:
        """Whether the sentence still says what its source says."""
        return self in (Change.NONE, Change.REWORDED)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A sentence with the passage that it cites.

    Attributes:
        change: What was done to it.
        text: The sentence.
        source: What it cites.
    """

    change: Change
    text: str
    source: Source


def measure_mutations(
    engine: Engine,
    viewer: Viewer,
    asked: Sequence[Asked],
    encode: Encode,
    progress: Callable[[int, int], None],
) -> list[Figure]:
    """The share of changed sentences that the check refuses, and of harmless ones that it refuses as well.

    Args:
        engine: The library.
        viewer: Who measures.
        asked: Questions whose answers are changed.
        encode: The model by which meaning is compared.
        progress: Is told how many questions are asked, of how many.
    """
    wanted = some_of(asked, _MOST)
    found = []
    for number, one in enumerate(wanted, start=1):
        found.append(engine.answer(viewer, one.text).quotes)
        progress(number, len(wanted))
    refused: dict[Change, list[bool]] = {}
    for mutant in mutants(found):
        refused.setdefault(mutant.change, []).append(not _holds(mutant, encode))
    return [
        Figure(_GROUP, f"{'refused though' if change.harmless else 'caught:'} {change.value}", *_share(told))
        for change in Change
        if (told := refused.get(change))
    ]


def _share(told: Sequence[bool]) -> tuple[float, int]:
    return share(sum(told), len(told)), len(told)


def _holds(mutant: Mutant, encode: Encode) -> bool:
    source = mutant.source
    return check(mutant.text, [plain_text(source.passage.text)], encode, context=source.item.title).holds


def mutants(found: Sequence[Sequence[Quote]]) -> Iterator[Mutant]:
    """Change the sentences nearest in meaning to each question.

    Args:
        found: What could be quoted for each question.
    """
    rng = random.Random(_SEED)  # noqa: S311 - the same every time, no secret
    names = [name for quotes in found for quote in quotes[:5] for name in _names(quote.candidate.text)]
    for quotes in found:
        nearest = sorted(quotes, key=lambda quote: -quote.meaning)[:_EACH]
        for quote in nearest:
            text = quote.candidate.text
            if quote.candidate.block is not BlockKind.CODE and _is_one(text):
                others = [one.source for one in quotes if _thread(one) != _thread(quote)]
                yield from _changed(text, quote.source, others, names, rng)


def _is_one(text: str) -> bool:
    """Whether a text is one sentence of usual length: only such are checked."""
    return len(text) <= _LONGEST and len(list(sentence_spans(text, 0, len(text)))) == 1


def _thread(quote: Quote) -> str:
    return quote.source.item.thread_id


def _changed(
    text: str, source: Source, others: Sequence[Source], names: Sequence[str], rng: random.Random
) -> Iterator[Mutant]:
    changed = {
        Change.NONE: text,
        Change.REWORDED: _reworded(text, rng),
        Change.NUMBER: other_number(text, rng),
        Change.NEGATION: negated(text, rng),
        Change.NAME: other_name(text, names, rng),
    }
    for change, told in changed.items():
        if told and (told != text or change.harmless):
            yield Mutant(change, told, source)
    if others:
        yield Mutant(Change.CITATION, text, rng.choice(others))


def _reworded(text: str, rng: random.Random) -> str:
    pattern, by = rng.choice(_REWORDED)
    return re.sub(pattern, by, text)


def other_number(text: str, rng: random.Random) -> str:
    """The text with one of its numbers changed; empty if it has none."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return ""
    one = rng.choice(found)
    value = float(one[0]) * rng.choice([2, 3, 10]) + rng.choice([1, 2])
    told = f"{value:.2f}" if "." in one[0] else str(int(value))
    return f"{text[: one.start()]}{told}{text[one.end() :]}"


def negated(text: str, rng: random.Random) -> str:
    """The text without its first negation, or with one if it has none; empty if there is no place for it."""
    denied = _NEGATION.search(text)
    if denied and not _NO_NEGATION.search(text):
        return text[: denied.start()] + text[denied.end() :]
    places = [found.end() for found in _AUXILIARY.finditer(text)]
    if not places:
        return ""
    at = rng.choice(places)
    return f"{text[:at]} not{text[at:]}"


def other_name(text: str, names: Sequence[str], rng: random.Random) -> str:
    """The text with one of its names replaced by another; empty if it has none."""
    own = _names(text)
    others = [name for name in names if name.casefold() not in text.casefold()]
    return text.replace(rng.choice(own), rng.choice(others), 1) if own and others else ""


def _names(text: str) -> list[str]:
    return [name for name in names_in(text) if name.isalpha()]
