"""Which passages may answer a question: answers of the threads found, passages of documents and lessons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.nouns import Filters, Item, Kind, Passage, State
from catalog.reader import Reader
from search.retrieve import Match, Retrieval, Retriever

_THREADS = 6  # threads, documents and lessons that an answer may quote
_PASSAGES_AN_ITEM = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that may answer the question, and how well it fits.

    Attributes:
        item: The item that it is a piece of.
        passage: The passage.
        fit: How well it answers, from 0 to 1.
        meaning: Cosine of the question and the passage that brought it here: itself, or its question.
        leading: Whether it is the accepted answer of the question that fits best.
    """

    item: Item
    passage: Passage
    fit: float
    meaning: float
    leading: bool = False


def answer_sources(reader: Reader, retriever: Retriever, found: Retrieval, filters: Filters) -> list[Source]:
    """The passages that may answer a question, best first.

    A question that fits stands for its answers: they say what to do, often in other words than the
    question's. A question's own text answers nothing.

    Args:
        reader: The viewer's view of the catalog.
        retriever: What found the passages.
        found: What it found.
        filters: What the search was narrowed to. A question that was found brings its answers along,
            of whatever kind was asked for, but only those of the time that was asked for.
    """
    best = list(found.best_by_thread()[:_THREADS])
    threads = reader.threads([match.place.thread_id for match in best])
    told = [
        (match, thread, item)
        for match in best
        for thread in (threads.get(match.place.thread_id, []),)
        for item in thread
        if item.kind is not Kind.QUESTION and filters.spans(item.created)
    ]
    fits = _fits(reader, retriever, found, [item for _, _, item in told])
    sources: list[Source] = []
    for match, thread, item in told:
        leads = item.accepted and match is best[0]
        sources += _sources_of(item, fits[item.id], match, _standing(item, thread), leads)
    return _without_copies(reader, sorted(sources, key=lambda source: -source.fit))


def _without_copies(reader: Reader, sources: Sequence[Source]) -> list[Source]:
    """Of near-identical items, such as the same answer in two threads, only the one that fits best."""
    copies = reader.copies({source.item.id for source in sources})
    told: set[str] = set()
    kept: list[Source] = []
    for source in sources:
        if source.item.id not in told:
            kept.append(source)
            told.update(copies.get(source.item.id, ()))
    return kept


def _fits(
    reader: Reader, retriever: Retriever, found: Retrieval, items: Sequence[Item]
) -> dict[str, list[tuple[Passage, float, float]]]:
    """The passages of items that come into question, by item, each with its score and its cosine.

    All of an answer does, whatever its words; of a document, what was found.
    """
    scores = found.matches.by_passage()
    read = reader.passages_of_all([item.id for item in items])
    passages = {
        item.id: [one for one in read.get(item.id, ()) if item.kind is Kind.ANSWER or one.id in scores]
        for item in items
    }
    ids = [passage.id for its in passages.values() for passage in its]
    cosines = dict(zip(ids, retriever.meaning(found.vector, ids).tolist(), strict=True))
    return {
        item_id: [
            (one, scores.get(one.id, found.dense_weight * max(cosines[one.id], 0)), cosines[one.id])
            for one in its
        ]
        for item_id, its in passages.items()
    }


def _sources_of(
    item: Item, fits: Sequence[tuple[Passage, float, float]], match: Match, standing: float, leads: bool
) -> list[Source]:
    """The best passages of one item of a thread that matched."""
    sources = [
        Source(item, passage, (match.score + own) / 2 * standing, max(cosine, match.meaning), leads)
        for passage, own, cosine in fits
    ]
    return sorted(sources, key=lambda source: -source.fit)[:_PASSAGES_AN_ITEM]


def _standing(item: Item, thread: Sequence[Item]) -> float:
    """How far the community stands behind an item: what is accepted first, what is outdated last."""
    if item.state is State.OUTDATED:
        return 0.5
    if item.kind is not Kind.ANSWER or item.accepted:
        return 1.0
    rivalled = any(other.accepted and other.state is not State.OUTDATED for other in thread)
    return (0.85 if rivalled else 0.95) if (item.votes or 0) > 0 else 0.75
