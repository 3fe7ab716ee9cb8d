"""A short answer made of sentences that the community wrote, each with its citation; or an abstention.

The best passages give candidates: whole sentences, list items and short code. A candidate is scored by
how well its passage fits, by its meaning, by how many of the question's rare words it has, and by what
makes a sentence worth quoting. What is chosen is quoted as it stands: nothing is generated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.embedding_text import plain_text
from catalog.markdown import BlockKind
from catalog.nouns import State
from search.results import Answer, Citation, Sentence
from search.sentences import Candidate, needs_context, sentences
from search.sources import Source

Floats = npt.NDArray[np.float32]

_MOST_SENTENCES = 5
_MOST_A_SOURCE = 3
_MOST_EMBEDDED = 60  # sentences that are embedded for one answer
_WORTHWHILE = 0.85  # a further sentence must score at least this share of the best one
_STILL_HOLDS = 0.7  # what still holds is preferred if it scores this share of the best outdated sentence
_LEADS = 0.75  # an accepted answer opens the reply if a sentence of it scores this share of the best one
_SAME = 0.86  # cosine from which two sentences say the same
_REFERENCE = re.compile(r"(additional key ?words?|references?|see also)\b", re.IGNORECASE)
_MOST_CAPITALS = 0.6  # share of words with a capital, above which it is a title or a list of names
_SHORTEST = 4  # words; less is a label or a fragment rather than an answer

# What a sentence's score is made of; the weights sum to 1.
_BY_FIT, _BY_MEANING, _BY_WORDS = 0.47, 0.28, 0.1
_BY_CENTRALITY, _BY_FIGURES, _BY_SOLUTION, _BY_POSITION = 0.05, 0.05, 0.03, 0.02

# The model of `confidence`, fitted on questions of which half are not answered in the library asked.
_BIAS, _BY_PASSAGE, _BY_SENTENCE, _BY_COVERAGE = -7.5, 6.0, 3.3, 6.8


@dataclass(frozen=True, slots=True, eq=False)
class _Quote:
    """A candidate sentence with what decides about it."""

    source: Source
    candidate: Candidate
    position: int  # among the sentences of its item
    vector: Floats
    meaning: float
    score: float


def quotable(sources: Sequence[Source]) -> list[tuple[Source, int, Candidate]]:
    """The sentences that an answer may be made of, with their position in their item."""
    # A passage may begin within a list or a table: only the whole text tells what its sentences are.
    texts = {source.item.id: source.item.text for source in sources}
    by_item = {item_id: sentences(text) for item_id, text in texts.items()}
    return [
        (source, position, candidate)
        for source in sources
        for position, candidate in enumerate(by_item[source.item.id])
        if source.passage.start <= candidate.start
        and candidate.end <= source.passage.end
        and not candidate.is_question
        and _is_told(candidate)
    ]


def _is_told(candidate: Candidate) -> bool:
    """Whether a sentence tells something, rather than naming a reference, a title or a label."""
    words = [word for word in candidate.text.split() if word[0].isalpha()]
    if len(candidate.text.split()) < _SHORTEST or _REFERENCE.match(candidate.text):
        return False
    if candidate.block in (BlockKind.CODE, BlockKind.TABLE):
        return True
    capitals = sum(word[0].isupper() for word in words)
    return capitals <= _MOST_CAPITALS * len(words)


def coverage(words: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the question's words, weighted by rarity, that are among the given words."""
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0


def compose(
    question: str,
    vector: Floats,
    weights: Mapping[str, float],
    sources: Sequence[Source],
    encode: Callable[[Sequence[str]], Floats],
    analyse: Callable[[str], Sequence[str]],
    threshold: float,
) -> Answer:
    """Choose the sentences that answer a question, or abstain.

    Args:
        question: What was asked.
        vector: Its vector, of shape [dimension], unit length.
        weights: How much each of its words counts, by rarity.
        sources: The passages that may answer it, best first.
        encode: Turns texts into unit-length vectors of shape [n, dimension].
        analyse: Turns a text into words as `weights` has them.
        threshold: The confidence below which there is no answer.
    """
    found = _scored(vector, weights, sources, encode, analyse)
    if not found:
        return Answer(question, (), (), 0.0, "Nobody has written about this here.")
    quotes = _current(found)
    # What is outdated still tells that the question is one that this community answers.
    sure = max(confidence(quote, weights, analyse) for quote in (found[0], quotes[0]))
    if sure < threshold:
        return Answer(question, (), (), sure, "What was found here does not answer this.")
    chosen = _in_reading_order(_with_context(_choose(quotes), quotes))
    written, citations = _cite(chosen)
    return Answer(question, written, citations, sure)


def _scored(
    vector: Floats,
    weights: Mapping[str, float],
    sources: Sequence[Source],
    encode: Callable[[Sequence[str]], Floats],
    analyse: Callable[[str], Sequence[str]],
) -> list[_Quote]:
    """The candidate sentences of the sources, best first."""
    covered = [
        (source, position, candidate, coverage(frozenset(analyse(candidate.text)), weights))
        for source, position, candidate in quotable(sources)
    ]
    # Embedding is what takes time: sentences that have neither the words nor a source that fits stay out.
    found = sorted(covered, key=lambda one: -(_BY_FIT * one[0].fit + _BY_WORDS * one[3]))[:_MOST_EMBEDDED]
    if not found:
        return []
    vectors = encode([candidate.text for _, _, candidate, _ in found])
    meaning = np.maximum(vectors @ vector, 0)
    central = _centrality([source.item.id for source, _, _, _ in found], vectors)
    quotes = []
    for one, own, cosine, middle in zip(found, vectors, meaning, central, strict=True):
        source, position, candidate, words = one
        fixed = _BY_FIT * source.fit + _BY_WORDS * words + _BY_POSITION / (1 + position)
        specific = _BY_FIGURES * any(character.isdigit() for character in candidate.text)
        solving = _BY_SOLUTION * _is_solution(source, candidate)
        score = float(fixed + specific + solving + _BY_MEANING * cosine + _BY_CENTRALITY * middle)
        quotes.append(_Quote(source, candidate, position, own, float(cosine), score))
    return sorted(quotes, key=lambda quote: -quote.score)


def _is_solution(source: Source, candidate: Candidate) -> bool:
    """Whether a sentence is part of an accepted answer, or of a lesson's recommendation."""
    if source.item.solution is None:
        return source.item.accepted
    start, end = source.item.solution
    return start <= candidate.start < end


def _current(quotes: Sequence[_Quote]) -> Sequence[_Quote]:
    """Leave out what is outdated, unless nothing that still holds is nearly as good."""
    current = [quote for quote in quotes if quote.source.item.state is not State.OUTDATED]
    if current and current[0].score >= _STILL_HOLDS * quotes[0].score:
        return current
    return quotes


def _centrality(item_ids: Sequence[str], vectors: Floats) -> Floats:
    """How much each sentence says what its item says: its cosine with the mean of the item's sentences."""
    central = np.zeros(len(item_ids), dtype=np.float32)
    items = np.array(item_ids)
    for item_id in set(item_ids):
        rows = items == item_id
        mean = vectors[rows].mean(axis=0)
        central[rows] = vectors[rows] @ mean / max(float(np.linalg.norm(mean)), 1e-9)
    return np.maximum(central, 0)


def confidence(quote: _Quote, weights: Mapping[str, float], analyse: Callable[[str], Sequence[str]]) -> float:
    """How likely the best sentence's source is about the question at all, from 0 to 1.

    A logistic model of how near the passage is in meaning, how near the sentence is, and how much of
    the question's rare words the source has.
    """
    source = quote.source
    told = analyse(f"{source.item.title}\n{plain_text(source.passage.text)}")
    covered = coverage(frozenset(told), weights)
    logit = _BIAS + _BY_PASSAGE * source.meaning + _BY_SENTENCE * quote.meaning + _BY_COVERAGE * covered
    return 1 / (1 + math.exp(-logit))


def _choose(quotes: Sequence[_Quote]) -> list[_Quote]:
    """The best sentence, and further ones that are nearly as good and say something else."""
    first = _first(quotes)
    chosen = [first]
    for quote in quotes:
        if len(chosen) == _MOST_SENTENCES or quote.score < _WORTHWHILE * first.score:
            break
        same_item = sum(other.source.item.id == quote.source.item.id for other in chosen)
        said = any(float(other.vector @ quote.vector) > _SAME for other in chosen)
        if same_item < _MOST_A_SOURCE and not said:
            chosen.append(quote)
    return chosen


def _first(quotes: Sequence[_Quote]) -> _Quote:
    """The best sentence of the accepted answer, if the question was solved before; else the best of all."""
    leading = next((quote for quote in quotes if quote.source.leading), quotes[0])
    return leading if leading.score >= _LEADS * quotes[0].score else quotes[0]


def _with_context(chosen: Sequence[_Quote], quotes: Sequence[_Quote]) -> list[_Quote]:
    """Bring the sentence before along where a chosen one leans on it, and what a lead-in leads to."""
    by_place = {(quote.source.item.id, quote.position): quote for quote in quotes}
    complete: list[_Quote] = []
    for quote in chosen:
        leads_in = quote.candidate.text.rstrip().endswith(":")
        neighbour = by_place.get((quote.source.item.id, quote.position + (1 if leads_in else -1)))
        if leads_in and neighbour is None and len(chosen) > 1:
            continue
        leans = needs_context(quote.candidate.text) and neighbour is not None
        wanted = [neighbour, quote] if leans and neighbour else [quote]
        complete += [one for one in wanted if one not in complete]
    return complete[:_MOST_SENTENCES] or [chosen[0]]


def _in_reading_order(chosen: Sequence[_Quote]) -> list[_Quote]:
    """Source by source, the best first; within a source as it was written."""
    rank: dict[str, int] = {}
    for quote in chosen:
        rank.setdefault(quote.source.item.id, len(rank))
    return sorted(chosen, key=lambda quote: (rank[quote.source.item.id], quote.candidate.start))


def _cite(chosen: Sequence[_Quote]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Number the cited passages in the order in which they appear."""
    numbers: dict[int, int] = {}
    for quote in chosen:
        numbers.setdefault(quote.source.passage.id, len(numbers) + 1)
    written = [Sentence(_shown(quote.candidate), (numbers[quote.source.passage.id],)) for quote in chosen]
    citations = []
    for passage_id, number in numbers.items():
        cited = [quote for quote in chosen if quote.source.passage.id == passage_id]
        spans = tuple(sorted((quote.candidate.start, quote.candidate.end) for quote in cited))
        citations.append(Citation(number, cited[0].source.item, cited[0].source.passage, spans))
    return tuple(written), tuple(citations)


def _shown(candidate: Candidate) -> str:
    if candidate.block is BlockKind.CODE:
        return f"`{candidate.text}`" if "\n" not in candidate.text else candidate.text
    return candidate.text
