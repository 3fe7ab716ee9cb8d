"""Seconds and peak memory for reading a CSV of a million rows, and files of one endless line.

`python -m bench.million_rows [ROWS]`. Memory is an upper bound: a child's peak counts what its parent had
when it was started.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.errors import UnreadableError
from ingest.parser import Parser
from ingest.sources.discover import discover
from ingest.sources.protocol import Unit

_BYTES = 2 << 30  # of the endless lines
_STARTS = {
    "line.csv": b'title,lesson\nx,"',
    "line.jsonl": b'{"title": "',
    "line.json": b'[{"title": "x", "lesson": "y"}, {"title": "',
    "line.txt": b"x",
    "line.mbox": b"From a@x.example Mon Jan  1 00:00:00 2024\nSubject: ",
    "Posts.xml": b'<posts><row Id="1" PostTypeId="1" Body="',
}


def main(arguments: list[str]) -> None:
    """Write each file, read it through a child process, and print a row."""
    rows = int(arguments[0]) if arguments else 1_000_000
    print(f"{'file':<12} {'bytes':>14} {'records':>9} {'refused':>8} {'seconds':>8} {'peak MB':>8}")
    with TemporaryDirectory() as folder:
        table = Path(folder, "rows.csv")
        with table.open("w") as file:
            file.write("id,title,lesson,date\n")
            file.writelines(
                f"{number},Row {number},Water in the evening.,2024-04-25\n" for number in range(rows)
            )
        _measure(table)
        for name, start in _STARTS.items():
            path = Path(folder, name)
            with path.open("wb") as line:
                line.write(start)
                line.truncate(_BYTES)
            _measure(path)
            path.unlink()


def _measure(path: Path) -> None:
    size, begin = path.stat().st_size, time.perf_counter()
    records = refused = 0
    with Parser(1) as parser, TemporaryDirectory() as scratch:
        for source in discover(path, parser, Path(scratch)):
            for unit in source.units():
                try:
                    for record in parser.read(source, unit) if isinstance(unit, Unit) else [unit]:
                        records, refused = _counted(record, records, refused)
                except UnreadableError:
                    refused += 1
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"{path.name:<12} {size:>14,} {records:>9,} {refused:>8,} {seconds:8.1f} {peak:8,}", flush=True)


def _counted(record: object, records: int, refused: int) -> tuple[int, int]:
    return (records, refused + 1) if isinstance(record, UnreadableError) else (records + 1, refused)


if __name__ == "__main__":
    main(sys.argv[1:])
