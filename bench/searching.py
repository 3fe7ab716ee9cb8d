"""How long a question takes, face by face, and where a search spends its time.

`python -m bench.searching LIBRARY [--questions 200] [--faces search,similar,experts,ask]`. The library is
opened as a server opens it, with the model and the indexes loaded, and asked the titles of its own items,
in an order that is always the same. Times are those of the clock and of the processor, all threads
together: where neighbours use the machine, only the latter tell something. The breakdown is taken in a run
of its own, because measuring takes time too.
"""

from __future__ import annotations

import argparse
import functools
import random
import resource
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.errors import CopseError
from catalog.nouns import Filters, Kind, Viewer
from catalog.reader import Reader
from catalog.settings import read_settings
from catalog.store import Catalog
from search.columns import Columns
from search.engine import Engine
from search.retrieve import Retriever
from search.shard_questions import ShardsQuestion

Seconds = npt.NDArray[np.float64]

_SEED = 7
_LOOKED_AT = 4  # passages of which titles are taken, for each question that is wanted
_WARM = 5  # questions before those that count

FACES: dict[str, Callable[[Engine, Viewer, str], Any]] = {
    "search": lambda engine, viewer, question: engine.search(viewer, question),
    "similar": lambda engine, viewer, question: engine.similar(viewer, question),
    "experts": lambda engine, viewer, question: engine.experts(viewer, question),
    "ask": lambda engine, viewer, question: engine.ask(viewer, question),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the library, ask, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--faces", default=",".join(FACES))
    given = parser.parse_args(arguments)
    settings = read_settings({"library": given.library, "record_gaps": "no"})
    with Catalog.open(given.library, create=False) as catalog, Engine(catalog, settings) as engine:
        questions = titles(catalog, given.questions + _WARM)
        began = time.perf_counter()
        engine.warm_up(catalog.owner())
        sizes = ", ".join(f"{name} {size:,}" for name, size in engine.sizes().items())
        print(f"{sizes}; loaded after {time.perf_counter() - began:.1f} s; {len(questions):,} questions")
        _time_faces(engine, given.faces.split(","), questions)
        _break_down(engine, questions)
        print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def titles(catalog: Catalog, count: int) -> list[str]:
    """Titles of the library's questions, or of all its items where nobody asks anything."""
    chance = random.Random(_SEED)  # noqa: S311
    with catalog.read(catalog.owner()) as reader:
        numbers = reader.passage_ids(Filters(kinds=frozenset({Kind.QUESTION}))).tolist()
        numbers = numbers or reader.passage_ids(Filters()).tolist()
        some = chance.sample(numbers, min(_LOOKED_AT * count, len(numbers)))
        items = reader.items({place.item_id for place in reader.places(some).values()}).values()
    found = sorted({item.title for item in items if any(map(str.isalnum, item.title))})
    chance.shuffle(found)
    return found[:count]


def _time_faces(engine: Engine, faces: Sequence[str], questions: Sequence[str]) -> None:
    print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'most':>8} {'CPU mean':>9} {'CPU p50':>8}  (ms)")
    for face in faces:
        clock, processor = timed(engine, FACES[face], questions)
        shown = (*np.percentile(clock, [50, 95, 99, 100]), processor.mean(), np.median(processor))
        print(f"{face:<10} " + " ".join(f"{value:>8.2f}" for value in shown), flush=True)


def timed(
    engine: Engine, look: Callable[[Engine, Viewer, str], Any], questions: Sequence[str]
) -> tuple[Seconds, Seconds]:
    """Milliseconds of the clock and of the processor that each question takes, each of shape [questions]."""
    viewer, taken = engine.catalog.owner(), []
    for question in questions:
        began = time.perf_counter(), time.process_time()
        with suppress(CopseError):
            look(engine, viewer, question)
        taken.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    clock, processor = 1000 * np.array(taken[_WARM:]).T
    return clock, processor


# --- the breakdown ---


class Spans:
    """Seconds that functions take, those of other measured functions within them not counted twice.

    Attributes:
        seconds: By the clock, and of the processor in the function's own thread, by the function's label.
        calls: How often each was called.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, Seconds] = defaultdict(lambda: np.zeros(2))
        self.calls: dict[str, int] = defaultdict(int)
        self._here = threading.local()

    def watch(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured."""

        @functools.wraps(function)
        def watched(*arguments: Any, **named: Any) -> Any:
            outer = getattr(self._here, "inner", np.zeros(2))
            self._here.inner = np.zeros(2)
            began = _now()
            try:
                return function(*arguments, **named)
            finally:
                taken = _now() - began
                self.seconds[label] += taken - self._here.inner
                self.calls[label] += 1
                self._here.inner = outer + taken

        return watched


def _now() -> Seconds:
    return np.array([time.perf_counter(), time.thread_time()])


@contextmanager
def _watching(engine: Engine) -> Iterator[Spans]:
    """Measure what a search consists of, until the block ends."""
    spans, indexes = Spans(), engine._indexes
    parts: list[tuple[type, str, str]] = [
        (Engine, "search", "all else"),
        (type(engine.encoder()), "encode", "question to vector"),
        (Retriever, "retrieve", "retrieve: all else"),
        (Retriever, "hits", "hits: all else"),
        (type(indexes), "refresh", "are the indexes up to date?"),
        (type(indexes.dense), "search", "dense: search"),
        (type(indexes.dense), "vectors", "dense: vectors of candidates"),
        (type(indexes.lexical), "question", "words: reading the question"),
        (ShardsQuestion, "search", "words: searches, passages and items"),
        (ShardsQuestion, "scores", "words: scores of candidates"),
        (ShardsQuestion, "term_weights", "words: weights"),
        (Columns, "allowed", "columns: what may be found"),
        (Columns, "beside", "columns: candidates"),
        (Columns, "names", "columns: ids of items"),
    ]
    parts += [(Reader, name, f"catalog: {name}") for name in dir(Reader) if _is_read(name)]
    kept = [(owner, name, owner.__dict__.get(name), getattr(owner, name)) for owner, name, _ in parts]
    for owner, name, label in parts:
        setattr(owner, name, spans.watch(label, getattr(owner, name)))
    try:
        yield spans
    finally:
        for owner, name, own, _ in kept:
            if own is None:
                delattr(owner, name)
            else:
                setattr(owner, name, own)


def _is_read(name: str) -> bool:
    return not name.startswith("_") and callable(getattr(Reader, name))


def _break_down(engine: Engine, questions: Sequence[str]) -> None:
    with _watching(engine) as spans:
        for question in questions[_WARM:]:
            engine.search(engine.catalog.owner(), question)
    asked = len(questions) - _WARM
    print(f"\na search, by what it does, each without what is listed apart; mean of {asked} (ms)")
    print(f"{'clock':>8} {'CPU':>8}  (CPU: of the thread that calls; models have threads of their own)")
    for label, (clock, processor) in sorted(spans.seconds.items(), key=lambda pair: -pair[1][1]):
        calls = spans.calls[label] / asked
        print(f"{1000 * clock / asked:>8.2f} {1000 * processor / asked:>8.2f}  {label} ({calls:.1f} calls)")


if __name__ == "__main__":
    main()
