"""Markdown as plain text: as people read it, and as it is embedded."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence

from catalog.markdown import DELIMITER, FENCE, ITEM, Block, BlockKind, blocks, cells

DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*\S++(?:[ \t]+[\"'(].*)?[ \t]*$", re.MULTILINE)
"""A line that gives a reference its address: `[name]: address`."""

QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
"""The marks of a quote at the start of its lines."""

# Every pattern is linear or bounded, so that hostile text cannot make it slow: what a repetition takes
# stops at the characters that could begin another match, is possessive, or has a greatest length.
_VERBATIM = re.compile(
    r"(?P<mark>[\ue000\ue001])"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?<!`)(?P<ticks>`++)(?P<code>.{1,2000}?)(?<!`)(?P=ticks)(?!`)"
    r"|<(?P<link>[a-zA-Z][a-zA-Z0-9+.-]{1,30}:[^\s<>]*|[^\s<>@]{1,64}@[^\s<>@]+)>"
    r"|(?P<address>https?://[^\s<>()\[\]*`\\\"']++)",
    re.DOTALL,
)
_MARKUP = re.compile("[\\\\`*_~\\[<&\ue000\ue001]|://")
_STASHED = re.compile("\ue000(\\d+)\ue001")
_COMMENT = re.compile(r"<!--(?:[^<]|<(?!!--))*?-->")
_LABEL = r"\[((?:[^\[\]]|\[[^\[\]]*\])*+)\]"
_TARGET = (
    r"\(\s*(?:<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*+)"  # the address
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"  # its title
)
_NAME = r"\[[^\[\]]*\]"
_IMAGE = re.compile(rf"!{_LABEL}(?:{_TARGET}|{_NAME})")
_LINK = re.compile(rf"{_LABEL}{_TARGET}")
_REFERENCE = re.compile(rf"(?<![\w\]]){_LABEL}{_NAME}")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_BREAK = re.compile(r"</?(?:br|p|div|li|td|th|tr|h[1-6])\b[^<>]*>", re.IGNORECASE)
# Known elements only: "<username>" and "List<String>" in prose are words that people meant to write.
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|audio|b|blockquote|button|caption|center|cite|code|col|colgroup|dd|del|details"
    r"|dfn|dl|dt|em|figcaption|figure|font|footer|form|header|hr|i|iframe|img|input|ins|kbd|label|main|mark|nav"
    r"|object|ol|option|picture|pre|q|s|samp|section|select|small|source|span|strike|strong|style|sub|summary"
    r"|sup|svg|table|tbody|tfoot|thead|time|u|ul|var|video)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_STRONG = re.compile(r"(\*\*|~~|(?<!\w)__)(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?!(?<=_)\w)", re.DOTALL)
_EMPHASIS = re.compile(r"(?<!\w)([*_])(?=\S)((?:(?!\1).)+?)(?<=\S)\1(?!\w)", re.DOTALL)


def plain(markdown: str) -> str:
    """Turn inline Markdown into one line of readable text.

    Links become their text and images their alternative text; marks of emphasis, back-ticks, HTML tags,
    comments and footnote marks go; entities and escaped characters become what they stand for. For
    whole blocks use `plain_text`, which knows their marks.
    """
    if not _MARKUP.search(markdown):
        return " ".join(markdown.split())
    verbatim: list[str] = []

    def stash(found: re.Match[str]) -> str:
        verbatim.append(_literal(found))
        return f"\ue000{len(verbatim) - 1}\ue001"

    text = _without_marks(_VERBATIM.sub(stash, markdown))
    # Split before unescaping, so that an entity cannot forge the mark of a stashed piece.
    parts = _STASHED.split(text)
    parts[::2] = [html.unescape(part) for part in parts[::2]]
    parts[1::2] = [verbatim[int(number)] for number in parts[1::2]]
    return " ".join("".join(parts).split())


def _without_marks(text: str) -> str:
    """Text without tags, addresses and marks of emphasis; patterns are looked for where their signs are."""
    if "<" in text:
        text = _COMMENT.sub("", text)
    if "[" in text:
        for pattern in (_IMAGE, _LINK, _REFERENCE):
            text = pattern.sub(r"\1", text)
        text = _FOOTNOTE.sub("", text)
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "*" in text or "_" in text or "~" in text:
        text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    return text


def _literal(found: re.Match[str]) -> str:
    """What a match of `_VERBATIM` stands for."""
    kind = found.lastgroup or ""
    return html.unescape(found[kind]) if kind in ("link", "address") else found[kind]


def plain_text(markdown: str, *, without: Collection[str] = ()) -> str:
    """Turn blocks of Markdown into readable text: a line for each block, table row and line of code.

    Args:
        markdown: Whole blocks, or pieces of them.
        without: Headings to leave out, in lower case (`str.casefold`).
    """
    return "\n".join(
        line for block in blocks(markdown) for line in _readable(markdown, block, without) if line.strip()
    )


def _readable(markdown: str, block: Block, without: Collection[str]) -> Iterator[str]:
    text = markdown[block.start : block.end]
    match block.kind:
        case BlockKind.HEADING:
            title = plain(block.title)
            yield "" if title.casefold() in without else title
        case BlockKind.CODE:
            yield from (line for line in text.split("\n") if not FENCE.match(line))
        case BlockKind.TABLE:
            rows = (row for row in text.split("\n") if not DELIMITER.match(row))
            yield from ("; ".join(plain(cell) for cell in cells(row)) for row in rows)
        case BlockKind.QUOTE:
            yield plain_text(QUOTED.sub("", text), without=without)
        case BlockKind.ITEM:
            yield plain(ITEM.sub("", text, count=1).lstrip("# "))
        case BlockKind.PARAGRAPH:
            yield plain(DEFINITION.sub("", text))
        case BlockKind.RULE:
            return


def embedding_text(title: str, heading: Sequence[str], text: str) -> str:
    """Write a passage as it is embedded: its title, its heading path and its text, a line each.

    A heading that repeats the title is left out, and so are lines of the text that repeat the heading
    path. Markdown is reduced to what people read; code stays as it is.

    Args:
        title: Title of the item.
        heading: Headings above the passage, outermost first.
        text: The passage as Markdown.
    """
    title = plain(title)
    path = [name for name in map(plain, heading) if name and name.casefold() != title.casefold()]
    said = {name.casefold() for name in (title, *path)}
    return "\n".join(part for part in (title, " > ".join(path), plain_text(text, without=said)) if part)
