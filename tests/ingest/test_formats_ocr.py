"""Text in pictures: with tesseract it is read, without it the reason says what to install."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.formats import ocr
from ingest.parser import Parser

needs_tesseract = pytest.mark.skipif(
    not ocr.available(), reason="tesseract or the ocr extra is not installed"
)


def _picture(suffix: str, *words: str) -> bytes:
    image = pytest.importorskip("PIL.Image")
    draw = pytest.importorskip("PIL.ImageDraw")
    fonts = pytest.importorskip("PIL.ImageFont")
    pages = []
    for text in words:
        page = image.new("RGB", (900, 200), "white")
        draw.Draw(page).text((20, 60), text, fill="black", font=fonts.load_default(50))
        pages.append(page)
    data = BytesIO()
    pages[0].save(data, suffix, save_all=len(pages) > 1, append_images=pages[1:])
    return data.getvalue()


def test_a_picture_says_what_it_takes_to_read_it() -> None:
    """One reason, whatever is in it."""
    with pytest.raises(ocr.NeedsOcrError) as caught:
        formats.read(b"\x89PNG", "heap.png")
    assert str(caught.value) == (
        "heap.png: is a picture; install Copse's extra `ocr` and the program tesseract to read the text in it"
    )


@needs_tesseract
def test_the_parser_hands_pictures_over(tmp_path: Path) -> None:
    """A second, equally bounded process recognises the text."""
    (tmp_path / "heap.png").write_bytes(_picture("PNG", "Turn the compost"))
    with Parser(1) as parser:
        assert parser.parse(tmp_path / "heap.png", "heap.png").text == "Turn the compost"


def test_without_tesseract_the_parser_gives_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No second process is tried."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "heap.png").write_bytes(b"\x89PNG")
    with Parser(1) as parser, pytest.raises(UnreadableError, match="is a picture; install Copse's extra"):
        parser.parse(tmp_path / "heap.png", "heap.png")


@needs_tesseract
@pytest.mark.parametrize("suffix", ["pdf", "tiff"])
def test_pages_are_kept_apart(suffix: str) -> None:
    """Their starts are offsets in the text."""
    document = ocr.recognise(_picture(suffix, "Turn it", "Wet it"), f"scan.{suffix}")
    assert (document.text, document.pages) == ("Turn it\n\nWet it", (0, 9))


@needs_tesseract
@pytest.mark.parametrize(
    ("data", "reason"), [(b"\x89PNG", "is a damaged picture"), (None, "no text was found"), (b"", "damaged")]
)
def test_a_picture_without_text_is_refused(data: bytes | None, reason: str) -> None:
    """So is a damaged one."""
    with pytest.raises(UnreadableError, match=reason):
        ocr.recognise(_picture("PNG", "") if data is None else data, "a.png")


@needs_tesseract
def test_a_huge_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is unpacked."""
    monkeypatch.setattr(ocr, "_MOST_PIXELS", 1000)
    with pytest.raises(
        UnreadableError, match="has 900 × 200 pixels, more than 1,000 in all; make it smaller"
    ):
        ocr.recognise(_picture("PNG", "x"), "a.png")
