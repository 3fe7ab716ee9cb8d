"""The process that parses: `python -m ingest.child SECONDS MEGABYTES FILE_MEGABYTES`.

It reads requests as JSON lines from standard input and answers on standard output:

- `{"path": …, "name": …}`, a file: a line, `{"document": …}` or `{"error": {"where": …, "reason": …}}`.
  An error with `"ocr": true` says that its text is in pictures only.
  An answer with `"last": true` says that the process ends now and a fresh one should take over.
- `{"source": …, "unit": …}`, a unit of a source (both pickled, in base 64; an empty source is that of the
  request before): a line of `ingest.wire` for each record, and one for the end.

It bounds itself (memory, open files, no network, no other programs, nothing written), because what it
reads is untrusted.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import resource
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from catalog.errors import UnreadableError
from ingest import formats
from ingest.bounded import bound, take_over_stdout
from ingest.documents import Document
from ingest.formats.ocr import NeedsOcrError

if TYPE_CHECKING:
    from ingest.sources.protocol import Source, Unit

Read = Callable[[bytes, str], Document]
"""What makes a document of the bytes and the name of a file."""

# Memory that a parse leaves behind counts against the limit of the next one.
_SHARE_BEFORE_RENEWAL: Final = 0.5


def main(arguments: list[str], read: Read | None = None, program: str = "") -> None:
    """Answer requests until standard input ends.

    Args:
        arguments: Seconds a file, megabytes of memory, megabytes a file.
        read: What reads the bytes of a file; the reader of its format, if not given.
        program: Path of the one program that it may start; empty for none.
    """
    seconds, megabytes, file_megabytes = float(arguments[0]), int(arguments[1]), int(arguments[2])
    answers = take_over_stdout()
    bound(megabytes, program=program)
    _say(answers, {"ready": True})
    source: Source | None = None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "unit" in request:
            source = _unpickled(request["source"]) if request["source"] else source
            assert source is not None  # noqa: S101 - the first request for a unit brings its source
            if send_records(answers, source, _unpickled(request["unit"]), megabytes):
                return
            continue
        # The parent ends a slow parse; this ends it also when the parent is gone.
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
        answer = respond(request, megabytes, file_megabytes, read)
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = "memory" in answer or _is_full(megabytes)
        _say(answers, {**answer, "last": last})
        if last:
            return


def respond(
    request: dict[str, str], megabytes: int, file_megabytes: int, read: Read | None = None
) -> dict[str, Any]:
    """Read one file; whatever is wrong with it is part of the answer."""
    where = request["name"]
    try:
        document = (read or formats.read)(read_file(request["path"], where, file_megabytes), where)
        return {"document": asdict(document)}
    except NeedsOcrError as error:
        return {"error": {"where": error.where, "reason": error.reason}, "ocr": True}
    except UnreadableError as error:
        return {"error": {"where": error.where, "reason": error.reason}}
    except MemoryError:
        return {"error": {"where": where, "reason": _too_little(megabytes)}, "memory": True}
    except Exception as error:  # noqa: BLE001 - not every reader is behind the border of `formats`
        return {"error": {"where": where, "reason": f"is damaged ({_cause(error)}); save it again"}}


def send_records(answers: IO[bytes], source: Source, unit: Unit, megabytes: int) -> bool:
    """Read a unit of a source, and send each record as soon as it is there.

    Returns:
        Whether this process should end, and make room for a fresh one.
    """
    from ingest import wire  # most children read files only, and start twice as fast without it

    memory = False
    try:
        for record in source.read(unit):
            answers.write(wire.pack(record))
            answers.flush()
        end = wire.Line(end=True)
    except UnreadableError as error:
        end = wire.failure(error)
    except MemoryError:
        memory = True
        end = wire.failure(UnreadableError(unit.where, _too_little(megabytes)))
    except RecursionError:
        end = wire.failure(UnreadableError(unit.where, "is nested too deeply to be read; split it"))
    except Exception as error:  # noqa: BLE001 - whatever a damaged export makes a reader raise
        end = wire.failure(UnreadableError(unit.where, f"is damaged ({_cause(error)}); export it again"))
    last = memory or _is_full(megabytes)
    answers.write(wire.dump(replace(end, last=last)))
    answers.flush()
    return last


def _unpickled(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 - our own parent's


def _is_full(megabytes: int) -> bool:
    return _bytes_in_use() > _SHARE_BEFORE_RENEWAL * (megabytes << 20)


def _cause(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _too_little(megabytes: int) -> str:
    return f"needs more than {megabytes} MB to be read; set COPSE_PARSE_MEGABYTES to allow more, or split it"


def read_file(path: str, where: str, file_megabytes: int) -> bytes:
    """Return the bytes of a regular file that is not too large.

    Raises:
        UnreadableError: If it is no such file, or cannot be opened.
    """
    try:
        # Opening a pipe or a device that waits for somebody must not hang.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            _refuse_unfit(os.fstat(file.fileno()), where, file_megabytes)
            return file.read((file_megabytes << 20) + 1)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}; check that it exists and may be read"
        raise UnreadableError(where, reason) from error


def _refuse_unfit(status: os.stat_result, where: str, file_megabytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(where, "is not a regular file; only files are read")
    if status.st_size > file_megabytes << 20:
        reason = (
            f"is {status.st_size / 2**20:.0f} MB, more than {file_megabytes} MB;"
            " set COPSE_FILE_MEGABYTES to allow more, or split it"
        )
        raise UnreadableError(where, reason)


def _bytes_in_use() -> int:
    """The size that the limit applies to on Linux; elsewhere, the most memory used so far."""
    sizes = Path("/proc/self/statm")
    if sizes.exists():  # getrusage would count what the parent used before it started us
        return int(sizes.read_text().split()[0]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def _say(answers: IO[bytes], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, default=datetime.isoformat).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
