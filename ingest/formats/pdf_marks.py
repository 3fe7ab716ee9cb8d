"""A page of a PDF as a picture, with the words marked that were cited from it.

What is cited is Markdown that was made of the page; on the page, its words stand without markup, broken into
lines, hyphenated, set with ligatures. So both are compared by letters and digits alone, piece by piece.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_WIDTH = 1100  # pixels of a picture: sharp enough to be read, on a telephone too
_MOST_PIXELS = 4_000_000
_MOST_CHARACTERS = 200_000  # of a page
_PIECES = re.compile(r"\n+|(?<=[.!?;:])\s+|\s*\|\s*")
_SHORTEST = 8  # letters of a piece that can be looked for anywhere on the page
_NEAR = 60  # letters behind the piece before, within which a shorter one is taken for the one that is meant

Range = tuple[int, int]  # characters of a page: the first, and one past the last
_Colour = tuple[int, int, int]

_SOFT: _Colour = (221, 238, 228)
_STRONG: _Colour = (255, 236, 140)


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture of a page.

    Attributes:
        png: The picture.
        marks: How many places are marked in it.
    """

    png: bytes
    marks: int


def draw_marked(document: pdfium.PdfDocument, page: int, passage: str, quotes: Sequence[str]) -> Marked:
    """Draw a page with a passage marked softly, and the sentences quoted from it strongly.

    Args:
        document: The opened file.
        page: Number of the page, from 1.
        passage: The passage as Markdown.
        quotes: Sentences of it.
    """
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = min(_WIDTH / max(width, 1), (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
    picture = sheet.render(scale=scale).to_pil().convert("RGB")
    text = sheet.get_textpage()
    characters = _characters(text)
    marks = 0
    for pieces, colour in (([passage], _SOFT), (quotes, _STRONG)):
        ranges = find_ranges(characters, pieces)
        marks += len(ranges)
        for box in _boxes(sheet, text, ranges, picture.size):
            _tint(picture, box, colour)
    file = BytesIO()
    picture.save(file, "PNG")
    return Marked(file.getvalue(), marks)


def find_ranges(characters: str, texts: Iterable[str]) -> list[Range]:
    """Where texts stand on a page, as ranges of its characters; pieces that are not there are left out.

    Args:
        characters: The characters of the page.
        texts: Markdown that was made of it.
    """
    letters, places = _folded(characters)
    return [
        (places[start], places[end - 1] + 1)
        for text in texts
        for start, end in _found(letters, [_folded(piece)[0] for piece in _PIECES.split(text)])
    ]


def _found(letters: str, pieces: Iterable[str]) -> Iterator[Range]:
    """Each piece behind the one before if it is there, else wherever it is, if it is long enough to be it."""
    cursor = 0
    for piece in filter(None, pieces):
        near = len(letters) if len(piece) >= _SHORTEST else cursor + len(piece) + _NEAR
        start = letters.find(piece, cursor, near)
        if start < 0 and len(piece) >= _SHORTEST:
            start = letters.find(piece)
        if start >= 0:
            cursor = start + len(piece)
            yield start, cursor


def _folded(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text without case, accents and ligatures, and where each comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = [one for one in unicodedata.normalize("NFKD", character).casefold() if one.isalnum()]
        letters += folded
        places += [place] * len(folded)
    return "".join(letters), places


def _characters(text: pdfium.PdfTextPage) -> str:
    """The characters of a page by their numbers, which its text as a whole does not keep to."""
    count = min(text.count_chars(), _MOST_CHARACTERS)
    codes = (raw.FPDFText_GetUnicode(text, number) for number in range(count))
    return "".join(chr(code) if code <= 0x10FFFF else " " for code in codes)


def _boxes(
    sheet: pdfium.PdfPage, text: pdfium.PdfTextPage, ranges: Iterable[Range], size: tuple[int, int]
) -> Iterator[tuple[int, int, int, int]]:
    """The rectangles of characters in a picture: left, top, right, bottom."""
    for start, end in ranges:
        for number in range(text.count_rects(start, end - start)):
            left, bottom, right, top = text.get_rect(number)
            (x1, y1), (x2, y2) = (
                _to_picture(sheet, size, *corner) for corner in ((left, top), (right, bottom))
            )
            yield min(x1, x2) - 1, min(y1, y2) - 1, max(x1, x2) + 1, max(y1, y2) + 1


def _to_picture(sheet: pdfium.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """Where a point of a page is in its picture, however the page is turned or cut."""
    from ctypes import c_int

    across, along = c_int(), c_int()
    raw.FPDF_PageToDevice(sheet, 0, 0, *size, 0, x, y, across, along)
    return across.value, along.value


def _tint(picture: Picture, box: tuple[int, int, int, int], colour: _Colour) -> None:
    """Colour what is white in a part of a picture, and leave letters as dark as they are."""
    from PIL import Image, ImageChops

    left, top = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[2], picture.width), min(box[3], picture.height)
    if left < right and top < bottom:
        part = picture.crop((left, top, right, bottom))
        picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, colour)), (left, top))
