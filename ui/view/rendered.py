"""Markdown of a document → inert HTML in which exact characters of the source are marked.

The Markdown is parsed as it is. Each piece of text that comes out is then found again in the source, in
order, so that the marks lie on exactly the characters meant, whatever the markup around them; a mark
that crosses blocks is closed and opened again. What remains is sanitised: no scripts, no styles, no
images, and links to the web or to an address only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ui.terminal import clean
from ui.view.place import Span
from ui.view.tags import Html

MARKED_ID = "cited"
"""Id of the first mark of a text."""

_PASSAGE, _QUOTE = "passage", "quote"  # classes of marks
_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td", "a", "mark"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "mark": {"class", "id"}}
_LINKS = ("http://", "https://", "mailto:")
_LINE_END = re.compile(r"\r\n?|\n")
_LINK_TARGET = re.compile(r"\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\]\[[^\]\n]*\]")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # Joining hides where an escaped character was written.
    return parser.disable("text_join")


_MARKDOWN = _parser()


def render(source: str, passage: Span | None = None, quotes: Sequence[Span] = ()) -> Html:
    """Render Markdown with a passage marked softly and the sentences quoted from it strongly.

    Args:
        source: The Markdown.
        passage: Characters of `source` to mark softly.
        quotes: Characters of `source` to mark strongly, rising.
    """
    tokens = _MARKDOWN.parse(source)
    painter = _Painter(source, passage, quotes)
    for token in tokens:
        painter.enter(token)
        if token.type == "inline":
            token.children = [part for child in token.children or [] for part in painter.paint(child)]
        elif token.type in ("fence", "code_block"):
            token.type, token.content = "html_block", painter.code_block(token.content)
    return sanitise(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def render_sentence(source: str) -> Html:
    """Render one sentence of Markdown within a paragraph; its links are text.

    In an answer, only what Copse leads to can be clicked.
    """
    (inline,) = _MARKDOWN.parseInline(source)
    painter = _Painter(source, None, ())
    told = [child for child in inline.children or [] if child.type not in ("link_open", "link_close")]
    inline.children = [part for child in told for part in painter.paint(child)]
    return sanitise(_MARKDOWN.renderer.render([inline], _MARKDOWN.options, {}))


def sanitise(html: str) -> Html:
    """Keep nothing of HTML that could run, fetch or disguise itself."""
    return Html(
        nh3.clean(
            clean(html),
            tags=_TAGS,
            clean_content_tags={"script", "style"},
            attributes=_ATTRIBUTES,
            attribute_filter=_harmless,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


def _harmless(element: str, attribute: str, value: str) -> str | None:
    """Drop addresses within the page's own site: they were meant for where the document came from."""
    if element == "a" and attribute == "href" and not value.lower().startswith(_LINKS):
        return None
    return value


class _Painter:
    """Finds the parsed texts in the source, one after the other, and marks them."""

    def __init__(self, source: str, passage: Span | None, quotes: Sequence[Span]) -> None:
        self._source = source
        self._cursor, self._end = 0, len(source)
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(source))]
        self._bounds, self._classes = _layers(len(source), passage, quotes)
        self._marked = False

    def enter(self, token: Token) -> None:
        """Go on to the block's first line, and look no further than its last."""
        if token.map:
            first, after = (self._lines[min(line, len(self._lines) - 1)] for line in token.map)
            self._cursor = max(self._cursor, first)
            self._end = after if token.map[1] < len(self._lines) else len(self._source)

    def paint(self, token: Token) -> Iterable[Token]:
        """A piece of a paragraph, with its marks."""
        if token.type in ("text", "text_special", "code_inline"):
            shown = token.content
            start = self._find(token.markup if token.type == "text_special" else shown, len(shown))
            return [_raw(self._marks(start, shown, within="code" if token.type == "code_inline" else ""))]
        if token.type == "softbreak":
            return [_raw(self._marks(self._find("\n", 1), "\n"))]
        if token.type == "image":
            return [_raw(f"[{escape(token.content)}]" if token.content else "")]
        if token.type == "link_close":
            target = _LINK_TARGET.match(self._source, self._cursor)
            self._cursor = target.end() if target else self._cursor
        return [token]

    def code_block(self, content: str) -> str:
        """A block of code, with its marks; found line by line, because its indentation is cut off."""
        lines = content.splitlines(keepends=True)
        return f"<pre><code>{''.join(self._code_line(line) for line in lines)}</code></pre>\n"

    def _code_line(self, line: str) -> str:
        shown = line.rstrip("\r\n")
        return self._marks(self._find(shown, len(shown)), shown) + line[len(shown) :] if shown else line

    def _find(self, written: str, length: int) -> int:
        """Where a text begins in the source; the cursor moves behind it."""
        start = self._source.find(written, self._cursor, self._end)
        if start < 0:  # written in another way than it is shown: a tab, a line's end within code
            return self._cursor
        self._cursor = start + max(len(written), length)
        return start

    def _marks(self, start: int, shown: str, within: str = "") -> str:
        end = start + len(shown)
        inner = [bound for bound in self._bounds if start < bound < end]
        parts = [
            self._part(left, shown[left - start : right - start])
            for left, right in pairwise([start, *inner, end])
        ]
        html = "".join(parts)
        return f"<{within}>{html}</{within}>" if within else html

    def _part(self, start: int, shown: str) -> str:
        layer = self._classes[bisect_right(self._bounds, start)]
        if not layer:
            return escape(shown)
        first = (
            "" if self._marked or (layer == _PASSAGE and _QUOTE in self._classes) else f' id="{MARKED_ID}"'
        )
        self._marked = self._marked or bool(first)
        return f'<mark class="{layer}"{first}>{escape(shown)}</mark>'


def _raw(html: str) -> Token:
    return Token("html_inline", "", 0, content=html)


def _layers(length: int, passage: Span | None, quotes: Sequence[Span]) -> tuple[list[int], list[str]]:
    """Where marks begin and end, rising, and the mark before, between and after these bounds."""
    spans = [*([passage] if passage else []), *quotes]
    bounds = sorted({min(bound, length) for span in spans for bound in span})

    def layer(place: int) -> str:
        if any(start <= place < end for start, end in quotes):
            return _QUOTE
        return _PASSAGE if passage and passage[0] <= place < passage[1] else ""

    return bounds, ["", *(layer(bound) for bound in bounds)]
