"""What each part of the ranking of people gives: the ranking as it is, and without one part after the other.

`python -m bench.experts_ablation EXPERTS… [--cache DIR]`, EXPERTS being folders of experts collections as
`copse eval` takes them. Prints a table for `docs/experts.md`: MAP, what losing a part changes, and a mark
if that is real (p < 0.05, paired randomisation). Everything but the depth is measured on the same searches.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from ir_measures import AP

from bench.quiet import Quiet
from catalog.activity import ROLES
from catalog.nouns import Filters
from catalog.settings import read_settings
from evals.collections import load
from evals.library import default_cache, open_library
from evals.measures import Floats, per_query
from evals.nouns import Collection, Query, Run
from evals.people import Roster
from evals.significance import compare
from search.engine import Engine
from search.experts import Wanted, item_fits, rank_experts

_FOREVER = 1e9  # years
_VOTES, _STANDING = "search.experts.votes", "search.experts.standing"
_FIT, _RANKING, _ENGINE = "search.experts.fit", "search.experts.ranking", "search.people_engine"

_HALF_LIFE = "half_life_years"
_WHOLE = "as it is"


def _weights(**changed: float) -> np.ndarray:
    """What each role counts, with some changed."""
    from search.experts.votes import ROLE_WEIGHT

    return np.array([changed.get(role.name, ROLE_WEIGHT[role]) for role in ROLES])


PARTS: Mapping[str, Mapping[str, Any]] = {
    _WHOLE: {},
    "no likeness to the best items": {f"{_FIT}.EXPANDED": 0.0},
    "no words, meaning alone": {f"{_FIT}.MEANING": 1.0},
    "words and meaning half-half": {f"{_FIT}.MEANING": 0.5},
    "no focus": {f"{_STANDING}._FOCUS": 0.0},
    "no availability": {f"{_STANDING}._AVAILABILITY": 0.0},
    "neither focus nor availability": {f"{_STANDING}._FOCUS": 0.0, f"{_STANDING}._AVAILABILITY": 0.0},
    "nothing ages": {_HALF_LIFE: _FOREVER},
    "texts age, too": {f"{_RANKING}._LASTING": np.isin(ROLES, ())},
    "no damping": {f"{_RANKING}._DAMPING": 0.0},
    "a fit counts its share": {f"{_VOTES}.SHARPNESS": 1.0},
    "neither acceptance nor votes": {
        f"{_VOTES}._WEIGHTS": _weights(ACCEPTED=1.0),
        f"{_VOTES}._VOTE_WEIGHT": 0.0,
    },
    "no comments and edits": {f"{_VOTES}._WEIGHTS": _weights(COMMENTED=0.0, EDITED=0.0)},
}
"""What is switched off, and the constants that do it."""

_DEPTHS = {f"{_ENGINE}._ASKED_DEPTH": (150, 600), f"{_ENGINE}._KNOWN_DEPTH": (400, 1600)}
DEPTHS: Mapping[str, Mapping[str, Any]] = {
    "half as deep": {name: depths[0] for name, depths in _DEPTHS.items()},
    "twice as deep": {name: depths[1] for name, depths in _DEPTHS.items()},
}
"""The same for how many passages are taken from each index, which takes another search."""

_PEOPLE = 200  # people that are ranked, of whom 100 candidates count


def main(arguments: Sequence[str]) -> None:
    """Measure all folders and print the table."""
    parser = ArgumentParser(prog="python -m bench.experts_ablation")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path, default=default_cache())
    told = parser.parse_args(arguments)
    values: dict[str, dict[str, Floats]] = {}
    for folder in told.folders:
        values |= _measure(load(folder), told.cache)
    print("\n".join(table(values)))


def _measure(collections: Sequence[Collection], cache: Path) -> dict[str, dict[str, Floats]]:
    """The values of all queries without each part, by collection; all have one corpus."""
    first = collections[0]
    runs: dict[str, Run] = defaultdict(dict)
    queries = {query.id: query for one in collections for query in one.queries}
    with open_library(first, read_settings({}, {}), cache, Quiet()) as library:
        engine = Engine(library.catalog, library.settings, library.encoder)
        roster = Roster(engine, first.candidates)
        for number, query in enumerate(queries.values(), start=1):
            for part, people in _rankings(engine, query):
                runs[part][query.id] = roster.ranking(people)
            print(f"{first.corpus.name}: {number} of {len(queries)}", end="\r", file=sys.stderr, flush=True)
    return {
        one.name: {
            part: per_query(run, one.qrels, [query.id for query in one.queries], [AP])["AP"]
            for part, run in runs.items()
        }
        for one in collections
    }


def _rankings(engine: Engine, query: Query) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """The people for a query without each part."""
    owner = engine.catalog.owner()
    found, record = engine.evidence_for_people(owner, query.text)
    usual = item_fits(found)
    for part, constants in PARTS.items():
        half_life = constants.get(_HALF_LIFE, engine.settings.half_life_years)
        wanted = Wanted(found.question, Filters(), half_life)
        with _patched(constants):
            fits = item_fits(found) if any(name.startswith(_FIT) for name in constants) else usual
            ranked = rank_experts(record, fits, wanted, _PEOPLE)
        yield part, [(int(record.numbers[one.person]), one.score) for one in ranked]
    for part, constants in DEPTHS.items():
        with _patched(constants):
            deeper, _ = engine.evidence_for_people(owner, query.text)
        wanted = Wanted(found.question, Filters(), engine.settings.half_life_years)
        ranked = rank_experts(record, item_fits(deeper), wanted, _PEOPLE)
        yield part, [(int(record.numbers[one.person]), one.score) for one in ranked]


@contextmanager
def _patched(constants: Mapping[str, Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for name in constants.keys() - {_HALF_LIFE}:  # which is a setting
            stack.enter_context(patch(name, constants[name]))
        yield


def table(values: Mapping[str, Mapping[str, Floats]]) -> Iterator[str]:
    """The lines of a table: MAP of each collection, first as it is, then what losing each part changes.

    Args:
        values: The average precision of each query, by collection and by part.
    """
    parts = list(next(iter(values.values())))
    names = [name.removeprefix("experts/") for name in values]
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for part in parts:
        cells = (_cell(of[_WHOLE], of[part], part) for of in values.values())
        yield f"| {part} | {' | '.join(cells)} |"


def _cell(whole: Floats, without: Floats, part: str) -> str:
    if part == _WHOLE:
        return f"{100 * whole.mean():.1f}"
    change = compare(whole, without)
    mark = "" if not change.real else " ▲" if change.mean > 0 else " ▼"
    return f"{100 * change.mean:+.1f}{mark}"


if __name__ == "__main__":
    main(sys.argv[1:])
