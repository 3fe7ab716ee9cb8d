"""Titles among the headings of Markdown."""

from __future__ import annotations

import re
from html import unescape

from ingest.formats.tidy import one_line

FENCED = r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
"""Pattern of a fenced code block; wants `re.DOTALL | re.MULTILINE`."""

_CODE_BLOCK = re.compile(FENCED, re.DOTALL | re.MULTILINE)
_ATX = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"\A\s*(\S[^\n]*)\n=+[ \t]*(?:\n|\Z)")
_EMPHASIS = re.compile(r"[*_`]+|\[([^\]]*)\]\([^)]*\)")


def heading_title(text: str) -> str | None:
    """Return the text of the first top-level heading, without its emphasis."""
    outside = _CODE_BLOCK.sub("", text)
    match = _SETEXT.match(outside) or _ATX.search(outside)
    return (_plain(match[1]) or None) if match else None


def without_title(text: str, title: str | None) -> str:
    """Return the text without the heading that it begins with, if that is just the title."""
    match = _SETEXT.match(text) or _ATX.match(text)
    if match and title and _plain(match[1]).casefold() == title.casefold():
        return text[match.end() :].lstrip("\n")
    return text


def _plain(heading: str) -> str:
    return one_line(unescape(_EMPHASIS.sub(lambda match: match[1] or "", heading)))
