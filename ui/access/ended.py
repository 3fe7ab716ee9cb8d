"""Sessions that were ended by signing out. A cookie that somebody copied before counts no more.

They are lines of a small file in the library's folder, so a server that starts anew, or another one beside
it, knows them too. A line is a digest, which opens nothing, and when the session would have ended by itself.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from ui.access.private import open_private

_NAME = "signed-out"


class Ended:
    """The sessions that were ended before their time. Safe to use from several threads.

    Args:
        folder: The library's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._lock = threading.Lock()
        self._read: tuple[int, int, int] | None = None
        self._until: dict[str, float] = {}

    def add(self, session: str, until: float, now: float) -> None:
        """End a session that would have lasted until some second."""
        with self._lock:
            self._catch_up()
            if any(ends <= now for ends in self._until.values()):
                self._tidy(now)
            with open_private(self._path, "a") as file:
                file.write(f"{session} {until:.0f}\n")

    def __contains__(self, session: str) -> bool:
        with self._lock:
            self._catch_up()
            return session in self._until

    def _catch_up(self) -> None:
        """Read the file again if it is another one than before."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if state == self._read:
            return
        self._read, self._until = state, {}
        for line in self._path.read_text("ascii", "replace").splitlines():
            session, _, until = line.partition(" ")
            with contextlib.suppress(ValueError):
                self._until[session] = float(until)

    def _tidy(self, now: float) -> None:
        """Leave out those that have ended by themselves."""
        lines = [f"{session} {until:.0f}\n" for session, until in self._until.items() if until > now]
        draft = self._path.with_name(f"{_NAME}.new")
        with open_private(draft, "w") as file:
            file.writelines(lines)
        draft.replace(self._path)
