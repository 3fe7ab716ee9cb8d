"""What votes give to similar problems, when only those count that were cast before the question was asked.

`python -m bench.dated_votes PACKS SITE [SITE …]`, PACKS being a folder with `stackexchange/SITE` dumps, which
date their votes, and `similar/SITE` judgments, which do not.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import numpy as np

from bench.quiet import Quiet
from catalog.nouns import Kind, Votes
from catalog.settings import read_settings
from evals.collections import load
from evals.library import default_cache, open_library
from evals.measures import parse, per_query
from evals.nouns import Collection, Ranking, Run, Task
from evals.significance import compare
from evals.systems import rank
from search.engine import Engine
from search.fusion import approval

_WEIGHTS = (0.0, 0.02, 0.04, 0.08)
_MEASURES = ("nDCG@10", "Success@10")


def main(arguments: Sequence[str]) -> None:
    """Measure each site."""
    packs = Path(arguments[0])
    for site in arguments[1:]:
        [judged] = load(packs / "similar" / site)
        _measure(judged, packs / "stackexchange" / site)


def _measure(judged: Collection, dump: Path) -> None:
    """Print a line for each weight, with its difference to none."""
    rankings, votes = _rank(judged, dump)
    asked = {query.id: query.until for query in judged.queries}
    ids = list(asked)
    none = None
    for weight in _WEIGHTS:
        run: Run = {
            query: _with_votes(ranking, votes, asked[query], weight) for query, ranking in rankings.items()
        }
        found = per_query(run, judged.qrels, ids, [parse(name) for name in _MEASURES])
        first, hits = found.values()
        none = first if none is None else none
        change = compare(none, first)
        print(
            f"{judged.name}  votes {weight:.2f}: nDCG@10 {100 * first.mean():.1f} ({100 * change.mean:+.1f}, "
            f"p = {change.p:.3f}), hit@10 {100 * np.mean(hits):.1f}"
        )


def _rank(judged: Collection, dump: Path) -> tuple[dict[str, Ranking], dict[str, tuple[Votes, ...]]]:
    """Rank the dump's questions without votes; and its votes by day."""
    collection = Collection(f"stackexchange/{dump.name}", Task.SIMILAR, dump, (), {})
    settings = replace(read_settings(), votes_weight=0.0)
    with open_library(collection, settings, default_cache(), Quiet()) as library:
        viewer = library.catalog.owner()
        engine = Engine(library.catalog, library.settings, library.encoder)
        with library.catalog.read(viewer) as reader:
            source = reader.status().sources[0].name
        site = f"{dump.name}-"
        rankings: dict[str, Ranking] = {}
        voted: dict[str, tuple[Votes, ...]] = {}
        for query in judged.queries:
            own = replace(query, id=f"{source}:{query.id.removeprefix(site)}")
            found = rank(engine, viewer, own, Task.SIMILAR, frozenset({Kind.QUESTION}))
            rankings[query.id] = [(site + item_id.rpartition(":")[2], score) for item_id, score in found]
            with library.catalog.read(viewer) as reader:
                voted |= reader.votes(item_id for item_id, _ in found)
    return rankings, {site + item_id.rpartition(":")[2]: votes for item_id, votes in voted.items()}


def _with_votes(
    ranking: Ranking, votes: Mapping[str, Sequence[Votes]], until: datetime | None, weight: float
) -> Ranking:
    before = np.array([_before(votes.get(item_id, ()), until) for item_id, _ in ranking], np.int64)
    liked = approval(before).tolist()
    voted = ((item_id, score + weight * one) for (item_id, score), one in zip(ranking, liked, strict=True))
    return sorted(voted, key=lambda one: -one[1])


def _before(votes: Sequence[Votes], until: datetime | None) -> int:
    """Up-votes minus down-votes of the days before a time."""
    if until is None:
        return 0
    sums = [0, *accumulate(day.value for day in votes)]
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    return sums[bisect_left([day.day for day in votes], midnight)]


if __name__ == "__main__":
    main(sys.argv[1:])
