"""How many processors this process may use."""

from __future__ import annotations

import os


def processors() -> int:
    """Processors for this process; libraries tend to count those of the machine."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
