"""The lines of wikitext as Markdown: headings, lists, code, tables (https://www.mediawiki.org/wiki/Help:Tables)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.formats.markdown_blocks import table
from ingest.formats.tidy import one_line

GONE = "\ue002"
"""Stands where something was left out, so that what follows it does not seem to begin its line."""

_HEADING = re.compile(r"(={1,6})\s*(.*?)\s*(={1,6})\s*")
_LIST = re.compile(r"([*#;:]{1,20})\s*(.*)")
_STRONG_EMPHASIS = re.compile(r"'''''(.+?)'''''")
_STRONG = re.compile(r"'''(.+?)'''")
_EMPHASIS = re.compile(r"''(.+?)''")
_ATTRIBUTES = re.compile(r"[^|]{0,1000}\w\s*=[^|]{0,1000}\|(?!\|)")
_COLUMNS = 60  # a wider table becomes lines


def render_lines(text: str) -> str:
    """Render lines in which templates, links and tags are resolved already."""
    return "\n".join(_Lines().render(text)).replace(GONE, "")


@dataclass(slots=True)
class _Table:
    """A table that is being read."""

    caption: str = ""
    rows: list[list[str]] = field(default_factory=lambda: [[]])

    def line(self, line: str) -> None:
        """Take in one line between `{|` and `|}`."""
        if line.startswith("|-"):
            self.rows.append([])
        elif line.startswith("|+"):
            self.caption = _without_attributes(line[2:])
        elif line.startswith(("|", "!")):
            separators = r"\|\|" if line[0] == "|" else r"!!|\|\|"
            self.rows[-1] += [_without_attributes(cell) for cell in re.split(separators, line[1:])]
        elif self.rows[-1]:
            self.rows[-1][-1] += f" {line}"

    def render(self) -> Iterator[str]:
        """Give its caption and its rows; the first row is the header."""
        rows = [[_emphasised(one_line(cell, 2000)) for cell in row] for row in self.rows if any(row)]
        yield ""
        if self.caption:
            yield from (f"**{one_line(self.caption)}**", "")
        if max(map(len, rows), default=0) > _COLUMNS:
            yield from (" | ".join(row) for row in rows)
        elif rows:
            yield table(rows)
        yield ""


class _Lines:
    """Renders one line after the other; knows the tables that are open."""

    def __init__(self) -> None:
        self._table: _Table | None = None
        self._nested = 0
        self._in_code = False

    def render(self, text: str) -> Iterator[str]:
        for line in text.split("\n"):
            yield from self._line(line.replace(GONE, "").lstrip() if line.startswith(GONE) else line)
        if self._in_code:
            yield "```"
        if self._table:
            yield from self._table.render()

    def _line(self, line: str) -> Iterator[str]:
        stripped = line.lstrip(" \t:") if line.lstrip(" \t:").startswith("{|") else line
        if stripped.startswith("{|"):
            yield from self._code(False)
            self._nested += self._table is not None
            self._table = self._table or _Table()
        elif self._table:
            yield from self._in_table(line.strip())
        else:
            is_code = line.startswith(" ") and bool(line.strip())
            yield from self._code(is_code)
            yield line[1:] if is_code else _rendered(line)

    def _code(self, wanted: bool) -> Iterator[str]:
        """Open or close the block of lines that begin with a space."""
        if wanted != self._in_code:
            yield "\n```" if wanted else "```\n"
        self._in_code = wanted

    def _in_table(self, line: str) -> Iterator[str]:
        assert self._table is not None  # noqa: S101 - for the type checker
        if line.startswith("|}"):
            if self._nested:
                self._nested -= 1
                return
            yield from self._table.render()
            self._table = None
        elif self._nested:  # the words of a table in a cell stay in that cell
            self._table.line(line.lstrip("|!+-"))
        else:
            self._table.line(line)


def _rendered(line: str) -> str:
    if (match := _HEADING.fullmatch(line)) and match[2]:
        level = min(len(match[1]), len(match[3]))
        return f"\n{'#' * level} {_plain(match[2])}\n"
    if line.startswith("----"):
        return ""
    if match := _LIST.match(line):
        return _list_line(match[1], _emphasised(match[2]))
    return _emphasised(line)


def _list_line(marks: str, text: str) -> str:
    if marks[-1] == ";":
        term, colon, definition = text.partition(" : ")
        return f"\n**{_plain(term)}**\n\n{definition}" if colon else f"\n**{_plain(text)}**\n"
    depth = sum(mark in "*#" for mark in marks)
    if marks[-1] == ":":
        return f"{'   ' * depth}{text}" if depth else f"{text}\n"
    marker = "1." if marks[-1] == "#" else "-"
    return f"{'   ' * (depth - 1)}{marker} {text}" if text else ""


def _emphasised(text: str) -> str:
    text = _STRONG_EMPHASIS.sub(r"***\1***", text)
    return _EMPHASIS.sub(r"*\1*", _STRONG.sub(r"**\1**", text))


def _plain(text: str) -> str:
    return re.sub("'{2,5}", "", text)


def _without_attributes(cell: str) -> str:
    match = _ATTRIBUTES.match(cell)
    return cell[match.end() :].strip() if match else cell.strip()
