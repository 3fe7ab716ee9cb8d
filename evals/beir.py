"""Collections in the layout of BEIR, and those of similar problems, which add dates and bodies to it.

The layout is that of Thakur et al. (BEIR, https://arxiv.org/abs/2104.08663): `corpus.jsonl`,
`queries.jsonl` and `qrels/SPLIT.tsv`. Where a query has a `body` or a date (`created`), what is asked is a
problem: only documents that were written before it may be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.errors import EvalError
from evals.nouns import Collection, Document, Task
from evals.tables import find, judged, read_qrels, read_queries, rows, some, text
from ingest.sources.shared.dates import parse_date

_DEFAULTS = ("dev", "test")


def is_beir(folder: Path) -> bool:
    """Whether a folder holds a corpus, queries and judgments."""
    return bool(find(folder, "corpus") and find(folder, "queries") and (folder / "qrels").is_dir())


def load_beir(folder: Path, split: str | None = None) -> Collection:
    """Read a collection.

    Args:
        folder: Its folder.
        split: Which judgments; the only ones, those named dev, or those named test, if not given.

    Raises:
        EvalError: If a file cannot be used, or there are no such judgments.
    """
    corpus, asked = find(folder, "corpus"), find(folder, "queries")
    if corpus is None or asked is None:
        raise EvalError(f"{folder}: lacks corpus.jsonl or queries.jsonl; see docs/evaluation.md")
    repeated: list[str] = []
    documents = _documents(corpus, repeated)
    warnings = _warn_repeated(corpus, "documents", repeated)
    repeated = []
    queries = read_queries(asked, repeated)
    warnings += _warn_repeated(asked, "queries", repeated)
    path = choose(sorted((folder / "qrels").glob("*.tsv")), split, folder)
    known = {document.id for document in documents}
    kept, qrels, odd = judged(queries, read_qrels(path), known, path)
    problems = any(text(row, "body") or text(row, "created") for _, row in rows(asked))
    return Collection(
        name=f"{folder.parent.name}/{folder.name} {path.stem}",
        task=Task.SIMILAR if problems else Task.SEARCH,
        corpus=corpus,
        queries=kept,
        qrels=qrels,
        documents=documents,
        warnings=(*warnings, *odd),
    )


def choose(paths: Sequence[Path], split: str | None, folder: Path) -> Path:
    """Choose the judgments of a split.

    Raises:
        EvalError: If there are none.
    """
    found = {path.stem: path for path in paths}
    if not found:
        raise EvalError(f"{folder / 'qrels'}: holds no judgments; put them into a file such as test.tsv")
    wanted = (split,) if split else (*_DEFAULTS, next(iter(found))) if len(found) == 1 else _DEFAULTS
    for name in wanted:
        if name in found:
            return found[name]
    advice = f"--split {split}: no such split" if split else "which split?"
    raise EvalError(f"{folder}: {advice} Give --split and one of {', '.join(found)}")


def _documents(corpus: Path, repeated: list[str]) -> tuple[Document, ...]:
    found: dict[str, Document] = {}
    for _, row in rows(corpus):
        created = parse_date(text(row, "created"))
        key = " ".join(text(row, "_id").split())
        document = Document(
            key, text(row, "title"), text(row, "text"), created and created.replace(microsecond=0)
        )
        if found.setdefault(key, document) is not document:
            repeated.append(key)
    return tuple(found.values())


def _warn_repeated(path: Path, what: str, repeated: Sequence[str]) -> list[str]:
    if not repeated:
        return []
    return [f"{path}: {some(repeated)} ids of {what} occur more than once; the first of each counts"]
