"""How long one waits: `copse ask` from a cold shell, and `copse serve` until its first answer over HTTP.

`python -m bench.start [TIMES] [FOLDER]`. FOLDER is what is asked: `data/sample` if nothing is given. Every
time is that of a new process, from its start to the end of what it says; the best and the median are shown,
since whatever else the machine does only adds to them. Seconds of the processor count all threads.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from bench.records import Record, keep

_COPSE = (sys.executable, "-c", "from ui.cli import main; main()")
_QUESTION = "Can we leave an e-bike battery on charge overnight?"
_COMMANDS: dict[str, tuple[str, ...]] = {
    "copse --version": ("--version",),
    "copse search": ("search", _QUESTION),
    "copse experts": ("experts", _QUESTION),
    "copse similar": ("similar", _QUESTION),
    "copse ask": ("ask", _QUESTION),
}
_AGAIN = 0.02  # seconds between two tries to reach the server


def main(arguments: list[str]) -> None:
    """Make a library, and print a row for every command."""
    times, folder = int((arguments or ["5"])[0]), Path((*arguments, "", "data/sample")[1] or "data/sample")
    with TemporaryDirectory() as library:
        environ = {**os.environ, "COPSE_LIBRARY": library, "COPSE_RECORD_GAPS": "no"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else all of Copse would be compiled anew every time
        _run((*_COPSE, "ingest", str(folder)), environ)
        _run((*_COPSE, "ask", _QUESTION), environ)  # makes the indexes
        print(f"{'command':<34} {'best s':>7} {'median s':>9} {'processor s':>12}")
        record = Record("start")
        for name, command in _COMMANDS.items():
            _show(record, name, times, partial(_run, (*_COPSE, *command), environ))
        _show(record, "copse serve, to the first answer", times, partial(_serve, environ))
        keep(record)


def _show(record: Record, name: str, times: int, call: Callable[[], None]) -> None:
    waits, works = [], []
    for _ in range(times):
        begin, before = time.perf_counter(), _worked()
        call()
        waits.append(time.perf_counter() - begin)
        works.append(_worked() - before)
    print(f"{name:<34} {min(waits):>7.2f} {median(waits):>9.2f} {min(works):>12.2f}", flush=True)
    figures = {"best, s": min(waits), "median, s": median(waits), "processor, s": min(works)}
    record.add(name, **{what: round(figure, 3) for what, figure in figures.items()})


def _worked() -> float:
    """Seconds that the processes which have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: tuple[str, ...], environ: dict[str, str]) -> None:
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def _serve(environ: dict[str, str]) -> None:
    """Start a server, ask until it answers, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (*_COPSE, "serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}/api/v1/ask?q={quote(_QUESTION)}"
    with subprocess.Popen(  # noqa: S603
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while (answer := _answer(address)) is None and server.poll() is None:
                time.sleep(_AGAIN)
        finally:
            server.terminate()
    if answer is None:
        raise SystemExit("the server has stopped without an answer")


def _answer(address: str) -> object:
    """What the server says to the question; None while it cannot be reached."""
    try:
        with urlopen(address) as response:  # noqa: S310 - it is this machine's
            return json.load(response)
    except (URLError, ConnectionError):
        return None


if __name__ == "__main__":
    main(sys.argv[1:])
