"""What stands on a page of a PDF: its words and drawn rules with their places, its comments and form values.

PDFium decodes the page; nothing here knows what the words mean. Places are in points, in a frame that is
turned so that the text runs from left to right and its lines from top (large y) to bottom.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

MAX_PAGE_CHARACTERS = 300_000
"""Most characters that are read from one page."""

_MAX_RULES = 3_000
_MAX_OBJECTS = 20_000
_MAX_SEGMENTS = 200
_MAX_NESTING = 4
_MAX_ANNOTATIONS = 2_000
_MAX_NOTE_BYTES = 40_000
_SHORTEST_RULE = 4.0  # points; shorter strokes belong to drawings
_SLANT = 0.5  # points that a straight rule may lean
_DIVIDING_HYPHEN = 2  # PDFium's mark for a hyphen at which a line divides a word
_BLANKS = frozenset({*range(33), *range(0x2000, 0x200B), 0xA0, 0x3000, 0xFFFE} - {_DIVIDING_HYPHEN})
# Letters that a font does not name come out as control, private or replacement characters;
# U+F0xx are the named symbols (bullets, ticks) of old symbol fonts.
_NAMELESS = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uefff\uf100-\uf8ff\ufffd]")
_WITHOUT_TEXT = frozenset({raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP})


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without a space between them.

    Attributes:
        text: The letters in logical order.
        x0: Left edge.
        x1: Right edge.
        y: Height of the baseline.
        size: Type size.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: horizontal at a height, or vertical at an x, from `start` to `end`."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Layer:
    """The words of a page that run in one direction, and the rules around them."""

    words: list[Word]
    rules: list[Rule]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page.

    Attributes:
        layers: By direction of the text, the one with most words first.
        notes: Comments and form values that do not show on the page.
        nameless: How many letters are lost because their font does not name them.
        damaged: Whether nothing of it can be read.
    """

    layers: list[Layer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nameless: int = 0
    damaged: bool = False

    @property
    def shows_letters(self) -> bool:
        """Whether there is more than marks on it."""
        return any(any(map(str.isalnum, word.text)) for layer in self.layers for word in layer.words)

    @property
    def letters(self) -> int:
        """How many letters can be read."""
        return sum(len(word.text) for layer in self.layers for word in layer.words)


def read_sheet(document: pdfium.PdfDocument, number: int) -> Sheet:
    """Read a page, counted from 0.

    Raises:
        pdfium.PdfiumError: If the page is damaged.
    """
    page = document[number]
    try:
        notes = list(_notes(page))
        if raw.FPDFPage_GetAnnotCount(page):
            # What comments and form fields show becomes part of the page, at its place.
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
            page = document[number]
        return _sheet(page, notes)
    finally:
        page.close()


def _sheet(page: pdfium.PdfPage, notes: list[str]) -> Sheet:
    turned: dict[int, list[Word]] = defaultdict(list)
    nameless = 0
    for placed in _words(page):
        legible = "" if placed.unmapped else _NAMELESS.sub("", placed.text)
        nameless += len(placed.text) - len(legible)
        if legible:
            turned[placed.quarter].append(placed.upright(legible))
    strokes = list(_strokes(page)) if turned else []
    groups = sorted(turned.items(), key=lambda group: -len(group[1]))
    layers = [Layer(words, _rules(strokes, quarter)) for quarter, words in groups]
    shown = _squeezed("".join(word.text for layer in layers for word in layer.words))
    return Sheet(layers, [note for note in dict.fromkeys(notes) if _squeezed(note) not in shown], nameless)


def _squeezed(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word in the page's own frame, and how many quarter turns to the left it runs."""

    text: str
    left: tuple[float, float]
    right: tuple[float, float]
    origin: tuple[float, float]
    size: float
    quarter: int
    unmapped: bool

    def upright(self, text: str) -> Word:
        """The word in the frame in which it runs from left to right."""
        ends = [_turn(corner, self.quarter)[0] for corner in (self.left, self.right)]
        return Word(text, min(ends), max(ends), _turn(self.origin, self.quarter)[1], self.size)


def _turn(point: tuple[float, float], quarter: int) -> tuple[float, float]:
    """Turn a point to the right, by quarters, around the origin."""
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarter]


def _words(page: pdfium.PdfPage) -> Iterator[_Placed]:
    textpage = page.get_textpage()
    try:
        codes: list[int] = []
        count = min(raw.FPDFText_CountChars(textpage), MAX_PAGE_CHARACTERS)
        for index in range(count):
            code = raw.FPDFText_GetUnicode(textpage, index)
            divided = code == _DIVIDING_HYPHEN and raw.FPDFText_IsHyphen(textpage, index) == 1
            if code not in _BLANKS:
                codes.append(ord("-") if divided else code)
            if codes and (divided or code in _BLANKS):
                yield _placed(textpage, codes, index if divided else index - 1)
                codes = []
        if codes:
            yield _placed(textpage, codes, count - 1)
    finally:
        textpage.close()


def _placed(textpage: pdfium.PdfTextPage, codes: list[int], last: int) -> _Placed:
    """Ask where a word is, given its letters and the index of the last one."""
    first = last - len(codes) + 1
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, first, matrix)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage, first, x, y)
    boxes = [_box(textpage, index) for index in (first, last)]
    return _Placed(
        # PDFium counts UTF-16 units.
        "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"),
        (min(box[0] for box in boxes), min(box[1] for box in boxes)),
        (max(box[2] for box in boxes), max(box[3] for box in boxes)),
        (x.value, y.value),
        abs(raw.FPDFText_GetFontSize(textpage, first)) * math.hypot(matrix.c, matrix.d),
        round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4,
        raw.FPDFText_HasUnicodeMapError(textpage, first) == 1,
    )


def _box(textpage: pdfium.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, index, box)
    return box.left, box.bottom, box.right, box.top


_Point = tuple[float, float]
_Matrix = tuple[float, float, float, float, float, float]
_UNIT: _Matrix = (1, 0, 0, 1, 0, 0)


def _strokes(page: pdfium.PdfPage) -> Iterator[tuple[_Point, _Point]]:
    """The straight strokes of the page's drawings, those inside reused forms too; at most `_MAX_RULES`."""
    strokes = 0
    for item, matrix in _drawings(page):
        for stroke in _path_strokes(item, matrix):
            yield stroke
            strokes += 1
            if strokes >= _MAX_RULES:
                return


def _drawings(page: pdfium.PdfPage) -> Iterator[tuple[object, _Matrix]]:
    waiting = [
        (raw.FPDFPage_GetObject(page, index), _UNIT, 0)
        for index in range(min(raw.FPDFPage_CountObjects(page), _MAX_OBJECTS))
    ]
    seen = 0
    while waiting and seen < _MAX_OBJECTS:
        item, outer, depth = waiting.pop()
        seen += 1
        kind = raw.FPDFPageObj_GetType(item)
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM):
            continue
        matrix = _product(_matrix(item), outer)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield item, matrix
        elif depth < _MAX_NESTING:
            parts = range(min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS))
            waiting += [(raw.FPDFFormObj_GetObject(item, index), matrix, depth + 1) for index in parts]


def _matrix(item: object) -> _Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _product(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """The matrix that applies the inner one first (PDF 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _path_strokes(path: object, matrix: _Matrix) -> Iterator[tuple[_Point, _Point]]:
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    start = above = (0.0, 0.0)
    for index in range(min(raw.FPDFPath_CountSegments(path), _MAX_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        here = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_LINETO:
            yield above, here
        start = here if kind == raw.FPDF_SEGMENT_MOVETO else start
        if raw.FPDFPathSegment_GetClose(segment):
            yield here, start
        above = here


def _rules(strokes: list[tuple[_Point, _Point]], quarter: int) -> list[Rule]:
    """The strokes that are horizontal or vertical rules, in the frame of text with this direction."""
    rules = []
    for one, other in strokes:
        (x0, y0), (x1, y1) = _turn(one, quarter), _turn(other, quarter)
        if abs(y1 - y0) <= _SLANT and abs(x1 - x0) >= _SHORTEST_RULE:
            rules.append(Rule(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= _SLANT and abs(y1 - y0) >= _SHORTEST_RULE:
            rules.append(Rule(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return rules


def _notes(page: pdfium.PdfPage) -> Iterator[str]:
    """What comments say and form fields hold, whether or not it shows on the page."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        hidden = raw.FPDFAnnot_GetFlags(annotation) & raw.FPDF_ANNOT_FLAG_HIDDEN
        if not hidden and raw.FPDFAnnot_GetSubtype(annotation) not in _WITHOUT_TEXT:
            text = (_entry(annotation, b"Contents"), _entry(annotation, b"V"))
            yield from filter(None, map(str.strip, text))
        raw.FPDFPage_CloseAnnot(annotation)


def _entry(annotation: object, key: bytes) -> str:
    """A text entry of an annotation; empty where it has none. Names, such as a tick box's state, are none."""
    if raw.FPDFAnnot_GetValueType(annotation, key) != raw.FPDF_OBJECT_STRING:
        return ""
    buffer = ctypes.create_string_buffer(_MAX_NOTE_BYTES)
    wide = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
    length = raw.FPDFAnnot_GetStringValue(annotation, key, wide, _MAX_NOTE_BYTES)
    return (
        buffer.raw[: length if length <= _MAX_NOTE_BYTES else 0].decode("utf-16-le", "replace").rstrip("\0")
    )
