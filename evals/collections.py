"""A folder → its test collections, recognised by what lies in it."""

from __future__ import annotations

from pathlib import Path

from evals.beir import is_beir, load_beir
from evals.errors import EvalError
from evals.expert_files import is_experts, load_experts
from evals.nouns import Collection

_DEPTH = 2  # folders in which collections are looked for


def load(path: Path, split: str | None = None, corpus: Path | None = None) -> list[Collection]:
    """Read the test collections in a folder, or in the folders below it.

    Args:
        path: The folder.
        split: Which judgments, where there are several.
        corpus: The folder of an experts collection's corpus, if it is not where it is looked for.

    Raises:
        EvalError: If there are none, or a file of one cannot be used.
    """
    if not path.is_dir():
        raise EvalError(f"{path}: is no folder; give that of a test collection, or `own`")
    folders = _folders(path.absolute(), _DEPTH)
    if not folders:
        raise EvalError(
            f"{path}: holds no test collection: neither corpus.jsonl, queries.jsonl and qrels/, "
            "nor people.jsonl and qrels_NAME.tsv"
        )
    return [collection for folder in folders for collection in _load(folder, split, corpus)]


def _folders(folder: Path, depth: int) -> list[Path]:
    if is_beir(folder) or is_experts(folder):
        return [folder]
    if depth == 0:
        return []
    below = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    return [found for one in below for found in _folders(one, depth - 1)]


def _load(folder: Path, split: str | None, corpus: Path | None) -> list[Collection]:
    if is_beir(folder):
        return [load_beir(folder, split)]
    return load_experts(folder, split, corpus)
