"""The form of a lesson: what happened, what we learned, and what to do, each under a heading of its own."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.markdown import BlockKind, blocks

HAPPENED, LEARNED, TO_DO = "What happened", "What we learned", "What to do"


@dataclass(frozen=True, slots=True)
class Lesson:
    """The three parts of a lesson, as Markdown.

    Attributes:
        happened: What happened.
        learned: What was learned from it.
        to_do: What others should do.
    """

    happened: str = ""
    learned: str = ""
    to_do: str = ""

    @property
    def text(self) -> str:
        """The lesson as one text; a part that says nothing is left out."""
        parts = ((HAPPENED, self.happened), (LEARNED, self.learned), (TO_DO, self.to_do))
        return "\n\n".join(f"## {title}\n\n{part.strip()}" for title, part in parts if part.strip())


def read_lesson(text: str) -> Lesson:
    """Take a lesson apart; what stands before its headings belongs to what happened."""
    found = {title: text[start:end].strip() for title, (start, end) in _parts(text).items()}
    happened = "\n\n".join(filter(None, (found.get(""), found.get(HAPPENED))))
    return Lesson(happened, found.get(LEARNED, ""), found.get(TO_DO, ""))


def recommendation(text: str) -> tuple[int, int] | None:
    """The characters of a lesson that say what to do, without their heading; None if nothing does."""
    start, end = _parts(text).get(TO_DO, (0, 0))
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    return (start, end) if start < end else None


def _parts(text: str) -> dict[str, tuple[int, int]]:
    """Where each part stands; what comes before the first heading is called nothing."""
    known = {title.casefold(): title for title in (HAPPENED, LEARNED, TO_DO)}
    heads = [
        (known[block.title.strip(" :").casefold()], block)
        for block in blocks(text)
        if block.kind is BlockKind.HEADING and block.title.strip(" :").casefold() in known
    ]
    parts = {"": (0, heads[0][1].start if heads else len(text))}
    ends = [block.start for _, block in heads[1:]] + [len(text)]
    for (title, block), end in zip(heads, ends, strict=True) if heads else ():
        parts.setdefault(title, (block.end, end))
    return parts
