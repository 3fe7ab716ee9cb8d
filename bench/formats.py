"""How much of the text of each format comes out, in which order, and how fast.

`python -m bench.formats` measures a small file of every suffix; `python -m bench.formats FOLDER` also every
`NAME.md` below the folder that is the expected output of a file with that name and another suffix.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ingest import formats
from ingest.formats import SUFFIXES, ocr
from tests.ingest.every_format import KNOWN, PICTURES, build, order, said, token_recall


def main(folders: list[str]) -> None:
    """Print a row for each format, and one for each file with an expected output."""
    print(f"{'file':<44} {'recall':>6} {'order':>6} {'seconds':>8}")
    for suffix in SUFFIXES:
        if suffix in PICTURES and not ocr.available():
            print(f"{suffix:<44} not measured: tesseract or the ocr extra is not installed")
            continue
        data = build(suffix)
        said(suffix, data)  # its libraries are loaded once
        begin = time.perf_counter()
        text = said(suffix, data)
        _row(suffix, "\n".join(KNOWN), text, time.perf_counter() - begin)
    for folder in folders:
        for file, expected in _pairs(Path(folder)):
            begin = time.perf_counter()
            text = formats.read(file.read_bytes(), file.name).text
            _row(file.name, expected.read_text("utf-8"), text, time.perf_counter() - begin)


def _row(name: str, expected: str, text: str, seconds: float) -> None:
    print(f"{name:<44} {token_recall(expected, text):6.3f} {order(expected, text):6.3f} {seconds:8.3f}")


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Files with an expected output, which lies beside them or in a folder of its own."""
    for expected in sorted(folder.rglob("*.md")):
        for place in (expected.parent, expected.parent.parent):
            for file in sorted(place.glob(f"{expected.stem}.*")):
                if file.suffix != ".md" and formats.supported(file):
                    yield file, expected


if __name__ == "__main__":
    main(sys.argv[1:])
