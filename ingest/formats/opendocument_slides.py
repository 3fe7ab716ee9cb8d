"""The slides of OpenDocument presentations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.formats.markdown_blocks import heading, paragraphs
from ingest.formats.opendocument_text import Writer
from ingest.formats.pptx_order import Box, in_reading_order
from ingest.formats.tidy import one_line, tidy
from ingest.formats.xml_trees import Element, local_name

_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_DRAWING = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|px)?")
_MILLIMETRES = {
    "mm": 1.0,
    "cm": 10.0,
    "in": 25.4,
    "pt": 25.4 / 72,
    "pc": 25.4 / 6,
    "px": 25.4 / 96,
    None: 1.0,
}
_FURNITURE = ("date-time", "footer", "page-number", "header")


@dataclass(frozen=True, slots=True)
class _Shape:
    element: Element
    box: Box


def slide_texts(body: Element, trees: Sequence[Element]) -> list[str]:
    """The Markdown of every slide, in order; a hidden one is empty."""
    hidden = {
        style.get(f"{_STYLE}name")
        for tree in trees
        for style in tree.iter(f"{_STYLE}style")
        if (known := style.find("{*}drawing-page-properties")) is not None
        and known.get(f"{_PRESENTATION}visibility") == "hidden"
    }
    return [
        "" if page.get(f"{_DRAWING}style-name") in hidden else tidy(_slide(page, number, trees))
        for number, page in enumerate(body.iterfind("{*}page"), start=1)
    ]


def _slide(page: Element, number: int, trees: Sequence[Element]) -> str:
    writer = Writer(trees)
    found = list(_shapes(page))
    titles = [shape for shape in found if shape.element.get(f"{_PRESENTATION}class") == "title"]
    title = one_line(" ".join(block for shape in titles for block in writer.block(shape.element)))
    others = in_reading_order([shape for shape in found if shape not in titles])
    blocks = [block for shape in others for block in writer.block(shape.element)]
    notes = _notes(page, writer)
    blocks += [heading(3, "Notes"), notes] if notes else []
    blocks += writer.endings(3)
    return paragraphs([heading(2, title or f"Slide {number}"), *blocks]) if title or any(blocks) else ""


def _shapes(page: Element) -> Iterator[_Shape]:
    for element in page.iterchildren("*"):
        if local_name(element) != "notes" and element.get(f"{_PRESENTATION}class") not in _FURNITURE:
            yield _Shape(element, _box(element))


def _box(element: Element) -> Box:
    """Where a shape lies; a group lies where its first member does."""
    placed = next((one for one in element.iter("*") if one.get(f"{_SVG}x") is not None), element)
    x, y, width, height = (
        _millimetres(placed.get(_SVG + edge, "")) for edge in ("x", "y", "width", "height")
    )
    return Box(x, y, width, height)


def _millimetres(length: str) -> float:
    match = _LENGTH.fullmatch(length)
    return float(match[1]) * _MILLIMETRES[match[2]] if match else 0.0


def _notes(page: Element, writer: Writer) -> str:
    frames = page.iterfind("{*}notes/{*}frame")
    spoken = [frame for frame in frames if frame.get(f"{_PRESENTATION}class") == "notes"]
    return paragraphs(block for frame in spoken for block in writer.blocks(frame))
