"""Small PDFs for tests, written by hand so that every place and font is known."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def make_writer(*contents: str, rotate: int = 0) -> PdfWriter:
    """A PDF with these content streams, one a page of 600 by 800 points, set in Helvetica."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for content in contents:
        page = writer.add_blank_page(600, 800)
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(content.encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
        if rotate:
            page.rotate(rotate)
    return writer


def to_bytes(writer: PdfWriter) -> bytes:
    """The file."""
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def make_pdf(*contents: str) -> bytes:
    """A file with these content streams, one a page."""
    return to_bytes(make_writer(*contents))


def put(x: float, y: float, text: str, size: float = 10) -> str:
    """Text at a place."""
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"


def put_lines(*lines: tuple[int, int, str]) -> str:
    """Lines of (type size, height, text) at the left margin."""
    return "".join(put(50, y, text, size) for size, y, text in lines)
