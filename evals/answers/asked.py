"""A library, or a test collection → questions to put to it, and what people hold to answer them."""

from __future__ import annotations

import random
from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog.embedding_text import plain
from catalog.nouns import Item, Kind, LinkKind
from catalog.reader import Reader
from evals.nouns import Collection, Task

_SEED = 1
_LINKS = (LinkKind.DUPLICATE, LinkKind.RELATED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer is in the library.

    Attributes:
        text: What is asked.
        own: The threads that answer it themselves.
        linked: The threads that people have linked with it, in either direction.
        duplicates: Those of them that were linked as the same question and hold an answer.
        related: The other ones of them that hold an answer.
        earlier: Those that were asked and answered before it, and linked from it.
        at: When it was asked; None if nothing says so.
        answered: Whether its own threads hold an answer that somebody valued.
    """

    text: str
    own: frozenset[str]
    linked: frozenset[str] = frozenset()
    duplicates: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    at: datetime | None = None
    answered: bool = True


def some_of(asked: Sequence[Asked], most: int) -> list[Asked]:
    """At most so many of them, the same ones every time."""
    if len(asked) <= most:
        return list(asked)
    return random.Random(_SEED).sample(list(asked), most)  # noqa: S311 - a sample, no secret


def of_collection(collection: Collection, source: str) -> list[Asked]:
    """The queries of a test collection; what is relevant for one answers it.

    Args:
        collection: The collection; of one of experts, nothing tells what answers a query.
        source: Name of the source that its documents became.
    """
    if collection.task is Task.EXPERTS:
        return [Asked(query.text, frozenset(), answered=False) for query in collection.queries]
    known = {document.id for document in collection.documents}
    found = []
    for query in collection.queries:
        relevant = frozenset(
            f"{source}:{name}" for name, grade in collection.qrels[query.id].items() if grade > 0
        )
        text = query.text.split("\n", 1)[0]
        if query.id in known:
            own = frozenset({f"{source}:{query.id}"})
            found.append(Asked(text, own, relevant, related=relevant, at=query.until))
        else:
            found.append(Asked(text, relevant, at=query.until))
    return found


def of_library(reader: Reader) -> list[Asked]:
    """The questions of a library, by their titles."""
    # Without their texts, which may be more than memory holds.
    items = {item.id: replace(item, text="", contributions=()) for item in reader.each_item()}
    answers: dict[str, list[Item]] = {}
    for item in items.values():
        if item.kind is Kind.ANSWER:
            answers.setdefault(item.thread_id, []).append(item)
    linked = _linked(items)
    questions = [item for item in items.values() if item.kind is Kind.QUESTION and plain(item.title)]
    return [_asked(item, answers, linked.get(item.id, {}), items) for item in questions]


def _linked(items: Mapping[str, Item]) -> dict[str, dict[str, LinkKind]]:
    """Questions with those that they are linked with, in either direction."""
    linked: dict[str, dict[str, LinkKind]] = {}
    for one, other, kind in _links(items):
        for this, that in ((one, other), (other, one)):
            known = linked.setdefault(this, {})
            if known.get(that) is not LinkKind.DUPLICATE:
                known[that] = kind
    return linked


def _links(items: Mapping[str, Item]) -> Iterator[tuple[str, str, LinkKind]]:
    for item in items.values():
        for link in item.links:
            target = items.get(f"{item.source}:{link.key}")
            if link.kind in _LINKS and target and {item.kind, target.kind} == {Kind.QUESTION}:
                yield item.id, target.id, link.kind


def _asked(
    item: Item,
    answers: Mapping[str, Sequence[Item]],
    linked: Mapping[str, LinkKind],
    items: Mapping[str, Item],
) -> Asked:
    holding = {thread for thread in linked if answers.get(thread)}
    duplicates = frozenset(thread for thread in holding if linked[thread] is LinkKind.DUPLICATE)
    targets = {f"{item.source}:{link.key}" for link in item.links if link.kind in _LINKS}
    return Asked(
        plain(item.title),
        frozenset({item.id}),
        frozenset(linked),
        duplicates,
        frozenset(holding) - duplicates,
        frozenset(thread for thread in holding & targets if _before(item, items[thread], answers[thread])),
        item.created,
        any(one.accepted or (one.votes or 0) > 0 for one in answers.get(item.id, ())),
    )


def _before(item: Item, thread: Item, answers: Some[Item]) -> bool:
    """Whether a thread was there, and answered, when something was asked."""
    if item.created is None or thread.created is None or thread.created >= item.created:
        return False
    return any(one.created is not None and one.created < item.created for one in answers)
