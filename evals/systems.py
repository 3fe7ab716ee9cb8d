"""Copse itself as a method: every query goes through the engine that answers everybody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from catalog.errors import QuestionError
from catalog.nouns import Filters, Kind, Viewer
from evals.library import EvalProgress, Library
from evals.measures import DEPTH
from evals.nouns import Candidate, Collection, Query, Ranking, Run, Task
from search.engine import Engine


def run_copse(library: Library, collection: Collection, progress: EvalProgress) -> Run:
    """Rank documents, or people, for every query of a collection, by the library's settings."""
    engine = Engine(library.catalog, library.settings, library.encoder)
    if collection.task is Task.EXPERTS:
        return _rank_people(engine, collection)
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


def most_active(collection: Collection) -> Run:
    """The same ranking for every query: who has written most comes first."""
    ranking = sorted(
        ((one.id, float(one.activity)) for one in collection.candidates), key=lambda pair: -pair[1]
    )
    return {query.id: ranking[:DEPTH] for query in collection.queries}


def _source(engine: Engine) -> str:
    """The source that the collection became."""
    with engine.catalog.read(engine.catalog.owner()) as reader:
        return reader.status().sources[0].name


def _kinds(engine: Engine) -> frozenset[Kind]:
    """The kinds that there are: a collection of problems may be kept as documents."""
    with engine.catalog.read(engine.catalog.owner()) as reader:
        return frozenset(Kind(kind) for _, kind in reader.status().items)


def _rank_people(engine: Engine, collection: Collection) -> Run:
    viewer = engine.catalog.owner()
    with engine.catalog.read(viewer) as reader:
        summaries = reader.people(limit=10_000_000)
    names = {
        one.person.id: _candidate_names(one.person.name, [i.value for i in one.identities])
        for one in summaries
    }
    known = _Known(collection.candidates)
    run = Run()
    for query in collection.queries:
        ranking: dict[str, float] = {}
        for number, score in engine.rank_people(viewer, query.text):
            if found := known.candidate(names[number]):  # those who are no candidates are left out
                ranking.setdefault(found, score)
        run[query.id] = list(ranking.items())
    return run


def _candidate_names(name: str, identities: list[str]) -> tuple[str, ...]:
    """What a candidate's id may be: a handle, or `user-` and a number; at last the name."""
    return (*(form for value in sorted(identities) for form in (f"user-{value}", value)), name)


class _Known:
    """Finds candidates by their ids, or by a name that only one of them has."""

    def __init__(self, candidates: tuple[Candidate, ...]) -> None:
        self._ids = {candidate.id for candidate in candidates}
        by_name: dict[str, list[str]] = {}
        for candidate in candidates:
            by_name.setdefault(candidate.name.casefold(), []).append(candidate.id)
        self._names = {name: ids[0] for name, ids in by_name.items() if len(ids) == 1}

    def candidate(self, forms: tuple[str, ...]) -> str | None:
        """The candidate whom one of these stands for, the first before the others."""
        by_id = next((form for form in forms if form in self._ids), None)
        return by_id or self._names.get(forms[-1].casefold())
