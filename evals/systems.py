"""Copse itself as a method: every query goes through the engine that answers everybody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from catalog.errors import QuestionError
from catalog.nouns import Filters, Kind, Viewer
from evals.library import EvalProgress, Library
from evals.measures import DEPTH
from evals.nouns import Collection, Query, Ranking, Run, Task
from evals.people import rank_people
from search.engine import Engine


def run_copse(library: Library, collection: Collection, progress: EvalProgress) -> Run:
    """Rank documents, or people, for every query of a collection, by the library's settings."""
    engine = Engine(library.catalog, library.settings, library.encoder)
    if collection.task is Task.EXPERTS:
        return rank_people(engine, collection)
    viewer, run = engine.catalog.owner(), Run()
    kinds = _kinds(engine) if collection.task is Task.SIMILAR else frozenset()
    prefix = f"{_source(engine)}:"
    for query in collection.queries:
        asked = replace(query, id=prefix + query.id)
        found = rank(engine, viewer, asked, collection.task, kinds)
        run[query.id] = [(item_id.removeprefix(prefix), score) for item_id, score in found]
        progress.asked(len(run), len(collection.queries))
    return run


def rank(
    engine: Engine, viewer: Viewer, query: Query, task: Task, kinds: frozenset[Kind] = frozenset()
) -> Ranking:
    """Rank items for one query, never the item that asks; nothing if its text has no word to search for.

    Args:
        engine: An opened library.
        viewer: Who asks.
        query: What is asked; its id is that of the item that asks.
        task: What kind of documents are wanted.
        kinds: What is ranked; what is usual for the task if empty.
    """
    filters = Filters(until=query.until, kinds=kinds)
    with suppress(QuestionError):
        return engine.rank(
            viewer,
            query.text,
            filters,
            k=DEPTH,
            task="similar" if task is Task.SIMILAR else "search",
            exclude=query.id,
        )
    return []


def _source(engine: Engine) -> str:
    """The source that the collection became."""
    with engine.catalog.read(engine.catalog.owner()) as reader:
        return reader.status().sources[0].name


def _kinds(engine: Engine) -> frozenset[Kind]:
    """The kinds that there are: a collection of problems may be kept as documents."""
    with engine.catalog.read(engine.catalog.owner()) as reader:
        return frozenset(Kind(kind) for _, kind in reader.status().items)
