"""What AsciiDoc marks within a line, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ingest.formats.tidy import escape_tags

_CODE: Final = re.compile(r"(`[^`\n]+`)")
_REFERENCE: Final = re.compile(r"\{([\w-]{1,60})\}")
_LINK: Final = re.compile(
    r"(?:link:)?((?:https?://|mailto:)[^\s\[\]<>]+)\[([^\[\]]*)\]|link:[^\s\[\]]+\[([^\[\]]*)\]"
)
_CROSS: Final = re.compile(
    r"<<([^<>,\n]{1,200})(?:,\s*([^<>\n]{1,300}))?>>|xref:([^\s\[\]]{1,200})\[([^\[\]]*)\]"
)
_MACRO: Final = re.compile(
    r"\b(?:image|icon|kbd|btn|pass|stem|latexmath|asciimath|menu):([^\s\[\]]*)\[([^\[\]]*)\]"
)
_FOOTNOTE: Final = re.compile(r"\s*footnote:[\w-]*\[([^\[\]]*)\]")
_ROLE: Final = re.compile(r"(?:\[[.#%\w\s-]{0,60}\])?(#{1,2})(?=[^\s#])([^#\n]+)\1(?!\w)")
_ANCHOR: Final = re.compile(r"\[\[[^\[\]]*\]\]|anchor:[\w-]+\[\]|\(\(\([^()\n]*\)\)\)")
_INDEXED: Final = re.compile(r"\(\(([^()\n]+)\)\)")
_STRONG: Final = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_PLUS: Final = re.compile(r"(\+{1,3})(?=\S)([^+\n]+)\1(?!\w)")


def inline(text: str, attributes: Mapping[str, str]) -> str:
    """Turn links, references and marks into Markdown; code stays as it is.

    Args:
        text: One line.
        attributes: Values of `{name}`; an unknown name stays.
    """
    pieces = _CODE.split(text)
    return "".join(
        _code(piece) if place % 2 else _prose(piece, attributes) for place, piece in enumerate(pieces)
    )


def _code(piece: str) -> str:
    text = piece.strip("`")
    literal = len(text) > 2 and text[0] == text[-1] == "+"
    return f"`{text[1:-1] if literal else text}`"


def _prose(text: str, attributes: Mapping[str, str]) -> str:
    text = _REFERENCE.sub(lambda match: attributes.get(match[1].lower(), match[0]), text)
    text = _CROSS.sub(lambda match: match[2] or match[4] or match[1] or match[3], text)
    text = _FOOTNOTE.sub(r" (\1)", _ANCHOR.sub("", text))
    text = _LINK.sub(_link, text)
    text = _MACRO.sub(lambda match: " ".join(filter(None, (_menu(match), match[2]))), text)
    text = _ROLE.sub(r"\2", _INDEXED.sub(r"\1", text))
    return escape_tags(_PLUS.sub(r"\2", _STRONG.sub(r"**\1**", text)))


def _link(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[3]
    label = match[2].partition(",")[0].strip().rstrip("^").strip('"')
    return f"[{label}]({match[1]})" if label else match[1]


def _menu(match: re.Match[str]) -> str:
    return f"{match[1]} >" if match[0].startswith("menu:") else ""
