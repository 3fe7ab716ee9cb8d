"""Pictures: their text is read by recognition alone."""

from __future__ import annotations

from ingest.documents import Document
from ingest.formats.ocr import NeedsOcrError


def read(data: bytes, name: str) -> Document:
    """Refuse a picture, and say what it takes to read it.

    Raises:
        NeedsOcrError: Always.
    """
    del data
    raise NeedsOcrError(
        name,
        "is a picture; install Copse's extra `ocr` and the program tesseract to read the text in it",
    )
