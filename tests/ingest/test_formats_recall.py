"""How much of a file's text comes out, and in which order: measured for every format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.formats import SUFFIXES, ocr
from tests.ingest.every_format import KNOWN, PICTURES, build, built, order, said, token_recall, tokens

_PACKS = Path(os.environ.get("COPSE_PACKS", "absent"), "hostile_files")
_EXPECTED = _PACKS / "office_markitdown_tests" / "expected_outputs"
_needs_packs = pytest.mark.skipif(
    not _PACKS.is_dir(), reason="COPSE_PACKS names no folder with hostile_files"
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_word_comes_out_in_order(suffix: str) -> None:
    """Title and paragraphs are all there, and nothing is twice: recall and order are 1."""
    if suffix in PICTURES and not ocr.available():
        pytest.skip("tesseract or the ocr extra is not installed")
    assert tokens(said(suffix, build(suffix))) == tokens("\n".join(KNOWN))


def test_every_format_is_measured() -> None:
    """A new suffix needs a small file that says something known."""
    assert built() == SUFFIXES.keys()


def test_recall_counts_repetitions() -> None:
    """Two of three expected words."""
    assert token_recall("air air water", "Water, air!") == pytest.approx(2 / 3)


def test_order_is_the_longest_common_subsequence() -> None:
    """Moving one word of four costs a quarter."""
    assert order("one two three four", "two three four one") == pytest.approx(3 / 4)


@pytest.mark.packs
@_needs_packs
@pytest.mark.parametrize("path", sorted(_EXPECTED.glob("*.md")), ids=lambda path: path.stem)
def test_expected_outputs_are_met(path: Path) -> None:
    """Receipts, invoices of several pages and tables without rules."""
    expected = path.read_text("utf-8")
    file = path.parents[1] / f"{path.stem}.pdf"
    text = formats.read(file.read_bytes(), file.name).text
    assert (token_recall(expected, text) >= 0.97, order(expected, text) >= 0.97) == (True, True)


@pytest.mark.packs
@_needs_packs
@pytest.mark.parametrize("path", sorted(_PACKS.glob("pdf_*/**/*.pdf")), ids=lambda path: path.stem)
def test_hostile_files_give_text_or_a_reason(path: Path) -> None:
    """Nothing else comes out of them."""
    assert _outcome(path)


def _outcome(path: Path) -> str:
    try:
        return formats.read(path.read_bytes(), path.name).text
    except UnreadableError as error:
        return error.reason
