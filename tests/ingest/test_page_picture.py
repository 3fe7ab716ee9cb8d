"""A page of a PDF as a picture, with what is cited marked on it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from ingest.formats.pdf_marks import find_ranges
from ingest.page_picture import CitedPage, draw_page
from tests.ingest.pdf_files import make_pdf, make_writer, put_lines, to_bytes

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")

TANK = put_lines((20, 700, "Paint the rain tank black."), (20, 400, "Empty it in winter."))
YELLOW, GREEN, WHITE = (255, 236, 140), (221, 238, 228), (255, 255, 255)


def _cited(folder: Path, data: bytes, **values: object) -> CitedPage:
    file = folder / "tank.pdf"
    file.write_bytes(data)
    cited = CitedPage(str(file), str(folder), hashlib.sha256(data).hexdigest(), 1)
    return replace(cited, **values)  # type: ignore[arg-type]


def _colours(png: bytes, box: tuple[int, int, int, int]) -> set[tuple[int, int, int]]:
    """The colours in a part of a picture that is 1,100 pixels wide."""
    part = Image.open(BytesIO(png)).convert("RGB").crop(box)
    return {colour for _, colour in part.getcolors(part.width * part.height)}


@pytest.mark.parametrize(
    ("page", "cited", "found"),
    [
        ("Paint it black.", "Paint it black.", ["Paint it black"]),
        ("Never com-\npost old\nwood.", "**Never** compost\nold wood.", ["Never com-\npost", "old\nwood"]),
        ("The ﬁrst ﬂood of ÉTÉ", "the first flood of été", ["The ﬁrst ﬂood of ÉTÉ"]),
        ("Oil 0.6 l\nGap 0.7 mm\nSpark plug new", "| Spark plug new | Oil 0.6 l |", ["Spark plug new"]),
        ("Line 2.4 mm\nNo wire", "| Line 2.4 mm | No wire |", ["Line 2.4 mm", "No wire"]),
        ("Something else", "Paint it black.", []),
        ("", "Paint it black.", []),
    ],
    ids=["as it is", "hyphenated", "ligatures", "in another order", "a short cell", "not there", "a scan"],
)  # fmt: skip
def test_what_is_cited_is_found_however_it_is_set(page: str, cited: str, found: list[str]) -> None:
    """By its letters and digits, piece by piece; what is short only right behind the piece before."""
    assert [page[start:end] for start, end in find_ranges(page, [cited])] == found


def test_a_passage_is_marked_softly_and_a_quote_strongly(tmp_path: Path) -> None:
    """What is not cited stays white."""
    cited = _cited(
        tmp_path, make_pdf(TANK), passage="Empty it in winter.", quotes=("Paint the rain tank black.",)
    )

    png = draw_page(cited, "notes:tank.pdf", 512, 10)

    assert YELLOW in _colours(png, (80, 130, 600, 190))
    assert GREEN in _colours(png, (80, 690, 600, 740))
    assert _colours(png, (80, 900, 600, 1000)) == {WHITE}


def test_marks_lie_on_the_words_of_a_turned_page(tmp_path: Path) -> None:
    """A page that is shown turned is drawn turned, and so are its marks."""
    writer = make_writer(TANK, rotate=90)
    png = draw_page(_cited(tmp_path, to_bytes(writer), quotes=("Empty it in winter.",)), "x", 512, 10)
    picture = Image.open(BytesIO(png))

    assert picture.size == (1100, 825)
    assert YELLOW in _colours(png, (540, 60, 590, 400))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"page": 2}, "the file has no page 2"),
        ({"digest": "0" * 64}, "the file has changed since it was read; `copse sync` reads it again"),
        ({"root": "/srv"}, "the file is not where it was read any more"),
        ({"path": "/nowhere/tank.pdf"}, "the file is not where it was read any more"),
        ({"path": "/etc/hostname"}, "only pages of PDF files can be shown as pictures"),
    ],
    ids=["no such page", "changed", "outside of what was ingested", "gone", "no PDF"],
)
def test_what_is_not_the_file_that_was_read_is_not_drawn(
    tmp_path: Path, values: dict[str, object], reason: str
) -> None:
    """The reason names no path: whoever reads it may not know where files lie."""
    with pytest.raises(UnreadableError) as caught:
        draw_page(_cited(tmp_path, make_pdf(TANK), **values), "notes:tank.pdf", 512, 10)

    assert str(caught.value) == f"notes:tank.pdf: {reason}"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Even if what it leads to is the same."""
    (tmp_path / "inside").mkdir()
    cited = _cited(tmp_path, make_pdf(TANK))
    link = tmp_path / "inside" / "tank.pdf"
    link.symlink_to(cited.path)

    with pytest.raises(UnreadableError, match="not where it was read"):
        draw_page(replace(cited, path=str(link), root=str(link.parent)), "x", 512, 10)


def test_a_damaged_file_costs_its_picture_only(tmp_path: Path) -> None:
    """It is told in one line."""
    with pytest.raises(UnreadableError, match=r"^x: the page cannot be drawn \(\w+\); open the file itself$"):
        draw_page(_cited(tmp_path, b"%PDF-1.4 nonsense"), "x", 512, 10)
