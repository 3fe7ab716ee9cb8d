"""From the cues of a transcript to its text: who spoke, what, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.documents import Document
from ingest.formats.tidy import escape_tags, one_line, tidy

_PARAGRAPH: Final = 800  # characters after which the next end of a sentence ends a paragraph
_LONGEST_PARAGRAPH: Final = 2000
_PAUSE: Final = 8.0  # seconds of silence that end a paragraph
_SENTENCE_END: Final = re.compile(r"[.!?…。！？][\"'”’)]*$")
_NO_NAME: Final = re.compile(
    r"(?:speaker|spk|sprecher|participant|unknown|guest|anonymous|voice)?[\s_#-]*(?:\d{1,4}|[a-z])?"
    r"|unknown (?:speaker|participant)|\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """What one person says at one time.

    Attributes:
        text: The words.
        start: Seconds since the recording began; None if unknown.
        end: When the words end, likewise.
        speaker: Who speaks; empty if unknown.
    """

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str = ""


def transcript(cues: Iterable[Cue]) -> Document:
    """Return the paragraphs that these cues make; each names its speaker, if the transcript does.

    Labels such as `Speaker 1` stay in the text, but name nobody.
    """
    texts: list[str] = []
    times: list[tuple[int, int]] = []
    speakers: dict[str, None] = {}
    offset = 0
    for paragraph in _paragraphs(cues):
        first = paragraph[0]
        text = _shown(paragraph)
        if first.start is not None:
            times.append((offset, max(int(first.start), times[-1][1] if times else 0)))
        if not _NO_NAME.fullmatch(first.speaker):
            speakers[first.speaker] = None
        texts.append(text)
        offset += len(text) + 2
    return Document(text="\n\n".join(texts), speakers=tuple(speakers), times=tuple(times))


def _paragraphs(cues: Iterable[Cue]) -> Iterator[list[Cue]]:
    paragraph: list[Cue] = []
    for cue in filter(None, map(_clean, cues)):
        if paragraph and _ends(paragraph, cue):
            yield paragraph
            paragraph = []
        paragraph.append(cue)
    if paragraph:
        yield paragraph


def _clean(cue: Cue) -> Cue | None:
    text = " ".join(tidy(cue.text).split())
    return Cue(text, cue.start, cue.end, one_line(cue.speaker, 100)) if text else None


def _ends(paragraph: Sequence[Cue], cue: Cue) -> bool:
    last = paragraph[-1]
    length = sum(len(one.text) for one in paragraph)
    if cue.speaker != last.speaker or length > _LONGEST_PARAGRAPH:
        return True
    if length > _PARAGRAPH and _SENTENCE_END.search(last.text):
        return True
    return cue.start is not None and last.end is not None and cue.start - last.end > _PAUSE


def _shown(paragraph: Sequence[Cue]) -> str:
    words = " ".join(cue.text for cue in paragraph)
    speaker = paragraph[0].speaker
    return tidy(escape_tags(f"**{speaker}:** {words}" if speaker else words))
