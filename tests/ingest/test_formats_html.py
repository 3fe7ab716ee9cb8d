"""HTML as Markdown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import Document
from ingest.formats.fragments import html_to_markdown
from ingest.formats.html import read


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        pytest.param("plain * text_with < signs", "plain * text_with < signs", id="plain text"),
        pytest.param("<p>one</p><p>two</p>", "one\n\ntwo", id="paragraphs"),
        pytest.param("<p><b>bold</b> <em>it</em> <code>a_b</code></p>", "**bold** *it* `a_b`", id="emphasis"),
        pytest.param("<h2>Steps</h2><p>x</p>", "## Steps\n\nx", id="headings"),
        pytest.param(
            "<ol start=3><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "3. a\n4. b\n   - c", id="lists"
        ),
        pytest.param(
            '<pre class="lang-py prettyprint"><code>x = 1\n  y\n</code></pre>',
            "```py\nx = 1\n  y\n```",
            id="code",
        ),
        pytest.param("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````", id="code with fences"),
        pytest.param(
            "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
            id="tables",
        ),
        pytest.param('<a href="https://x.org/a b" title="t">x</a>', "[x](https://x.org/a%20b)", id="links"),
        pytest.param('<a href="javascript:alert(1)">x</a> <a href="/y">y</a>', "x y", id="other links"),
        pytest.param('<img src="https://x.org/i.png" alt="a leaf"> <img src="x">', "a leaf", id="images"),
        pytest.param("a<script>b</script><style>c</style><!-- d --><p hidden>e</p>", "a", id="scripts"),
        pytest.param('<p>a</p><div style="display: none">b</div>', "a", id="hidden"),
        pytest.param('<p>a</p><p style="color:#fff">b</p><font color=white>c</font>', "a", id="white"),
        pytest.param(
            '<div style="background:#000"><p style="color:#fff">b</p></div>', "b", id="white on a dark ground"
        ),
        pytest.param('<p>a</p><p style="font-size:0;x:y">b</p><p style="opacity: 0.0">c</p>', "a", id="tiny"),
        pytest.param(
            '<p style="font-size:0.9em; opacity:0.8; left:-4px; color:#ffe">b</p>', "b", id="small and pale"
        ),
        pytest.param("&lt;b&gt; &amp;amp; i&lt;j", "&lt;b> &amp;amp; i<j", id="text that looks like tags"),
        pytest.param("a\x00b&#1;<p>c", "ab\n\nc", id="control characters"),
    ],
)
def test_a_fragment_becomes_markdown(fragment: str, expected: str) -> None:
    """Structure stays, decoration goes, and nothing in the result can be fetched or run."""
    assert html_to_markdown(fragment) == expected


_PIECES = [
    "<p>",
    "<ul><li>",
    "</a>",
    "<table><td",
    "colspan=9>",
    "<pre>",
    "<b",
    "&lt;",
    "x",
    "\x00",
    "<!--",
    "]]>",
]


@given(st.lists(st.sampled_from(_PIECES)))
def test_no_fragment_fails(parts: list[str]) -> None:
    """Whatever the fragment holds, there is a text."""
    assert isinstance(html_to_markdown(" ".join(parts)), str)


def test_deep_nesting_keeps_its_text() -> None:
    """Thousands of open tags cost the layout, not the words."""
    assert html_to_markdown("<div>" * 3000 + "word") == "word"


def test_a_page_is_its_main_content() -> None:
    """The title, the people and the dates come from the head; menus, forms and footers go."""
    page = """<!DOCTYPE html>
    <html><head><title>Turning compost - Allotments</title>
    <meta name="author" content="Ana Lima"><meta property="article:published_time" content="2024-03-14">
    <meta property="article:modified_time" content="2024-03-15T10:00:00Z"></head>
    <body><header><h1>Allotments</h1></header><nav>Home</nav>
    <main><header><h1>Turning compost</h1><p>5 min read</p></header>
    <p>Turn it weekly.</p><form><input name="q"><button>Go</button></form><aside>Ads</aside></main>
    <footer>Imprint</footer></body></html>"""
    assert read(page.encode(), "page.html") == Document(
        text="# Turning compost\n\nTurn it weekly.",
        title="Turning compost - Allotments",
        authors=("Ana Lima",),
        created=datetime(2024, 3, 14, tzinfo=UTC),
        updated=datetime(2024, 3, 15, 10, tzinfo=UTC),
        meta={
            "author": "Ana Lima",
            "article:published_time": "2024-03-14",
            "article:modified_time": "2024-03-15T10:00:00Z",
        },
    )


def test_the_only_heading_is_the_title_without_the_name_of_the_site() -> None:
    """A title that repeats the page's h1 and adds the site gives way to it, and the text loses it."""
    document = read(b"<title>Compost | Site</title><article><h1>Compost</h1><p>x</p></article>", "a.html")
    assert (document.title, document.text) == ("Compost", "x")


def test_a_page_without_main_content_is_its_body() -> None:
    """Without a marked main part, everything but the frame of the page is read."""
    assert read(b"<body><nav>Home</nav><p>x</p><footer>f</footer></body>", "a.html").text == "x"


def test_a_form_around_the_whole_page_stays() -> None:
    """Some frameworks wrap every page in a form."""
    assert read(b"<form><input><p>x</p></form>", "a.html").text == "x"


def test_the_page_says_its_encoding() -> None:
    """The meta element decides about bytes that are not UTF-8."""
    assert read("<meta charset=koi8-r><p>Привет</p>".encode("koi8-r"), "a.html").text == "Привет"
