"""What the lexical indexes cost: to build, on disk, to open, to change, and for each question.

`python -m bench.words LIBRARY [--passages 20000]`. Both indexes, of passages and of whole items, are built
anew in a folder that is thrown away. Times are those of the processor, all threads together: they mean the
same where neighbours use the machine, too. Titles of the library's own items are asked; the candidates of
which scores are wanted lie in runs of five, as the passages of items do.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from bench.searching import titles
from catalog.store import Catalog
from search.catching_up import _entry, _whole
from search.documents import documents
from search.lexical import Entry, TantivyIndex

_Got = TypeVar("_Got")

_DEPTH = 200
_RUNS, _RUN = 80, 5
_CHANGED = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Build both indexes, ask them, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args(arguments)
    with Catalog.open(given.library, create=False) as catalog, TemporaryDirectory() as folder:
        questions = titles(catalog, given.questions)
        with catalog.feed() as feed:
            passages = [_entry(one) for one in islice(feed.changed(0), given.passages)]
            items = [_whole(one) for one in islice(feed.changed_items(0), given.passages // 3)]
        for name, entries in (("passages", passages), ("items", items)):
            _measure(name, Path(folder) / name, entries, questions, labelled=name == "passages")


def _measure(
    name: str, folder: Path, entries: Sequence[Entry], questions: Sequence[str], *, labelled: bool
) -> None:
    times: dict[str, list[float]] = defaultdict(list)
    list(documents(entries[:100]))  # reads the classifier of languages
    _timed(times["documents alone"], lambda: _exhaust(documents(entries)))
    index = TantivyIndex.create(folder, labelled=labelled)
    _timed(times["all"], lambda: index.update([], entries))
    index.save()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    built = ", ".join(f"{label} {1e6 * sum(taken) / len(entries):.0f} µs" for label, taken in times.items())
    print(f"{name}: {len(entries):,}; each {size / len(entries):.0f} bytes; built in {built}")
    times = defaultdict(list)
    index = _timed(times["open"], lambda: TantivyIndex.open(folder, labelled=labelled))
    shards = sorted({entry.shard for entry in entries})
    numbers = np.array([entry.id for entry in entries], np.int64)
    for question, ids in zip(questions, _candidates(numbers), strict=False):
        asked = _timed(times["read a question"], lambda: index.question(question, shards))  # noqa: B023
        _timed(times["search"], lambda: asked.search(_DEPTH))  # noqa: B023
        _timed(times["score candidates"], lambda: asked.scores(ids))  # noqa: B023
    changed = [replace(entry, text=f"{entry.text} anew") for entry in entries[:_CHANGED]]
    _timed(times["replace five"], lambda: index.update([], changed))
    for label, taken in times.items():
        print(f"  {label}: p50 {1e3 * np.median(taken):.2f} ms, p95 {1e3 * np.quantile(taken, 0.95):.2f} ms")


def _candidates(numbers: np.ndarray) -> Iterator[np.ndarray]:
    chance = np.random.default_rng(7)
    while True:
        starts = chance.integers(0, max(len(numbers) - _RUN, 1), _RUNS)
        yield numbers[np.unique((starts[:, None] + np.arange(_RUN)).clip(0, len(numbers) - 1))]


def _timed(taken: list[float], do: Callable[[], _Got]) -> _Got:
    began = time.process_time()
    got = do()
    taken.append(time.process_time() - began)
    return got


def _exhaust(values: Iterable[object]) -> None:
    for _ in values:
        pass


if __name__ == "__main__":
    main()
