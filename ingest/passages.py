"""Item → passages: exact spans of its text that are small enough to embed and whole enough to cite.

How a text is cut:

- A text that fits the limit is one passage.
- Otherwise each section (a heading and what stands under it, up to the next heading) is packed by
  itself: block after block as long as they fit. Neighbouring sections share a passage as long as they
  fill no more than half of the limit together; its heading is what their heading paths have in common.
- A heading stays with the text below it. A heading without text joins the next section.
- A block that is longer than the limit is cut between its lines (code, tables) or sentences, one of
  those between words, and a word that is still too long every few characters.
- Where a section's last passage would have fewer than 20 tokens, it joins the one before, which may
  then exceed the limit by a quarter.
- A passage never takes in a block that begins on another page.

Lengths are those of `catalog.embedding_text.embedding_text`: what is embedded, title and headings
included. These may take up half of the limit; what goes beyond that is not counted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from catalog.embedding_text import embedding_text, plain, plain_text
from catalog.markdown import BlockKind, blocks
from catalog.nouns import Item, Span
from catalog.sentence_spans import sentence_spans

Count = Callable[[Sequence[str]], list[int]]
"""Counts the tokens of many texts at once; what a model adds to every text may be included."""

_Path = tuple[str, ...]

_SMALL_TAIL = 20  # tokens
_TAIL_ROOM = 4  # a tail may exceed the limit by this part of it
_CHARACTERS_PER_TOKEN = 20  # a tokeniser may call a word of any length a single unknown token
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_WORD = re.compile(r"\S+")
_CHARACTERS = re.compile(r"\S{1,16}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text that stays whole.

    Attributes:
        start: First character in the text.
        end: One past the last character.
        kind: The kind of block that it is, or is part of.
        path: The headings above it.
        section: Number of its section, counted along the text.
        tokens: Its length.
    """

    start: int
    end: int
    kind: BlockKind
    path: _Path
    section: int
    tokens: int = 0


_Reader = Callable[[str, BlockKind], str]


def _as_it_is(text: str, _: BlockKind) -> str:
    return text


def _as_embedded(text: str, kind: BlockKind) -> str:
    # Cut out of its place, a piece of code may look like a heading or a paragraph.
    return text if kind is BlockKind.CODE else plain_text(text)


def split(
    item: Item,
    pages: Sequence[int] = (),
    times: Sequence[tuple[int, int]] = (),
    *,
    count_tokens: Count,
    limit: int = 200,
) -> tuple[Span, ...]:
    """Cut an item's text into passages.

    The spans rise, do not overlap, neither begin nor end with white space, and hold every visible
    character of the text. A text without any gives none.

    Args:
        item: The item; its title counts towards the length of each passage.
        pages: Offset in the text at which each page begins, rising; empty for text without pages.
        times: Offset in the text and second of the recording of each paragraph that was spoken, rising.
        count_tokens: Counts the tokens of many texts at once.
        limit: The longest passage in tokens, title and headings included.
    """
    splitter = _Splitter(item, pages, times, count_tokens, limit)
    return tuple(splitter.span(passage) for passage in splitter.passages())


class _Splitter:
    """The rules of this module, applied to one item."""

    def __init__(
        self,
        item: Item,
        pages: Sequence[int],
        times: Sequence[tuple[int, int]],
        count_tokens: Count,
        limit: int,
    ) -> None:
        self.text, self.pages, self.times = item.text, pages, times
        self.limit, self.count_tokens = limit, count_tokens
        self.around = count_tokens([""])[0]
        self.whole = self.measured(_pieces(item.text), _as_embedded)
        self.rooms = self.rooms_under(item.title, {piece.path for piece in self.whole})

    def rooms_under(self, title: str, paths: Iterable[_Path]) -> dict[_Path, int]:
        """Tokens that title and headings leave for the text, for every path and what paths have in common."""
        every = sorted({path[:depth] for path in paths for depth in range(len(path) + 1)})
        counts = self.count_tokens([embedding_text(title, path, "") for path in every])
        return {
            path: max(self.limit - count, self.limit // 2) for path, count in zip(every, counts, strict=True)
        }

    def measured(self, pieces: Iterable[_Piece], read: _Reader = _as_it_is) -> list[_Piece]:
        """Give pieces their lengths, all in one call of the tokeniser."""
        pieces = list(pieces)
        texts = [read(self.text[piece.start : piece.end], piece.kind) for piece in pieces]
        counts = self.count_tokens(texts)
        return [
            replace(piece, tokens=max(count - self.around, len(text) // _CHARACTERS_PER_TOKEN))
            for piece, text, count in zip(pieces, texts, counts, strict=True)
        ]

    def passages(self) -> list[list[_Piece]]:
        """The pieces of each passage."""
        if not self.whole:
            return []
        if self.fits(self.whole, self.limit):
            return [self.whole]
        pieces = self.glued(self.shortened())
        return [passage for group in self.groups(pieces) for passage in self.packed(group)]

    def fits(self, pieces: Sequence[_Piece], limit: int) -> bool:
        """Whether pieces, with the title and the headings above them, make one passage on one page."""
        if self.page(pieces[0]) != self.page(pieces[-1]):
            return False
        above = self.limit - self.rooms[_common_path(pieces)]
        return above + _length(pieces) <= limit

    def shortened(self) -> list[_Piece]:
        """The blocks, those that are too long cut into pieces that are not."""
        pieces = self._cut(self.whole, _natural_parts, _as_embedded)
        pieces = self._cut(pieces, _words)
        return self._cut(pieces, _chunks)

    def _cut(
        self,
        pieces: Sequence[_Piece],
        parts: Callable[[str, _Piece], Iterator[tuple[int, int]]],
        read: _Reader = _as_it_is,
    ) -> list[_Piece]:
        cut = {
            piece: [replace(piece, start=start, end=end) for start, end in parts(self.text, piece)]
            for piece in pieces
            if piece.tokens > self.rooms[piece.path]
        }
        measured = iter(self.measured((part for run in cut.values() for part in run), read))
        return [
            part
            for piece in pieces
            for part in ([next(measured) for _ in cut[piece]] if piece in cut else [piece])
        ]

    def glued(self, pieces: Iterable[_Piece]) -> list[_Piece]:
        """Join headings to the text below them, so that no passage ends with a heading."""
        glued: list[_Piece] = []
        for piece in pieces:
            above = glued[-1] if glued else None
            if above and above.kind is BlockKind.HEADING and above.tokens <= self.rooms[piece.path] // 2:
                glued[-1] = replace(piece, start=above.start, tokens=above.tokens + piece.tokens)
            else:
                glued.append(piece)
        if len(glued) > 1 and glued[-1].kind is BlockKind.HEADING:
            heading = glued.pop()
            glued[-1] = replace(glued[-1], end=heading.end, tokens=glued[-1].tokens + heading.tokens)
        return glued

    def groups(self, pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
        """Sections, small neighbours together."""
        group: list[_Piece] = []
        for _, section in groupby(pieces, key=lambda piece: piece.section):
            joined = [*group, *section]
            if group and not self.fits(joined, self.limit // 2):
                yield group
                joined = joined[len(group) :]
            group = joined
        yield group

    def packed(self, group: Sequence[_Piece]) -> list[list[_Piece]]:
        """Fill passages with the pieces of a group, one after the other."""
        room = self.rooms[_common_path(group)]
        passages: list[list[_Piece]] = []
        filled = 0
        for piece in group:
            filled += piece.tokens
            if not passages or filled > room or self.page(piece) != self.page(passages[-1][0]):
                passages.append([])
                filled = piece.tokens
            passages[-1].append(piece)
        if len(passages) > 1 and filled < _SMALL_TAIL:
            joined = passages[-2] + passages[-1]
            if self.fits(joined, self.limit + self.limit // _TAIL_ROOM):
                passages[-2:] = [joined]
        return passages

    def page(self, piece: _Piece) -> int | None:
        """Number of the page that a piece begins on."""
        return max(1, bisect_right(self.pages, piece.start)) if self.pages else None

    def seconds(self, piece: _Piece) -> int | None:
        """When the paragraph in which a piece begins was spoken."""
        spoken = bisect_right(self.times, piece.start, key=lambda time: time[0])
        return self.times[max(0, spoken - 1)][1] if self.times else None

    def span(self, passage: Sequence[_Piece]) -> Span:
        """The passage that pieces make."""
        first = passage[0]
        return Span(
            first.start, passage[-1].end, _common_path(passage), self.page(first), self.seconds(first)
        )


def _pieces(text: str) -> Iterator[_Piece]:
    """The blocks of a text with their headings."""
    above: list[tuple[int, str]] = []
    section = 0
    for block in blocks(text):
        if block.kind is BlockKind.HEADING:
            section += 1
            above = [(level, title) for level, title in above if level < block.level]
            above.append((block.level, plain(block.title)))
        path = tuple(title for _, title in above if title)
        yield _Piece(block.start, block.end, block.kind, path, section)


def _common_path(pieces: Iterable[_Piece]) -> _Path:
    """The headings that all pieces stand under, outermost first."""
    common, *others = dict.fromkeys(piece.path for piece in pieces)
    for path in others:
        shared = takewhile(lambda pair: pair[0] == pair[1], zip(common, path, strict=False))
        common = tuple(title for title, _ in shared)
    return common


def _length(pieces: Iterable[_Piece]) -> int:
    return sum(piece.tokens for piece in pieces)


def _natural_parts(text: str, piece: _Piece) -> Iterator[tuple[int, int]]:
    """Lines of code, rows of a table, sentences of anything else."""
    if piece.kind in (BlockKind.CODE, BlockKind.TABLE):
        return _matches(_LINE, text, piece)
    return iter(sentence_spans(text, piece.start, piece.end))


def _words(text: str, piece: _Piece) -> Iterator[tuple[int, int]]:
    return _matches(_WORD, text, piece)


def _chunks(text: str, piece: _Piece) -> Iterator[tuple[int, int]]:
    """Pieces of a word."""
    return _matches(_CHARACTERS, text, piece)


def _matches(pattern: re.Pattern[str], text: str, piece: _Piece) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text, piece.start, piece.end))
