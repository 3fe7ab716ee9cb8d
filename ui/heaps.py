"""Memory that threads ask for comes from few heaps."""

from __future__ import annotations

import ctypes
import os

_M_ARENA_MAX = -8  # of glibc's malloc.h
_FEWEST = 2


def share_heaps() -> None:
    """Let threads share a heap for each processor; call it before there are many of them.

    The C library gives each thread a heap of its own, up to eight for each processor, and every one of them
    keeps what the largest answer took that was made there. Does nothing where the C library is not glibc.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, max(os.cpu_count() or 1, _FEWEST))
