"""How many processors this process may use."""

from __future__ import annotations

import os

_MOST_STREAMS = 4  # each has a batch's tensors in memory, some fifty megabytes


def processors() -> int:
    """Processors for this process; libraries tend to count those of the machine."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def streams() -> int:
    """How many batches are run at once where there are many of them.

    A processor that has a batch of its own waits for no other after each product of matrices.
    """
    return min(processors(), _MOST_STREAMS)
