"""A lock that many may hold to read, or one to change what is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Sharing:
    """Readers share, whoever changes something is alone.

    Readers that come while somebody waits to change something wait for it too, so a steady stream of them
    holds no change up. A thread that reads must neither read nor change within that.
    """

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._readers = 0
        self._changers = 0  # who change or wait to
        self._changing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read beside others; nothing changes meanwhile."""
        with self._moved:
            while self._changers > 0:
                self._moved.wait()
            self._readers += 1
        try:
            yield
        finally:
            with self._moved:
                self._readers -= 1
                if self._readers == 0 and self._changers > 0:
                    self._moved.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change what is read; nobody reads meanwhile."""
        with self._moved:
            self._changers += 1
            while self._readers > 0 or self._changing:
                self._moved.wait()
            self._changing = True
        try:
            yield
        finally:
            with self._moved:
                self._changing = False
                self._changers -= 1
                self._moved.notify_all()
