"""Follows the groups and control words of a Rich Text file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from catalog.errors import UnreadableError
from ingest.formats.rtf_blocks import Blocks, Pieces
from ingest.formats.rtf_tokens import Kind, Token, charset_codec, page_codec, tokens

MOST_GROUPS = 1000
"""How deep groups may nest."""

_CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "~": " ",
    "_": "-",
    "nestcell": " ",
    "nestrow": "\n",
}
_PARAGRAPH_ENDS = ("par", "sect", "page", "\r", "\n")
# Groups that hold no text of the document, with or without a `\*` before them.
_SILENT = frozenset(
    {"colortbl", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"}
    | {"ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "ftncn", "aftncn", "xe", "tc", "nonshppict", "themedata"}
    | {"datastore", "sp", "objdata", "listtable", "listoverridetable", "rsidtbl", "generator", "atrfstart"}
    | {"atrfend", "atnid", "atndate", "atnref", "atnparent", "atnicn", "bkmkstart", "bkmkend", "pnseclvl"}
    | {"pn", "private", "xmlnstbl", "filetbl", "revtbl", "pgptbl", "template", "falt", "panose"}
)
# Groups marked with `\*` that hold text all the same.
_KNOWN = frozenset(
    {"shpinst", "shptxt", "annotation", "fldinst", "atnauthor", "footnote", "pntext", "shppict"}
)
_FACTS = frozenset({"title", "subject", "author", "operator", "keywords", "category", "company"})
_STAMPS = frozenset({"creatim", "revtim"})
_ADDRESS = re.compile(r"\s*HYPERLINK\s+\"?([^\"\s]+)")
_HEADING_STYLE = re.compile(r"heading (\d)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """What holds inside a group; groups inside it inherit it.

    Attributes:
        out: Where its text goes; None for text that is not read.
        end: What to do with that text when the group ends.
        codec: The encoding of its bytes.
        after: How many characters after a Unicode one stand in for it.
        address: What its text links to.
        level: The level of the heading that its paragraph is.
        depth: How deep its paragraph lies in a list.
        in_table: Whether its paragraph is in a table.
        hidden: Whether its text is hidden or deleted.
        kind: The table or record that it belongs to.
    """

    out: Pieces | None
    end: Callable[[Pieces], None] | None = None
    codec: str = "cp1252"
    after: int = 1
    address: str = ""
    level: int | None = None
    depth: int = 0
    in_table: bool = False
    hidden: bool = False
    kind: str = ""


class Reader:
    """Reads one file into blocks.

    Args:
        blocks: Where its paragraphs go.
        name: How messages name the file.
    """

    def __init__(self, blocks: Blocks, name: str) -> None:
        self._blocks = blocks
        self._name = name
        self._line: Pieces = []
        self._groups = [_Group(self._line)]
        self._bytes = bytearray()
        self._units: list[int] = []  # UTF-16 code units
        self._to_skip = 0
        self._starred = False
        self._marker = ""
        self._author = ""
        self._info: dict[str, str] = {}
        self._levels: dict[int, int] = {}
        self._fonts: dict[int, str] = {}
        self._number = 0  # of the font or style that is being defined
        self._default = "cp1252"
        self._words = self._actions()

    def read(self, data: bytes) -> dict[str, str]:
        """Read it, and return what it says about itself.

        Raises:
            UnreadableError: If it is nested too deeply.
        """
        for token in tokens(data):
            if token.kind is Kind.WORD:
                self._word(token)
            elif token.kind in (Kind.TEXT, Kind.BYTE):
                self._data(token.data)
            elif token.kind is Kind.OPEN:
                self._open()
            elif token.kind is Kind.CLOSE:
                self._close()
            else:
                self._symbol(token.word)
        self._end_paragraph()
        return self._info

    @property
    def _group(self) -> _Group:
        return self._groups[-1]

    def _open(self) -> None:
        self._flush()
        if len(self._groups) > MOST_GROUPS:
            raise UnreadableError(self._name, "is nested too deeply to be read; convert it to text")
        self._groups.append(replace(self._group, end=None))
        self._to_skip = 0

    def _close(self) -> None:
        self._flush()
        self._to_skip = 0
        if len(self._groups) > 1:
            group = self._groups.pop()
            if group.end is not None:
                group.end(group.out or [])

    def _data(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if skipped < len(data):
            self._flush_units()
            self._bytes += data[skipped:]

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "{}\\":
            self._data(symbol.encode("ascii"))
        elif symbol in _CHARACTERS or symbol in _PARAGRAPH_ENDS:
            self._word(Token(Kind.WORD, symbol))

    def _word(self, token: Token) -> None:
        word, number = token.word, token.number
        starred, self._starred = self._starred, False
        if word == "u":
            self._unicode(number or 0)
            return
        self._flush()
        unknown = starred and word not in _KNOWN and word not in self._words
        if unknown or word in _SILENT:
            self._group.out = None
        elif word in _CHARACTERS:
            self._put(_CHARACTERS[word])
        elif word in _PARAGRAPH_ENDS:
            self._end_paragraph()
        elif word in _FACTS or word in _STAMPS:
            self._fact(word)
        elif (action := self._words.get(word)) is not None:
            action(number)

    def _unicode(self, number: int) -> None:
        self._flush_bytes()
        self._units.append(number & 0xFFFF)
        self._to_skip = self._group.after

    def _flush(self) -> None:
        self._flush_bytes()
        self._flush_units()

    def _flush_bytes(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._group.codec, "replace")
            self._bytes.clear()
            self._put(text)

    def _flush_units(self) -> None:
        if self._units:
            raw = b"".join(unit.to_bytes(2, "little") for unit in self._units)
            self._units.clear()
            self._put(raw.decode("utf-16-le", "replace"))

    def _put(self, text: str) -> None:
        group = self._group
        if group.out is not None and not group.hidden:
            group.out.append((text, group.address))

    def _end_paragraph(self) -> None:
        self._flush()
        group = self._group
        if group.out is not self._line:
            self._put("\n")
            return
        if group.in_table:
            self._blocks.in_cell(self._line)
        else:
            self._blocks.paragraph(self._line, group.level, self._marker, group.depth)
        self._line.clear()
        self._marker = ""

    def _collect(self, end: Callable[[Pieces], None]) -> None:
        """Gather the text of this group for a purpose of its own, unless it is not read at all."""
        if self._group.out is not None:
            self._group.out, self._group.end, self._group.address = [], end, ""

    def _actions(self) -> dict[str, Callable[[int | None], None]]:
        return {
            "ansicpg": lambda number: self._code_page(page_codec(number or 1252)),
            "mac": lambda _: self._code_page("mac_roman"),
            "pc": lambda _: self._code_page("cp437"),
            "uc": lambda number: setattr(self._group, "after", min(max(number or 0, 0), 16)),
            "v": lambda number: setattr(self._group, "hidden", number != 0),
            "deleted": lambda number: setattr(self._group, "hidden", number != 0),
            "pard": lambda _: self._reset(),
            "plain": lambda _: self._plain(),
            "intbl": lambda _: setattr(self._group, "in_table", True),
            "ilvl": lambda number: setattr(self._group, "depth", min(max(number or 0, 0), 8)),
            "outlinelevel": lambda number: self._outline(number or 0),
            "s": lambda number: self._style(number or 0),
            "f": lambda number: self._font(number or 0),
            "fcharset": lambda number: self._charset(number or 0),
            "cell": lambda _: self._cell(),
            "row": lambda _: self._blocks.end_row(),
            "fonttbl": lambda _: self._table("font"),
            "stylesheet": lambda _: self._table("style"),
            "info": lambda _: self._table("info"),
            "listtext": lambda _: self._collect(self._take_marker),
            "pntext": lambda _: self._collect(self._take_marker),
            "fldinst": lambda _: self._collect(self._take_address),
            "footnote": lambda _: self._collect(lambda pieces: self._put(self._blocks.note(pieces))),
            "atnauthor": lambda _: self._collect(self._take_author),
            "annotation": lambda _: self._collect(self._take_comment),
            **{part: partial(self._stamp, part) for part in ("yr", "mo", "dy", "hr", "min")},
        }

    def _code_page(self, codec: str) -> None:
        self._default = codec
        for group in self._groups:
            group.codec = codec

    def _reset(self) -> None:
        group = self._group
        group.level, group.depth, group.in_table = None, 0, False

    def _plain(self) -> None:
        self._group.hidden, self._group.codec = False, self._default

    def _outline(self, number: int) -> None:
        if self._group.kind == "style":
            self._levels[self._number] = number + 1
        self._group.level = number + 1 if 0 <= number < 6 else None

    def _style(self, number: int) -> None:
        if self._group.kind == "style":
            self._number = number
            self._collect(self._take_style)
        else:
            self._group.level = self._levels.get(number)

    def _font(self, number: int) -> None:
        if self._group.kind == "font":
            self._number = number
        else:
            self._group.codec = self._fonts.get(number, self._default)

    def _charset(self, number: int) -> None:
        codec = charset_codec(number)
        if codec and number:
            self._fonts[self._number] = codec

    def _cell(self) -> None:
        if self._group.out is self._line:
            self._blocks.in_cell(self._line)
            self._line.clear()
            self._blocks.end_cell()

    def _table(self, kind: str) -> None:
        self._group.kind = kind
        self._group.out = [] if kind in ("info", "style") else None

    def _fact(self, word: str) -> None:
        if self._group.kind == "info" and word in _FACTS:
            self._collect(lambda pieces: self._info.update({word: _joined(pieces)}))
        elif self._group.kind == "info":
            self._group.kind = word

    def _stamp(self, part: str, number: int | None) -> None:
        """Add a part of a moment; they come in the order year, month, day, hour, minute."""
        if (kind := self._group.kind) in _STAMPS and number is not None and 0 <= number < 10_000:
            before = {"yr": "", "mo": "-", "dy": "-", "hr": " ", "min": ":"}[part]
            self._info[kind] = f"{self._info.get(kind, '')}{before}{number:02}"

    def _take_style(self, pieces: Pieces) -> None:
        name = _joined(pieces).strip("; ")
        match = _HEADING_STYLE.match(name)
        if match or name.casefold() == "title":
            self._levels[self._number] = int(match[1]) if match else 1

    def _take_marker(self, pieces: Pieces) -> None:
        self._marker = _joined(pieces).strip()

    def _take_address(self, pieces: Pieces) -> None:
        match = _ADDRESS.match(_joined(pieces))
        self._group.address = match[1] if match else ""

    def _take_author(self, pieces: Pieces) -> None:
        self._author = _joined(pieces)

    def _take_comment(self, pieces: Pieces) -> None:
        self._blocks.comment(self._author, pieces)


def _joined(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)
