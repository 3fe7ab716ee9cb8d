"""Files that nobody but whoever owns the library can read."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import IO

_open = partial(os.open, mode=0o600)


def open_private(path: Path, mode: str) -> IO[str]:
    """Open a text file to write; it is private from its first moment.

    Args:
        path: The file.
        mode: "x" for a new one, "w" to write it anew, "a" to add to it.
    """
    return open(path, mode, encoding="ascii", opener=_open)
