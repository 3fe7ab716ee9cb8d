"""Markdown with YAML front matter, as static site generators write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

import yaml

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.moments import moment
from ingest.formats.names import people, split_people
from ingest.formats.text import decode
from ingest.formats.tidy import json_value, one_line, tidy

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCED = r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
_CODE = rf"{_FENCED}|(?P<tick>`+)[^`\n]+(?P=tick)"
_SHORTCODE = r"\{\{[<%].{0,4000}?[%>]\}\}"
_NOISE = re.compile(
    rf"(?P<code>{_CODE})|<!--.*?-->|<(?P<tag>script|style)\b.*?</(?P=tag)\s*>|{_SHORTCODE}",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_CODE_BLOCK = re.compile(_FENCED, re.DOTALL | re.MULTILINE)
# A link whose target only the site generator knows keeps its text.
_LINK_BY_SHORTCODE = re.compile(rf"(?<!!)\[([^\[\]\n]*)\]\([^()\n{{]*{_SHORTCODE}[^()\n]*\)", re.DOTALL)
_ATX_TITLE = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_SETEXT_TITLE = re.compile(r"\A\s*(\S[^\n]*)\n=+[ \t]*(?:\n|\Z)")
_EMPHASIS = re.compile(r"[*_`]+|\[([^\]]*)\]\([^)]*\)")

_CREATED: Final = ("date", "created", "published", "publishdate", "pubdate")
_UPDATED: Final = ("updated", "last_modified", "lastmod", "modified", "last_updated")
_AUTHORS: Final = ("authors", "author")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader, with dates left as the file writes them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(data: bytes, name: str) -> Document:
    """Read a Markdown file; its front matter becomes `meta`, as it stands.

    Raises:
        UnreadableError: If it is not text or its front matter is broken.
    """
    meta, body = split_front_matter(tidy(decode(data, name)), name)
    body = tidy(clean(body))
    title = one_line(unescape(str(meta.get("title") or ""))) or heading_title(body)
    return Document(
        text=without_title(body, title),
        title=title,
        authors=_authors(_first(meta, _AUTHORS)),
        created=moment(_first(meta, _CREATED)),
        updated=moment(_first(meta, _UPDATED)),
        meta=meta,
    )


def split_front_matter(text: str, name: str) -> tuple[dict[str, Any], str]:
    """Separate the YAML front matter from the body; without front matter it is empty.

    Raises:
        UnreadableError: If the front matter is broken; the reason names the line.
    """
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    first_line = text.count("\n", 0, match.start(1)) + 1
    values = _load(match[1], name, first_line)
    if values is None:
        return {}, text[match.end() :]
    if not isinstance(values, Mapping):
        return {}, text
    try:
        meta: dict[str, Any] = json_value(values)
    except ValueError as error:
        raise UnreadableError(name, f"its front matter {error}; shorten it") from error
    return meta, text[match.end() :]


def _load(front: str, name: str, first_line: int) -> object:
    try:
        return yaml.load(front, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = f"its front matter is broken at line {line} ({error.problem}); correct the YAML there"
        raise UnreadableError(name, reason) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason = f"its front matter, from line {first_line}, is broken; correct the YAML there"
        raise UnreadableError(name, reason) from error


def clean(text: str) -> str:
    """Remove Hugo shortcodes, HTML comments, scripts and styles, but not inside code."""
    text = _LINK_BY_SHORTCODE.sub(r"\1", text)
    return _NOISE.sub(lambda match: match["code"] or "", text)


def heading_title(text: str) -> str | None:
    """Return the text of the first top-level heading, without its emphasis."""
    outside = _CODE_BLOCK.sub("", text)
    match = _SETEXT_TITLE.match(outside) or _ATX_TITLE.search(outside)
    return _plain(match[1]) or None if match else None


def without_title(text: str, title: str | None) -> str:
    """Return the text without the heading that it begins with, if that is just the title."""
    match = _SETEXT_TITLE.match(text) or _ATX_TITLE.match(text)
    if match and title and _plain(match[1]).casefold() == title.casefold():
        return text[match.end() :].lstrip("\n")
    return text


def _plain(heading: str) -> str:
    return one_line(unescape(_EMPHASIS.sub(lambda match: match[1] or "", heading)))


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
