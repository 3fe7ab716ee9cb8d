"""Gathers the paragraphs, cells, notes and comments of a Rich Text file into blocks of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.formats.markdown_blocks import ListItem, bullets, heading, linked, table

Pieces = list[tuple[str, str]]
"""Plain texts, each with the address that it links to, or an empty one."""


@dataclass
class Blocks:
    """What has been read so far."""

    _done: list[str] = field(default_factory=list)
    _items: list[ListItem] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _cell: list[str] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _comments: list[ListItem] = field(default_factory=list)

    def paragraph(self, pieces: Pieces, level: int | None, marker: str, depth: int) -> None:
        """Add a paragraph: a heading if it has a level, an item of a list if it has a marker."""
        text = linked(pieces)
        if not text:
            return
        self._end_table()
        if marker and level is None:
            self._items.append(ListItem(depth, text, ordered=any(map(str.isalnum, marker))))
            return
        self._end_list()
        self._done.append(text if level is None else heading(level, text))

    def in_cell(self, pieces: Pieces) -> None:
        """Add a paragraph to the cell of a table that is being read."""
        self._cell.append(linked(pieces))

    def end_cell(self) -> None:
        """End a cell."""
        self._cells.append(" ".join(filter(None, self._cell)))
        self._cell = []

    def end_row(self) -> None:
        """End a row of a table."""
        self._end_list()
        if self._cell:
            self.end_cell()
        self._rows.append(self._cells)
        self._cells = []

    def note(self, pieces: Pieces) -> str:
        """Add a note, and return the mark that stands for it in the text."""
        self._notes.append(linked(pieces).replace("\n", " "))
        return f"[{len(self._notes)}]"

    def comment(self, author: str, pieces: Pieces) -> None:
        """Add a comment."""
        said = linked(pieces).replace("\n", " ")
        if said:
            self._comments.append(
                ListItem(0, f"{linked([(author, '')])}: {said}" if author.strip() else said)
            )

    def finish(self) -> Sequence[str]:
        """End what is open, and return all blocks: the text, its notes, its comments."""
        self._end_table()
        self._end_list()
        notes = bullets(ListItem(0, note or "-", ordered=True) for note in self._notes)
        comments = [heading(2, "Comments"), bullets(self._comments)] if self._comments else []
        return [*self._done, notes, *comments]

    def _end_table(self) -> None:
        if self._cells or self._cell:
            self.end_row()
        if self._rows:
            self._done.append(table(self._rows))
            self._rows = []

    def _end_list(self) -> None:
        if self._items:
            self._done.append(bullets(self._items))
            self._items = []
