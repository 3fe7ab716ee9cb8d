"""Markdown with YAML front matter, as static site generators write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

from ingest.documents import Document
from ingest.formats.fragments import html_to_markdown
from ingest.formats.front_matter import split_front_matter
from ingest.formats.headings import FENCED, heading_title, without_title
from ingest.formats.moments import moment
from ingest.formats.names import people, split_people
from ingest.formats.text import decode
from ingest.formats.tidy import legible, one_line, tidy

_CODE = rf"(?P<code>{FENCED}|(?P<tick>`+)[^`\n]+(?P=tick))"
# Nothing reaches past the next opening of its own kind, so that unclosed ones cost linear time.
_SHORTCODE = r"\{\{[<%](?:(?!\{\{).)*?[%>]\}\}"
_FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
_REMOVED = re.compile(
    rf"{_CODE}|<!--(?:(?!<!--).)*?-->|<(?P<tag>script|style|template)\b(?:(?!<(?P=tag)).)*?</(?P=tag)\s*>|{_SHORTCODE}",
    _FLAGS,
)
_MAY_HIDE = r"(?:p|div|span|font|section|small|center|u|b|i|em|strong|h[1-6])"
_STYLED = re.compile(
    rf"{_CODE}|(?P<element><(?P<tag>{_MAY_HIDE})\s(?=[^<>]{{0,1000}}\b(?:style|hidden|color)\b)[^<>]{{0,1000}}>"
    r"(?:(?!<(?P=tag)\b).)*?</(?P=tag)\s*>)",
    _FLAGS,
)
# A link whose target only the site generator knows keeps its text.
_LINK_BY_SHORTCODE = re.compile(rf"(?<!!)\[([^\[\]\n]*)\]\([^()\n{{]*{_SHORTCODE}[^()\n]*\)", re.DOTALL)
_BLOCK = r"(?:table|ul|ol|dl)\b[^<>]*>\n*"
_BLOCK_TAG = re.compile(rf"{_CODE}|(?P<open>^ {{0,3}}<{_BLOCK})|<(?P<end>/?){_BLOCK}", _FLAGS)
_INLINE = re.compile(
    rf"""{_CODE}
    | </?(?:span|font|div|section|center|figure|figcaption|small|u|p)\b[^<>]{{0,1000}}>
    | (?<=\S)[ \t]*\{{\#[\w-]+\}}[ \t]*$       # the anchor of a heading
    | (?<!!)\[\s*\]\([^()\s]*\)                # a link without text
    | (?P<html><a\s[^<>]{{0,2000}}>(?:(?!<a\s).)*?</a\s*>|<img\b[^<>]{{0,2000}}>)
    | (?P<entity>&(?!(?:lt|gt|amp|quot|\#0*(?:34|38|60|62)|\#x0*(?:22|26|3[ce]));)\#?\w{{2,31}};)""",
    _FLAGS | re.VERBOSE,
)

# What a text must have for one of these to find anything; most have none of it.
_MAY_BE_REMOVED = re.compile(r"<(?:!--|script|style|template)|\{\{", re.IGNORECASE)
_MAY_BE_STYLED = re.compile("style|hidden|color", re.IGNORECASE)
_MAY_BE_BLOCK = re.compile(r"<(?:table|ul|ol|dl)\b", re.IGNORECASE)
_MAY_BE_INLINE = re.compile(r"[<&]|\{#|\[\s*\]\(")

_CREATED: Final = ("date", "created", "published", "publishdate", "pubdate")
_UPDATED: Final = ("updated", "last_modified", "lastmod", "modified", "last_updated")
_AUTHORS: Final = ("authors", "author")


def read(data: bytes, name: str) -> Document:
    """Read a Markdown file; its front matter becomes `meta`, as it stands.

    Raises:
        UnreadableError: If it is not text.
    """
    meta, body = split_front_matter(legible(decode(data, name)), name)
    body = tidy(clean(body))
    title = one_line(unescape(str(meta.get("title") or ""))) or heading_title(body)
    return Document(
        text=without_title(body, title) or body,  # a file may be nothing but its title
        title=title,
        authors=_authors(_first(meta, _AUTHORS)),
        created=moment(_first(meta, _CREATED)),
        updated=moment(_first(meta, _UPDATED)),
        meta=meta,
    )


def clean(text: str) -> str:
    """Remove Hugo shortcodes, HTML comments and scripts; turn HTML tables, lists and links into Markdown.

    What HTML hides from people goes. The text between paired shortcodes stays, and so does all code.
    """
    if _MAY_BE_REMOVED.search(text):
        text = _LINK_BY_SHORTCODE.sub(r"\1", text)
        text = _REMOVED.sub(lambda match: match["code"] or "", text)
    if _MAY_BE_STYLED.search(text):
        text = _STYLED.sub(_seen, text)
    if _MAY_BE_BLOCK.search(text):
        text = _convert_blocks(text)
    return _INLINE.sub(_as_markdown, text) if _MAY_BE_INLINE.search(text) else text


def _seen(match: re.Match[str]) -> str:
    """A styled element as it stands, if there is anything to see of it."""
    if match["code"] or html_to_markdown(match["element"]):
        return match[0]
    return ""


def _as_markdown(match: re.Match[str]) -> str:
    if match["html"]:
        return html_to_markdown(match["html"])
    return unescape(match["entity"]) if match["entity"] else match["code"] or ""


def _convert_blocks(text: str) -> str:
    """Convert the HTML tables and lists that begin a line, up to their own end tag."""
    pieces: list[str] = []
    done = start = depth = 0
    for tag in _BLOCK_TAG.finditer(text):
        if tag["code"] or not (depth or tag["open"]):
            continue
        if not depth:
            start = tag.start()
        depth += -1 if tag["end"] else 1
        if not depth:
            markdown = html_to_markdown(text[start : tag.end()])
            pieces += (text[done:start].rstrip("\n"), "\n\n", markdown, "\n\n")
            done = tag.end()
    return "".join((*pieces, text[done:]))


def _first(meta: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    lowered = {key.casefold(): value for key, value in meta.items() if value not in (None, "", [], {})}
    return next((lowered[name] for name in names if name in lowered), None)


def _authors(value: Any) -> tuple[str, ...]:
    """Names from a string, a list of strings, or mappings with name, slug or e-mail."""
    if isinstance(value, str):
        return people(split_people(value))
    return people(_author(entry) for entry in (value if isinstance(value, list) else [value]))


def _author(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry) if isinstance(entry, str | int) else ""
    name = _first(entry, ("name", "display_name", "slug", "handle", "github"))
    email = _first(entry, ("email", "e-mail", "mail"))
    return f"{name} <{email}>" if name and email else str(name or email or "")
