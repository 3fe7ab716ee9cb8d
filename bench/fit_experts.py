"""A small learned ranking of people beside the one that is shipped: would it win where it was not trained?

`python -m bench.fit_experts EXPERTS… [--cache DIR]`, EXPERTS being folders of experts collections as
`copse eval` takes them, at least two. For each folder a conditional logit (list-wise softmax; McFadden:
Conditional Logit Analysis of Qualitative Choice Behavior, 1974) is trained on the queries of all other
folders and ranks the people of this one. It sees the logarithms of what the shipped ranking multiplies, and
more: votes at two sharpnesses, best fit, activity at several half-lives, recency, acceptance, focus. Prints
its MAP beside that of the shipped ranking, and the weights.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ir_measures import AP

from bench.quiet import Quiet
from catalog.activity import ROLES
from catalog.nouns import Filters, Role
from catalog.settings import read_settings
from evals.collections import load
from evals.library import default_cache, open_library
from evals.measures import Floats, per_query
from evals.nouns import Collection, Query
from evals.people import Roster
from evals.significance import compare
from search.engine import Engine
from search.experts import Wanted, item_fits, rank_experts
from search.experts.standing import availability
from search.experts.votes import cast, worth
from search.people.record import YEAR, Record

FEATURES = (
    "votes",
    "votes, aged",
    "votes, aged and sharp",
    "best fit",
    "availability",
    "activity of 18 days",
    "activity of half a year",
    "activity of 4 years",
    "activity of all time",
    "days since the last deed",
    "accepted answers",
    "focus",
)
"""What is known of each person; all but the best fit as logarithms."""

_HALF_LIVES = (18 / 365.25, 0.5, 4.0, np.inf)  # years
_SHARP = 3.0  # exponent of a fit
_LEAST = 1e-3  # added before a logarithm is taken
_RIDGE = 0.01  # weight of the squares of the weights
_STEPS = 20
_ROUNDING = 1e-9
_PEOPLE = 200  # people that are ranked, of whom 100 candidates count
_ANSWERS = np.isin(ROLES, (Role.ANSWERED, Role.ACCEPTED))


@dataclass(frozen=True, slots=True, eq=False)
class _List:
    """The people for one query.

    Attributes:
        names: Who they are, as the judgments call them.
        features: What is known of each, of shape [n, features].
        shipped: The same people as they are ranked today.
    """

    names: list[str]
    features: Floats
    shipped: list[str]


@dataclass(frozen=True, slots=True)
class _Set:
    """The collections of one folder, and their queries' lists."""

    collections: Sequence[Collection]
    lists: Mapping[str, _List]


def main(arguments: Sequence[str]) -> None:
    """Train without each folder, and compare there."""
    parser = ArgumentParser(prog="python -m bench.fit_experts")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path, default=default_cache())
    told = parser.parse_args(arguments)
    sets = [_read(load(folder), told.cache) for folder in told.folders]
    print("| | shipped | learned | difference | p |\n|---|---|---|---|---|")
    for held_out in sets:
        weights = fit([pair for one in sets if one is not held_out for pair in _training(one)])
        for collection in held_out.collections:
            print(_row(collection, held_out.lists, weights))
    weights = fit([pair for one in sets for pair in _training(one)])
    print("\n".join(f"{name}: {weight:+.2f}" for name, weight in zip(FEATURES, weights, strict=True)))


def _read(collections: Sequence[Collection], cache: Path) -> _Set:
    first = collections[0]
    queries = {query.id: query for one in collections for query in one.queries}
    with open_library(first, read_settings({}, {}), cache, Quiet()) as library:
        engine = Engine(library.catalog, library.settings, library.encoder)
        roster = Roster(engine, first.candidates)
        lists = {query.id: _list(engine, roster, query) for query in queries.values()}
    return _Set(collections, lists)


def _list(engine: Engine, roster: Roster, query: Query) -> _List:
    found, record = engine.evidence_for_people(engine.catalog.owner(), query.text)
    wanted, fits = Wanted(found.question, Filters(), engine.settings.half_life_years), item_fits(found)
    values = features(record, fits, wanted)
    people = np.flatnonzero(values[:, FEATURES.index("best fit")] > 0)
    names = {one: roster.ranking([(int(record.numbers[one]), 1.0)]) for one in people.tolist()}
    kept = [one for one, name in names.items() if name]
    ranked = rank_experts(record, fits, wanted, _PEOPLE)
    shipped = roster.ranking((int(record.numbers[one.person]), one.score) for one in ranked)
    return _List([names[one][0][0] for one in kept], values[kept], [name for name, _ in shipped])


def features(record: Record, fits: Mapping[int, float], wanted: Wanted) -> Floats:
    """What is known of everybody for a query, of shape [p, features]."""
    votes, people, deeds = cast(record, fits, wanted.filters), len(record.numbers), np.arange(len(record.who))
    weights, fit = np.zeros(len(deeds)), np.zeros(len(deeds))
    weights[votes.deeds], fit[votes.deeds] = votes.weights, votes.fits
    ages, worths = record.ages(deeds), worth(record, deeds)
    aged = weights * _aged(ages, wanted.half_life_years)

    def summed(counts: Floats) -> Floats:
        return np.bincount(record.who, counts, minlength=people).astype(np.float64)

    best = np.zeros(people)
    np.maximum.at(best, record.who, fit * (worths > 0))
    fresh = [summed(worths * _aged(ages, years)) for years in _HALF_LIVES]
    last = np.full(people, np.inf)
    np.minimum.at(last, record.who, ages)
    accepted = summed((record.activity.roles == ROLES.index(Role.ACCEPTED)) * fit)
    focus = summed(worths * fit) / (summed(worths) + 8)
    columns = (
        _log(summed(weights)),
        _log(summed(aged)),
        _log(summed(aged * fit**_SHARP)),
        best,
        np.log(availability(record)),
        *map(_log, fresh),
        np.log(1 + np.minimum(last, 100) * YEAR / 86400),
        _log(accepted),
        _log(focus),
    )
    return np.stack(columns, axis=1)


def _aged(ages: Floats, half_life: float) -> Floats:
    return np.where(np.isinf(ages), 0.5, 0.5 ** (np.minimum(ages, 1e3) / half_life))


def _log(values: Floats) -> Floats:
    return np.asarray(np.log(values + _LEAST))


def _training(one: _Set) -> Iterator[tuple[Floats, Floats]]:
    """Features of people and how likely each is the one who is named, for queries that teach something."""
    for collection in one.collections:
        for query in collection.queries:
            its = one.lists[query.id]
            relevant = np.array([collection.qrels[query.id].get(name, 0) > 0 for name in its.names], float)
            if relevant.any():
                yield its.features, relevant / relevant.sum()


def fit(training: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The weights under which those who are named are most likely chosen.

    Args:
        training: By query, features of shape [n, features] and shares of shape [n] that sum to 1.
    """
    scale = np.maximum(np.concatenate([values for values, _ in training]).std(axis=0), 1e-9)
    scaled = [(values / scale, named) for values, named in training]
    weights = np.zeros(len(scale))
    likelihood, slope, curve = _climb(scaled, weights)
    for _ in range(_STEPS):  # Newton's method, in steps that are halved until they lead up
        step = np.linalg.solve(curve, slope)
        tried = _climb(scaled, weights + step)
        while tried[0] < likelihood and np.abs(step).max() > _ROUNDING:
            step /= 2
            tried = _climb(scaled, weights + step)
        weights = weights + step
        likelihood, slope, curve = tried
    return np.asarray(weights / scale)


def _climb(training: Sequence[tuple[Floats, Floats]], weights: Floats) -> tuple[float, Floats, Floats]:
    """The mean logarithm of how likely those who are named are chosen; its slope, and its curve downwards."""
    likelihood = -_RIDGE / 2 * float(weights @ weights)
    slope, curve = -_RIDGE * weights, _RIDGE * np.eye(len(weights))
    for values, named in training:
        scores = values @ weights
        scores -= scores.max()
        chances = np.exp(scores)
        likelihood += float(named @ (scores - np.log(chances.sum()))) / len(training)
        chances /= chances.sum()
        around = values - chances @ values
        slope = slope + named @ around / len(training)
        curve = curve + (around.T * chances) @ around / len(training)
    return likelihood, slope, curve


def _row(collection: Collection, lists: Mapping[str, _List], weights: Floats) -> str:
    queries = [query.id for query in collection.queries]
    shipped = {query: _run(lists[query].shipped) for query in queries}
    learned = {query: _run(_ordered(lists[query], weights)) for query in queries}
    before, after = (per_query(run, collection.qrels, queries, [AP])["AP"] for run in (shipped, learned))
    found = compare(before, after)
    cells = (f"{100 * before.mean():.1f}", f"{100 * after.mean():.1f}", f"{100 * found.mean:+.1f}")
    return f"| {collection.name.removeprefix('experts/')} | {' | '.join(cells)} | {found.p:.2g} |"


def _ordered(one: _List, weights: Floats) -> list[str]:
    return [one.names[at] for at in np.argsort(-(one.features @ weights), kind="stable").tolist()]


def _run(names: Sequence[str]) -> list[tuple[str, float]]:
    return [(name, -float(at)) for at, name in enumerate(names)]


if __name__ == "__main__":
    main(sys.argv[1:])
