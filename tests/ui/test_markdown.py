"""A reply as Markdown, as a reader of CommonMark understands it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from search.results import Sentence
from tests.ui.replies import NAMES, hostile, make_reply
from ui.markdown import escape, reply_markdown

HOSTILE = [
    pytest.param("![x](https://evil.example/x.png)", id="image"),
    pytest.param("[click](https://evil.example)", id="link"),
    pytest.param("[click][1] [1] [1]: https://evil.example", id="link by reference"),
    pytest.param("[1]: https://evil.example", id="definition of a reference"),
    pytest.param("<https://evil.example> <mailto:a@evil.example>", id="address in brackets"),
    pytest.param("https://evil.example/a_b_c www.evil.example a@evil.example", id="bare addresses"),
    pytest.param("<script>alert(1)</script> <img src=x onerror=alert(1)>", id="HTML"),
    pytest.param("<!-- --> <?php ?> <![CDATA[x]]>", id="other HTML"),
    pytest.param("&lt;script&gt; &#60;b&#62; &amp;", id="entities"),
    pytest.param("`code` ``` ~~~ ``", id="code"),
    pytest.param("```\n# out\n```\n<b>x</b>", id="fence"),
    pytest.param("# heading", id="heading"),
    pytest.param("- item", id="list"),
    pytest.param("1. item", id="numbered list"),
    pytest.param("> quotation", id="quotation"),
    pytest.param("---", id="rule"),
    pytest.param("===", id="line below a heading"),
    pytest.param("| a | b |\n| - | - |", id="table"),
    pytest.param("**bold** _em_ ~~gone~~ __init__", id="emphasis"),
    pytest.param("back\\slash \\[x\\](https://evil.example)", id="backslashes"),
    pytest.param("line  \nbreak\n\n    <b>indented</b>", id="lines"),
    pytest.param("\x1b[31mred\u202e", id="control characters"),
    pytest.param("javascript:alert(1)", id="address of a script"),
    pytest.param('https://evil.example/") [x](https://evil.example', id="end of an address"),
]


def _tokens(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_text(text: str) -> None:
    """What is read is what was written, on one line, wherever in a line it stands."""
    shown = " ".join(text.replace("\x1b[31m", "").replace("\u202e", "").split())
    for before in ("", "word "):
        kinds = [token for token in _tokens(before + escape(text)) if token.type != "inline"]

        assert {token.type for token in kinds} <= {
            "paragraph_open",
            "paragraph_close",
            "text",
            "text_special",
            "code_inline",
        }
        assert "".join(token.content for token in kinds) == before + shown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_reply_has_no_links_but_those_of_copse(text: str) -> None:
    """No image, no HTML, no heading of its own, whatever documents, people and a model write."""
    tokens = list(_tokens(reply_markdown(hostile(text), NAMES)))
    headings = [after.content for one, after in pairwise(tokens) if one.type == "heading_open"]

    assert {token.type for token in tokens}.isdisjoint(
        {"image", "html_inline", "html_block", "hr", "table_open", "em_open", "s_open"}
    )
    assert headings[1:] == ["Sources", "People who may know", "Related problems", "Related practices"]
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} == {
        "https://club.example/paint?a=1&b=%282%29"
    }


@pytest.mark.parametrize(
    ("url", "links"),
    [
        pytest.param("http://club.example/a b", ["http://club.example/a%20b"], id="blank"),
        pytest.param("http://[::1]:80/a", ["http://[::1]:80/a"], id="number of a host"),
        pytest.param(
            'https://club.example/") ![x](https://evil.example',
            ["https://club.example/%22%29%20!%5Bx%5D%28https://evil.example"],
            id="end of an address",
        ),
        pytest.param("https://club.example/\n# x", ["https://club.example/%20#%20x"], id="line"),
        pytest.param("javascript:alert(1)", [], id="script"),
        pytest.param("data:text/html,<b>x</b>", [], id="data"),
        pytest.param("/etc/passwd", [], id="file"),
        pytest.param("https:///nowhere", [], id="no host"),
        pytest.param("https://[club", [], id="no address"),
        pytest.param(None, [], id="none"),
    ],
)
def test_only_addresses_of_the_web_are_linked(url: str | None, links: list[str]) -> None:
    """Each as one address, however strange."""
    reply = make_reply()
    cited = reply.answer.citations[0]
    strange = cited.model_copy(update={"item": cited.item.model_copy(update={"url": url})})
    answer = reply.answer.model_copy(update={"citations": [strange]})
    bare = reply.model_copy(update={"answer": answer, "similar": [], "practices": [], "elsewhere": []})
    tokens = _tokens(reply_markdown(bare, NAMES))

    assert [token.attrs["href"] for token in tokens if token.type == "link_open"] == links


def test_a_source_is_linked_to_its_original() -> None:
    """With kind, community, date and id; what has no address on the web is only named."""
    markdown = reply_markdown(make_reply(), NAMES)

    assert (
        "1. [Green water](https://club.example/paint?a=1&amp;b=%282%29) — accepted answer · Garden Club · "
        "2 May 2023 · `notes:paint`\n2. **Tanks** — document · Garden Club · 1 June 2025 · `notes:cover`\n"
    ) in markdown


def test_what_must_be_known_stands_beside_the_sentences() -> None:
    """In the order of the terminal."""
    markdown = reply_markdown(make_reply(), NAMES)

    assert markdown.startswith(
        """# and how do I keep it clear?

understood as: Why has the water algae? and how do I keep it clear?

> **The evidence is thin: this is the nearest that was written.**
>
> Nothing here mentions: algae

Paint the tank black. [1] Never paint a tank. [2]

Two practices disagree: [1] (accepted, May 2023) and [2] (June 2025)

worded by tiny; every sentence was checked against its sources

1 of the 3 sentences of the language model is left out.

## Sources
"""
    )


def test_without_an_answer_there_is_the_reason_and_who_may_know() -> None:
    """And no list of sources."""
    unanswered = make_reply(
        sentences=(), citations=(), disagreements=(), partial=False, model=None, notes=(), completed=None
    )
    markdown = reply_markdown(unanswered, NAMES)

    assert "**We don't know.** this is the nearest that was written." in markdown
    assert "## Sources" not in markdown
    assert markdown.index("## People who may know") < markdown.index("## Near misses")


def test_code_that_is_quoted_stays_code() -> None:
    """On lines of its own, with its citation below."""
    reply = make_reply(
        sentences=(Sentence("a = 1\nb = 2", (1,)), Sentence("So it is.", (2,))), disagreements=(), model=None
    )

    assert "```text\na = 1\nb = 2\n```\n\n[1]\n\nSo it is. [2]\n" in reply_markdown(reply, NAMES)
