"""PDF: the text layer, page by page, with comments and form values; no OCR."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pypdfium2 as pdfium

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.headings import heading_title
from ingest.formats.moments import moment
from ingest.formats.names import people, plausible_title, split_people
from ingest.formats.ocr import NeedsOcrError
from ingest.formats.pdf_columns import page_blocks
from ingest.formats.pdf_layout import to_markdown
from ingest.formats.pdf_lines import Block
from ingest.formats.pdf_page import Sheet, read_sheet
from ingest.formats.pdf_rescue import open_pdf
from ingest.formats.tidy import one_line

MAX_PAGES = 10_000
"""Most pages that a file may have."""

MAX_LETTERS = 20_000_000
"""Most letters that are gathered from all pages."""

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d'?\d\d)?")
_MOST_NAMELESS = 0.3  # of a page's letters
_SCAN = "has no text layer (a scan?); run OCR on it first"
_FONTS = "has a text layer without usable letters (its fonts do not name them); run OCR on it first"


def read(data: bytes, name: str) -> Document:
    """Read the text layer of a PDF.

    A page that cannot be read, or only in part because its fonts do not name their letters, is listed
    in `meta["unreadable_pages"]`.

    Raises:
        UnreadableError: If it needs a password, or has too many pages.
        NeedsOcrError: If it has no text layer.
    """
    document = open_pdf(data, name)
    try:
        properties = _properties(document)
        pages = _pages(document, name)
    finally:
        document.close()
    if not pages.legible and not any(pages.notes):
        raise NeedsOcrError(name, _FONTS if pages.nameless else _SCAN)
    text, starts = to_markdown(pages.blocks, pages.notes)
    return Document(
        text=text,
        title=plausible_title(properties.get("title")) or _heading_of_first_page(text, starts),
        authors=people(split_people(properties.get("author", ""))),
        created=_date(properties.get("creationdate")),
        updated=_date(properties.get("moddate")),
        pages=starts,
        meta={**properties, "unreadable_pages": pages.unreadable} if pages.unreadable else {**properties},
    )


@dataclass(slots=True)
class _Pages:
    """What has been read of the pages so far."""

    blocks: list[list[Block]] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    legible: bool = False
    nameless: int = 0

    def add(self, sheet: Sheet) -> None:
        self.blocks.append(page_blocks(sheet))
        self.notes.append(sheet.notes)
        self.legible = self.legible or sheet.shows_letters
        self.nameless += sheet.nameless
        if sheet.damaged or sheet.nameless > _MOST_NAMELESS * (sheet.letters + sheet.nameless):
            self.unreadable.append(len(self.blocks))


def _pages(document: pdfium.PdfDocument, name: str) -> _Pages:
    """Read every page.

    Raises:
        UnreadableError: If there are too many.
        pdfium.PdfiumError: If no page can be read.
    """
    if len(document) > MAX_PAGES:
        raise UnreadableError(name, f"has {len(document):,} pages, more than {MAX_PAGES:,}; split it")
    pages = _Pages()
    letters = 0
    for number in range(len(document)):
        try:
            sheet = read_sheet(document, number)
        except pdfium.PdfiumError:
            if len(document) == 1:
                raise
            sheet = Sheet(damaged=True)
        letters += sheet.letters + sum(map(len, sheet.notes))
        if letters > MAX_LETTERS:
            raise UnreadableError(name, f"holds more than {MAX_LETTERS:,} letters; split it")
        pages.add(sheet)
    return pages


def _heading_of_first_page(text: str, starts: Sequence[int]) -> str | None:
    """The title that a file without one in its properties shows at its top."""
    return plausible_title(heading_title(text[: starts[1]] if len(starts) > 1 else text))


def _properties(document: pdfium.PdfDocument) -> dict[str, str]:
    """The document information that is there, by lower-case keys."""
    entries = {key.lower(): one_line(value) for key, value in document.get_metadata_dict().items()}
    return {key: value for key, value in entries.items() if value}


def _date(value: str | None) -> datetime | None:
    """Read a date such as `D:20240103120000+01'00'` (PDF 32000-1, 7.9.4)."""
    match = _DATE.match(value or "")
    if match is None:
        return moment(value)
    year, month, day, hour, minute, second, zone = match.groups()
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    return moment(f"{year}-{month or '01'}-{day or '01'} {clock} {(zone or 'Z').replace(chr(39), '')}")
