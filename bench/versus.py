"""Copse beside txtai, Haystack, Chroma and LlamaIndex: the same weights, passages and questions, in one run.

`python -m bench.versus LIBRARY [--embed 2000] [--search 20000,100000] [--rounds 1] [--peer NAME]`. LIBRARY
gives the passages (`bench.grown` makes more like them, as many as it takes) and, by its titles, the
questions.

- *Filling*: a file of passages becomes searchable, embedding included. The peers read and index it in a
  process in which the model is loaded already; Copse is the command `copse ingest FILE` from a cold shell,
  and a first question. They take turns.
- *Searching*: a question's ten best, encoding of the question included, over passages whose vectors are
  given. txtai, Haystack and Copse search by words and by meaning, Chroma and LlamaIndex by meaning alone.

Each peer has its own virtual environment, made on first use; see `bench/peers/README.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.grown import grow, read_seed
from bench.peers.__main__ import ALL as PEERS
from bench.peers.__main__ import HERE, OFFLINE, environment
from bench.records import Record, keep
from bench.searching import titles
from catalog.settings import read_settings
from catalog.store import Catalog
from search.engine import Engine

_COPSE = (sys.executable, "-c", "from ui.cli import main; main()")
_QUESTIONS = 100
_BLOCK = 20_000  # passages read at a time

Told = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill and ask each in turn, and print the ratios."""
    asked = _parser().parse_args(arguments)
    record = Record("versus")
    with TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        for size in asked.embed:
            _fill_all(_real(asked.library, work, size), size, asked, record)
        for size in asked.search:
            _search_all(_prepared(asked.library, work, size), size, asked, record)
    keep(record)


def _parser() -> argparse.ArgumentParser:
    def sizes(text: str) -> list[int]:
        return [int(float(one)) for one in text.split(",") if one]

    parser = argparse.ArgumentParser(prog="python -m bench.versus", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument(
        "--embed", type=sizes, default=[2000], help="passages to fill with, with commas between"
    )
    parser.add_argument("--search", type=sizes, default=[20_000, 100_000], help="passages to search in")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is filled; the median counts")
    parser.add_argument("--peer", choices=PEERS, action="append", help="only this one; may be repeated")
    parser.add_argument("--work", type=Path, help="where the grown libraries are kept for the next run")
    return parser


def _prepared(library: Path, work: Path, size: int) -> Path:
    """A folder with a library of so many passages, and what the peers read of it."""
    folder = work / str(size)
    if not (folder / "questions.json").exists():
        with Catalog.open(library, create=False) as old, Catalog.open(folder / "library") as catalog:
            for _ in grow(catalog, read_seed(old), size):
                pass
            _export(catalog, folder)
    return folder


def _real(library: Path, work: Path, size: int) -> Path:
    """A folder with what the peers read of the library itself, if it has so many passages."""
    with Catalog.open(library, create=False) as catalog, catalog.feed() as feed:
        model = next(model for model in feed.models() if model.serving)
        if len(feed.vector_ids(model)) < size:
            return _prepared(library, work, size)
        folder = work / "real"
        if not (folder / "questions.json").exists():
            folder.mkdir(parents=True)
            _export(catalog, folder)
        return folder


def _export(catalog: Catalog, folder: Path) -> None:
    """Write the passages, each with its vector, and questions."""
    blocks = []
    with catalog.feed() as feed, (folder / "passages.jsonl").open("w", encoding="utf-8") as lines:
        model = next(model for model in feed.models() if model.serving)
        ids = feed.vector_ids(model)
        for start in range(0, len(ids), _BLOCK):
            part = ids[start : start + _BLOCK]
            blocks.append(feed.vectors(model, part).astype(np.float16))
            for one in feed.load(part.tolist()):
                # Rows that ask something would be read as a table of questions and answers.
                title = one.title.rstrip("? ")
                row = {"id": str(one.id), "title": title, "body": one.text, "text": f"{title}\n{one.text}"}
                lines.write(json.dumps(row) + "\n")
    np.save(folder / "vectors.npy", np.concatenate(blocks))
    questions = titles(catalog, _QUESTIONS)
    (folder / "questions.json").write_text(json.dumps(questions), "utf-8")


def _fill_all(folder: Path, size: int, asked: argparse.Namespace, record: Record) -> None:
    ways: dict[str, Callable[[], float]] = {"copse": lambda: _fill_copse(folder, size)}
    for peer in asked.peer or PEERS:
        ways[peer] = lambda peer=peer: float(_peer(peer, folder, size, "embed")["fill_s"])  # type: ignore[misc]
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(asked.rounds):
        for name, way in ways.items():
            taken[name].append(way())
            print(f"{name} filled with {size:,} passages in {taken[name][-1]:.1f} s", flush=True)
    mine = median(taken["copse"])
    print(f"\n{'filling':<12} {'passages/s':>10} {'Copse is faster':>16}")
    for name, seconds in taken.items():
        rate, ratio = size / median(seconds), median(seconds) / mine
        record.add(f"fill.{name}.{size}", passages_per_s=round(rate, 1), ratio=round(ratio, 2))
        print(f"{name:<12} {rate:>10.1f} {ratio:>15.1f}x")


def _fill_copse(folder: Path, size: int) -> float:
    """Seconds from the command to the first answer."""
    with TemporaryDirectory() as temporary:
        file = Path(temporary, "practice", "passages.jsonl")
        file.parent.mkdir()
        with (
            (folder / "passages.jsonl").open(encoding="utf-8") as lines,
            file.open("w", encoding="utf-8") as out,
        ):
            for _, line in zip(range(size), lines, strict=False):
                row = json.loads(line)
                out.write(json.dumps({"id": row["id"], "title": row["title"], "text": row["body"]}) + "\n")
        library = Path(temporary, "library")
        begin = time.perf_counter()
        variables = {name: value for name, value in os.environ.items() if not name.startswith("COPSE_")}
        command = [*_COPSE, "ingest", str(file.parent)]
        subprocess.run(  # noqa: S603 - Copse itself
            command, check=True, env=variables | {"COPSE_LIBRARY": str(library)}, stdout=subprocess.DEVNULL
        )
        with _opened(library) as engine:
            engine.search(engine.catalog.owner(), "Is it?", k=10)
        return time.perf_counter() - begin


def _opened(library: Path) -> Engine:
    settings = read_settings({"library": library, "record_gaps": "no"})
    return Engine(Catalog.open(library, create=False), settings)


def _search_all(folder: Path, size: int, asked: argparse.Namespace, record: Record) -> None:
    rows = {"copse": _search_copse(folder)}
    for peer in asked.peer or PEERS:
        rows[peer] = _peer(peer, folder, size, "given")
    print(f"\n{size:,} passages   {'p50 ms':>8} {'p99 ms':>8} {'Copse is faster':>16}")
    for name, told in rows.items():
        ratio = told["p50_ms"] / rows["copse"]["p50_ms"]
        record.add(f"search.{name}.{size}", **told, ratio=round(ratio, 2))
        print(f"{name:<17} {told['p50_ms']:>8.1f} {told['p99_ms']:>8.1f} {ratio:>15.1f}x")


def _search_copse(folder: Path) -> Told:
    with _opened(folder / "library") as engine:
        viewer = engine.catalog.owner()
        engine.warm_up(viewer)
        taken = list(_timed(engine, json.loads((folder / "questions.json").read_text("utf-8"))))
    return {name: round(float(np.percentile(taken, at)), 2) for name, at in (("p50_ms", 50), ("p99_ms", 99))}


def _timed(engine: Engine, questions: Sequence[str]) -> Iterator[float]:
    viewer = engine.catalog.owner()
    for question in questions:
        begin = time.perf_counter()
        engine.search(viewer, question, k=10)
        yield 1000 * (time.perf_counter() - begin)


def _peer(peer: str, folder: Path, size: int, how: str) -> Told:
    command = [str(environment(peer)), "-m", f"bench.peers.{peer}.speed", str(folder), str(size), how]
    done = subprocess.run(  # noqa: S603 - our own script
        command,
        cwd=HERE.parent.parent,
        env={**os.environ, **OFFLINE},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{peer} stopped (its message is above): put that right, or choose other peers by --peer")
    told: Told = json.loads(done.stdout.strip().splitlines()[-1])
    return told


if __name__ == "__main__":
    main()
