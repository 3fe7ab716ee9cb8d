"""From the lines and tables of PDF pages, with their places and type sizes, to Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, pairwise
from statistics import median, quantiles

from ingest.formats.pdf_furniture import without_running_lines
from ingest.formats.pdf_lines import Block, Line, Table
from ingest.formats.tidy import escape_tags, tidy

_HEADING_SCALE = 1.15
_MOST_HEADING_CHARACTERS = 160
_MOST_HEADING_SHARE = 0.3
_DEEPEST_HEADING = 4
_LOOSE_GAP = 1.4  # in normal line distances: more begins a new paragraph
_FULL_LINE = 0.8  # a line this full ended because the margin was reached
_SHORT_LINE = 35
_SHORTEST_PROSE = 20  # characters of a line in the narrowest column
_FLOWING = 0.2  # share of lines that begin in lower case: less is a table, verse or an address
_LEADERS = re.compile(r"\s*(?:\.{4,}|(?:\. ){4,}\.?|…{2,}|_{4,})\s*")  # dots and lines that lead the eye
_RULE = re.compile(r"[-=_*~.·–—\s]*")  # nothing, or a line drawn with characters
_BULLET = re.compile(r"[•◦▪▫‣⁃●○■□➢➤✓\uf0b7\uf0a7]\s*|[–-]\s+")
_LIST_ITEM = re.compile(r"- |\(?(?:\d{1,3}|[a-zA-Z])[.)]\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_HYPHENATED = re.compile(r"[^\W\d_]{2}[-\u00ad\u2010]$")
# Scripts written without spaces between words: CJK, kana.
_UNSPACED = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uff00-\uffef]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class _Look:
    """What lines are compared with: the normal distance (in type sizes) and length (in characters)."""

    levels: dict[float, int]
    leading: float
    full: float = 0.0

    def level(self, line: Line) -> int:
        """The heading's level; 0 for other lines, such as the single letter of an initial."""
        if len(line.text) > _MOST_HEADING_CHARACTERS or not re.search(r"[^\W\d_]{2}", line.text):
            return 0
        return self.levels.get(_rounded(line.size), 0)


def to_markdown(
    pages: Sequence[Sequence[Block]], notes: Sequence[Sequence[str]] = ()
) -> tuple[str, tuple[int, ...]]:
    """Set blocks in reading order as paragraphs, lists, headings and tables.

    What repeats at the edge of pages goes; words hyphenated at line ends are joined.

    Args:
        pages: The blocks of each page.
        notes: For each page, what else is to be said at its end; empty if nothing is.

    Returns:
        The text, and the offset in it at which each page begins. A page without text begins where
        the next page does.
    """
    cleaned = [[_cleaned(block) for block in page if not _is_drawn(block)] for page in pages]
    kept = without_running_lines(cleaned)
    lines = [[block for block in page if isinstance(block, Line)] for page in kept]
    look = _Look(heading_levels(lines), _leading(lines))
    texts = [_page_text(page, look) for page in kept]
    return _join_pages(
        [
            tidy("\n\n".join(filter(None, (text, *map(_note, more)))))
            for text, more in zip(texts, notes or [()] * len(pages), strict=True)
        ]
    )


def heading_levels(pages: Sequence[Sequence[Line]]) -> dict[float, int]:
    """Map the type sizes that are clearly larger than the body's to levels of headings, from 1."""
    characters: Counter[float] = Counter()
    for line in chain.from_iterable(pages):
        characters[_rounded(line.size)] += len(line.text)
    if not characters:
        return {}
    body = characters.most_common(1)[0][0]
    larger = sorted((size for size in characters if size >= _HEADING_SCALE * body), reverse=True)
    if body <= 0 or sum(characters[size] for size in larger) > _MOST_HEADING_SHARE * characters.total():
        return {}
    return {size: min(level, _DEEPEST_HEADING) for level, size in enumerate(larger, start=1)}


def _is_drawn(block: Block) -> bool:
    return isinstance(block, Line) and _RULE.fullmatch(block.text) is not None


def _cleaned(block: Block) -> Block:
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(map(_plain, row)) for row in block.rows))
    text = _LEADERS.sub(" … ", _plain(block.text)).strip()
    return replace(block, text=_BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text)


def _plain(text: str) -> str:
    return escape_tags(" ".join(text.translate(_LIGATURES).split()))


def _note(text: str) -> str:
    return "\n".join(_inert(_plain(line)) for line in text.splitlines())


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _leading(pages: Sequence[Sequence[Line]]) -> float:
    """The normal distance between lines, in type sizes."""
    ratios = [
        (upper.y - lower.y) / upper.size
        for page in pages
        for upper, lower in pairwise(page)
        if upper.size > 0 and 0.8 * upper.size < upper.y - lower.y < 3 * upper.size
    ]
    return median(ratios) if ratios else 1.2


def _page_text(page: Sequence[Block], look: _Look) -> str:
    lengths = [len(block.text) for block in page if isinstance(block, Line)]
    full = quantiles(lengths, n=10)[-1] if len(lengths) > 1 else sum(lengths)
    parts: list[str] = []
    for _, run in groupby(page, key=lambda block: isinstance(block, Line)):
        blocks = list(run)
        lines = [block for block in blocks if isinstance(block, Line)]
        tables = [_table_text(block) for block in blocks if isinstance(block, Table)]
        parts += tables or [_lines_text(lines, replace(look, full=full))]
    return "\n\n".join(parts)


def _table_text(table: Table) -> str:
    """A table in Markdown; its first row is the header."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in table.rows]
    header, *others = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([header, "|" + " --- |" * len(rows[0]), *others])


def _lines_text(page: Sequence[Line], look: _Look) -> str:
    text, above = "", ""
    for block in _blocks(page, look):
        here = _block_text(block, look)
        same_list = _LIST_ITEM.match(above) and _LIST_ITEM.match(here)
        text += f"{here}" if not text else f"\n{here}" if same_list else f"\n\n{here}"
        above = here
    return text


def _blocks(page: Sequence[Line], look: _Look) -> Iterator[list[Line]]:
    """Split the lines where their place on the page says that something new begins."""
    block = [page[0]]
    for upper, lower in pairwise(page):
        if _begins(upper, lower, look):
            yield block
            block = []
        block.append(lower)
    yield block


def _begins(upper: Line, lower: Line, look: _Look) -> bool:
    above, here = look.level(upper), look.level(lower)
    step = upper.y - lower.y
    if above or here:
        return above != here or not 0 < step < 2 * upper.size
    if _LIST_ITEM.match(lower.text):
        return True
    if step < 0:  # the next column
        return not lower.text[:1].islower() or bool(_SENTENCE_END.search(upper.text))
    if step > _LOOSE_GAP * look.leading * max(upper.size, lower.size):
        return True
    return lower.x > upper.x + 0.7 * lower.size and bool(_SENTENCE_END.search(upper.text))


def _block_text(block: Sequence[Line], look: _Look) -> str:
    level = look.level(block[0])
    heading = " ".join(line.text for line in block)
    if level and len(heading) <= _MOST_HEADING_CHARACTERS:
        return f"{'#' * level} {heading}"
    text = _inert(block[0].text)
    flowing = len(block) < 3 or sum(map(_runs_on, block[1:])) >= _FLOWING * (len(block) - 1)
    for upper, lower in pairwise(block):
        if flowing and not _ended_early(upper, lower, look.full):
            text = _flow(text, lower.text)
        else:
            paragraph = flowing and _SENTENCE_END.search(upper.text)
            text += ("\n\n" if paragraph else "\n") + _inert(lower.text)
    return text


def _inert(line: str) -> str:
    """A line that only looks like a heading."""
    return f"\\{line}" if re.match(r"#{1,6} ", line) else line


def _runs_on(line: Line) -> bool:
    """Whether a line begins as the middle of a sentence does."""
    return line.text[:1].isalpha() and not line.text[:1].isupper()


def _ended_early(upper: Line, lower: Line, full: float) -> bool:
    """Whether the break was meant: the next word would have fitted, or the line is no line of prose."""
    length = len(upper.text)
    short = max(_SHORTEST_PROSE, min(_SHORT_LINE, _FULL_LINE * full))
    fitted = length + 1 + len(lower.text.split(" ", 1)[0]) < _FULL_LINE * full
    return fitted or (length < short and not _runs_on(lower))


def _flow(text: str, more: str) -> str:
    if _HYPHENATED.search(text[-3:]) and more[:1].islower():
        return text[:-1] + more
    unspaced = _UNSPACED.match(text[-1:]) and _UNSPACED.match(more)
    return text + more if unspaced else f"{text} {more}"


def _join_pages(texts: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    pieces: list[str] = []
    starts: list[int] = []
    length, above = 0, ""
    for text in texts:
        separator = _between(above, text) if above and text else ""
        starts.append(length + len(separator))
        pieces += (separator, text)
        length += len(separator) + len(text)
        above = text or above
    return "".join(pieces), _before_next(starts, texts)


def _between(above: str, below: str) -> str:
    """A sentence that runs on to the next page stays in one paragraph."""
    return "\n" if below[0].islower() and (above[-1].isalnum() or above[-1] == ",") else "\n\n"


def _before_next(starts: list[int], texts: Sequence[str]) -> tuple[int, ...]:
    """Let each empty page begin where the next page with text does."""
    for number in range(len(starts) - 2, -1, -1):
        if not texts[number]:
            starts[number] = starts[number + 1]
    return tuple(starts)
