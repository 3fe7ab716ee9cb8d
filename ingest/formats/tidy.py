"""Make text inert: what every reader's output goes through before it leaves this package."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

_NEWLINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, lone surrogates, non-characters, and the invisible ones that can hide or
# reorder text. Joiners and direction marks stay: Persian, Indic scripts and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_TAG_LIKE = re.compile(r"<(?=/?[A-Za-z][\w-]*(?:\s[^<>]{0,1000})?/?>|!--|[!?][A-Za-z])")
_ENTITY_LIKE = re.compile(r"&(?=(?:#\w{1,8}|\w{2,31});)")
_BLANK_LINES = re.compile(r"\n{4,}")
_MAX_DEPTH = 20
_MAX_VALUES = 10_000


def tidy(text: str) -> str:
    r"""Return the text with plain newlines, no control characters, at most two blank lines, in NFC.

    Applying it twice changes nothing. Two spaces at the end of a line (Markdown's line break) stay.
    """
    text = "\n".join(_trim_end(line) for line in legible(text).split("\n"))
    return _BLANK_LINES.sub("\n\n\n", text).strip("\n").rstrip()


def legible(text: str) -> str:
    r"""Return the text with plain newlines, no control characters, in NFC; its lines stay where they are."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _NEWLINES.sub("\n", text)).replace("\xa0", " "))


def escape_tags(text: str) -> str:
    """Escape what is text but would be taken for a tag, a comment or an entity in Markdown."""
    return _TAG_LIKE.sub("&lt;", _ENTITY_LIKE.sub("&amp;", text))


def _trim_end(line: str) -> str:
    stripped = line.rstrip()
    return f"{stripped}  " if stripped and line.endswith("  ") else stripped


def one_line(text: str, limit: int = 500) -> str:
    """Return the text on one line, white space collapsed, at most `limit` characters."""
    return " ".join(tidy(text).split())[:limit].rstrip()


def json_value(value: object) -> Any:
    """Turn what a parser gave (front matter, properties) into plain JSON values.

    Dates become ISO text, other unknown values their text.

    Raises:
        ValueError: If it nests too deeply or holds too many values (an alias bomb).
    """
    return _json_value(value, _MAX_DEPTH, [_MAX_VALUES])


def _json_value(value: object, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth < 0 or budget[0] < 0:
        raise ValueError("holds too many values or nests too deeply")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {one_line(str(key)): _json_value(item, depth - 1, budget) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_json_value(item, depth - 1, budget) for item in value]
    return value.isoformat() if isinstance(value, date) else tidy(str(value))
