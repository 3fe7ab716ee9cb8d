"""What can be quoted from a Markdown text: its sentences, list items, table rows and short code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from catalog.embedding_text import DEFINITION, QUOTED, plain
from catalog.markdown import DELIMITER, FENCE, ITEM, Block, BlockKind, blocks, cells
from catalog.sentence_spans import sentence_spans

_SHORT_ITEM = 300  # characters; a longer list item is quoted by the sentence
_SHORT_CODE = 800  # characters; longer code is no quotation
_LEADING = re.compile(r"[\s>]*(?:[-*+][ \t]+)?")  # marks of quotes, and of lists in them
_WRAP = re.compile(r"(?P<mark>\*\*|__|\*|_)(?=[^\s*_])(?P<inner>.+?)(?<=\S)(?P=mark):?", re.DOTALL)
_STOPS = (".", "!", "?", "…", "。", "！", "？")
_QUESTION = re.compile(r"[?？][\"'”’)\]」』）]*$")
_STRAY = {
    "**": re.compile(r"\*\*(?=\S)|(?<=\S)\*\*"),
    "_": re.compile(r"^_(?=\S)|(?<=\S)_$"),
}
_INSTEAD_OF = re.compile(r"instead of\b", re.IGNORECASE)  # "Instead of X, do Y" stands alone
_HEADING = re.compile(r"#{1,6}\s")
_OPENING = re.compile(r"[\"'“‘(\[*_]*([\w'’]+)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEANING = _words(
    "accordingly additionally afterwards also and besides but consequently conversely finally furthermore "
    "he hence her here hers him his however indeed instead it it's it’s its later likewise meanwhile "
    "moreover nevertheless next nonetheless nor or otherwise plus secondly she similarly so still such "
    "that that's that’s their theirs them then thereby therefore these they they're they’re third thirdly "
    "this those thus too yet"
)
_POINTING_BACK = re.compile(
    r"(?:(?:in|at|by|for|with|from|on|to|of|after|before|because of|as)"
    r" (?:this|that|these|those|such|it|them)"
    r"|as a (?:result|consequence)|in (?:addition|contrast|other words|turn)|by contrast"
    r"|for (?:example|instance)|on the (?:other hand|contrary)|the (?:former|latter|same))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit of text that can be quoted.

    Attributes:
        start: First character in the original.
        end: One past the last character.
        text: The unit as plain text; the cells of a table row carry the names of their columns.
        block: The kind of block that it stands in.
    """

    start: int
    end: int
    text: str
    block: BlockKind

    @property
    def is_question(self) -> bool:
        """Whether it asks rather than tells."""
        return _QUESTION.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Placed:
    """What can be quoted from some stretches of a text, in order.

    Attributes:
        candidates: By their place among all of the text, from 0. In a text that is not brief, places only
            tell what stands next to what.
        count: How many the text has; of one that is not brief, at least so many.
    """

    candidates: Mapping[int, Candidate]
    count: int


def sentences(text: str, start: int = 0) -> list[Candidate]:
    """Find what can be quoted from a Markdown text, in order and without overlap.

    Whole sentences of paragraphs and quotes, list items (a long one by the sentence), rows of tables,
    and short code. Headings, and lines in bold that serve as headings, are left out.

    Args:
        text: Markdown: an item's text, or a passage of it.
        start: Where `text` begins in the original; added to every span.
    """
    return [
        replace(one, start=start + one.start, end=start + one.end) if start else one
        for block in blocks(text)
        for one in _told_in(text, block)
    ]


def placed_sentences(text: str, spans: Collection[tuple[int, int]], brief: int) -> Placed:
    """The same of some stretches of a text. Of a long document, nothing else is looked at closely.

    Args:
        text: Markdown: an item's text.
        spans: Where the stretches begin and end.
        brief: Most that a brief text has; whether it has more is found out.
    """
    candidates: dict[int, Candidate] = {}
    place, between = 0, list[Block]()
    for block in blocks(text):
        wanted = any(start < block.end and block.start < end for start, end in spans)
        if not wanted and place > brief:
            between.append(block)
            continue
        # What stands before them and after them are no neighbours, if there is a sentence in them.
        place += any(_told_in(text, one) for one in between)
        between.clear()
        told = _told_in(text, block)
        if wanted:
            candidates.update(enumerate(told, place))
        place += len(told)
    return Placed(candidates, place)


def _told_in(text: str, block: Block) -> list[Candidate]:
    return [
        Candidate(first, last, words, block.kind)
        for first, last, words in _units(text, block)
        if any(character.isalnum() for character in words)
    ]


def _units(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    match block.kind:
        case BlockKind.PARAGRAPH | BlockKind.QUOTE:
            yield from _paragraph(text, block)
        case BlockKind.ITEM:
            yield from _item(text, block)
        case BlockKind.TABLE:
            yield from _rows(text, block)
        case BlockKind.CODE:
            yield from _code(text, block)
        case BlockKind.HEADING | BlockKind.RULE:
            return


def _paragraph(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    start, end = _after_marks(text, block.start, block.end), block.end
    wrap = _WRAP.fullmatch(text, start, end)
    if wrap is not None and wrap["inner"].count(wrap["mark"]) == 0:
        if len(wrap["mark"]) == 2 and not wrap["inner"].endswith(_STOPS):
            return  # a line in bold without a full stop is a heading in all but name
        start, end = wrap.span("inner")
    yield from _prose(text, start, end)


def _prose(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for first, last in sentence_spans(text, start, end):
        first = _after_marks(text, first, last)
        if first < last:
            yield first, last, _readable(text[first:last])


def _after_marks(text: str, start: int, end: int) -> int:
    marks = _LEADING.match(text, start, end)
    return marks.end() if marks else start


def _readable(sentence: str) -> str:
    """A sentence as plain text, without marks of emphasis that begins or ends in another sentence."""
    for mark, stray in _STRAY.items():
        if sentence.count(mark) % 2:
            sentence = stray.sub("", sentence, count=1)
    # Most sentences have no marks; looking for one sign is much faster than for a pattern.
    if ">" in sentence:
        sentence = QUOTED.sub("", sentence)
    if "]:" in sentence:
        sentence = DEFINITION.sub("", sentence)
    return plain(sentence)


def _item(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    mark = ITEM.match(text, block.start, block.end)
    start = mark.end() if mark else block.start
    words = plain(text[start : block.end])
    if not words or _HEADING.match(text, start):
        return
    if len(words) <= _SHORT_ITEM:
        yield start, block.end, words
    else:
        yield from _prose(text, start, block.end)


def _rows(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    lines = text[block.start : block.end].split("\n")
    names = [plain(cell) for cell in cells(lines[0])]
    start = block.start + len(lines[0]) + 1
    for line in lines[1:]:
        if not DELIMITER.match(line):
            first = start + len(line) - len(line.lstrip())
            yield first, first + len(line.strip()), _row(names, [plain(cell) for cell in cells(line)])
        start += len(line) + 1


def _row(names: list[str], values: list[str]) -> str:
    """Write a row with the names of its columns; empty cells are left out."""
    names = names + [""] * (len(values) - len(names))
    pairs = zip(names, values, strict=False)
    return "; ".join(f"{name}: {value}" if name else value for name, value in pairs if value)


def _code(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    lines = [line for line in text[block.start : block.end].split("\n") if not FENCE.match(line)]
    code = "\n".join(lines).strip()
    if 0 < len(code) <= _SHORT_CODE:
        yield block.start, block.end, code


def needs_context(sentence: str) -> bool:
    """Whether a sentence leans on what stands around it.

    It begins with a pronoun or a connective that points back ("It", "However"), or it ends with a colon
    and only leads in to what follows.
    """
    if sentence.rstrip("\"'”’)*_ ").endswith((":", "：")) or _POINTING_BACK.match(sentence):
        return True
    opening = _OPENING.match(sentence)
    return opening is not None and opening[1].lower() in _LEANING and not _INSTEAD_OF.match(sentence)
