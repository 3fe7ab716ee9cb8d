"""Blocks of Markdown from what a reader found: headings, lists, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.formats.tidy import escape_tags, legible

_WEB = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListItem:
    """A line of a list.

    Attributes:
        depth: How deep it is nested; 0 for the outermost.
        text: Its Markdown.
        ordered: Whether it is numbered.
    """

    depth: int
    text: str
    ordered: bool = False


def inline(text: str) -> str:
    """Make plain text safe inside a block: nothing in it is a tag; no tab, blank line or run of spaces."""
    return linked([(text, "")])


def linked(pieces: Iterable[tuple[str, str]]) -> str:
    """Join pieces of plain text, each with the address that it links to, or an empty one."""
    merged: list[tuple[str, str]] = []
    for text, address in pieces:
        if merged and merged[-1][1] == address:
            merged[-1] = (merged[-1][0] + text, address)
        else:
            merged.append((text, address))
    whole = "".join(link(escape_tags(legible(text)), address) for text, address in merged)
    return "\n".join(filter(None, (" ".join(line.split()) for line in whole.split("\n"))))


def link(text: str, address: str) -> str:
    """Link a text (Markdown) to an address of the web; any other address is left out."""
    target = re.sub(r"\s", "%20", address.strip())
    if not text.strip() or not _WEB.match(target):
        return text
    if text.strip() == target:
        return f"<{target}>" if not re.search(r"[<>]", target) else text
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    shown = " ".join(text.split()).replace("[", "\\[").replace("]", "\\]")
    safe = target.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    return f"{lead}[{shown}]({safe}){trail}"


def heading(level: int, text: str) -> str:
    """Set a heading; levels beyond 6 become 6. Without text it is nothing."""
    shown = " ".join(text.split())
    return f"{'#' * min(max(level, 1), 6)} {shown}" if shown else ""


def bullets(items: Iterable[ListItem]) -> str:
    """Set a nested list; a level that is skipped closes up, numbers count anew in each list."""
    lines: list[str] = []
    open_lists: list[tuple[int, str, int, bool]] = []  # depth, indentation, number, ordered
    for item in items:
        if not item.text.strip():
            continue
        number = 1
        while open_lists and open_lists[-1][0] >= item.depth:
            depth, _, before, ordered = open_lists.pop()
            number = before + 1 if depth == item.depth and ordered == item.ordered else 1
        indent = _inside(open_lists)
        open_lists.append((item.depth, indent, number, item.ordered))
        lines.append(f"{indent}{_marker(open_lists[-1])}{_hanging(item.text, _inside(open_lists))}")
    return "\n".join(lines)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Set a table whose first row is its header; empty rows and columns go, one column becomes paragraphs."""
    filled = [[_cell(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    width = max(map(len, filled), default=0)
    used = [at for at in range(width) if any(at < len(row) and row[at] for row in filled)]
    grid = [[row[at] if at < len(row) else "" for at in used] for row in filled]
    if len(used) < 2:
        return "\n\n".join(row[0].replace("\\|", "|") for row in grid if row)
    lines = [f"| {' | '.join(row)} |" for row in grid]
    lines.insert(1, f"| {' | '.join(['---'] * len(used))} |")
    return "\n".join(lines)


def paragraphs(blocks: Iterable[str]) -> str:
    """Join blocks with blank lines; empty ones go."""
    return "\n\n".join(filter(None, (block.strip("\n") for block in blocks)))


def join_pages(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Join tidy pages; the offsets say where each begins, one without text where the next one does."""
    starts: list[int] = []
    text = ""
    for page in pages:
        gap = "\n\n" if text and page else ""
        starts.append(len(text) + len(gap))
        text += gap + page
    following = len(text)
    for at in range(len(pages) - 1, -1, -1):
        following = starts[at] if pages[at] else following
        starts[at] = following
    return text, tuple(starts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _marker(entry: tuple[int, str, int, bool]) -> str:
    return f"{entry[2]}. " if entry[3] else "- "


def _inside(open_lists: Sequence[tuple[int, str, int, bool]]) -> str:
    """The indentation of what stands inside the innermost open list."""
    return open_lists[-1][1] + " " * len(_marker(open_lists[-1])) if open_lists else ""


def _hanging(text: str, indent: str) -> str:
    return text.strip().replace("\n", f"\n{indent}")
