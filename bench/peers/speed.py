"""How fast a peer is, on the standard library and NumPy alone: run in the peer's own environment.

A peer's `speed.py` says how it is filled and asked; this gives it the passages and the questions of a folder
that `bench.versus` wrote (`passages.jsonl`, `vectors.npy`, `questions.json`), and prints as JSON what it
took.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

K = 10
"""Passages that are wanted for a question."""

Floats = Any  # float32 [n, dimension]; the peers' versions of NumPy differ


class Search(Protocol):
    """Finds the ids of the best passages for a question."""

    def __call__(self, question: str, k: int) -> list[str]:
        """Search."""
        ...


Fill = Callable[[Sequence[str], Sequence[str], Floats | None], Search]
"""Makes a peer hold passages, given their ids, texts, and their vectors if it need not embed them."""


def measure(fill: Fill) -> None:
    """Fill and ask the peer as the command line says: FOLDER COUNT embed|given."""
    folder, count, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    vectors = np.load(folder / "vectors.npy")[:count].astype(np.float32) if how == "given" else None
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    warm = fill(["warm"], ["The model is loaded with this."], None if vectors is None else vectors[:1])
    warm("Is it?", 1)
    begin = time.perf_counter()
    ids, texts = _read(folder / "passages.jsonl", count)
    search = fill(ids, texts, vectors)
    found = search(questions[0], K)
    filled = time.perf_counter() - begin
    taken = []
    for question in questions:
        begin = time.perf_counter()
        found = search(question, K)
        taken.append(1000 * (time.perf_counter() - begin))
        if len(found) != K:
            sys.exit(f"{len(found)} found for {question!r} instead of {K}")
    told = {
        "passages": count,
        "fill_s": round(filled, 2),
        "p50_ms": round(float(np.percentile(taken, 50)), 2),
        "p99_ms": round(float(np.percentile(taken, 99)), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(told))


def _read(path: Path, count: int) -> tuple[list[str], list[str]]:
    ids, texts = [], []
    with path.open(encoding="utf-8") as lines:
        for _, line in zip(range(count), lines, strict=False):
            row = json.loads(line)
            ids.append(row["id"])
            texts.append(row["text"])
    return ids, texts
