"""Where the blocks of a Markdown text stand: headings, paragraphs, list items, tables, code, quotes.

A line scanner over the subset of CommonMark and GitHub tables that matters for cutting and quoting
text. It never fails, takes linear time, and leaves no visible character outside a block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of Markdown is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    CODE = "code"
    QUOTE = "quote"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of whole lines, without the white space around it.

    Attributes:
        kind: What it is; a list is a block for each of its items.
        start: First character in the text.
        end: One past the last character.
        level: Level of a heading, 1 to 6; 0 for other blocks.
        title: Markdown of a heading without its marks; empty for other blocks.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    title: str = ""


FENCE = re.compile(r"\s*(`{3,}(?=[^`]*$)|~{3,})")
"""The first line of fenced code."""

ITEM = re.compile(r"\s*(?:[-*+]|(\d{1,9})[.)])(?:[ \t]+\[[ xX]\])?(?:[ \t]+|$)")
"""The mark of a list item, with the check box of a task."""

DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
"""The line between the header and the rows of a table."""

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING = re.compile(r"(?:(?:^|(?<=[ \t]))#+)?[ \t]*(?:\{[#.:][^{}]*\})?[ \t]*$")  # marks, {#anchor}
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_QUOTE = re.compile(r"\s*>")
_INDENT = re.compile(r" {4}| {0,3}\t")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_ROW_BORDER = re.compile(r"^\||(?<!\\)\|$")
_LONGEST_UNDERLINED = 200  # characters; what is longer is a paragraph above a rule


def blocks(text: str) -> list[Block]:
    """Find the blocks of a Markdown text, in order and without overlap.

    Front matter is no part of the text. Blocks inside quotes and inside table cells are not looked for.
    """
    lines = text.split("\n")
    starts = _offsets(lines)
    found: list[Block] = []
    at, in_list = 0, False
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        kind, stop = _measure(lines, at, in_list)
        start, end = _trimmed(text, starts[at], starts[stop])
        level, title = _heading(lines[at:stop]) if kind is BlockKind.HEADING else (0, "")
        found.append(Block(kind, start, end, level, title))
        in_list = kind is BlockKind.ITEM or (in_list and lines[at][0].isspace())
        at = stop
    return found


def _offsets(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _measure(lines: Sequence[str], at: int, in_list: bool) -> tuple[BlockKind, int]:
    """The kind of the block that begins at a line, and the line after its last."""
    line = lines[at]
    if _INDENT.match(line) and not in_list:
        return BlockKind.CODE, _while(lines, at, lambda j: _INDENT.match(lines[j]) is not None)
    kind = _opened(lines, at)
    if kind is BlockKind.HEADING or kind is BlockKind.RULE:
        return kind, at + 1
    if kind is BlockKind.CODE:
        return kind, _code_end(lines, at)
    if kind is BlockKind.TABLE:
        return kind, _while(lines, at + 1, lambda j: "|" in lines[j])
    if kind is BlockKind.ITEM or kind is BlockKind.QUOTE:
        return kind, _while(lines, at, lambda j: _continues(lines, j, kind))
    if _is_underlined(lines, at):
        return BlockKind.HEADING, at + 2
    return BlockKind.PARAGRAPH, _while(lines, at, lambda j: _continues(lines, j, BlockKind.PARAGRAPH))


def _opened(lines: Sequence[str], at: int) -> BlockKind | None:
    """The kind of block that a line opens whatever stands before it; None for a line of a paragraph."""
    line = lines[at]
    if _ATX.match(line):
        return BlockKind.HEADING
    if FENCE.match(line):
        return BlockKind.CODE
    if _RULE.match(line):
        return BlockKind.RULE
    if _QUOTE.match(line):
        return BlockKind.QUOTE
    if ITEM.match(line):
        return BlockKind.ITEM
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if "|" in line and "|" in below and DELIMITER.match(below):
        return BlockKind.TABLE
    return None


def _continues(lines: Sequence[str], at: int, kind: BlockKind) -> bool:
    """Whether a line that is not blank goes on with the block above it."""
    opened = _opened(lines, at)
    if opened is BlockKind.QUOTE:
        return kind is BlockKind.QUOTE
    if opened is BlockKind.ITEM and kind is not BlockKind.ITEM:
        # Only "1." begins a list within a paragraph, as in CommonMark: "in\n1998. The year after" is prose.
        number = ITEM.match(lines[at])
        return number is not None and number[1] not in (None, "1")
    return opened is None


def _while(lines: Sequence[str], at: int, goes_on: Callable[[int], bool]) -> int:
    stop = at + 1
    while stop < len(lines) and lines[stop].strip() and goes_on(stop):
        stop += 1
    return stop


def _code_end(lines: Sequence[str], at: int) -> int:
    fence = FENCE.match(lines[at])
    mark = fence[1] if fence else "```"
    for stop in range(at + 1, len(lines)):
        line = lines[stop].strip()
        if line.startswith(mark) and not line.strip(mark[0]):
            return stop + 1
    return len(lines)


def _is_underlined(lines: Sequence[str], at: int) -> bool:
    if at + 1 == len(lines) or len(lines[at]) > _LONGEST_UNDERLINED:
        return False
    return _UNDERLINE.match(lines[at + 1]) is not None


def _heading(lines: Sequence[str]) -> tuple[int, str]:
    atx = _ATX.match(lines[0])
    if atx:
        return len(atx[1]), _CLOSING.sub("", atx[2] or "", count=1).strip()
    return 1 if lines[1].lstrip().startswith("=") else 2, _CLOSING.sub("", lines[0], count=1).strip()


def cells(row: str) -> list[str]:
    """Split a row of a table into the Markdown of its cells."""
    return [cell.strip() for cell in _CELL_BORDER.split(_ROW_BORDER.sub("", row.strip()))]
