"""People ranked for the queries of a collection: by Copse, and by the ways that it has to beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from evals import voting
from evals.fusion import convex
from evals.nouns import Candidate, Collection, Ranking, Run
from evals.voting import Ballot, Floats, ballot
from search.engine import Engine
from search.people.record import Record
from search.retrieve import Retrieval

_DEPTH = 200  # items that vote in the simple ways
_DENSE = 0.6  # share of meaning where both scores are stretched from 0 to 1
_ACTIVITY = 0.5  # of the logarithm of all that somebody did
_HALF_LIFE = 1.0  # years, as in the settings


def rank_people(engine: Engine, collection: Collection) -> Run:
    """Rank people for every query by the ranking that experts are taken from."""
    viewer, roster = engine.catalog.owner(), Roster(engine, collection.candidates)
    return {query.id: roster.ranking(engine.rank_people(viewer, query.text)) for query in collection.queries}


def most_active(collection: Collection) -> Run:
    """The same ranking for every query: who has written most comes first."""
    ranking = sorted(
        ((one.id, float(one.activity)) for one in collection.candidates), key=lambda pair: -pair[1]
    )
    return {query.id: ranking for query in collection.queries}


def rank_by_voting(engine: Engine, collection: Collection) -> dict[str, Run]:
    """Rank people for every query in the ways of `evals/voting.py`, all from one search."""
    viewer, roster = engine.catalog.owner(), Roster(engine, collection.candidates)
    runs: dict[str, Run] = defaultdict(dict)
    work: _Work | None = None
    for query in collection.queries:
        found, record = engine.evidence_for_people(viewer, query.text)
        work = work or _read_work(engine, record)
        for method, scores in _methods(found, record, work):
            runs[method][query.id] = roster.ranking(_ranked(record, scores))
    return dict(runs)


class Roster:
    """The candidates of a collection among the people of its library.

    Args:
        engine: The library, opened.
        candidates: Who can be named; by their ids, or by a name that only one of them has.
    """

    def __init__(self, engine: Engine, candidates: Iterable[Candidate]) -> None:
        known = _Known(tuple(candidates))
        with engine.catalog.read(engine.catalog.owner()) as reader:
            summaries = reader.people(limit=10_000_000)
        self._candidates = {
            one.person.id: known.candidate(
                _candidate_names(one.person.name, [i.value for i in one.identities])
            )
            for one in summaries
        }

    def ranking(self, people: Iterable[tuple[int, float]]) -> Ranking:
        """The candidates among people, by the catalog's numbers of them; the first of each counts."""
        found: dict[str, float] = {}
        for number, score in people:
            if candidate := self._candidates[number]:
                found.setdefault(candidate, score)
        return list(found.items())


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What people wrote altogether.

    Attributes:
        meaning: Its mean direction, of shape [p, dimension].
        tags: Which share of it carries each tag, of shape [p, tags].
    """

    meaning: Floats
    tags: Floats


def _read_work(engine: Engine, record: Record) -> _Work:
    with engine.catalog.read(engine.catalog.owner()) as reader:
        directions = reader.item_vectors(record.activity.rows.tolist(), engine.encoder().name)
    return _Work(voting.mean_directions(record, directions), voting.tag_profiles(record))


def _methods(found: Retrieval, record: Record, work: _Work) -> Iterator[tuple[str, Floats]]:
    """Names of ways, and the scores that each gives to people, of shape [p]."""
    words, meaning, fused = (_best(found, which) for which in ("words", "meaning", "score"))
    both = ballot(record, fused)
    yield "Votes", voting.votes(both)
    yield "CombSUM", voting.comb_sum(both)
    yield "CombSUM, words alone", voting.comb_sum(ballot(record, words))
    yield "CombSUM, meaning alone", voting.comb_sum(ballot(record, meaning))
    yield "CombSUM, aged", voting.aged_comb_sum(both, _HALF_LIFE)
    yield "CombMNZ", voting.comb_mnz(both)
    yield "expCombMNZ", voting.exp_comb_mnz(both)
    yield "expCombMNZ, words alone", voting.exp_comb_mnz(ballot(record, words))
    yield "expCombMNZ, meaning alone", voting.exp_comb_mnz(ballot(record, meaning))
    yield "reciprocal rank", voting.reciprocal_rank(both)
    yield "Model 1", voting.model_1(work.meaning, found.vector)
    yield "Model 2", voting.model_2(both)
    yield "Model 2, item by item", voting.model_2_by_item(both)
    yield "tag profiles", voting.tag_profile(record, work.tags, fused)
    yield "simple votes", _simple(record, words, meaning)


def _best(found: Retrieval, which: str) -> dict[int, float]:
    """The items that fit best by one kind of score, and these scores; none without any."""
    scores = {match.place.item: float(getattr(match, which)) for match in found.items}
    best = sorted(scores.items(), key=lambda one: -one[1])[:_DEPTH]
    return {item: score for item, score in best if score > 0}


def _simple(record: Record, words: Mapping[int, float], meaning: Mapping[int, float]) -> Floats:
    """What one would do first: both scores stretched from 0 to 1 and added, votes, and activity."""
    fused = convex({"": _named(words)}, {"": _named(meaning)}, _DENSE)[""][:_DEPTH]
    cast: Ballot = ballot(record, {int(item): score for item, score in fused})
    return voting.with_activity(voting.comb_sum(cast), cast, _ACTIVITY)


def _named(scores: Mapping[int, float]) -> Ranking:
    return [(str(item), score) for item, score in scores.items()]


def _ranked(record: Record, scores: Floats) -> list[tuple[int, float]]:
    order = np.lexsort((record.numbers, -scores))
    return [(int(record.numbers[one]), float(scores[one])) for one in order.tolist() if scores[one] > 0]


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
