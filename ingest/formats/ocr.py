"""Recognise the text in pictures and scans with tesseract: the extra `ocr`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.tidy import escape_tags, tidy

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_MOST_PAGES: Final = 100
_MOST_PIXELS: Final = 40_000_000  # of a page: A4 at 700 dpi
_DPI: Final = 300
_POINTS_AN_INCH: Final = 72
_SMALL: Final = 1000  # pixels; smaller pictures are enlarged, because tesseract wants letters 20 pixels high
_MOST_LANGUAGES: Final = 5
_PAGE_SECONDS: Final = 60
_PICTURES: Final = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
_PAGE_BREAK: Final = "\n\n"
_HYPHEN: Final = re.compile(r"(?<=[a-zà-ÿ])[-‐]\n(?=[a-zà-ÿ])")


class NeedsOcrError(UnreadableError):
    """A file whose text is in its pictures only."""


def available() -> bool:
    """Tell whether tesseract and the libraries of the extra are there."""
    return bool(program() and find_spec("PIL") and find_spec("pypdfium2"))


def program() -> str:
    """The path of tesseract; empty if it is not installed."""
    return shutil.which("tesseract") or ""


def recognise(data: bytes, name: str) -> Document:
    """Read the text in a picture or in the pages of a PDF; at most the first 100 pages.

    Args:
        data: The whole file.
        name: How messages name it; its suffix tells a PDF from a picture.

    Raises:
        UnreadableError: If it cannot be opened, is too large, or holds no text.
    """
    languages = _languages()
    is_pdf = PurePath(name).suffix.lower() == ".pdf"
    texts, starts, offset = [], [], 0
    for page in _pages_of_pdf(data, name) if is_pdf else _frames(data, name):
        text = _tidy_page(_recognise(page, languages, name))
        texts.append(text)
        starts.append(offset)
        offset += len(text) + len(_PAGE_BREAK)
    if not any(texts):
        raise UnreadableError(name, "holds pictures in which no text was found; leave it out")
    return Document(text=_PAGE_BREAK.join(texts).rstrip(), pages=tuple(starts) if len(starts) > 1 else ())


def _pages_of_pdf(data: bytes, name: str) -> Iterator[Picture]:
    from ingest.formats.pdf_rescue import open_pdf

    with open_pdf(data, name) as file:
        for number in range(min(len(file), _MOST_PAGES)):
            page = file[number]
            width, height = page.get_size()
            pixels = width * height * (_DPI / _POINTS_AN_INCH) ** 2
            scale = _DPI / _POINTS_AN_INCH * min(1.0, (_MOST_PIXELS / max(1.0, pixels)) ** 0.5)
            yield page.render(scale=scale, grayscale=True).to_pil()
            page.close()


def _frames(data: bytes, name: str) -> Iterator[Picture]:
    """The pages of a TIFF, or the one picture of another file."""
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before anything is unpacked
    try:
        with Image.open(BytesIO(data), formats=_PICTURES) as picture:
            last = _MOST_PAGES if picture.format == "TIFF" else 1
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number == last:
                    return
                _refuse_large(frame, name)
                yield _enlarged(ImageOps.exif_transpose(_on_white(frame)).convert("L"))
    except (OSError, SyntaxError, EOFError) as error:
        raise UnreadableError(name, "is a damaged picture; save it again") from error


def _refuse_large(picture: Picture, name: str) -> None:
    if picture.width * picture.height > _MOST_PIXELS:
        size = f"{picture.width:,} × {picture.height:,} pixels"
        raise UnreadableError(name, f"has {size}, more than {_MOST_PIXELS:,} in all; make it smaller")


def _on_white(picture: Picture) -> Picture:
    from PIL import Image

    if not picture.has_transparency_data:
        return picture
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _enlarged(picture: Picture) -> Picture:
    longest = max(picture.size)
    return picture.resize((picture.width * 2, picture.height * 2)) if longest < _SMALL else picture


def _languages() -> str:
    """All languages that tesseract has learned here: what is installed says what is read."""
    listed = _run(["--list-langs"], b"", _PAGE_SECONDS).decode("utf-8", "replace").split("\n")[1:]
    known = [line.strip() for line in listed if re.fullmatch(r"[a-z]{3}\w{0,20}", line.strip())]
    chosen = sorted((one for one in known if one != "osd"), key=lambda one: (one != "eng", one))
    return "+".join(chosen[:_MOST_LANGUAGES]) or "eng"


def _recognise(page: Picture, languages: str, name: str) -> str:
    picture = BytesIO()
    page.save(picture, "PPM")
    try:
        output = _run(["stdin", "stdout", "-l", languages], picture.getvalue(), _PAGE_SECONDS)
    except subprocess.TimeoutExpired as error:
        reason = f"has a page that takes longer than {_PAGE_SECONDS} s to recognise; make it smaller"
        raise UnreadableError(name, reason) from error
    return output.decode("utf-8", "replace")


def _run(arguments: list[str], data: bytes, seconds: float) -> bytes:
    command = [program(), *arguments]
    # One thread a page: the pages of several files are recognised side by side.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(  # noqa: S603 - a program that was found, fixed arguments
        command, input=data, capture_output=True, check=False, timeout=seconds, env=environment
    ).stdout


def _tidy_page(text: str) -> str:
    return tidy(escape_tags(_HYPHEN.sub("", tidy(text))))
