"""Rich Text Format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.errors import UnreadableError
from ingest import formats


def _text(body: str) -> str:
    return formats.read(rf"{{\rtf1\ansi\ansicpg1252 {body}}}".encode("latin-1"), "a.rtf").text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 \u233?t\u233\'e9", "café été"),
        (r"\u-10179?\u-8704? \emdash\ldblquote x\rdblquote \~y\_z \{a\\b\}", "😀 —“x” y-z {a\\b}"),
        (r"{\fonttbl{\f1\fcharset204 Arial;}}{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} ok", "Привет ok"),
        (r"{\fonttbl{\f1\fcharset128 Gothic;}}{\f1 \'93\'fa\'96{}\'7b}", "日本"),
        (r"{\uc2 \u8364 EUx}{\uc0 \u8364}y", "€x€y"),
    ],
    ids=["code page", "symbols", "Cyrillic font", "double bytes", "stand-ins"],
)
def test_characters(body: str, text: str) -> None:
    """Code pages, fonts with their own, Unicode, and what stands in for it in old programs."""
    assert _text(body.replace("{}", "")) == text


def test_paragraphs_and_headings() -> None:
    """A heading is known by the name of its style, or by its level."""
    body = (
        r"{\stylesheet{\s0 Normal;}{\s2 heading 2;}{\s7\outlinelevel2 Own;}}"
        r"\pard\s2 Why\par\pard Air.\par\pard\s7 How\par\pard{\outlinelevel3 Deep\par}\pard Turn\line it."
    )
    assert _text(body) == "## Why\n\nAir.\n\n### How\n\n#### Deep\n\nTurn\nit."


def test_lists() -> None:
    """The text of the mark tells numbers from bullets."""
    body = (
        r"{\listtext\'b7\tab}air\par{\listtext\'b7\tab}\ilvl1 oxygen\par"
        r"\pard{\pntext 1.\tab}first\par{\pntext 2.\tab}second\par"
    )
    assert _text(body) == "- air\n  - oxygen\n1. first\n2. second"


def test_tables() -> None:
    """Rows and cells; what follows is a paragraph again."""
    body = (
        r"\trowd\cellx1\cellx2\pard\intbl a\cell b|c\cell\row"
        r"\trowd\pard\intbl d\par e\cell\cell\row\pard after"
    )
    assert _text(body) == "| a | b\\|c |\n| --- | --- |\n| d e |  |\n\nafter"


def test_links_notes_and_comments() -> None:
    """Notes and comments follow at the end."""
    body = (
        r'See {\field{\*\fldinst HYPERLINK "https://example.org/x"}{\fldrslt {\ul it}}}'
        r"{\footnote A note.}.{\*\atnid AL}{\*\atnauthor Ben Roe}\chatn{\*\annotation Why?}"
    )
    assert _text(body) == (
        "See [it](https://example.org/x)[1].\n\n1. A note.\n\n## Comments\n\n- Ben Roe: Why?"
    )


def test_what_is_not_shown_is_not_read() -> None:
    """Pictures, headers, deleted and hidden text, groups of unknown kind, binary data."""
    body = (
        r"{\header top}{\pict 0102}{\*\unknown x}{\v hidden}{\deleted gone}{\pict\bin3 }}}y}"
        r"{\colortbl;\red1;}shown"
    )
    assert _text(body) == "shown"


def test_the_file_describes_itself() -> None:
    """Title, author and dates come from its information group."""
    info = (
        rb"{\rtf1{\info{\title On heaps}{\author Ana Lima; Ben Roe}{\creatim\yr2024\mo3\dy14\hr9\min0}"
        rb"{\revtim\yr2024\mo3\dy15}}x}"
    )
    document = formats.read(info, "a.rtf")
    assert (document.text, document.title, document.authors, document.created, document.updated) == (
        "x",
        "On heaps",
        ("Ana Lima", "Ben Roe"),
        datetime(2024, 3, 14, 9, tzinfo=UTC),
        datetime(2024, 3, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", r"is not a \.rtf file; give it the suffix of its real format"),
        (b"{\\rtf1 " + b"{" * 2000, "is nested too deeply to be read; convert it to text"),
    ],
    ids=["text", "deep"],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    """The reason says what to do."""
    with pytest.raises(UnreadableError, match=reason):
        formats.read(data, "a.rtf")


def test_a_file_that_is_cut_off_gives_what_it_holds() -> None:
    """Groups that never end do no harm."""
    assert formats.read(b"{\\rtf1 {\\b Turn it weekly", "a.rtf").text == "Turn it weekly"
