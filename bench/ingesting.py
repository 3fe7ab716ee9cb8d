"""Files to searchable, passages a second: how near to the encoder's own rate, and what takes the rest.

`python -m bench.ingesting [PATH] [--passages N] [--turns N] [--resync N]`. PATH is ingested into a new
library, indexes included; without it, that is a register of N made-up lessons (2,000) of about 126 tokens. In
turns with that, the encoder alone encodes passages of the library, by as many threads, so that what else the
machine does falls on both; figures are medians of the turns. Seconds of the processor count all threads, and
the processes that read.

`--resync N` instead ingests N small files, and N rows of one file, with no model at all, and then does so
again when nothing has changed.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from bench.at_scale import World
from bench.quiet import Quiet
from bench.records import Record, keep
from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from search.encoder import Encoder, open_encoder
from search.encoders.processors import streams
from search.indexes import Indexes
from ui.sync import ingest_path, make_origin, open_syncer

_WORDS = 115  # of a passage
_FEW_WORDS = 30  # of an item that is only compared
_ALONE = 1024  # passages that the encoder encodes alone
_A_PART = 32  # of these, given to a thread
_A_FOLDER = 100  # files


@dataclass
class Cost:
    """Seconds that something took: by the clock, of the processor here, and in the processes that read."""

    clock: float = 0.0
    here: float = 0.0
    readers: float = 0.0


@contextmanager
def _timed() -> Iterator[Cost]:
    cost = Cost()
    begun = time.perf_counter(), time.process_time(), _readers()
    yield cost
    cost.clock = time.perf_counter() - begun[0]
    cost.here = time.process_time() - begun[1]
    cost.readers = _readers() - begun[2]


def _readers() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> None:
    """Measure what the arguments say, and print a row for each figure."""
    parser = ArgumentParser(prog="python -m bench.ingesting")
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--resync", type=int, default=0)
    asked = parser.parse_args(arguments)
    record = Record("ingesting")
    with TemporaryDirectory(prefix="copse-bench-") as scratch:
        folder = Path(scratch)
        if asked.resync:
            settings = read_settings({"library": folder / "library", "model": "hash"})
            for path in (_many_files(folder, asked.resync), _register(folder, asked.resync, _FEW_WORDS)):
                _resync(record, settings, path)
        else:
            path = asked.path or _register(folder, asked.passages, _WORDS)
            _measure(record, path, folder, asked.turns)
    keep(record)


def _measure(record: Record, path: Path, folder: Path, turns: int) -> None:
    settings = read_settings({"library": folder / "library"})
    encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens, much=True)
    encoder.encode(["to load the model"])
    rows: list[dict[str, float]] = []
    for turn in range(turns):
        own = replace(settings, library=folder / f"library{turn}")
        passages, cost = _ingest(own, path)
        indexed = _indexed(own)
        alone = _alone(encoder, own)
        each = 1000 / passages
        rows.append(
            {
                "passages": passages,
                "passages/s": passages / cost.clock,
                "encoder alone, passages/s": 1 / alone.clock,
                "ratio": passages * alone.clock / cost.clock,
                "reading, ms": cost.readers * each,
                "encoding, ms": alone.here * 1000,
                "indexing, ms": indexed.here * each,
                "all else, ms": (cost.here - indexed.here) * each - alone.here * 1000,
            }
        )
    figures = {name: round(median(row[name] for row in rows), 2) for name in rows[0]}
    figures["memory, MiB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    _show(record, f"{path.name}, milliseconds of a processor a passage", figures)


def _ingest(settings: Settings, path: Path) -> tuple[int, Cost]:
    """Ingest a path, until all of it is found; how many passages it has, and what that cost."""

    def begin() -> None:
        """Nobody looks on."""

    with _timed() as cost, open_syncer(settings) as syncer:
        report = syncer.sync([make_origin(str(path))], Quiet(), index=begin)
        syncer.index(begin)
    return report.embedded, cost


def _indexed(settings: Settings) -> Cost:
    """What it costs to build the indexes of a library alone."""
    shutil.rmtree(settings.library / "indexes")
    with _timed() as cost, Catalog.open(settings.library, create=False) as catalog:
        Indexes(catalog)
    return cost


def _alone(encoder: Encoder, settings: Settings) -> Cost:
    """What it costs to encode one passage of a library, and nothing else."""
    with Catalog.open(settings.library, create=False) as catalog, catalog.feed() as feed:
        numbers = feed.pending("no model")
        chosen = numbers[:: max(1, len(numbers) // _ALONE)][:_ALONE]
        texts = sorted((passage.embedding_text for passage in feed.load(chosen)), key=len, reverse=True)
    parts = [texts[start : start + _A_PART] for start in range(0, len(texts), _A_PART)]
    with ThreadPoolExecutor(streams()) as pool, _timed() as cost:
        list(pool.map(encoder.encode, parts))
    return Cost(cost.clock / len(texts), cost.here / len(texts))


def _resync(record: Record, settings: Settings, path: Path) -> None:
    with _timed() as first:
        ingest_path(settings, path, Quiet())
    with _timed() as again:
        report = ingest_path(settings, path, Quiet())
    figures = {
        "items": sum(source.units for source in report.sources),
        "first, s": round(first.clock, 1),
        "again, s": round(again.clock, 1),
        "again, s of a processor": round(again.here + again.readers, 1),
        "written again": sum(source.written for source in report.sources),
    }
    _show(record, f"{path.name}, unchanged", figures)


def _register(folder: Path, count: int, words: int) -> Path:
    """One file of lessons."""
    world, rng, path = World(0, 1), np.random.default_rng(5), folder / "lessons.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            lesson = {"id": number, "title": f"Lesson {number}", "lesson": world.text(rng, number, words)}
            file.write(json.dumps(lesson) + "\n")
    return path


def _many_files(folder: Path, count: int) -> Path:
    """A folder of small notes."""
    world, rng, path = World(0, 1), np.random.default_rng(6), folder / "notes"
    for number in range(count):
        place = path / f"{number // _A_FOLDER}"
        if number % _A_FOLDER == 0:
            place.mkdir(parents=True)
        text = f"# Note {number}\n\n{world.text(rng, number, _FEW_WORDS)}\n"
        (place / f"{number}.md").write_text(text, "utf-8")
    return path


def _show(record: Record, what: str, figures: dict[str, float]) -> None:
    print(what)
    for name, value in figures.items():
        print(f"  {name:<28} {value:>10,}", flush=True)
    record.add(what, **figures)


if __name__ == "__main__":
    main(sys.argv[1:])
