"""`copse` on a terminal of its own: what a person types, and what they see at the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS = 60.0
# The terminal becomes the one that Ctrl-C on it interrupts.
_PROGRAM = """\
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from ui.cli import main
main()
"""
_MOVES = re.compile(r"\x1b\[(\d*)(?:;\d*)*([A-Za-z])|\x1b\[\?\d+[hl]|\x1b\][^\x07]*\x07|([\r\n])")


class Terminal:
    """A program on a terminal.

    Attributes:
        written: All that it has written so far.
    """

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.written = ""
        self._process, self._master = process, master

    def wait_for(self, text: str) -> str:
        """Read until a text is there; gives what came up to it, and forgets that."""
        deadline = time.monotonic() + _SECONDS
        while text not in self.written:
            assert time.monotonic() < deadline, f"{text!r} is not in {self.written!r}"
            if not self._read():
                raise AssertionError(f"it ended without {text!r}: {self.written!r}")
        before, _, self.written = self.written.partition(text)
        return before + text

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def press_until_written(self, key: str, text: str) -> None:
        """Press a key until a text is there, as people do: a signal just before Python waits is lost."""
        for _ in range(10):
            self.type(key)
            while text not in self.written and self._read(seconds=5):
                pass
            if text in self.written:
                return
        raise AssertionError(f"{text!r} is not in {self.written!r}")

    def end(self) -> tuple[int, str]:
        """Read to the end; gives the exit code and what was not read yet."""
        while self._read():
            pass
        return self._process.wait(_SECONDS), self.written

    def _read(self, seconds: float = _SECONDS) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            piece = os.read(self._master, 65536) if ready else b""
        except OSError:  # Linux tells the end so
            piece = b""
        self.written += piece.decode(errors="replace")
        return bool(piece)


@contextmanager
def copse_on_terminal(*arguments: str, environment: dict[str, str], columns: int = 80) -> Iterator[Terminal]:
    """Run `copse` on a terminal of some width, without colours."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    known = {name: text for name, text in os.environ.items() if not name.startswith(("COPSE_", "COLUMNS"))}
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=known | {"TERM": "xterm", "NO_COLOR": "1", "PYTHONUTF8": "1"} | environment,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(master)


def screen(written: str) -> str:
    """What stays visible of what a program wrote: lines that it went back to and erased are gone."""
    rows, row, at, read = [""], 0, 0, 0
    for move in _MOVES.finditer(written):
        rows[row] = rows[row][:at] + (text := written[read : move.start()]) + rows[row][at + len(text) :]
        at, read = at + len(text), move.end()
        many = int(move[1] or 1) if move[2] else 0
        if move[3] == "\r":
            at = 0
        elif move[3] == "\n":
            row, at = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
        elif move[2] == "A":
            row = max(row - many, 0)
        elif move[2] == "K":
            rows[row] = "" if move[1] == "2" else rows[row][:at]
    rows[row] = rows[row][:at] + written[read:]
    return "\n".join(rows)
