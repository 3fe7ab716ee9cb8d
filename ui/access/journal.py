"""Writes sign-ins, sign-outs and failed attempts into the audit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from catalog.errors import CopseError
from catalog.store import Catalog

_LOG = logging.getLogger(__name__)

_A_MINUTE = 60.0  # seconds
_MOST = 10  # failures that are written down in a minute, so that nobody fills the disk with them


class Journal:
    """The part of the audit that tells who came and went. Safe to use from several threads.

    Args:
        library: The library's folder.
        clock: Seconds that only grow.
    """

    def __init__(self, library: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._library = library
        self._clock = clock
        self._lock = threading.Lock()
        self._since, self._failures = clock(), 0

    def note(self, actor: str, action: str, detail: str = "") -> None:
        """Add a line. That this fails keeps nobody from entering or leaving; it is told in the log."""
        try:
            with Catalog.open(self._library, create=False) as catalog, catalog.write() as writer:
                writer.note(actor, action, detail=detail)
        except CopseError as error:
            _LOG.warning("%s of %s is missing in the audit: %s", action, actor, error)

    def note_failure(self, detail: str) -> None:
        """Add a line about an attempt that failed, unless there were many just now; those are counted."""
        with self._lock:
            now, unwritten = self._clock(), 0
            if now - self._since > _A_MINUTE:
                unwritten = max(0, self._failures - _MOST)
                self._since, self._failures = now, 0
            self._failures += 1
            if self._failures > _MOST:
                return
        more = f"; {unwritten} more before it were not written down" if unwritten else ""
        self.note("nobody", "sign-in-failed", detail + more)
