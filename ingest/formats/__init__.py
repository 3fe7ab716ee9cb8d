"""From the bytes of a file to a `Document`: one reader per family of formats.

This is the border at which every parser's own exceptions end: whatever is wrong with a file comes
out as `UnreadableError` with a reason that a person understands.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.tidy import one_line, tidy

SUFFIXES: dict[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mkd": "markdown",
    ".txt": "text",
    ".text": "text",
    ".rst": "rst",
    ".rest": "rst",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".ipynb": "notebook",
    ".eml": "mail",
    ".msg": "msg",
    ".vtt": "transcript",
    ".srt": "transcript",
    ".json": "transcript",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".gif": "image",
    ".bmp": "image",
    ".webp": "image",
    ".org": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".ppsx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".odt": "opendocument",
    ".ott": "opendocument",
    ".ods": "opendocument",
    ".odp": "opendocument",
    ".rtf": "rtf",
    ".epub": "epub",
    ".doc": "legacy",
    ".xls": "legacy",
    ".ppt": "legacy",
}
"""Which reader (a module of this package) reads the files with a suffix."""

MAX_CHARACTERS = 20_000_000
"""Longest text that a file may give."""


class _Reader(Protocol):
    """What each module of this package offers."""

    def read(self, data: bytes, name: str) -> Document: ...


def supported(path: PurePath) -> bool:
    """Tell by its suffix whether a file can be read."""
    return path.suffix.lower() in SUFFIXES


def read(data: bytes, name: str) -> Document:
    r"""Read a file by its suffix.

    Its text is inert Markdown: no control characters, newlines as `\n`, at most two blank lines, NFC.
    A Markdown file that consists of front matter alone has an empty text; no other text is empty.

    Args:
        data: The whole file.
        name: How a person finds it; its suffix chooses the reader.

    Raises:
        UnreadableError: If it cannot be read; the reason says why and what to do.
        MemoryError: If memory runs out.
    """
    if not data.strip():
        raise UnreadableError(name, "is empty")
    family = SUFFIXES.get(PurePath(name).suffix.lower())
    if family is None:
        raise UnreadableError(name, f"is of a kind that is not read; use one of {', '.join(SUFFIXES)}")
    document = _guarded(family, data, name)
    # Page offsets count characters of the text, so a reader of pages has tidied it itself.
    text = document.text if document.pages else tidy(document.text)
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError(
            name, f"holds {len(text):,} characters of text, more than {MAX_CHARACTERS:,}; split it"
        )
    if not text and not (document.meta and family == "markdown"):
        raise UnreadableError(name, "is empty")
    title = one_line(document.title or "") or None
    authors = tuple(filter(None, (one_line(author, 200) for author in document.authors)))
    return replace(document, text=text, title=title, authors=authors)


def _guarded(family: str, data: bytes, name: str) -> Document:
    try:
        return cast("_Reader", importlib.import_module(f"{__name__}.{family}")).read(data, name)
    except (UnreadableError, MemoryError):
        raise
    except RecursionError as error:
        raise UnreadableError(name, "is nested too deeply to be read; convert it to text") from error
    except Exception as error:  # parsers raise anything on damaged files
        cause = f"{type(error).__name__}: {one_line(str(error), 120)}"
        raise UnreadableError(name, f"is damaged ({cause}); save it again or convert it to text") from error
