"""Runs as files, in the format of TREC: `query Q0 document rank score name`."""

from __future__ import annotations

import math
import re
from pathlib import Path

from catalog.errors import UnreadableError
from evals.errors import EvalError
from evals.nouns import Run
from ingest.sources.tables.lines import lines, open_text

_FIELDS = 6


def write_run(path: Path, run: Run, name: str) -> None:
    """Write a run; what counts is the order, so a document's score is how many come after it.

    Raises:
        EvalError: If the file cannot be written.
    """
    rows = (
        f"{query} Q0 {document} {rank} {len(ranking) - rank} {name}\n"
        for query, ranking in run.items()
        for rank, (document, _) in enumerate(ranking, 1)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(rows)
    except OSError as error:
        raise EvalError(f"{path}: cannot be written: {error.strerror}") from error


def read_run(path: Path) -> Run:
    """Read a run, each query's documents by falling score; equal ones in the file's order.

    Raises:
        EvalError: If it cannot be read, or a line is not one of a run.
    """
    run: Run = {}
    seen: set[tuple[str, str]] = set()
    try:
        with open_text(path, str(path)) as file:
            for number, line in lines(file):
                if line is None or line.strip():
                    query, document, score = _row(line or "", f"{path} line {number}")
                    if (query, document) in seen:
                        raise EvalError(f"{path} line {number}: ranks {document} for {query} a second time")
                    seen.add((query, document))
                    run.setdefault(query, []).append((document, score))
    except UnreadableError as error:
        raise EvalError(str(error)) from error
    return {query: sorted(ranking, key=lambda one: -one[1]) for query, ranking in run.items()}


def file_name(name: str) -> str:
    """The name of a method or a collection, as a part of a file's name."""
    return re.sub(r"[^\w.+-]+", "-", name).strip("-")


def _row(line: str, where: str) -> tuple[str, str, float]:
    parts = line.split()
    advice = "is no line of a run; it should be: query Q0 document rank score name"
    if len(parts) != _FIELDS:
        raise EvalError(f"{where}: {advice}")
    try:
        score = float(parts[4])
    except ValueError as error:
        raise EvalError(f"{where}: {advice}") from error
    if math.isnan(score):
        raise EvalError(f"{where}: {advice}")
    return parts[0], parts[2], score
