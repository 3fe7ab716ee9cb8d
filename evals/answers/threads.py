"""Does the answer come from the thread that people linked, when the question's own thread is not there?

Whoever closed a question as a duplicate, or linked it to an older one, has said where its answer stands.
The question is asked as of the moment when it was: nothing later can be found, and it never finds itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.embedding_text import plain_text
from catalog.nouns import Filters, Item, Viewer
from catalog.reader import Reader
from evals.answers.asked import Asked
from evals.answers.figures import Figure, share
from evals.words import WordIndex
from search.engine import Engine

_CITED = 3  # sentences that are looked at
_GROUP = "linked thread"


def measure_threads(
    engine: Engine, viewer: Viewer, asked: Sequence[Asked], progress: Callable[[int, int], None]
) -> list[Figure]:
    """How often the best sentences come from a linked, older thread, against the first passages of BM25.

    Args:
        engine: The library; its settings should not count votes, which came later.
        viewer: Who measures.
        asked: The questions.
        progress: Is told how many questions are asked, of how many.
    """
    linked = [one for one in asked if one.earlier and one.at]
    if not linked:
        return []
    with engine.catalog.read(viewer) as reader:
        passages = _Passages(reader)
    ours, theirs = [], []
    for number, one in enumerate(linked, start=1):
        composed = engine.answer(viewer, one.text, Filters(until=one.at), without=one.own)
        ours.append([quote.source.item.thread_id in one.earlier for quote in composed.quotes[:_CITED]])
        theirs.append([item.thread_id in one.earlier for item in passages.best(one, _CITED)])
        progress(number, len(linked))
    return [
        Figure(_GROUP, what, first(ours, most), len(linked), against, first(theirs, held))
        for what, most, against, held in (
            ("holds the best sentence", 1, "BM25's first passage", 1),
            ("holds one of the three best", _CITED, "BM25's first passage", 1),
            ("holds one of the three best", _CITED, "BM25's first three passages", _CITED),
        )
    ]


def first(found: Sequence[Sequence[bool]], most: int) -> float:
    """How often one of the first few is right."""
    return share(sum(any(one[:most]) for one in found), len(found))


class _Passages:
    """All passages of a library by their words."""

    def __init__(self, reader: Reader) -> None:
        self._items: list[Item] = []
        texts = []
        for item in reader.each_item():
            for passage in reader.passages_of(item.id):
                self._items.append(item)
                texts.append(f"{item.title} {plain_text(passage.text)}")
        self._index = WordIndex(texts)

    def best(self, asked: Asked, most: int) -> list[Item]:
        """The items of the best passages that were there when it was asked."""
        found = []
        for at in self._index.best(asked.text, len(self._items)):
            item = self._items[at]
            older = asked.at and item.created and item.created < asked.at
            if older and item.thread_id not in asked.own:
                found.append(item)
            if len(found) == most:
                break
        return found
