"""All that is measured, one after the other: `make bench`, or `python -m bench [LIBRARY]`.

LIBRARY gives the passages, and was made by `copse ingest`; without it, that is `data/sample`, grown. With
COPSE_BENCH_KEEP=1 the figures are kept in `bench/results/`. Everything takes about an hour on two processors,
most of it because of the others: each gets a virtual environment of its own at first, and embeds slowly. Let
nothing else run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_COPSE = (sys.executable, "-c", "from ui.cli import main; main()")
_STEPS = (
    ("encoding", "256"),
    ("start", "5"),
    ("ingesting",),
    ("versus", "LIBRARY"),
    ("words", "LIBRARY"),
    ("dense", "LIBRARY", "--sizes", "1e4,1e5"),
    ("growth", "LIBRARY", "--sizes", "1e4,1e5"),
    ("load", "LIBRARY", "--seconds", "30"),
)


def main(arguments: list[str]) -> None:
    """Run every program of the list; one that fails does not keep the others from running."""
    failed = []
    with _library(arguments) as library:
        for name, *given in _STEPS:
            command = [str(library) if word == "LIBRARY" else word for word in given]
            print(f"\n== bench.{name} {' '.join(command)}", flush=True)
            done = subprocess.run([sys.executable, "-m", f"bench.{name}", *command], check=False)  # noqa: S603
            failed += [name] if done.returncode else []
    if failed:
        sys.exit(f"what did not end well: {', '.join(failed)}")


@contextmanager
def _library(arguments: list[str]) -> Iterator[Path]:
    """The library that was named, or one of the sample community."""
    if arguments:
        yield Path(arguments[0])
        return
    with TemporaryDirectory() as temporary:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("COPSE_")}
        variables["COPSE_LIBRARY"] = temporary
        subprocess.run([*_COPSE, "ingest", "data/sample"], env=variables, check=True)  # noqa: S603
        yield Path(temporary)


if __name__ == "__main__":
    main(sys.argv[1:])
