"""The dense index by size: all vectors compared, or codes scanned first; what each takes, and what it finds.

`python -m bench.dense LIBRARY [--sizes 1e4,1e5,1e6] [--questions 100] [--work FOLDER]`. Vectors are those of
a library that was made by `copse ingest`; beyond their number they are grown as `bench.grown` grows passages:
each lies between those of two passages that have a word of their titles in common, with a little noise.
Vectors by chance would flatter every index. Questions are the titles of the library's own questions, embedded
by the real model. Recall is the share of the nearest passages, by all vectors in 16 bits, that is found.

Every index is built and saved in a process of its own, and opened, searched and changed in another. Times are
those of the processor, which neighbours do not stretch much. Above a million vectors only codes are measured.
Ten million take 5 GB of disk in FOLDER, and some ten minutes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from bench.grown import Seed, read_seed
from bench.records import Record, keep
from bench.searching import titles
from catalog.settings import read_settings
from catalog.store import Catalog
from search.allowed import Allowed
from search.dense import Floats, Ids, VectorIndex
from search.encoder import open_encoder

_BLOCK = 20_000  # vectors made at a time
_NOISE = np.float32(0.25)  # length of what is added to a grown vector by chance
_DEEPEST = 500  # passages found that are compared
_EXACT_UP_TO = 1_000_000
_CHANGED = 1000
_SAVED_EVERY = 100_000  # vectors
_PARTNERS = 16
_LIMITS = {"exact": 1 << 40, "coded": 0}

Told = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size, and print and keep what came out."""
    parser = argparse.ArgumentParser(prog="python -m bench.dense", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--sizes", default="1e4,1e5,1e6")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--here", help=argparse.SUPPRESS)  # one index, in this process
    given = parser.parse_args(arguments)
    if given.here:
        step, kind, size = given.here.split(":")
        told = _STEPS[step](World.load(given.work), given.work, kind, int(size))
        print(json.dumps({name: round(float(value), 4) for name, value in told.items()}))
        return
    record = Record("dense")
    with TemporaryDirectory(dir=given.work) as temporary:
        work = Path(temporary)
        World.made(given.library, given.questions).save(work)
        for size in (int(float(text)) for text in given.sizes.split(",")):
            _find_truth(work, size)
            for kind in ("exact", "coded") if size <= _EXACT_UP_TO else ("coded",):
                told = {
                    **_child(given.library, work, f"build:{kind}:{size}"),
                    **_child(given.library, work, f"ask:{kind}:{size}"),
                }
                shutil.rmtree(work / "index")
                record.add(f"{kind} {size:,}", **told)
                shown = (f"  {name:<18} {value:>10.4g}" for name, value in told.items())
                print(f"{kind}, {size:,} vectors", *shown, sep="\n", flush=True)
    keep(record)


class World:
    """Real vectors, ever more that are like them, and questions.

    Args:
        real: The real ones; shape [n, dimension].
        partners: Those that each may be mixed with; shape [n, some].
        questions: Vectors of questions; shape [questions, dimension].
    """

    def __init__(self, real: Floats, partners: Ids, questions: Floats) -> None:
        self.real, self.partners, self.questions = real, partners, questions

    @classmethod
    def made(cls, library: Path, count: int) -> World:
        """That of a library."""
        settings = read_settings({"library": library})
        encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
        with Catalog.open(library, create=False) as catalog:
            seed, questions = read_seed(catalog), titles(catalog, count)
        chance = np.random.default_rng(1)
        order = chance.permutation(len(seed.vectors))
        partners = np.argsort(order)[_partners(seed, chance)[order]]  # where they are in this order
        return cls(seed.vectors[order], partners, encoder.encode(questions))

    def save(self, work: Path) -> None:
        """Keep it for the processes that measure."""
        np.savez(work / "world.npz", real=self.real, partners=self.partners, questions=self.questions)

    @classmethod
    def load(cls, work: Path) -> World:
        """Read what was kept."""
        with np.load(work / "world.npz") as kept:
            return cls(kept["real"], kept["partners"], kept["questions"])

    def blocks(self, size: int) -> Iterator[tuple[Ids, Floats]]:
        """Numbers and vectors, the same every time: first the real ones, then those grown from them."""
        for start in range(0, size, _BLOCK):
            ids = np.arange(start, min(start + _BLOCK, size))
            real = self.real[start : start + len(ids)]
            yield ids, np.concatenate([real, self._grown(len(ids) - len(real), start)])

    def _grown(self, count: int, seed: int) -> Floats:
        chance = np.random.default_rng(seed)
        ones = chance.integers(0, len(self.real), count)
        others = self.partners[ones, chance.integers(0, _PARTNERS, count)]
        mixed = self.real[ones] + self.real[others] * chance.random((count, 1), np.float32)
        noise = chance.standard_normal((count, mixed.shape[1]), np.float32)
        return _unit(_unit(mixed) + _NOISE * _unit(noise))


def _partners(seed: Seed, chance: np.random.Generator) -> Ids:
    """Passages that have a word of the title in common with each; itself, where there is no word."""
    found = np.tile(np.arange(len(seed.vectors))[:, None], (1, _PARTNERS))
    for item in (item for thread in seed.threads for item in thread):
        near = [seed.like[word] for word in item.row.title.lower().split() if word in seed.like]
        for place, _, _ in item.texts if near else ():
            words = chance.integers(0, len(near), _PARTNERS)
            found[place] = [chance.choice(near[word]) for word in words]
    return found


def _unit(vectors: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def _find_truth(work: Path, size: int) -> None:
    """Keep the nearest of all vectors to each question, and the nearest of every second one."""
    world = World.load(work)
    every = half = np.empty((len(world.questions), 0)), np.empty((len(world.questions), 0), np.int64)
    for ids, vectors in world.blocks(size):
        scores = world.questions @ vectors.astype(np.float16).astype(np.float32).T
        every = _nearest(*every, scores, ids)
        half = _nearest(*half, scores[:, ::2], ids[::2])
    np.savez(work / f"truth-{size}.npz", every=_in_order(*every), half=_in_order(*half))


def _nearest(
    best: npt.NDArray[np.float64], ids: Ids, scores: Floats, numbers: Ids
) -> tuple[npt.NDArray[np.float64], Ids]:
    """The nearest of those known so far and of some more, by question."""
    best = np.hstack([best, scores])
    ids = np.hstack([ids, np.broadcast_to(numbers, scores.shape)])
    if best.shape[1] <= _DEEPEST:
        return best, ids
    order = np.argpartition(-best, _DEEPEST, axis=1)[:, :_DEEPEST]
    return np.take_along_axis(best, order, 1), np.take_along_axis(ids, order, 1)


def _in_order(best: npt.NDArray[np.float64], ids: Ids) -> Ids:
    return np.take_along_axis(ids, np.argsort(-best, axis=1, kind="stable"), 1)


def _build(world: World, work: Path, kind: str, size: int) -> Told:
    """Build an index and save it."""
    index = VectorIndex(world.real.shape[1], exact_up_to=_LIMITS[kind])
    seconds = 0.0
    for ids, vectors in world.blocks(size):
        seconds += _taken(partial(index.update, (), ids, vectors))
        if len(index) % _SAVED_EVERY == 0 or len(index) == size:
            seconds += _taken(partial(index.save, work / "index"))
    return {"build_s": seconds}


def _ask(world: World, work: Path, kind: str, size: int) -> Told:
    """Open an index, search it and change it."""
    before = _anonymous_mib()
    folder = work / "index"
    told = {"disk_bytes": sum(path.stat().st_size for path in folder.iterdir()) / size}
    began = time.process_time()
    index = VectorIndex.load(folder, _LIMITS[kind])
    told["load_s"] = time.process_time() - began
    with np.load(work / f"truth-{size}.npz") as kept:
        every, half = kept["every"], kept["half"]
    evens, few = Allowed.of(np.arange(0, size, 2)), Allowed.of(np.arange(0, size, 100))
    for name, k, allowed, truth in (
        *((f"{k}", k, None, every) for k in (10, 200, 500)),
        *((f"half_{k}", k, evens, half) for k in (10, 200)),
        ("few_200", 200, few, None),
    ):
        found, taken = _searched(index, world.questions, k, allowed)
        told |= {f"search_{name}_ms": np.median(taken), f"search_{name}_p99_ms": np.percentile(taken, 99)}
        if truth is not None:
            told[f"recall_{name}"] = _recall(found, truth[:, :k])
    told["memory_mib"] = _anonymous_mib() - before
    return told | _change(index, world, size, folder)


def _change(index: VectorIndex, world: World, size: int, folder: Path) -> Told:
    """Put passages in, take some out, and save that."""
    chance = np.random.default_rng(2)
    some = chance.choice(size, min(2000, size), replace=False)
    rows = world.real[chance.integers(0, len(world.real), _CHANGED)]
    index.vectors(some)
    return {
        "vectors_2000_ms": 1e3 * min(_taken(lambda: index.vectors(some)) for _ in range(5)),
        "add_1000_ms": 1e3 * _taken(lambda: index.update((), size + np.arange(_CHANGED), rows)),
        "delete_1000_ms": 1e3 * _taken(lambda: index.update(some[:_CHANGED].tolist(), some[:0], rows[:0])),
        "save_ms": 1e3 * _taken(lambda: index.save(folder)),
    }


def _searched(
    index: VectorIndex, questions: Floats, k: int, allowed: Allowed | None
) -> tuple[list[Ids], list[float]]:
    """What is found for each question, and the milliseconds that it takes."""
    found, taken = [], []
    index.search(questions[0], k, allowed)
    for question in questions:
        began = time.process_time()
        found.append(index.search(question, k, allowed)[0])
        taken.append(1e3 * (time.process_time() - began))
    return found, taken


def _recall(found: list[Ids], truth: Ids) -> float:
    """The share of the nearest passages that is found."""
    return float(np.mean([np.isin(true, ids).mean() for ids, true in zip(found, truth, strict=True)]))


def _taken(do: Callable[[], object]) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    do()
    return time.process_time() - began


def _anonymous_mib() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def _child(library: Path, work: Path, step: str) -> Told:
    """Take a step in a process in which nothing else was done."""
    command = [sys.executable, "-m", "bench.dense", str(library), "--work", str(work), "--here", step]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


_STEPS = {"build": _build, "ask": _ask}

if __name__ == "__main__":
    main()
