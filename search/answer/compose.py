"""A short answer made of sentences that the community wrote, each with its citation; or an abstention.

What is chosen is quoted as it stands: nothing is generated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.markdown import BlockKind
from catalog.nouns import State
from search.answer.confidence import Signals, read_signals, source_terms
from search.answer.disagreement import find_disagreements
from search.answer.quotes import Analyse, Floats, Quote, Rated, rate, score_quotes, texts_to_embed
from search.results import Answer, Citation, Disagreement, Sentence
from search.sentences import Candidate, needs_context
from search.sources import Source

_MOST_SENTENCES = 5
_MOST_A_SOURCE = 3
_MOST_THIN = 2  # sentences that are shown where the evidence is thin
_WORTHWHILE = 0.85  # a further sentence must score at least this share of the best one
_STILL_HOLDS = 0.7  # what still holds is preferred if it scores this share of the best outdated sentence
_LEADS = 0.75  # an accepted answer opens the reply if a sentence of it scores this share of the best one
_SAME = 0.86  # cosine from which two sentences say the same
_MISSED = 0.3  # share of all rarity from which a word is missed where nothing quoted has it

NOBODY = "Nobody has written about this here."
NOT_THIS = "What was found here does not answer this."
THIN = "The evidence is thin: this is the nearest that was written, and it may not answer the question."


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, as the composing of an answer needs it.

    Attributes:
        text: What was asked.
        vector: Its vector, of shape [dimension], unit length.
        weights: How much each of its words counts, by rarity.
        top: Score of the item that fits best; None if it is that of the best passage.
        meaning: Greatest likeness in meaning among the items found; None likewise.
    """

    text: str
    vector: Floats
    weights: Mapping[str, float]
    top: float | None = None
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The confidence that is needed.

    Attributes:
        answer: Below it, the evidence is thin.
        partial: Below it, there is no answer at all.
    """

    answer: float
    partial: float


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """An answer with what it was made from.

    Attributes:
        answer: The answer or the abstention.
        quotes: The sentences that it could be made of, best first.
        sources: The passages that they stand in, and the others that may answer, best first.
        signals: What spoke for there being an answer; None if nothing was found.
    """

    answer: Answer
    quotes: tuple[Quote, ...]
    sources: tuple[Source, ...]
    signals: Signals | None


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What an answer may be made of, before any sentence is embedded.

    Attributes:
        asked: The question.
        sources: The passages that may answer it, best first.
        rated: Their sentences, those first that most speaks for.
        analyse: Turns a text into words as the question's weights have them.
    """

    asked: Asked
    sources: Sequence[Source]
    rated: Sequence[Rated]
    analyse: Analyse

    @property
    def texts(self) -> list[str]:
        """The sentences of which vectors are needed."""
        return texts_to_embed(self.rated)


def gather(asked: Asked, sources: Sequence[Source], analyse: Analyse) -> Material:
    """Take the passages that may answer a question apart; see `Material`."""
    return Material(asked, sources, rate(sources, asked.weights, analyse), analyse)


def compose(material: Material, vectors: Floats, bounds: Bounds) -> Composed:
    """Choose the sentences that answer a question, or abstain.

    Args:
        material: What the answer may be made of.
        vectors: Vectors of its texts, of unit length and shape [n, dimension].
        bounds: The confidence that is needed.
    """
    asked, sources, analyse = material.asked, material.sources, material.analyse
    found, beside = score_quotes(asked.text, asked.vector, material.rated, vectors)
    if not found:
        return Composed(Answer(asked.text, (), (), 0.0, NOBODY), (), (), None)
    # What is outdated still tells that the question is one that this community answers.
    signals = _signals(asked, found, analyse)
    sure = signals.confidence
    quotes = _current(found)
    if sure < bounds.partial:
        return Composed(Answer(asked.text, (), (), sure, NOT_THIS), tuple(quotes), tuple(sources), signals)
    thin = sure < bounds.answer
    disagreeing = [] if thin else find_disagreements(quotes)
    chosen = _choose(quotes, _MOST_THIN if thin else _MOST_SENTENCES)
    disagreeing = [pair for pair in disagreeing if pair[0] in chosen or pair[1] in chosen][:1]
    # Both sides come first among the chosen, so that neither is cut off.
    sides = [quote for pair in disagreeing for quote in pair]
    chosen = [*sides, *(quote for quote in chosen if quote not in sides)]
    chosen = _in_reading_order(_with_context(chosen, [*quotes, *beside]))
    written, citations = cite(chosen)
    answer = Answer(
        asked.text,
        written,
        citations,
        sure,
        THIN if thin else None,
        partial=thin,
        missing=_missing(chosen, asked.weights, analyse),
        disagreements=_told(disagreeing, chosen),
    )
    return Composed(answer, tuple(quotes), tuple(sources), signals)


def _signals(asked: Asked, found: Sequence[Quote], analyse: Analyse) -> Signals:
    best = found[0].source
    top = best.fit if asked.top is None else asked.top
    meaning = best.meaning if asked.meaning is None else asked.meaning
    return read_signals(found, top, meaning, asked.weights, analyse)


def _current(quotes: Sequence[Quote]) -> Sequence[Quote]:
    """Leave out what is outdated, unless nothing that still holds is nearly as good."""
    current = [quote for quote in quotes if quote.source.item.state is not State.OUTDATED]
    if current and current[0].score >= _STILL_HOLDS * quotes[0].score:
        return current
    return quotes


def _choose(quotes: Sequence[Quote], most: int) -> list[Quote]:
    """The best sentence, and further ones that are nearly as good and say something else."""
    first = _first(quotes)
    chosen = [first]
    for quote in quotes:
        if len(chosen) == most or quote.score < _WORTHWHILE * first.score:
            break
        same_item = sum(other.item_id == quote.item_id for other in chosen)
        said = any(float(other.vector @ quote.vector) > _SAME for other in chosen)
        if same_item < _MOST_A_SOURCE and not said:
            chosen.append(quote)
    return chosen


def _first(quotes: Sequence[Quote]) -> Quote:
    """The best sentence of the accepted answer, if the question was solved before; else the best of all."""
    leading = next((quote for quote in quotes if quote.source.leading), quotes[0])
    return leading if leading.score >= _LEADS * quotes[0].score else quotes[0]


def _with_context(chosen: Sequence[Quote], quotes: Sequence[Quote]) -> list[Quote]:
    """Bring the sentence before along where a chosen one leans on it, and what a lead-in leads to."""
    by_place = {(quote.item_id, quote.position): quote for quote in quotes}
    complete: list[Quote] = []
    for quote in chosen:
        leads_in = quote.candidate.text.rstrip().endswith(":")
        neighbour = by_place.get((quote.item_id, quote.position + (1 if leads_in else -1)))
        if leads_in and neighbour is None and len(chosen) > 1:
            continue
        leans = needs_context(quote.candidate.text) and neighbour is not None
        wanted = [neighbour, quote] if leans and neighbour else [quote]
        complete += [one for one in wanted if one not in complete]
    return complete[:_MOST_SENTENCES] or [chosen[0]]


def _in_reading_order(chosen: Sequence[Quote]) -> list[Quote]:
    """Source by source, the best first; within a source as it was written."""
    rank: dict[str, int] = {}
    for quote in chosen:
        rank.setdefault(quote.item_id, len(rank))
    return sorted(chosen, key=lambda quote: (rank[quote.item_id], quote.candidate.start))


def cite(chosen: Sequence[Quote]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
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


def _told(pairs: Sequence[tuple[Quote, Quote]], chosen: Sequence[Quote]) -> tuple[Disagreement, ...]:
    """Disagreements in terms of the answer's sentences, if both of their sides are there."""
    places = {id(quote): place for place, quote in enumerate(chosen)}
    return tuple(
        Disagreement(places[id(first)], places[id(second)])
        for first, second in pairs
        if id(first) in places and id(second) in places
    )


def _missing(chosen: Sequence[Quote], weights: Mapping[str, float], analyse: Analyse) -> tuple[str, ...]:
    """The question's words that weigh much and that no source of the answer has."""
    least = _MISSED * sum(weights.values())
    missing = [word for word, weight in weights.items() if weight >= least]
    for quote in {quote.source.passage.id: quote for quote in chosen}.values():
        if missing:  # to read a passage for nothing takes a millisecond
            terms = frozenset(source_terms(quote, analyse))
            missing = [word for word in missing if word not in terms]
    return tuple(missing)
