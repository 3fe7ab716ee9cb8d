"""How often somebody may ask, through the HTTP API, MCP and the pages together."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from catalog.errors import BusyError

_ASKERS = 10_000  # who came last; the rest have waited long enough to begin anew
_BURST = 4  # how many times less than a minute's requests may come at once
_LEAST_BURST = 10


class Rates:
    """How often each asker may ask: a bucket of tokens for each, which fills again with time.

    Args:
        a_minute: Requests a minute; 0 for any number.
        clock: Seconds, from anywhere.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second = a_minute / 60
        self._most = max(_LEAST_BURST, a_minute / _BURST)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, asker: str) -> None:
        """Count a request.

        Raises:
            BusyError: If it is one too many.
        """
        if not self._a_second:
            return
        with self._lock:
            left = self._left(asker)
            self._buckets[asker] = (left - 1 if left >= 1 else left), self._clock()
            self._buckets.move_to_end(asker)
            while len(self._buckets) > _ASKERS:
                self._buckets.popitem(last=False)
        if left < 1:
            wait = (1 - left) / self._a_second
            most = round(60 * self._a_second)
            raise BusyError(f"more than {most} requests in a minute; ask again in {wait:.0f} s", wait)

    def _left(self, asker: str) -> float:
        left, at = self._buckets.get(asker, (self._most, 0.0))
        return min(self._most, left + (self._clock() - at) * self._a_second)
