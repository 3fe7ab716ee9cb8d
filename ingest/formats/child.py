"""The process that parses: `python -m ingest.formats.child SECONDS MEGABYTES FILE_MEGABYTES`.

It reads requests as JSON lines from standard input (`{"path": …, "name": …}`) and answers each with a
JSON line on standard output: `{"document": …}` or `{"error": {"where": …, "reason": …}}`. An answer
with `"last": true` says that the process ends now and a fresh one should take over. It bounds itself
(memory, open files, no network, no other programs, nothing written), because what it reads is untrusted.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import stat
import sys
import warnings
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from catalog.errors import UnreadableError
from ingest import formats

_OPEN_FILES: Final = 64
_FORBIDDEN: Final = ("socket.", "subprocess.", "urllib.", "ftplib.", "http.", "smtplib.")
_FORBIDDEN_EVENTS: Final = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
# Memory that a parse leaves behind counts against the limit of the next one.
_SHARE_BEFORE_RENEWAL: Final = 0.5


def main(arguments: list[str]) -> None:
    """Answer requests until standard input ends."""
    seconds, megabytes, file_megabytes = float(arguments[0]), int(arguments[1]), int(arguments[2])
    answers = _take_over_stdout()
    _bound(megabytes)
    _say(answers, {"ready": True})
    for line in sys.stdin.buffer:
        # The parent ends a slow parse; this ends it also when the parent is gone.
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
        answer = respond(json.loads(line), megabytes, file_megabytes)
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = "memory" in answer or _bytes_in_use() > _SHARE_BEFORE_RENEWAL * (megabytes << 20)
        _say(answers, {**answer, "last": last})
        if last:
            return


def respond(request: dict[str, str], megabytes: int, file_megabytes: int) -> dict[str, Any]:
    """Read one file; whatever is wrong with it is part of the answer."""
    where = request["name"]
    try:
        document = formats.read(read_file(request["path"], where, file_megabytes), where)
        return {"document": asdict(document)}
    except UnreadableError as error:
        return {"error": {"where": error.where, "reason": error.reason}}
    except MemoryError:
        reason = (
            f"needs more than {megabytes} MB to be read; set COPSE_PARSE_MEGABYTES to allow more, or split it"
        )
        return {"error": {"where": where, "reason": reason}, "memory": True}


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


def _take_over_stdout() -> IO[bytes]:
    """Keep the pipe for answers alone: what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return answers


def _bound(megabytes: int) -> None:
    """Limit what this process can do to its machine."""
    # Ctrl-C reaches the whole process group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if sys.platform == "linux":  # macOS has no limit that holds
        _limit(resource.RLIMIT_AS, megabytes << 20)
    sys.addaudithook(_refuse)


def _limit(which: int, wanted: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (value, value))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    del arguments
    if event.startswith(_FORBIDDEN) or event in _FORBIDDEN_EVENTS:
        raise PermissionError(f"{event}: a parser may not do this")


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
