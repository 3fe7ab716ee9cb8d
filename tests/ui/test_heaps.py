"""How many heaps the threads of a process have."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

_PROGRAM = """
import ctypes, threading
from ui.heaps import share_heaps

libc, here = ctypes.CDLL(None), threading.Barrier(31)

def allocate():
    libc.malloc(100)
    here.wait()

share_heaps()
threads = [threading.Thread(target=allocate) for _ in range(30)]
for thread in threads:
    thread.start()
here.wait()
libc.malloc_stats()
"""


def _heaps() -> int:
    """As many as the C library tells of at the end of a program with thirty threads."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], check=True, capture_output=True, text=True)
    return len(re.findall(r"^Arena \d+:", done.stderr, re.MULTILINE))


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries have other heaps")
def test_threads_share_a_heap_for_each_processor() -> None:
    """Where each would have its own, up to eight for a processor."""
    assert _heaps() == min(max(os.cpu_count() or 1, 2), 31)
