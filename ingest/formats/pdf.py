"""PDF: the text layer, page by page; no OCR."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.headings import heading_title
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title, split_people
from ingest.formats.pdf_layout import Line, to_markdown
from ingest.formats.tidy import one_line

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d'?\d\d)?")
# Letters that a font does not name come out as glyph names, private characters or replacements.
_NAMELESS = re.compile("/[A-Za-z]*\\d+(?=/|\\s|$)|[\ue000-\uf8ff\ufffd]")
_MOST_NAMELESS = 0.3
_SCAN = "has no text layer (a scan?); run OCR on it first"
_FONTS = "has a text layer without usable letters (its fonts do not name them); run OCR on it first"
_LOCKED = "is encrypted; remove its password, or save an unprotected copy, and read that"


def read(data: bytes, name: str) -> Document:
    """Read the text layer of a PDF.

    A page that cannot be read is left out, and listed in `meta["unreadable_pages"]`.

    Raises:
        UnreadableError: If it is encrypted, or has no text layer.
    """
    reader = _open(data, name)
    pages, unreadable = _pages(reader)
    text, starts = to_markdown(_legible(pages, unreadable, name))
    properties = _information(reader)
    return Document(
        text=text,
        title=plausible_title(properties.get("title")) or _heading_of_first_page(text, starts),
        authors=people(split_people(properties.get("author", ""))),
        created=_date(properties.get("creationdate")),
        updated=_date(properties.get("moddate")),
        pages=starts,
        meta={**properties, "unreadable_pages": sorted(unreadable)} if unreadable else {**properties},
    )


def _open(data: bytes, name: str) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError(name, _LOCKED)
    except DependencyError as error:
        raise UnreadableError(name, _LOCKED) from error
    return reader


def _pages(reader: PdfReader) -> tuple[list[list[Line]], list[int]]:
    """The lines of every page, and the numbers of the pages that cannot be read.

    Raises:
        Exception: What the parser raised, if no page can be read.
    """
    pages: list[list[Line]] = []
    unreadable: list[int] = []
    for number, page in enumerate(reader.pages, start=1):
        try:
            pages.append(_lines(page))
        except MemoryError:
            raise
        except Exception:  # pypdf raises many kinds
            if number == len(reader.pages) == len(unreadable) + 1:
                raise
            unreadable.append(number)
            pages.append([])
    return pages, unreadable


def _lines(page: PageObject) -> list[Line]:
    gathered = _Gathered()
    page.extract_text(visitor_text=gathered.visit)
    return gathered.finish()


class _Gathered:
    """Collects pypdf's fragments of text into lines."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._parts: list[Line] = []

    def visit(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        """Take a fragment; its matrices place it on the page (PDF 32000-1, 9.4.4)."""
        del font
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scaled = abs(size) * math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
        first, *others = text.split("\n")
        self._parts.append(Line(first, x, y, scaled))
        for other in others:
            self._end_line()
            self._parts.append(Line(other, x, y, scaled))

    def finish(self) -> list[Line]:
        """End the last line and return all."""
        self._end_line()
        return self._lines

    def _end_line(self) -> None:
        shown = [part for part in self._parts if part.text.strip()]
        if shown:
            sizes: Counter[float] = Counter()
            for part in shown:
                sizes[part.size] += len(part.text)
            text = "".join(part.text for part in self._parts)
            self._lines.append(Line(text, shown[0].x, shown[0].y, sizes.most_common(1)[0][0]))
        self._parts = []


def _legible(pages: list[list[Line]], unreadable: list[int], name: str) -> list[list[Line]]:
    """Empty the pages whose fonts do not name their letters, and list them as unreadable.

    Raises:
        UnreadableError: If that is most of the pages with text, or none has any.
    """
    texts = [" ".join(line.text for line in page) for page in pages]
    shown = [any(map(str.isalnum, text)) for text in texts]
    nameless = [sum(map(len, _NAMELESS.findall(text))) > _MOST_NAMELESS * len(text) for text in texts]
    if not any(shown):
        raise UnreadableError(name, _SCAN)
    if 2 * sum(nameless) > sum(shown):
        raise UnreadableError(name, _FONTS)
    unreadable += [number for number, hidden in enumerate(nameless, start=1) if hidden]
    return [[] if hidden else page for page, hidden in zip(pages, nameless, strict=True)]


def _heading_of_first_page(text: str, starts: Sequence[int]) -> str | None:
    """The title that a file without one in its properties shows at its top."""
    return plausible_title(heading_title(text[: starts[1]] if len(starts) > 1 else text))


def _information(reader: PdfReader) -> dict[str, str]:
    """The document information; a damaged one is left out, since the text matters more."""
    try:
        entries = {str(key).lstrip("/").lower(): value for key, value in (reader.metadata or {}).items()}
        return {key: one_line(str(value)) for key, value in entries.items() if one_line(str(value))}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf raises many kinds
        return {}


def _date(value: str | None) -> datetime | None:
    """Read a date such as `D:20240103120000+01'00'` (PDF 32000-1, 7.9.4)."""
    match = _DATE.match(value or "")
    if match is None:
        return moment(value)
    year, month, day, hour, minute, second, zone = match.groups()
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    return moment(f"{year}-{month or '01'}-{day or '01'} {clock} {(zone or 'Z').replace(chr(39), '')}")
