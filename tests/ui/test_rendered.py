"""Markdown as inert HTML, with exact characters of its source marked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.view.rendered import render, render_sentence

_MARK = re.compile(r'<mark class="quote"[^>]*>(.*?)</mark>', re.DOTALL)


def _quoted(source: str, *wanted: str) -> list[str]:
    """What is marked when these pieces of the source are to be."""
    spans = [(source.index(piece), source.index(piece) + len(piece)) for piece in wanted]
    return [unescape(text) for text in _MARK.findall(render(source, None, spans))]


def test_a_quote_within_its_passage_is_marked_more_strongly() -> None:
    """The first quote can be scrolled to."""
    html = render("Weed early. Water late. Rest.", (0, 23), [(12, 23)])

    assert html == (
        '<p><mark class="passage">Weed early. </mark>'
        '<mark class="quote" id="cited">Water late.</mark> Rest.</p>\n'
    )


def test_a_passage_without_quotes_can_be_scrolled_to() -> None:
    """Its first piece."""
    assert render("Weed early.", (0, 4)) == '<p><mark class="passage" id="cited">Weed</mark> early.</p>\n'


@pytest.mark.parametrize(
    ("source", "wanted", "marked"),
    [
        ("# Beds\n\n- dig\n- rake", "dig\n- rake", ["dig", "rake"]),
        ("Dig **very** deep.", "very** deep", ["very", " deep"]),
        ("Dig **very** deep.", "Dig **very", ["Dig ", "very"]),
        ("the the *the* the", "the* the", ["the", " the"]),
        ("Use `a < b` here", "`a < b`", ["a < b"]),
        ("a &amp; b \\* c", "&amp; b \\*", ["&", " b ", "*"]),
        ("see [the beds](http://x.org/beds) beds", " beds", [" beds"]),
        ("| a | b |\n|---|---|\n| c | d |", "b |\n|---|---|\n| c", ["b", "c"]),
        ("```\nx = 1\n  y = 2\n```", "= 1\n  y", ["= 1", "  y"]),
        ("> quoted\n> lines", "quoted\n> lines", ["quoted", "\n", "lines"]),
        ("one\r\n\r\ntwo", "two", ["two"]),
    ],
    ids=[
        *("list", "out-of-emphasis", "into-emphasis", "repeated-words", "code", "entities", "link", "table"),
        *("code-block", "quotation", "windows-line-ends"),
    ],
)
def test_marks_lie_on_the_characters_meant(source: str, wanted: str, marked: list[str]) -> None:
    """Whatever the markup in and around them."""
    if "link" in source or source.startswith("see"):
        start = source.rindex(wanted)
        found = _MARK.findall(render(source, None, [(start, start + len(wanted))]))
        assert found == marked
    else:
        assert _quoted(source, wanted) == marked


@given(st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), min_size=1, max_size=12), st.data())
def test_any_words_of_a_paragraph_can_be_marked(words: list[str], data: st.DataObject) -> None:
    """Exactly those, and the paragraph stays as it was."""
    source = " ".join(words)
    start = data.draw(st.integers(0, len(source) - 1))
    end = data.draw(st.integers(start + 1, len(source)))
    html = render(source, None, [(start, end)])

    assert _MARK.findall(html) == [source[start:end]]
    assert re.sub(r"<[^>]+>", "", html) == source + "\n"


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_no_text_can_break_out(source: str, start: int, end: int) -> None:
    """Whatever a document holds, and wherever marks lie, only harmless elements come out."""
    html = render(source, (min(start, end), max(start, end)), [(start, end)] if start < end else [])

    assert "<script" not in html.lower()
    assert "<img" not in html.lower()
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html)).lower()


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("![a heap](https://x.org/a.png)", "[a heap]"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](/api/v1/status)", "x"),
        ("see [**x**](https://x.org) or <https://x.org>", "see <strong>x</strong> or https://x.org"),
        ("\u202egro.x\u202c", "gro.x"),
    ],
    ids=["script", "image", "javascript", "address-of-this-site", "web", "turned writing"],
)
def test_a_sentence_is_inert(source: str, html: str) -> None:
    """Scripts are text, images are their description, and links are their text."""
    assert render_sentence(source) == html


@pytest.mark.parametrize(
    ("source", "href"),
    [("[x](https://x.org)", "https://x.org"), ("[x](/api/v1/status)", None), ("[x](data:text/html,x)", None)],
    ids=["web", "address-of-this-site", "data"],
)
def test_a_link_of_a_post_leads_to_the_web(source: str, href: str | None) -> None:
    """And tells nothing about where it was clicked."""
    html = render(source)

    assert re.findall(r'href="([^"]*)"', html) == ([href] if href else [])
    assert 'rel="noopener noreferrer nofollow"' in html or "<a" not in html
