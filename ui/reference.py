"""Brings the reference in docs/api.md up to date: `python -m ui.reference`.

What stands above the mark there is written by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from catalog.settings import read_settings
from search.engine import Engine
from ui.api import make_api
from ui.reference_text import MARK, reference
from ui.service import Service


def describe() -> dict[str, Any]:
    """The description of the API; it needs no library."""
    # Nothing is asked here, so there is nothing for an engine to open.
    return make_api(Service(Engine.__new__(Engine), read_settings({}, environ={}))).openapi()


def main(file: Path) -> None:
    """Write the reference below the mark of a file."""
    above, _, _ = file.read_text(encoding="utf-8").partition(MARK)
    file.write_text(f"{above}{MARK}\n\n{reference(describe())}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/api.md"))
