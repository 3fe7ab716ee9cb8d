"""Passages → the sentences that an answer may quote, each with what speaks for it.

Candidates are whole sentences, list items, rows of tables and short code. A candidate is scored by how well
its passage fits, by its meaning, by how many of the question's rare words it has, by where it stands, and
by whether it is of the form that the question asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.markdown import BlockKind
from catalog.nouns import Kind
from search.answer.wanted import wanted_form
from search.sentences import Candidate, placed_sentences
from search.sources import Source

Floats = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Texts → unit-length vectors of shape [n, dimension]."""

Analyse = Callable[[str, str], Sequence[str]]
"""A sentence, and the text that tells its language → its terms, as the question's weights have them."""

_MOST_EMBEDDED = 16  # sentences that are embedded for one answer; more make it slower and no better
_REFERENCE = re.compile(r"(additional key ?words?|references?|see also)\b", re.IGNORECASE)
_MOST_CAPITALS = 0.6  # share of words with a capital, above which it is a title or a list of names
_SHORTEST = 4  # words; less is a label or a fragment rather than an answer
_SUBSTANTIAL = 8  # terms from which a sentence is no fragment
_TELLING = 200  # characters that tell in which language a passage is
_BRIEF = 40  # sentences; a document of so few leads up to what it concludes

# What a sentence's score is made of; the weights sum to 1. docs/answers.md says how they were chosen.
_BY_FIT, _BY_MEANING, _BY_WORDS, _BY_CONCLUSION = 0.45, 0.27, 0.08, 0.04
_BY_SUBSTANCE, _BY_CENTRALITY, _BY_FORM, _BY_SOLUTION = 0.06, 0.03, 0.05, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Quote:
    """A candidate sentence with what decides about it.

    Attributes:
        source: The passage that it stands in.
        candidate: The sentence.
        position: Its place among the sentences of its item, from 0.
        vector: Its vector, of shape [dimension], unit length.
        meaning: Cosine with the question, negative ones counted as 0.
        score: How well it answers, from 0 to 1.
    """

    source: Source
    candidate: Candidate
    position: int
    vector: Floats
    meaning: float
    score: float

    @property
    def item_id(self) -> str:
        """The item that it is quoted from."""
        return self.source.item.id


def quotable(sources: Sequence[Source]) -> list[tuple[Source, int, Candidate]]:
    """The sentences that an answer may be made of, with their position in their item."""
    return [
        (source, position, candidate)
        for its in _by_item(sources)
        for source, position, candidate, _ in _candidates(its)
    ]


def _by_item(sources: Sequence[Source]) -> list[list[Source]]:
    """The sources of each item, in the order of their first."""
    items: dict[str, list[Source]] = {}
    for source in sources:
        items.setdefault(source.item.id, []).append(source)
    return list(items.values())


def _candidates(sources: Sequence[Source]) -> list[tuple[Source, int, Candidate, int]]:
    """What may be quoted of an item, with its position and the number of sentences that the item has."""
    # A passage may begin within a list or a table: only the whole text tells what its sentences are.
    spans = [(source.passage.start, source.passage.end) for source in sources]
    placed = placed_sentences(sources[0].item.text, spans, _BRIEF)
    return [
        (source, position, candidate, placed.count)
        for source in sources
        for position, candidate in placed.candidates.items()
        if source.passage.start <= candidate.start
        and candidate.end <= source.passage.end
        and not candidate.is_question
        and _is_told(candidate)
    ]


def _is_told(candidate: Candidate) -> bool:
    """Whether a sentence tells something, rather than naming a reference, a title or a label."""
    words = candidate.text.split()
    if len(words) < _SHORTEST or _REFERENCE.match(candidate.text):
        return False
    if candidate.block in (BlockKind.CODE, BlockKind.TABLE):
        return True
    letters = [word[0] for word in words if word[0].isalpha()]
    return sum(map(str.isupper, letters)) <= _MOST_CAPITALS * len(letters)


def coverage(words: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's words, weighted by rarity, that are among the given words."""
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Rated:
    """A sentence that is not embedded yet, and the part of its score for which it need not be."""

    source: Source
    candidate: Candidate
    position: int
    fixed: float

    def embedded(self, vector: Floats, meaning: float = 0.0, score: float = 0.0) -> Quote:
        """The sentence with its vector."""
        return Quote(self.source, self.candidate, self.position, vector, meaning, score)


def texts_to_embed(rated: Sequence[Rated]) -> list[str]:
    """The sentences that are embedded. That takes time: those that all else speaks against are not."""
    return [one.candidate.text for one in rated[:_MOST_EMBEDDED]]


def score_quotes(
    question: str, vector: Floats, rated: Sequence[Rated], vectors: Floats
) -> tuple[list[Quote], list[Quote]]:
    """The sentences that were embedded, best first, and the others.

    The others may stand beside one that is quoted; their vector is zero and so is their score.

    Args:
        question: What was asked.
        vector: Its vector, of shape [dimension].
        rated: The candidate sentences, those first that most speaks for.
        vectors: Vectors of those of `texts_to_embed`, of shape [n, dimension].
    """
    told, rest = rated[: len(vectors)], rated[len(vectors) :]
    meaning = np.maximum(vectors @ vector, 0)
    central = _centrality([one.source.item.id for one in told], vectors)
    form = wanted_form(question)
    quotes = [
        one.embedded(
            own,
            float(cosine),
            float(
                one.fixed + _BY_MEANING * cosine + _BY_CENTRALITY * middle + _BY_FORM * form(one.candidate)
            ),
        )
        for one, own, cosine, middle in zip(told, vectors, meaning, central, strict=True)
    ]
    nothing = np.zeros_like(vector)
    return sorted(quotes, key=lambda quote: -quote.score), [one.embedded(nothing) for one in rest]


def rate(sources: Sequence[Source], weights: Mapping[str, float], analyse: Analyse) -> list[Rated]:
    """The candidate sentences of the sources, those first that most speaks for.

    To take texts apart takes time, too. Items none of whose sentences can come among those that are embedded
    are left out.

    Args:
        sources: The passages that may answer, best first.
        weights: How much each word of the question counts.
        analyse: Turns a sentence into terms.
    """
    rated: list[Rated] = []
    for its in _by_item(sources):
        if len(rated) >= _MOST_EMBEDDED and max(map(_most, its)) < rated[_MOST_EMBEDDED - 1].fixed:
            continue
        rated += [
            Rated(source, candidate, position, _fixed(source, candidate, position, count, weights, analyse))
            for source, position, candidate, count in _candidates(its)
        ]
        rated.sort(key=lambda one: -one.fixed)
    return rated


def _fixed(
    source: Source,
    candidate: Candidate,
    position: int,
    count: int,
    weights: Mapping[str, float],
    analyse: Analyse,
) -> float:
    """The part of a sentence's score that is known before it is embedded."""
    terms = analyse(candidate.text, source.passage.text[:_TELLING])
    return (
        _BY_FIT * source.fit
        + _BY_WORDS * coverage(frozenset(terms), weights)
        + _BY_CONCLUSION * _concludes(source, position, count)
        + _BY_SUBSTANCE * min(len(terms), _SUBSTANTIAL) / _SUBSTANTIAL
        + _BY_SOLUTION * _is_solution(source, candidate)
    )


def _most(source: Source) -> float:
    """What the same may come to at most, for any sentence of a source."""
    concluding = _BY_CONCLUSION * (source.item.kind is not Kind.ANSWER)
    solving = _BY_SOLUTION * (source.item.solution is not None or source.item.accepted)
    return _BY_FIT * source.fit + _BY_WORDS + _BY_SUBSTANCE + concluding + solving


def _concludes(source: Source, position: int, count: int) -> float:
    """How near the end of a brief document a sentence stands, from 0 to 1: there stands what was learnt."""
    if source.item.kind is Kind.ANSWER or count > _BRIEF:
        return 0.0
    return position / max(count - 1, 1)


def _is_solution(source: Source, candidate: Candidate) -> bool:
    """Whether a sentence is part of an accepted answer, or of a lesson's recommendation."""
    if source.item.solution is None:
        return source.item.accepted
    start, end = source.item.solution
    return start <= candidate.start < end


def _centrality(item_ids: Sequence[str], vectors: Floats) -> Floats:
    """How much each sentence says what its item says: its cosine with the mean of the item's sentences."""
    central = np.zeros(len(item_ids), dtype=np.float32)
    items = np.array(item_ids)
    for item_id in set(item_ids):
        rows = items == item_id
        mean = vectors[rows].mean(axis=0)
        central[rows] = vectors[rows] @ mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.maximum(central, 0)
