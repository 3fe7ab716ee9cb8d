"""A small file of every format that says something known, and how much of it comes out when it is read."""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from collections.abc import Callable
from io import BytesIO

import docx

from ingest import formats
from ingest.documents import Document
from ingest.formats import SUFFIXES, ocr
from tests.ingest.office_files import epub, line, open_document, pptx, shape, slide, texts, xlsx
from tests.ingest.pdf_files import make_pdf, put_lines

KNOWN = (
    "Turning compost",
    "A heap that is turned weekly gets the air it needs.",
    "Without turning, the same heap takes a whole year.",
)
"""A title and two paragraphs that every builder sets."""

PICTURES = frozenset(suffix for suffix, family in SUFFIXES.items() if family == "image")
"""Suffixes whose text needs the extra `ocr`."""

_WORD = re.compile(r"\w+")


def token_recall(expected: str, text: str) -> float:
    """The share of the expected words, with repetitions, that the text has; 1 is all."""
    wanted, found = Counter(tokens(expected)), Counter(tokens(text))
    return (wanted & found).total() / wanted.total()


def order(expected: str, text: str) -> float:
    """The longest common subsequence of words, as a share of the expected ones; 1 is the same order."""
    wanted, found = tokens(expected), tokens(text)
    lengths = [0] * (len(found) + 1)
    for word in wanted:
        above = lengths[:]
        for place, other in enumerate(found):
            longer = above[place] + 1 if word == other else above[place + 1]
            lengths[place + 1] = max(lengths[place], longer)
    return lengths[-1] / len(wanted)


def tokens(text: str) -> list[str]:
    """The words of a text, without regard to case."""
    return _WORD.findall(text.casefold())


def build(suffix: str) -> bytes:
    """A file with this suffix that says what is known.

    Raises:
        ModuleNotFoundError: If a library that draws pictures is missing.
    """
    return _BUILDERS[suffix]()


def built() -> frozenset[str]:
    """The suffixes that can be built."""
    return frozenset(_BUILDERS)


def said(suffix: str, data: bytes) -> str:
    """What is read from a file, its title included; the text in pictures is recognised."""
    name = f"a{suffix}"
    document = ocr.recognise(data, name) if suffix in PICTURES else formats.read(data, name)
    return _with_title(document)


def _with_title(document: Document) -> str:
    """The title may have left the text."""
    return document.text if KNOWN[0] in document.text else f"{document.title or ''}\n{document.text}"


def _plain() -> bytes:
    return "\n\n".join(KNOWN).encode()


def _markdown() -> bytes:
    return f"# {KNOWN[0]}\n\n{KNOWN[1]}\n\n{KNOWN[2]}\n".encode()


def _rst() -> bytes:
    return f"{KNOWN[0]}\n{'=' * len(KNOWN[0])}\n\n{KNOWN[1]}\n\n{KNOWN[2]}\n".encode()


def _asciidoc() -> bytes:
    return f"= {KNOWN[0]}\n\n{KNOWN[1]}\n\n{KNOWN[2]}\n".encode()


def _html() -> bytes:
    return f"<html><h1>{KNOWN[0]}</h1><p>{KNOWN[1]}</p><p>{KNOWN[2]}</p></html>".encode()


def _notebook() -> bytes:
    cells = [{"cell_type": "markdown", "source": [f"# {KNOWN[0]}\n", "\n", KNOWN[1]]}]
    cells.append({"cell_type": "raw", "source": [KNOWN[2]]})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _mail() -> bytes:
    return f"From: Ann <ann@x.example>\nSubject: {KNOWN[0]}\n\n{KNOWN[1]}\n\n{KNOWN[2]}\n".encode()


def _transcript() -> bytes:
    segments = [{"start": 9 * at, "end": 9 * at + 9, "text": text} for at, text in enumerate(KNOWN[1:])]
    return json.dumps({"title": KNOWN[0], "segments": segments}).encode()


def _cues(comma: str, first: str) -> bytes:
    cues = (
        f"{at + 1}\n00:00:0{3 * at}{comma}000 --> 00:00:0{3 * at + 3}{comma}000\n{text}\n"
        for at, text in enumerate(KNOWN)
    )
    return (first + "\n".join(cues)).encode()


def _picture(kind: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", (1500, 400), "white")
    for at, text in enumerate(KNOWN):
        ImageDraw.Draw(page).text((30, 40 + 110 * at), text, fill="black", font=ImageFont.load_default(50))
    file = BytesIO()
    page.save(file, kind)
    return file.getvalue()


def _docx() -> bytes:
    document = docx.Document()
    document.add_heading(KNOWN[0], level=1)
    for paragraph in KNOWN[1:]:
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _pdf() -> bytes:
    return make_pdf(put_lines((20, 740, KNOWN[0]), (10, 700, KNOWN[1]), (10, 670, KNOWN[2])))


def _pptx() -> bytes:
    return pptx(slide(shape(line(KNOWN[0]), role="title"), shape(line(KNOWN[1]) + line(KNOWN[2]), at=(5, 5))))


def _xlsx() -> bytes:
    return xlsx({KNOWN[0]: texts(1, *KNOWN[1:])})


def _odt() -> bytes:
    heading = f'<text:h text:outline-level="1">{KNOWN[0]}</text:h>'
    return open_document("text", heading + "".join(f"<text:p>{text}</text:p>" for text in KNOWN[1:]))


def _ods() -> bytes:
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in KNOWN[1:])
    row = f"<table:table-row>{cells}</table:table-row>"
    return open_document("spreadsheet", f'<table:table table:name="{KNOWN[0]}">{row}</table:table>')


def _odp() -> bytes:
    title = (
        f'<draw:frame presentation:class="title"><draw:text-box><text:p>{KNOWN[0]}</text:p></draw:text-box>'
    )
    body = "".join(f"<text:p>{text}</text:p>" for text in KNOWN[1:])
    frame = f'<draw:frame svg:x="1cm" svg:y="5cm"><draw:text-box>{body}</draw:text-box></draw:frame>'
    return open_document("presentation", f"<draw:page>{title}</draw:frame>{frame}</draw:page>")


def _rtf() -> bytes:
    return ("{\\rtf1\\ansi " + "\\par ".join(KNOWN) + "}").encode()


def _epub() -> bytes:
    return epub([("a.xhtml", f"<h1>{KNOWN[0]}</h1><p>{KNOWN[1]}</p><p>{KNOWN[2]}</p>")])


_SECTOR, _STREAM = 512, 4096  # smaller streams would lie in sectors of their own kind ([MS-CFB], 2.6.1)
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _msg() -> bytes:
    """A compound file ([MS-CFB]) of three streams: the properties, the subject and the body."""
    streams = {
        "__properties_version1.0": b"",
        "__substg1.0_0037001F": KNOWN[0].encode("utf-16-le"),
        "__substg1.0_1000001F": "\r\n\r\n".join(KNOWN[1:]).encode("utf-16-le"),
    }
    chains = [_TABLE, _END]
    for _ in streams:
        first = len(chains)
        chains += [*range(first + 1, first + _STREAM // _SECTOR), _END]
    table = struct.pack("<128I", *chains, *[_FREE] * (128 - len(chains)))
    entries = _entry("Root Entry", 5, 1, _END, 0)
    for at, name in enumerate(streams, 1):
        entries += _entry(name, 2, _FREE, 2 + (at - 1) * _STREAM // _SECTOR, _STREAM, at + 1)
    return _header() + table + entries + b"".join(one.ljust(_STREAM, b"\0") for one in streams.values())


def _header() -> bytes:
    versions = struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    places = struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _STREAM, _END, 0, _END, 0, 0)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + versions + places + b"\xff" * 432


def _entry(name: str, kind: int, child: int, start: int, size: int, right: int = _FREE) -> bytes:
    right = right if right < 4 else _FREE
    encoded = name.encode("utf-16-le")
    head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


_BUILDERS: dict[str, Callable[[], bytes]] = {
    **dict.fromkeys((".md", ".markdown", ".mkd"), _markdown),
    **dict.fromkeys((".txt", ".text", ".org"), _plain),
    **dict.fromkeys((".rst", ".rest"), _rst),
    **dict.fromkeys((".adoc", ".asciidoc"), _asciidoc),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xls"), _html),  # what many programs export as .xls
    **dict.fromkeys((".docx", ".docm"), _docx),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppt"), _pptx),
    **dict.fromkeys((".xlsx", ".xlsm"), _xlsx),
    **dict.fromkeys((".odt", ".ott"), _odt),
    **dict.fromkeys((".rtf", ".doc"), _rtf),
    **dict.fromkeys((".jpg", ".jpeg"), lambda: _picture("JPEG")),
    **dict.fromkeys((".tif", ".tiff"), lambda: _picture("TIFF")),
    ".png": lambda: _picture("PNG"),
    ".gif": lambda: _picture("GIF"),
    ".bmp": lambda: _picture("BMP"),
    ".webp": lambda: _picture("WEBP"),
    ".ipynb": _notebook,
    ".eml": _mail,
    ".msg": _msg,
    ".vtt": lambda: _cues(".", "WEBVTT\n\n"),
    ".srt": lambda: _cues(",", ""),
    ".json": _transcript,
    ".pdf": _pdf,
    ".ods": _ods,
    ".odp": _odp,
    ".epub": _epub,
}
"""By suffix, what builds a file; .doc, .xls and .ppt are newer formats under an old suffix."""
