"""How time, memory and disk grow with a community: 10,000, 100,000 and 1,000,000 passages.

`python -m bench.growth SEED [--sizes 1e4,1e5,1e6] [--work FOLDER] [--questions 200] [--picture FILE]`. SEED
is a library that was made by `copse ingest`; `bench.grown` makes larger ones of it, which stay in FOLDER if
it is given. Every size is measured in processes of its own: building the indexes of a library that has none,
a cold `copse search`, what a question costs face by face once all is loaded, memory, disk, a backup while it
is open, and the arrival of a thousand passages more. The picture has a panel for each, both axes logarithmic.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.grown import grow, read_seed
from bench.plots import Panel, draw
from bench.records import Record, keep
from bench.searching import FACES, timed, titles
from catalog.settings import read_settings
from catalog.store import Catalog
from search.engine import Engine

_COPSE = (sys.executable, "-c", "from ui.cli import main; main()")
_ARRIVING = 1000  # passages
_QUESTION = "How do I begin?"
_PANELS = {
    "Seconds to build all indexes": ("build_s",),
    "Milliseconds, half within": tuple(f"{face}_p50_ms" for face in FACES),
    "Milliseconds, 95 % within": tuple(f"{face}_p95_ms" for face in FACES),
    "MiB of memory with all loaded": ("memory_mib", "anonymous_mib"),
    "Bytes of disk per passage": ("disk_bytes", "catalog_bytes"),
    "Seconds: cold search, backup": ("cold_search_s", "backup_s"),
    "Passages a second that arrive": ("arriving_per_s",),
}

Told = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size, and print, keep and draw what came out."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("seed", type=Path)
    parser.add_argument("--sizes", default="1e4,1e5,1e6")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # one library, in this process
    asked = parser.parse_args(arguments)
    if asked.here:
        print(json.dumps(_questions(asked.seed, asked.questions)))
        return
    record = Record("growth")
    with TemporaryDirectory() as temporary:
        for size in (int(float(one)) for one in asked.sizes.split(",")):
            library = (asked.work or Path(temporary)) / f"{size}"
            told = _measure(asked.seed, library, size, asked.questions)
            record.add(f"{size}", **told)
            print(f"{size:,} passages: {json.dumps(told)}", flush=True)
    keep(record)
    if asked.picture:
        asked.picture.write_text(draw(_panels(record)), "utf-8")


def _measure(seed: Path, library: Path, size: int, questions: int) -> Told:
    if not (library / "catalog.db").exists():
        with Catalog.open(seed, create=False) as old, Catalog.open(library) as catalog:
            for done in grow(catalog, read_seed(old), size):
                print(f"{done:,}/{size:,} passages grown", end="\r", flush=True)
    shutil.rmtree(library / "indexes", ignore_errors=True)
    told = {"build_s": _child(library, 1)["loaded_s"]}
    told |= {"cold_search_s": _cold(library)}
    told |= _child(library, questions)
    told |= _disk(library, size)
    told |= {"backup_s": _backup(library), "arriving_per_s": _arriving(library)}
    return {name: round(value, 3) for name, value in told.items()}


def _child(library: Path, questions: int) -> Told:
    command = [sys.executable, "-m", "bench.growth", str(library), "--here", "--questions", str(questions)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - this program
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def _questions(library: Path, count: int) -> Told:
    """Open a library as a server does, ask, and look at the memory."""
    began = time.perf_counter()
    with _opened(library) as engine:
        engine.warm_up(engine.catalog.owner())
        told = {"loaded_s": time.perf_counter() - began}
        if count == 1:
            return told
        questions = titles(engine.catalog, count)
        for name, look in FACES.items():
            clock, processor = timed(engine, look, questions)
            for share in (50, 95, 99):
                told[f"{name}_p{share}_ms"] = float(np.percentile(clock, share))
            told[f"{name}_cpu_ms"] = float(processor.mean())
        return told | _memory()


@contextmanager
def _opened(library: Path) -> Iterator[Engine]:
    settings = read_settings({"library": library, "record_gaps": "no"})
    with Catalog.open(library, create=False) as catalog, Engine(catalog, settings) as engine:
        yield engine


def _memory() -> Told:
    """MiB that this process holds: all of it, and what is not a part of a file that others may use too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = {name: int(kib) / 1024 for name, kib in re.findall(r"(VmRSS|RssAnon):\s+(\d+) kB", status)}
    return {"memory_mib": held["VmRSS"], "anonymous_mib": held["RssAnon"]}


def _cold(library: Path) -> float:
    began = time.perf_counter()
    _copse(library, "search", _QUESTION)
    return time.perf_counter() - began


def _copse(library: Path, *arguments: str) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COPSE_")}
    subprocess.run(  # noqa: S603 - Copse itself
        [*_COPSE, *arguments],
        env=variables | {"COPSE_LIBRARY": str(library)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _disk(library: Path, size: int) -> Told:
    """Bytes per passage: the catalog, and with it the indexes."""
    with sqlite3.connect(library / "catalog.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    catalog = (library / "catalog.db").stat().st_size
    indexes = sum(path.stat().st_size for path in (library / "indexes").rglob("*") if path.is_file())
    return {"catalog_bytes": catalog / size, "disk_bytes": (catalog + indexes) / size}


def _backup(library: Path) -> float:
    """SQLite's own backup, which may be taken while the library is in use."""
    with TemporaryDirectory(dir=library) as temporary:
        began = time.perf_counter()
        with sqlite3.connect(library / "catalog.db") as db, sqlite3.connect(f"{temporary}/copy.db") as copy:
            db.backup(copy)
        return time.perf_counter() - began


def _arriving(library: Path) -> float:
    """Passages a second that are read, embedded, stored and indexed; they are taken out again afterwards."""
    with TemporaryDirectory() as temporary:
        file = Path(temporary, "arriving", "rows.jsonl")
        file.parent.mkdir()
        with Catalog.open(library, create=False) as catalog, catalog.feed() as feed:
            model = next(model for model in feed.models() if model.serving)
            some = feed.load(feed.vector_ids(model)[:_ARRIVING].tolist())
        # Rows that ask something would be read as a table of questions and answers.
        rows = ({"id": one.id, "title": one.title.rstrip("? "), "text": one.text} for one in some)
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        before, began = _passages(library), time.perf_counter()
        _copse(library, "ingest", str(file.parent))
        _copse(library, "search", _QUESTION)
        taken = time.perf_counter() - began
        arrived = _passages(library) - before
        _copse(library, "forget", "arriving/rows.jsonl", "--yes")
    return arrived / taken


def _passages(library: Path) -> int:
    with sqlite3.connect(library / "catalog.db") as db:
        return int(db.execute("SELECT count(*) FROM passages").fetchone()[0])


def _panels(record: Record) -> list[Panel]:
    sizes = [int(size) for size in record.rows]
    return [
        Panel(title, sizes, {name: [row[name] for row in record.rows.values()] for name in names})
        for title, names in _PANELS.items()
    ]


if __name__ == "__main__":
    main()
