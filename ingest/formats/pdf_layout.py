"""From the lines of PDF pages, with their places and type sizes, to Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median, quantiles

from ingest.formats.tidy import tidy

_EDGE_LINES = 2
_MOST_EDGE_CHARACTERS = 120
_REPEATS = 3
_SHARE_OF_PAGES = 0.4
_HEADING_SCALE = 1.15
_MOST_HEADING_CHARACTERS = 160
_MOST_HEADING_SHARE = 0.3
_DEEPEST_HEADING = 4
_LOOSE_GAP = 1.4  # in normal line distances: more begins a new paragraph
_FULL_LINE = 0.8  # a line this full ended because the margin was reached
_BULLET = re.compile(r"[•◦▪▫‣⁃●○■□➢➤✓\uf0b7\uf0a7]\s*|[–-]\s+")
_LIST_ITEM = re.compile(r"- |\(?(?:\d{1,3}|[a-zA-Z])[.)]\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’)\]]*$")
_HYPHENATED = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: its text, place (points from the page's lower left corner) and type size."""

    text: str
    x: float
    y: float
    size: float


Page = Sequence[Line]


def to_markdown(pages: Sequence[Page]) -> tuple[str, tuple[int, ...]]:
    """Set lines as paragraphs, lists and headings.

    What repeats at the edge of pages goes; words hyphenated at line ends are joined.

    Returns:
        The text, and the offset in it at which each page begins. A page without text begins where
        the next page does.
    """
    pages = without_running_lines([[_cleaned(line) for line in page] for page in pages])
    levels = heading_levels(pages)
    leading = _leading(pages)
    return _join([tidy(_page_text(page, levels, leading)) for page in pages])


def without_running_lines(pages: Sequence[Page]) -> list[list[Line]]:
    """Drop the headers, footers and page numbers that repeat on at least three pages."""
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(chain.from_iterable({_pattern(line) for line in edge} for edge in edges))
    needed = max(_REPEATS, _SHARE_OF_PAGES * len(pages))
    running = {pattern for pattern, count in counts.items() if count >= needed}
    return [
        [line for line in page if line not in edge or _pattern(line) not in running]
        for page, edge in zip(pages, edges, strict=True)
    ]


def heading_levels(pages: Sequence[Page]) -> dict[float, int]:
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


def _cleaned(line: Line) -> Line:
    text = " ".join(line.text.translate(_LIGATURES).split())
    return Line(_BULLET.sub("- ", text, count=1) if _BULLET.match(text) else text, line.x, line.y, line.size)


def _edge_lines(page: Page) -> set[Line]:
    """The short lines at the top and bottom, as seen and as stored (often different)."""
    by_height = sorted(page, key=lambda line: line.y)
    edges = chain.from_iterable((some[:_EDGE_LINES], some[-_EDGE_LINES:]) for some in (list(page), by_height))
    return {line for line in chain.from_iterable(edges) if len(line.text) <= _MOST_EDGE_CHARACTERS}


def _pattern(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.casefold())


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _leading(pages: Sequence[Page]) -> float:
    """The normal distance between lines, in type sizes."""
    ratios = [
        (upper.y - lower.y) / upper.size
        for page in pages
        for upper, lower in pairwise(page)
        if upper.size > 0 and 0.8 * upper.size < upper.y - lower.y < 3 * upper.size
    ]
    return median(ratios) if ratios else 1.2


def _page_text(page: Page, levels: dict[float, int], leading: float) -> str:
    lines = [line for line in page if line.text]
    if not lines:
        return ""
    full = _full_length(lines)
    text = _opening(lines[0], levels)
    for upper, lower in pairwise(lines):
        text = _append(text, upper, lower, levels=levels, leading=leading, full=full)
    return text


def _full_length(lines: Sequence[Line]) -> float:
    """The number of characters of a line that reaches the margin."""
    lengths = [len(line.text) for line in lines]
    return quantiles(lengths, n=10)[-1] if len(lengths) > 1 else lengths[0]


def _append(
    text: str, upper: Line, lower: Line, *, levels: dict[float, int], leading: float, full: float
) -> str:
    """Add a line to the text with the separation that its place and its words call for."""
    above, here = _level(upper, levels), _level(lower, levels)
    if above or here:
        same_heading = above == here and 0 < upper.y - lower.y < 2 * upper.size
        return f"{text} {lower.text}" if same_heading else f"{text}\n\n{_opening(lower, levels)}"
    if _LIST_ITEM.match(lower.text):
        return f"{text}\n{lower.text}" if _LIST_ITEM.match(upper.text) else f"{text}\n\n{lower.text}"
    if _continues(upper, lower) and not _gap(upper, lower, leading):
        return _flow(text, lower.text)
    if _gap(upper, lower, leading) or _indented(upper, lower):
        return f"{text}\n\n{_opening(lower, levels)}"
    if _ended_early(upper, lower, full):
        separator = "\n\n" if _SENTENCE_END.search(upper.text) else "\n"
        return text + separator + _opening(lower, levels)
    return _flow(text, lower.text)


def _opening(line: Line, levels: dict[float, int]) -> str:
    level = _level(line, levels)
    if level:
        return f"{'#' * level} {line.text}"
    return f"\\{line.text}" if re.match(r"#{1,6} ", line.text) else line.text


def _level(line: Line, levels: dict[float, int]) -> int:
    """The heading's level; 0 for other lines, such as the single letter of an initial."""
    if len(line.text) > _MOST_HEADING_CHARACTERS or not re.search(r"[^\W\d_]{2}", line.text):
        return 0
    return levels.get(_rounded(line.size), 0)


def _continues(upper: Line, lower: Line) -> bool:
    return lower.text[:1].islower() and not _SENTENCE_END.search(upper.text)


def _gap(upper: Line, lower: Line, leading: float) -> bool:
    """Whether there is more room than between lines; a step upwards is the next column."""
    step = upper.y - lower.y
    if step < 0:
        return not _continues(upper, lower)
    return step > _LOOSE_GAP * leading * max(upper.size, lower.size)


def _indented(upper: Line, lower: Line) -> bool:
    return lower.x > upper.x + 0.7 * lower.size and bool(_SENTENCE_END.search(upper.text))


def _ended_early(upper: Line, lower: Line, full: float) -> bool:
    """Whether the next word would have fitted, so that the break was meant."""
    return len(upper.text) + 1 + len(lower.text.split(" ", 1)[0]) < _FULL_LINE * full


def _flow(text: str, more: str) -> str:
    if _HYPHENATED.search(text[-40:]) and more[:1].islower():
        return text[:-1] + more
    return f"{text} {more}"


def _join(texts: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    joined, starts = "", []
    for text in texts:
        separator = "" if not joined or not text else _between(joined, text)
        starts.append(len(joined) + len(separator))
        joined += separator + text
    return joined, tuple(_before_next(starts, texts))


def _between(above: str, below: str) -> str:
    """A sentence that runs on to the next page stays in one paragraph."""
    return "\n" if below[:1].islower() and above[-1:].isalnum() or above[-1:] == "," else "\n\n"


def _before_next(starts: Sequence[int], texts: Sequence[str]) -> list[int]:
    """Let each empty page begin where the next page with text does."""
    result = list(starts)
    for number in range(len(result) - 2, -1, -1):
        if not texts[number]:
            result[number] = result[number + 1]
    return result
