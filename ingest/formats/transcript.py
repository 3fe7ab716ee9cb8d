"""Transcripts of meetings and talks: WebVTT, SubRip, and the JSON of meeting tools."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import PurePath
from typing import Final

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.cues import Cue, transcript
from ingest.formats.text import decode_bounded
from ingest.formats.tidy import legible
from ingest.formats.transcript_json import read_json

_CLOCK: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?"
_TIMING: Final = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]{1,200})>")
_TAG: Final = re.compile(r"</?[a-z][^<>]{0,200}>|</?[\d:.]{2,20}>|\{\\[^{}]{0,100}\}", re.IGNORECASE)
_WORD: Final = r"[^\W\d_a-z][\w.'’-]*"
_NAME: Final = rf"{_WORD}(?:\s+(?:{_WORD}|van|von|de|da|der|la|\d{{1,3}})){{0,4}}(?:\s*\([^()]{{1,40}}\))?"
_PREFIX: Final = re.compile(rf"(?:-|>>)?\s*({_NAME}):\s+(?=\S)")
_FEW: Final = 2


def read(data: bytes, name: str) -> Document:
    """Read a transcript.

    Speakers are known by voice tags (`<v Ann Lee>`), by names before a colon (`Ann Lee: …`), or by the
    fields of the JSON. Consecutive cues of one speaker make a paragraph that begins with the name.

    Raises:
        UnreadableError: If it is no transcript.
    """
    if PurePath(name).suffix.lower() == ".json":
        return read_json(data, name)
    cues = list(_cues(legible(decode_bounded(data, name))))
    if not cues:
        raise UnreadableError(name, "holds no cues with times; export the transcript again")
    return transcript(_with_speakers(cues))


def _cues(text: str) -> Iterator[Cue]:
    """The cues of WebVTT (https://www.w3.org/TR/webvtt1/) or SubRip, which differ little."""
    timing: re.Match[str] | None = None
    lines: list[str] = []
    for line in (*text.split("\n"), ""):
        found = _TIMING.fullmatch(line) if "-->" in line else None
        if timing and (found or not line.strip()):
            yield from _cue(timing, lines)
            timing, lines = None, []
        if found:
            timing, lines = found, []
        elif timing:
            lines.append(line)


def _cue(timing: re.Match[str], lines: list[str]) -> Iterator[Cue]:
    start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
    before, *voices = _VOICE.split("\n".join(lines))
    for speaker, words in (("", before), *zip(voices[::2], voices[1::2], strict=True)):
        text = unescape(_TAG.sub("", words)).strip()
        if text:
            yield Cue(text, start, end, unescape(speaker).strip())


def _seconds(clock: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in clock)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _with_speakers(cues: list[Cue]) -> Iterator[Cue]:
    """Take speakers from before the colon, and drop what captions that scroll repeat."""
    split = [cue if cue.speaker else _split_prefix(cue) for cue in cues]
    counts = Counter(cue.speaker for cue in split)
    mostly = counts[""] < len(cues) / 2
    shown: list[str] = []
    for cue, divided in zip(cues, split, strict=True):
        name = divided.speaker
        is_name = cue.speaker or mostly or counts[name] >= _FEW or " " in name
        lines = (divided if is_name else cue).text.split("\n")
        yield replace(divided if is_name else cue, text=" ".join(line for line in lines if line not in shown))
        shown = lines


def _split_prefix(cue: Cue) -> Cue:
    match = _PREFIX.match(cue.text)
    return replace(cue, speaker=match[1], text=cue.text[match.end() :]) if match else cue
