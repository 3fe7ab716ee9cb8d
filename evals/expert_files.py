"""Collections of experts: who should be named for a question or a topic, split by time.

A folder holds `people.jsonl` (the candidates), pairs of `queries_NAME.jsonl` and `qrels_….tsv`, and, where
the corpus is a forum's dump, `split.json` with the cut-off: only what was written before it is indexed. The
corpus lies beside it: `experts/NAME` belongs to `stackexchange/NAME` or to `documents/NAME`.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from evals.cutoff import answerers_after
from evals.errors import EvalError
from evals.nouns import Candidate, Collection, Qrels, Query, Task
from evals.tables import find, judged, read_qrels, read_queries, rows, text
from ingest.sources.shared.dates import parse_date

_CORPORA = ("stackexchange", "documents")
_ACTIVITY = ("train_answers", "posts", "activity")
_LONGEST = 1_000_000  # characters of split.json


def is_experts(folder: Path) -> bool:
    """Whether a folder holds candidates and judgments of them."""
    return bool(find(folder, "people")) and any(folder.glob("qrels_*.tsv"))


def load_experts(folder: Path, split: str | None = None, corpus: Path | None = None) -> list[Collection]:
    """Read the collections of a folder: one for each file of judgments.

    Args:
        folder: The folder.
        split: The only judgments that are wanted: `routing` of `qrels_routing.tsv`.
        corpus: The folder of the corpus; the one beside it if not given.

    Raises:
        EvalError: If a file cannot be used, or there are no such judgments, or no corpus.
    """
    files = {path.stem.removeprefix("qrels_"): path for path in sorted(folder.glob("qrels_*.tsv"))}
    if split and split not in files:
        raise EvalError(f"{folder}: --split {split}: no such split. Give one of {', '.join(files)}")
    corpus = corpus or _corpus(folder)
    candidates = _candidates(folder)
    wanted = {split: files[split]} if split else files
    return [_load(folder, name, path, corpus, candidates) for name, path in wanted.items()]


def _load(folder: Path, name: str, path: Path, corpus: Path, candidates: tuple[Candidate, ...]) -> Collection:
    qrels = read_qrels(path)
    asked = _queries_of(folder, qrels)
    queries = read_queries(asked, [])
    known = {candidate.id for candidate in candidates}
    kept, qrels_kept, warnings = judged(queries, qrels, known, path)
    cutoff = _cutoff(folder / "split.json")
    unreached = [_unnamed(kept, qrels_kept, known)]
    if cutoff and (note := _unjudged(folder.name, kept, answerers_after(corpus, cutoff), known)):
        unreached.append(note)
    return Collection(
        name=f"experts/{folder.name} {name}",
        task=Task.EXPERTS,
        corpus=corpus,
        queries=kept,
        qrels=qrels_kept,
        candidates=candidates,
        cutoff=cutoff,
        warnings=(*warnings, *unreached),
    )


def _unnamed(queries: Sequence[Query], qrels: Qrels, known: Container[str]) -> str:
    """How many queries have an expert who is no candidate, so that no ranking can name them."""
    strangers = [
        query
        for query in queries
        if any(score > 0 and one not in known for one, score in qrels[query.id].items())
    ]
    return f"{_share(len(strangers), len(queries))} of the queries have an expert who is no candidate"


def _unjudged(
    site: str, queries: Sequence[Query], answered: Mapping[str, set[str]], known: Container[str]
) -> str | None:
    """How many later questions nobody answered who is a candidate; None if no such questions are asked."""
    if not {f"{site}-{question}" for question in answered} & {query.id for query in queries}:
        return None
    unreached = [one for one in answered.values() if not any(f"user-{user}" in known for user in one)]
    return (
        f"{_share(len(unreached), len(answered))} of all questions answered after the cut-off "
        "have no candidate among those who answered; they are not judged"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / max(whole, 1):.0%} ({part:,} of {whole:,})"


def _queries_of(folder: Path, ids: Container[str]) -> Path:
    """The file of queries that has most of the judged ones."""
    shared = {
        path: sum(text(row, "_id") in ids for _, row in rows(path))
        for path in sorted([*folder.glob("queries_*.jsonl"), *folder.glob("queries_*.jsonl.gz")])
    }
    best = max(shared, key=lambda path: shared[path], default=None)
    if best is None or not shared[best]:
        raise EvalError(f"{folder}: no queries_NAME.jsonl has the queries that are judged")
    return best


def _candidates(folder: Path) -> tuple[Candidate, ...]:
    path = find(folder, "people")
    if path is None:
        raise EvalError(f"{folder}: lacks people.jsonl, the people who can be named")
    found: dict[str, Candidate] = {}
    for _, row in rows(path):
        activity = next((value for name in _ACTIVITY if isinstance(value := row.get(name), int)), 0)
        key = text(row, "_id")
        found.setdefault(key, Candidate(key, text(row, "name") or key, activity))
    return tuple(found.values())


def _corpus(folder: Path) -> Path:
    places = [folder.absolute().parent.parent / kind / folder.name for kind in _CORPORA]
    for place in places:
        if place.is_dir():
            return place
    listed = " or ".join(map(str, places))
    raise EvalError(
        f"{folder}: which corpus do the experts belong to? Put it at {listed}, or give --corpus DIR"
    )


def _cutoff(path: Path) -> datetime | None:
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8") as file:
            said = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError) as error:
        raise EvalError(f"{path}: cannot be read: {error}") from error
    found = parse_date(str(said.get("cutoff", ""))) if isinstance(said, dict) else None
    if found is None:
        raise EvalError(f'{path}: has no date; write it as {{"cutoff": "2024-03-14T09:30:00"}}')
    return found
