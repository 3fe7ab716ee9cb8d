"""A page of a document as a picture, drawn in a bounded child process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from catalog.errors import UnreadableError
from ingest.bounded import child_environment

CHILD = (sys.executable, "-P", "-m", "ingest.page_child")
"""The command of the child; it adds nothing but our own package to the import path."""

_SECONDS = 20
_MOST_BYTES = 20 << 20  # of a picture


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page that is to be drawn.

    Attributes:
        path: The file; it comes from the catalog, never from whoever asks.
        root: The path that was ingested; the file lies below it, or is it.
        digest: SHA-256 (hex) of the file when it was read.
        page: Number of the page, from 1.
        passage: What is marked softly, as Markdown.
        quotes: What is marked strongly.
    """

    path: str
    root: str
    digest: str
    page: int
    passage: str = ""
    quotes: Sequence[str] = field(default=())


def why_not(path: str, root: str) -> str:
    """Why there can be no picture of a document's pages; empty if there can be.

    Args:
        path: Where it was read.
        root: The path that was ingested.
    """
    if PurePath(path).suffix.lower() != ".pdf":
        return "only pages of PDF files can be shown as pictures"
    file = Path(path)
    try:
        there = file.is_file() and file.resolve().is_relative_to(Path(root).resolve())
    except OSError:
        there = False
    return "" if there else "the file is not where it was read any more"


def draw_page(cited: CitedPage, name: str, megabytes: int, file_megabytes: int) -> bytes:
    """Draw a page as a PNG.

    Args:
        cited: The page, and what is marked on it.
        name: How messages name the file.
        megabytes: Most memory that it may take (enforced on Linux).
        file_megabytes: Largest file that is read.

    Raises:
        UnreadableError: If the file is not there, has changed, or cannot be drawn.
    """
    if reason := why_not(cited.path, cited.root):
        raise UnreadableError(name, reason)
    request = {
        "path": cited.path,
        "name": name,
        "digest": cited.digest,
        "page": cited.page,
        "passage": cited.passage,
        "quotes": list(cited.quotes),
    }
    answer, _, picture = _ask(request, name, megabytes, file_megabytes).partition(b"\n")
    if not picture or len(picture) > _MOST_BYTES:
        raise UnreadableError(name, _reason(answer))
    return picture


def _ask(request: dict[str, Any], name: str, megabytes: int, file_megabytes: int) -> bytes:
    command = [*CHILD, str(_SECONDS), str(megabytes), str(file_megabytes)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, our own numbers
            command,
            input=json.dumps(request).encode() + b"\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env=child_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(
            name, f"the page takes longer than {_SECONDS} s to draw; open the file itself"
        ) from error
    return done.stdout


def _reason(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["reason"])
    except (ValueError, KeyError, TypeError):
        return "the page cannot be drawn within the memory that it may take; open the file itself"
