"""What a child process may do: little, because what it reads is untrusted."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

_OPEN_FILES: Final = 64
_FORBIDDEN: Final = ("socket.", "subprocess.", "urllib.", "ftplib.", "http.", "smtplib.")
_FORBIDDEN_EVENTS: Final = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)


def take_over_stdout() -> IO[bytes]:
    """Keep the pipe for answers alone: what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return answers


def bound(megabytes: int, written: int = 0, program: str = "") -> None:
    """Limit this process for the rest of its life: memory, open files, no network, no other programs.

    Args:
        megabytes: Most memory (enforced on Linux).
        written: Most bytes that any file it writes may have.
        program: Path of the one program that it may start; empty for none.
    """
    # Ctrl-C reaches the whole process group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, written)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if sys.platform == "linux":  # macOS has no limit that holds
        _limit(resource.RLIMIT_AS, megabytes << 20)
    sys.addaudithook(partial(_refuse, program))


def child_environment() -> dict[str, str]:
    """The environment, in which a child finds this same package wherever it was started from."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _limit(which: int, wanted: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (value, value))


def _refuse(program: str, event: str, arguments: tuple[Any, ...]) -> None:
    if program and event == "subprocess.Popen" and arguments[0] == program:
        return
    if event.startswith(_FORBIDDEN) or event in _FORBIDDEN_EVENTS:
        raise PermissionError(f"{event}: a parser may not do this")
