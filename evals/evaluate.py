"""Collection → runs → scores: every method over the same queries, and whether the differences are real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ir_measures import Measure

from evals.baselines import bm25, dense
from evals.configurations import Configuration
from evals.fusion import WEIGHTS, convex, reciprocal_ranks
from evals.library import EvalProgress, Library, open_library
from evals.measures import Floats, per_query
from evals.nouns import Collection, Run, Task
from evals.people import most_active, rank_by_voting
from evals.runs import file_name, read_run, write_run
from evals.significance import Difference, compare, interval
from evals.systems import run_copse
from search.engine import Engine

_UNDATED = (
    "votes count for nothing: they carry no dates here, and those that were cast after a question "
    "was asked would tell what became of it"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One method's line in the table.

    Attributes:
        method: What it is called.
        means: Its mean over all queries, by measure.
        intervals: The 95 % intervals of the means, by measure.
        differences: How much better or worse than the first method it is; empty for that one.
    """

    method: str
    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    differences: Mapping[str, Difference] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What measuring on one collection gave.

    Attributes:
        collection: The collection's name.
        queries: How many queries were asked.
        documents: How many documents, or people, could be found.
        rows: The methods; what the others are compared with comes first.
        notes: What is odd or should be known, in words.
    """

    collection: str
    queries: int
    documents: int
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        configurations: Ways to set up the engine; the first is what the rest is compared with.
        measures: The measures.
        cache: Folder for the libraries that are made.
        baselines: Whether BM25, the model alone and simple fusions of the two are measured too; for experts,
            the most active people and the ways of `evals/voting.py`.
        runs: Files of runs that were made elsewhere; a file counts for the collection that its name holds.
        keep_runs: Folder to write the runs into; None for nowhere.
    """

    configurations: Sequence[Configuration]
    measures: Sequence[Measure]
    cache: Path
    baselines: bool = False
    runs: Sequence[Path] = ()
    keep_runs: Path | None = None


def evaluate(collection: Collection, plan: Plan, progress: EvalProgress) -> Evaluation:
    """Run all methods over a collection and compare them.

    Args:
        collection: The collection.
        plan: What to measure.
        progress: Is told how far it has come.

    Raises:
        CopseError: If the corpus cannot be ingested, or a run cannot be read or written.
    """
    notes = list(collection.warnings)
    runs: dict[str, Run] = {}
    simple: dict[str, Run] = {}
    undated = any(query.until for query in collection.queries) and not collection.cutoff
    for configuration in plan.configurations:
        settings = configuration.settings
        if undated and settings.votes_weight:
            settings = replace(settings, votes_weight=0.0)
            notes.append(_UNDATED)
        with open_library(collection, settings, plan.cache, progress) as library:
            runs[configuration.name] = run_copse(library, collection, progress)
            if plan.baselines and not simple:
                simple = _baselines(collection, library, plan, progress)
        notes += library.problems
    runs |= simple
    for path in plan.runs:
        if file_name(_short(collection)) in path.name:
            runs[path.stem.split(".")[0]] = read_run(path)
    if plan.keep_runs:
        for method, run in runs.items():
            name = f"{file_name(method)}.{file_name(collection.name)}.run"
            write_run(plan.keep_runs / name, run, file_name(method))
    rows = table(runs, collection, plan.measures)
    count = len(collection.documents or collection.candidates)
    return Evaluation(collection.name, len(collection.queries), count, rows, tuple(dict.fromkeys(notes)))


def table(runs: Mapping[str, Run], collection: Collection, measures: Sequence[Measure]) -> tuple[Row, ...]:
    """Score runs; each is compared with the first."""
    queries = [query.id for query in collection.queries]
    values = {method: per_query(run, collection.qrels, queries, measures) for method, run in runs.items()}
    first = next(iter(values))
    return tuple(
        _row(method, own, {} if method == first else values[first]) for method, own in values.items()
    )


def _row(method: str, values: Mapping[str, Floats], reference: Mapping[str, Floats]) -> Row:
    return Row(
        method,
        {name: float(each.mean()) for name, each in values.items()},
        {name: interval(each) for name, each in values.items()},
        {name: compare(each, values[name]) for name, each in reference.items()},
    )


def _baselines(
    collection: Collection, library: Library, plan: Plan, progress: EvalProgress
) -> dict[str, Run]:
    if collection.task is Task.EXPERTS:
        progress.look(f"{collection.name}: other rankings of people")
        engine = Engine(library.catalog, library.settings, library.encoder)
        return {"most active": most_active(collection), **rank_by_voting(engine, collection)}
    encoder = library.encoder
    progress.look(f"{collection.name}: BM25")
    words = bm25(collection.documents, collection.queries)
    progress.look(f"{collection.name}: the model alone")
    meaning = dense(collection.documents, collection.queries, encoder, plan.cache, progress.embedded)
    fused = {weight: convex(words, meaning, weight) for weight in WEIGHTS}
    weight, best = max(fused.items(), key=lambda one: _mean(one[1], collection, plan.measures))
    return {
        "BM25": words,
        "dense": meaning,
        "RRF": reciprocal_ranks(words, meaning),
        "min-max 0.5": fused[0.5],
        f"min-max best ({weight:.1f})": best,
    }


def _mean(run: Run, collection: Collection, measures: Sequence[Measure]) -> float:
    queries = [query.id for query in collection.queries]
    return float(next(iter(per_query(run, collection.qrels, queries, measures[:1]).values())).mean())


def _short(collection: Collection) -> str:
    """The last part of a collection's folder: `beer` of `similar/beer dev`."""
    return collection.name.split()[0].rpartition("/")[2]


def verdict(first: str, second: Row, measure: str) -> str:
    """Say which of two methods is better by a measure, and whether that is real."""
    difference = second.differences[measure]
    better, worse = (second.method, first) if difference.mean > 0 else (first, second.method)
    if difference.mean == 0:
        return f"{first} and {second.method} are equal by {measure}."
    real = "the difference is real" if difference.real else "it may be chance"
    low, high = sorted((100 * difference.low, 100 * difference.high))
    return (
        f"{better} is better than {worse} by {100 * abs(difference.mean):.1f} {measure} "
        f"({second.method} - {first}: 95 % interval {low:+.1f} to {high:+.1f}, "
        f"p = {difference.p:.3g}): {real}."
    )
