"""Many askers at once: how many answers a second, how long one takes, and what that costs in memory.

`python -m bench.load LIBRARY [--askers 50] [--seconds 60] [--ingest PATH]`. A real `copse serve` answers over
HTTP. What is asked are titles of the library's own questions. With `--ingest`, PATH is read into the library
meanwhile. At the end every passage that a sample of the answers cites is looked up, and must stand there word
for word.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.records import Record, keep
from catalog.errors import CopseError
from catalog.nouns import Filters, Kind
from catalog.store import Catalog
from ui.client import Copse
from ui.schemas import ReplyOut

_QUESTIONS = 1000
_LOOKED_UP = 200  # answers whose citations are looked up
_BETWEEN = 2.0  # seconds between two looks at the memory
_MIB = 1024


@dataclass
class Load:
    """What was measured.

    Attributes:
        seconds: How long each answer took.
        errors: What went wrong, by its message.
        memory: MiB that the server holds, over time.
        replies: A sample of what was answered.
    """

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    replies: list[ReplyOut] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    """Serve, ask, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--ingest", type=Path)
    given = parser.parse_args(arguments)
    questions = _questions(given.library)
    with _serving(given.library) as (process, address):
        first = _until_first_answer(address, questions[0])
        print(f"first answer after {first:.2f} s of waiting for it; {len(questions):,} questions")
        reading = _ingest(given.library, given.ingest) if given.ingest else None
        load = _ask_all(address, questions, given.askers, given.seconds, process.pid)
        _tell(load, given.seconds)
        keep(_record(load, given))
        _look_up(address, load.replies)
        if reading:
            print(
                f"the ingest {'still ran' if reading.poll() is None else 'had ended'} when the asking ended"
            )
            reading.wait()


def _questions(library: Path) -> list[str]:
    """Titles of questions of the library, in an order that is always the same."""
    with Catalog.open(library, create=False) as catalog, catalog.read(catalog.owner()) as reader:
        passages = reader.passage_ids(Filters(kinds=frozenset({Kind.QUESTION}))).tolist()
        items = reader.items({place.item_id for place in reader.places(passages).values()}).values()
    titles = sorted({item.title for item in items if item.title.strip()})
    random.Random(7).shuffle(titles)  # noqa: S311
    return titles[:_QUESTIONS]


@contextmanager
def _serving(library: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves the library."""
    started = time.perf_counter()
    environment = os.environ | {"COPSE_LIBRARY": str(library), "COPSE_PORT": str(_free_port())}
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise SystemExit("copse serve did not start")
        print(f"address told after {time.perf_counter() - started:.2f} s")
        try:
            yield process, found[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _until_first_answer(address: str, question: str) -> float:
    started = time.perf_counter()
    with Copse(address, seconds=120) as copse:
        copse.ask(question)
    return time.perf_counter() - started


def _ingest(library: Path, path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from ui.cli import main; main()", "ingest", str(path)]
    environment = os.environ | {"COPSE_LIBRARY": str(library)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603


def _ask_all(address: str, questions: Sequence[str], askers: int, seconds: float, server: int) -> Load:
    """Let all ask until the time is over."""
    load, ends = Load(), time.perf_counter() + seconds

    def ask(number: int) -> None:
        chosen = random.Random(number)  # noqa: S311
        with Copse(address, seconds=120) as copse:
            while time.perf_counter() < ends:
                _ask(copse, chosen.choice(questions), load)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(askers)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        load.memory.append(_memory(server))
        time.sleep(_BETWEEN)
    return load


def _ask(copse: Copse, question: str, load: Load) -> None:
    started = time.perf_counter()
    try:
        reply = copse.ask(question)
    except CopseError as error:
        load.errors[str(error)] += 1
        return
    load.seconds.append(time.perf_counter() - started)
    if len(load.replies) < _LOOKED_UP:
        load.replies.append(reply)


def _memory(process: int) -> float:
    """MiB that a process holds."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / _MIB if found else 0.0


def _tell(load: Load, seconds: float) -> None:
    waits = np.array(load.seconds) * 1000
    middle, most, nearly_all = np.percentile(waits, [50, 95, 99])
    print(f"{len(waits):,} answers, {len(waits) / seconds:.1f} a second; {load.errors.total():,} errors")
    print(f"an answer takes {middle:.0f} ms, 95 % within {most:.0f} ms, 99 % within {nearly_all:.0f} ms")
    quarter = max(1, len(load.memory) // 4)
    print(
        f"memory: {np.mean(load.memory[quarter : 2 * quarter]):.0f} MiB in the second quarter, "
        f"{np.mean(load.memory[-quarter:]):.0f} MiB in the last, {max(load.memory):.0f} MiB at most"
    )
    for message, times in load.errors.most_common(3):
        print(f"  {times} times: {message}")


def _record(load: Load, given: argparse.Namespace) -> Record:
    middle, most = np.percentile(load.seconds, [50, 95])
    record = Record("load")
    record.add(
        f"{given.askers} askers, {given.seconds:.0f} s" + (", with an ingest" if given.ingest else ""),
        **{
            "answers/s": round(len(load.seconds) / given.seconds, 2),
            "p50, s": round(float(middle), 2),
            "p95, s": round(float(most), 2),
            "errors": load.errors.total(),
            "memory, MiB": round(max(load.memory)),
        },
    )
    return record


def _look_up(address: str, replies: Sequence[ReplyOut]) -> None:
    """Check that whatever was cited stands where it is said to stand."""
    cited = [one for reply in replies for one in reply.answer.citations]
    with Copse(address, seconds=120) as copse:
        texts = {one.item.id: copse.item(one.item.id).item.text or "" for one in cited}
    wrong = [
        one for one in cited if texts[one.item.id][one.passage.start : one.passage.end] != one.passage.text
    ]
    print(f"{len(cited):,} citations of {len(replies)} answers looked up, {len(wrong)} wrong")


if __name__ == "__main__":
    main(sys.argv[1:])
