"""The process that syncs for `copse serve`: `python -m ui.job_child`.

It reads what to sync as a line of JSON, and tells what happens as lines of JSON: what `copse sync --json`
tells, and besides `waiting` (another process ingests), `lost` (source, gone, total: suddenly vanished, and
kept) and `error` (message). It ends when its input does: then nobody is there any more who wanted it.
Whenever it is ended, nothing is lost: the next sync goes on from there.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from catalog.errors import CopseError
from catalog.settings import read_settings
from ingest.pipeline import Confirm
from ui.progress import JsonLines
from ui.schemas import report_out
from ui.sync import IngestReport, Syncer, open_syncer

_NICENESS = 10  # whoever asks comes first
_STOPPED = 130
_SECONDS_BETWEEN_TRIES = 1.0


def main() -> int:
    """Do what the input says; gives the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    os.nice(_NICENESS)
    try:
        with _open_answers() as answers:
            return _answer(Teller(answers))
    except (KeyboardInterrupt, BrokenPipeError):
        return _STOPPED


def _open_answers() -> IO[str]:
    """The way to whoever listens; what a library prints goes where errors go."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


class Teller:
    """Tells what happens, a line of JSON for each event."""

    def __init__(self, answers: IO[str]) -> None:
        self._answers = answers

    def write(self, line: str) -> None:
        """Write a line that is JSON already."""
        self._answers.write(line + "\n")

    def say(self, event: str, **values: Any) -> None:
        """Tell that something has happened."""
        self.write(json.dumps({"event": event, **values}, ensure_ascii=False))

    def confirm_up_to(self, agreed: Mapping[str, int]) -> Confirm:
        """Make what agrees to as much as somebody has agreed to; what else vanished is kept, and told."""

        def confirm(source: str, gone: int, total: int) -> bool:
            if gone <= agreed.get(source, 0):
                return True
            self.say("lost", source=source, gone=gone, total=total)
            return False

        return confirm


def _answer(teller: Teller) -> int:
    wish = json.loads(_first_line(sys.stdin.fileno()))
    threading.Thread(target=_end_with_input, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        report = _sync(wish, teller)
    except CopseError as error:
        teller.say("error", message=str(error))
        return error.exit_code
    teller.say("report", **report_out(report).model_dump(mode="json"))
    return 0


def _sync(wish: Mapping[str, Any], teller: Teller) -> IngestReport:
    with open_syncer(read_settings()) as syncer:
        _wait_for_others(syncer, teller)
        return syncer.sync(
            syncer.named(wish["names"]),
            JsonLines(teller.write),
            confirm=teller.confirm_up_to(wish["agreed"]),
            full=wish["full"],
        )


def _wait_for_others(syncer: Syncer, teller: Teller) -> None:
    """Let another process that ingests come to its end; one that begins right then is told as an error."""
    while syncer.busy():
        teller.say("waiting")
        time.sleep(_SECONDS_BETWEEN_TRIES)


def _stop(*_: object) -> NoReturn:
    """End like Ctrl-C does, so that children and temporary files go too."""
    raise KeyboardInterrupt


def _first_line(number: int) -> bytes:
    """Read a line without a buffer, of which a thread would hold the lock when the process ends."""
    line = bytearray()
    while (byte := os.read(number, 1)) not in (b"", b"\n"):
        line += byte
    return bytes(line)


def _end_with_input(number: int) -> None:
    while os.read(number, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
