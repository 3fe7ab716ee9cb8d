"""Fuzz the readers of files and of exports for a while: `python -m bench.fuzz --minutes 10`.

Every case has a seed. An exception that no reader may raise, or a case that takes long, is printed with
what repeats it: `python -m bench.fuzz --only .docx --seed 7`.
"""

from __future__ import annotations

import argparse
import logging
import random
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from catalog.errors import UnreadableError
from ingest import formats
from ingest.formats import SUFFIXES, ocr
from tests.ingest.damage import damaged
from tests.ingest.every_format import PICTURES, build
from tests.ingest.every_kind import EXAMPLES, files_of, records
from tests.ingest.test_fuzz_seams import write_damaged

_LONG = 5.0  # seconds
_MEGABYTES = 2048


def main() -> int:
    """Run cases until the time is over; the exit code is the number of different findings."""
    options = _options()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES << 20, _MEGABYTES << 20))
    cases = _cases(options.only)
    end = time.monotonic() + 60 * options.minutes
    seeds = random.SystemRandom()
    counts: Counter[str] = Counter()
    found: set[str] = set()
    while not counts or (options.seed is None and time.monotonic() < end):
        for name, case in cases.items():
            seed = seeds.getrandbits(32) if options.seed is None else options.seed
            counts[name] += 1
            if finding := _finding(case, seed):
                report, what = finding, finding.rsplit("\n", 2)[-2:]
                if str(what) not in found:
                    found.add(str(what))
                    print(f"--only {name} --seed {seed}\n{report}", flush=True)
    print(f"{counts.total():,} cases, {min(counts.values())} or more of each; {len(found)} findings")
    return min(len(found), 100)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", default="", help="a suffix or a kind of source")
    parser.add_argument("--seed", type=int, help="repeat one case")
    return parser.parse_args()


def _finding(case: Callable[[Random], None], seed: int) -> str:
    begin = time.monotonic()
    try:
        case(Random(seed))  # noqa: S311 - not for secrets
    except MemoryError:
        return ""
    except Exception:  # noqa: BLE001 - what this looks for
        return traceback.format_exc(limit=-4).rstrip()
    seconds = time.monotonic() - begin
    return f"took {seconds:.0f} s" if seconds > _LONG else ""


def _cases(only: str) -> dict[str, Callable[[Random], None]]:
    cases: dict[str, Callable[[Random], None]] = {
        suffix: _file_case(suffix) for suffix in SUFFIXES if only in ("", suffix)
    }
    return cases | {kind: _export_case(kind) for kind in EXAMPLES if only in ("", kind)}


def _file_case(suffix: str) -> Callable[[Random], None]:
    data, name = build(suffix), f"a{suffix}"

    def case(random: Random) -> None:
        with suppress(UnreadableError):
            broken = damaged(data, random)
            if suffix in PICTURES:
                _decode(broken, name)
            formats.read(broken, name)

    return case


def _decode(data: bytes, name: str) -> None:
    """What comes before the recognition of text, which is another program's work."""
    with suppress(UnreadableError):
        for _ in ocr._frames(data, name):
            pass


def _export_case(kind: str) -> Callable[[Random], None]:
    with TemporaryDirectory() as folder:
        files = files_of(kind, Path(folder))

    def case(random: Random) -> None:
        with TemporaryDirectory() as folder, TemporaryDirectory() as scratch:
            write_damaged(files, random, Path(folder))
            records(Path(folder), Path(scratch))

    return case


if __name__ == "__main__":
    sys.exit(main())
