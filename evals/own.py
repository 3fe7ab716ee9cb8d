"""A community's own library → test collections: what people have linked and accepted are the judgments.

Nobody has to label anything. Who linked a question to an older one as a duplicate, or as related, has said
what a search should have found; who cited an earlier lesson, and who accepted an answer, too. The newest of
these make the test, so that what is fitted to the older ones (`copse tune`) is never measured on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from catalog.embedding_text import plain, plain_text
from catalog.nouns import Item, Kind, LinkKind, Viewer
from catalog.settings import Settings
from catalog.store import Catalog
from evals.configurations import Configuration
from evals.errors import EvalError
from evals.evaluate import Evaluation, table
from evals.library import EvalProgress
from evals.measures import parse
from evals.nouns import Collection, Qrels, Query, Run, Task
from evals.systems import rank
from search.encoder import Encoder
from search.engine import Engine

FEWEST = 10
"""Labelled questions below which nothing can be said."""

NEWEST = 0.3
"""Share of the labelled questions, the newest ones, that make the test."""

_LINKS = {LinkKind.DUPLICATE: 2, LinkKind.RELATED: 1}
_ADVICE = (
    "what helps: link duplicates and related questions, cite earlier lessons by their key, accept answers; "
    "and ingest the source's links"
)


def labelled(catalog: Catalog, viewer: Viewer) -> list[Collection]:
    """The test collections that lie in a library: linked problems, and questions with an accepted answer.

    Args:
        catalog: The library.
        viewer: Who measures; what they may not read is no label and is not found.

    Returns:
        Collections whose queries come oldest first; those without any query are left out.
    """
    with catalog.read(viewer) as reader:
        # Without their texts, which may be more than memory holds.
        items = {item.id: replace(item, text="", contributions=()) for item in reader.each_item()}
        linked, accepted = _linked(items), _accepted(items)
        asking = reader.items([*linked, *accepted])
    made = (
        _collection("own: linked problems", Task.SIMILAR, catalog, asking, _problem_query, linked),
        _collection("own: accepted answers", Task.SEARCH, catalog, asking, _title_query, accepted),
    )
    return [collection for collection in made if collection.queries]


def split(collection: Collection, since: datetime | None = None) -> tuple[Collection, Collection]:
    """Part a collection by time: the older queries to fit on, and the newest 30 % to measure by.

    Args:
        collection: Its queries come oldest first.
        since: Where the newest begin, if not at 30 %.
    """
    queries = collection.queries
    if since is None:
        at = len(queries) - round(NEWEST * len(queries))
    else:
        at = sum(query.until is None or query.until < since for query in queries)
    return _part(collection, queries[:at]), _part(collection, queries[at:])


def measure_own(
    catalog: Catalog,
    viewer: Viewer,
    configurations: Sequence[Configuration],
    measures: Sequence[str],
    progress: EvalProgress,
    since: datetime | None = None,
    encoder: Encoder | None = None,
) -> list[Evaluation]:
    """Measure configurations on the newest labels of a library.

    Args:
        catalog: The library.
        viewer: Who measures.
        configurations: Ways to set up the engine; the first is what the rest is compared with.
        measures: Names of measures.
        progress: Is told how far it has come.
        since: When the test begins; the newest 30 % of the labels are the test if not given.
        encoder: The model, if it is not to be loaded by the settings.

    Raises:
        EvalError: If there are too few labels to say anything.
    """
    every = labelled(catalog, viewer)
    tests = [split(one, since)[1] for one in every]
    enough = [test for test in tests if len(test.queries) >= FEWEST]
    if not enough:
        counts = [
            f"{len(t.queries)} of {len(e.queries)} {e.name[5:]}" for t, e in zip(tests, every, strict=True)
        ]
        raise EvalError(
            f"{catalog.folder}: too few labels to measure by: {', '.join(counts) or 'none at all'} in the "
            f"newest part, and {FEWEST} are the least; {_ADVICE}"
        )
    parsed = [parse(name) for name in measures]
    found = []
    for test in enough:
        runs = {
            one.name: run_own(catalog, viewer, one.settings, test, progress, encoder)
            for one in configurations
        }
        rows = table(runs, test, parsed)
        found.append(Evaluation(test.name, len(test.queries), _readable(catalog, viewer), rows))
    return found


def run_own(
    catalog: Catalog,
    viewer: Viewer,
    settings: Settings,
    collection: Collection,
    progress: EvalProgress,
    encoder: Encoder | None = None,
) -> Run:
    """Rank a library's own items for every query of a collection made from it.

    Votes count for nothing: those that were cast after a question was asked tell what became of it.
    """
    engine = Engine(catalog, replace(settings, votes_weight=0.0), encoder)
    kinds = frozenset({Kind.ANSWER}) if collection.task is Task.SEARCH else frozenset()
    run: Run = {}
    for query in collection.queries:
        asked = replace(query, until=None) if collection.task is Task.SEARCH else query
        run[query.id] = rank(engine, viewer, asked, collection.task, kinds)
        progress.asked(len(run), len(collection.queries))
    return run


def _readable(catalog: Catalog, viewer: Viewer) -> int:
    with catalog.read(viewer) as reader:
        return sum(reader.status().items.values())


def _collection(
    name: str,
    task: Task,
    catalog: Catalog,
    items: Mapping[str, Item],
    query: Callable[[Item], Query],
    qrels: Qrels,
) -> Collection:
    asking = sorted((items[item_id] for item_id in qrels), key=_age)
    return Collection(name, task, Path(catalog.folder), tuple(map(query, asking)), qrels)


def _age(item: Item) -> tuple[float, str]:
    """The oldest first, and before them what has no date."""
    return (item.created.timestamp() if item.created else float("-inf")), item.id


def _part(collection: Collection, queries: Sequence[Query]) -> Collection:
    return replace(
        collection,
        queries=tuple(queries),
        qrels={query.id: collection.qrels[query.id] for query in queries},
    )


def _problem_query(item: Item) -> Query:
    text = f"{plain(item.title)}\n\n{plain_text(item.text)}".strip()
    return Query(item.id, text, item.created and item.created.replace(microsecond=0))


def _title_query(item: Item) -> Query:
    return Query(item.id, plain(item.title) or plain_text(item.text), item.created)


def _linked(items: Mapping[str, Item]) -> dict[str, dict[str, int]]:
    """Problems with the earlier ones that they are linked to."""
    qrels: dict[str, dict[str, int]] = {}
    for item in items.values():
        found = {
            target.id: score
            for link in item.links
            if (target := items.get(f"{item.source}:{link.key}")) and target.id != item.id
            if (score := _relevance(item, target, link.kind)) and _earlier(target, item)
        }
        if found:
            qrels[item.id] = found
    return qrels


def _relevance(item: Item, target: Item, kind: LinkKind) -> int:
    """2 for a duplicate, 1 for what is related or a lesson that a lesson cites, else 0."""
    if kind is LinkKind.MENTION:
        return int(item.kind is Kind.LESSON and target.kind is Kind.LESSON)
    return _LINKS[kind] if item.kind is not Kind.ANSWER and target.kind is not Kind.ANSWER else 0


def _earlier(one: Item, other: Item) -> bool:
    if one.created is None or other.created is None:
        return one.created is other.created
    return one.created < other.created


def _accepted(items: Mapping[str, Item]) -> dict[str, dict[str, int]]:
    """Questions with their accepted answers."""
    answers: Iterable[Item] = (item for item in items.values() if item.kind is Kind.ANSWER and item.accepted)
    return {answer.thread_id: {answer.id: 1} for answer in answers if answer.thread_id in items}
