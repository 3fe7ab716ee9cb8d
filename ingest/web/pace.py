"""How often a host is asked, and when again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

_SLOWEST = 60.0  # seconds; a site that wants more between two pages is read at this pace


@dataclass
class Pace:
    """Keeps requests to each host apart; safe to use from several threads.

    Attributes:
        interval: Seconds between two requests to a host.
        clock: Gives the time in seconds since 1970.
        sleep: Waits for seconds.
    """

    interval: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    _intervals: dict[str, float] = field(default_factory=dict, init=False)
    _next: dict[str, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def slow_down(self, host: str, seconds: float) -> None:
        """Keep requests to a host at least this far apart, as the host asks."""
        with self._lock:
            wanted = min(seconds, _SLOWEST)
            self._intervals[host] = max(wanted, self._intervals.get(host, self.interval))

    def pause(self, host: str, seconds: float) -> None:
        """Ask a host nothing for a while."""
        with self._lock:
            self._next[host] = max(self.clock() + seconds, self._next.get(host, 0.0))

    def wait_for_turn(self, host: str) -> None:
        """Wait until the host may be asked again, and take that turn."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + self._intervals.get(host, self.interval)
        if turn > now:
            self.sleep(turn - now)


def wanted_wait(value: str, now: float) -> float | None:
    """Seconds that a `Retry-After` header asks for: a number, or a date (RFC 9110, 10.2.3).

    Args:
        value: The header.
        now: The time in seconds since 1970.
    """
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def back_off(attempt: int, first: float) -> float:
    """Seconds before the next attempt: doubling, and spread so that clients do not come back together."""
    return first * (1 << attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
