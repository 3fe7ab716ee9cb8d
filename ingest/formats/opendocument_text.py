"""The text of OpenDocument files as Markdown blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ingest.formats.markdown_blocks import ListItem, bullets, heading, inline, linked, paragraphs, table
from ingest.formats.xml_trees import Element, local_name

_HREF = "{http://www.w3.org/1999/xlink}href"
_MOST_SPACES = 100
_MOST_COLUMNS = 500
_MOST_REPEATED_ROWS = 1000
_SILENT = frozenset(
    {"tracked-changes", "forms", "sequence-decls", "variable-decls", "user-field-decls", "ruby-text"}
    | {"table-of-content", "alphabetical-index", "illustration-index", "table-index", "note-citation"}
    | {"annotation-end", "notes", "dde-connection-decls", "bibliography-index", "object", "object-ole"}
    | {"event-listeners", "desc", "title", "index-title"}
)


@dataclass
class Writer:
    """Turns elements into Markdown, and keeps the notes and comments that it meets for the end.

    Args:
        trees: The roots in which styles are defined.
    """

    trees: Sequence[Element]
    notes: list[str] = field(default_factory=list)
    comments: list[ListItem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out which lists are numbered, and which paragraphs are titles."""
        self._titles = {"Title"} | {
            _attribute(style, "name")
            for tree in self.trees
            for style in tree.iter("{*}style")
            if _attribute(style, "parent-style-name") == "Title"
        }
        self._numbered = {
            (_attribute(style, "name"), _attribute(level, "level"))
            for tree in self.trees
            for style in tree.iter("{*}list-style")
            for level in style.iterfind("{*}list-level-style-number")
            if _attribute(level, "num-format")
        }

    def document(self, body: Element) -> list[str]:
        """The blocks of a whole text, its notes and comments at the end."""
        return [*self.blocks(body), *self.endings(2)]

    def endings(self, level: int) -> list[str]:
        """The notes and comments met so far."""
        notes = bullets(ListItem(0, note or "-", ordered=True) for note in self.notes)
        comments = [heading(level, "Comments"), bullets(self.comments)] if self.comments else []
        return [notes, *comments]

    def blocks(self, element: Element) -> Iterator[str]:
        """The blocks inside an element."""
        for child in element.iterchildren("*"):
            yield from self.block(child)

    def block(self, element: Element) -> Iterator[str]:
        """The blocks that an element is, or holds."""
        kind = local_name(element)
        if kind in ("p", "h"):
            yield from self._paragraph(element, kind)
        elif kind == "list":
            yield bullets(self._items(element, 0, ""))
        elif kind == "table":
            yield table(self._rows(element))
        elif kind == "frame":
            yield from self._frame(element)
        elif kind == "annotation":
            self._comment(element)
        elif kind not in _SILENT:
            yield from self.blocks(element)

    def _paragraph(self, element: Element, kind: str) -> Iterator[str]:
        text = self.line(element)
        level = _attribute(element, "outline-level")
        if kind == "h":
            yield heading(int(level) if level.isdecimal() and len(level) < 3 else 1, text)
        else:
            yield heading(1, text) if _attribute(element, "style-name") in self._titles else text
        for frame in element.iter("{*}frame", "{*}custom-shape", "{*}rect"):
            if next(frame.iterancestors("{*}p", "{*}h"), None) is element:
                yield from self.block(frame)

    def line(self, element: Element) -> str:
        """The text of a paragraph, with its links and the marks of its notes."""
        return linked(self._pieces(element, ""))

    def _pieces(self, element: Element, address: str) -> Iterator[tuple[str, str]]:
        yield element.text or "", address
        for child in element.iterchildren("*"):
            kind = local_name(child)
            if reader := self._INLINE.get(kind):
                yield reader(self, child), address
            elif kind == "a":
                yield from self._pieces(child, child.get(_HREF, ""))
            elif kind not in _SILENT and kind not in ("frame", "custom-shape", "rect"):
                yield from self._pieces(child, address)
            yield child.tail or "", address

    def _space(self, element: Element) -> str:
        count = _attribute(element, "c")
        return " " * min(int(count[:4]) if count.isdecimal() else 1, _MOST_SPACES)

    def _note(self, element: Element) -> str:
        body = element.find("{*}note-body")
        self.notes.append("")
        number = len(self.notes)
        if body is not None:
            self.notes[number - 1] = " ".join(" ".join(self.blocks(body)).split())
        return f"[{number}]"

    def _comment(self, element: Element) -> str:
        who = inline(element.findtext("{*}creator") or "")
        lines = [self.line(line) for line in element.iter("{*}p")]
        said = " ".join(filter(None, lines))
        if said:
            self.comments.append(ListItem(0, f"{who}: {said}" if who else said))
        return ""

    _INLINE: ClassVar[dict[str, Callable[[Writer, Element], str]]] = {
        "s": _space,
        "tab": lambda writer, element: "\t",  # noqa: ARG005
        "line-break": lambda writer, element: "\n",  # noqa: ARG005
        "note": _note,
        "annotation": _comment,
    }

    def _items(self, element: Element, depth: int, style: str) -> Iterator[ListItem]:
        style = _attribute(element, "style-name") or style
        ordered = (style, str(depth + 1)) in self._numbered
        for entry in element.iterchildren("{*}list-item", "{*}list-header"):
            own: list[str] = []
            for child in entry.iterchildren("*"):
                if local_name(child) == "list":
                    yield from self._own_item(own, depth, ordered)
                    yield from self._items(child, depth + 1, style)
                    own = []
                else:
                    own += self.block(child)
            yield from self._own_item(own, depth, ordered)

    def _own_item(self, blocks: Sequence[str], depth: int, ordered: bool) -> Iterator[ListItem]:
        if len(blocks) == 1 and blocks[0].startswith("#"):  # a numbered heading
            yield ListItem(depth, blocks[0].lstrip("# "), ordered)
        elif any(blocks):
            yield ListItem(depth, "\n".join(filter(None, blocks)), ordered)

    def _rows(self, element: Element) -> Iterator[list[str]]:
        for row in element.iter("{*}table-row"):
            if next(row.iterancestors("{*}table"), None) is not element:
                continue
            cells: list[str] = []
            for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
                # A table inside a cell is read as its texts.
                text = " ".join(self.line(line) for line in cell.iter("{*}p", "{*}h"))
                cells += [text] * min(repeated(cell, "columns"), _MOST_COLUMNS - len(cells))
            for _ in range(min(repeated(row, "rows"), _MOST_REPEATED_ROWS) if any(cells) else 0):
                yield cells

    def _frame(self, element: Element) -> Iterator[str]:
        texts = (element.findtext("{*}title"), element.findtext("{*}desc"))
        shown = " ".join(dict.fromkeys(inline(text) for text in texts if text))
        if element.find("{*}image") is not None and shown:
            yield f"Picture: {shown}"
        yield paragraphs(self.blocks(element))


def repeated(element: Element, what: str) -> int:
    """How many equal columns or rows an element stands for."""
    count = _attribute(element, f"number-{what}-repeated")
    return int(count[:9]) if count.isdecimal() and count != "0" else 1


def _attribute(element: Element, name: str) -> str:
    """An attribute, whatever its namespace: each is used with one namespace only."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
