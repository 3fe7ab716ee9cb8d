"""The JSON in which meeting tools and speech recognisers export a transcript.

There is no standard. What is read is a list of objects, at the top or up to three keys deep under a name
such as `segments`, `utterances`, `entries`, `sentences`, `transcript` or `cues`. Each object has

- the words as `text`, `transcript`, `content`, `sentence`, `raw_text` or `caption`,
- the speaker, if known, as `speaker`, `speaker_name`, `speakerName`, `speakerDisplayName`, `name`, `user` or
  `participant`: a text, a number, or an object with a name,
- the time, if known, as `start`, `start_time`, `startTime`, `startOffset`, `begin`, `offset`, `timestamp` or
  `ts`: seconds, milliseconds, `00:01:02.5` or `PT62.5S`; and its end likewise.

At the top, a title and a date are understood.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from catalog.errors import UnreadableError
from ingest.documents import Document
from ingest.formats.cues import Cue, transcript
from ingest.formats.moments import moment
from ingest.formats.text import decode

_LISTS: Final = (
    "segments",
    "utterances",
    "entries",
    "sentences",
    "transcript",
    "transcripts",
    "transcription",
    "cues",
    "captions",
    "phrases",
    "results",
    "data",
    "items",
)
_TEXT: Final = ("text", "transcript", "content", "sentence", "raw_text", "caption")
_SPEAKER: Final = (
    "speaker",
    "speaker_name",
    "speakername",
    "speakerdisplayname",
    "name",
    "user",
    "username",
    "participant",
    "speaker_label",
    "speaker_id",
)
_NAME: Final = ("name", "display_name", "displayname", "username", "user_name", "label", "id")
_START: Final = (
    "start",
    "start_time",
    "starttime",
    "startoffset",
    "begin",
    "offset",
    "timestamp",
    "ts",
    "time",
)
_END: Final = ("end", "end_time", "endtime", "endoffset", "end_ts")
_TITLE: Final = ("title", "topic", "meeting_title", "meetingtitle", "subject", "name")
_DATE: Final = (
    "date",
    "created_at",
    "createddatetime",
    "start_time",
    "starttime",
    "meeting_date",
    "datestring",
)
_DEEPEST: Final = 3
_MOSTLY: Final = 0.8
_CLOCK: Final = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,9})?)")
_DURATION: Final = re.compile(
    r"PT(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,6}(?:\.\d{1,9})?)S)?|(\d{1,6}(?:\.\d{1,9})?)s"
)
# People speak some 15 characters a second: 0.07 s, or 70 ms, for each.
_MILLISECONDS_A_CHARACTER: Final = 4.0


_MARKS: Final = re.compile(
    rb'"(?:speaker\w*|participant|utterances|segments|sentences|cues|captions|phrases|transcripts?|transcription)"\s*:',
    re.IGNORECASE,
)


def may_be_transcript(head: bytes) -> bool:
    """Tell by the first bytes of a JSON file whether it is worth trying: most are settings or data."""
    return bool(_MARKS.search(head))


def read_json(data: bytes, name: str) -> Document:
    """Read a transcript in JSON.

    Raises:
        UnreadableError: If it is no JSON, or no transcript.
    """
    try:
        content = json.loads(decode(data, name))
    except ValueError as error:
        raise UnreadableError(name, "is not valid JSON; export it again") from error
    cues = _in_seconds([_cue(entry) for entry in _entries(content, _DEEPEST)])
    if not cues:
        reason = "is JSON of a kind that is not read; transcripts of meetings and exports of known tools are"
        raise UnreadableError(name, reason)
    top = content if isinstance(content, dict) else {}
    title = _first(top, _TITLE)
    created = next(filter(None, (moment(top.get(key)) for key in _keys(top, _DATE))), None)
    return replace(transcript(cues), title=title if isinstance(title, str) else None, created=created)


def _entries(content: Any, depth: int) -> Sequence[Mapping[str, Any]]:
    """The list of what was said, wherever it is."""
    if isinstance(content, list):
        spoken = [entry for entry in content if isinstance(entry, dict) and _is_spoken(entry)]
        return spoken if len(spoken) >= _MOSTLY * len(content) else []
    if not isinstance(content, dict) or not depth:
        return []
    inner = (_entries(content[key], depth - 1) for key in _keys(content, _LISTS))
    return next(filter(None, inner), [])


def _is_spoken(entry: Mapping[str, Any]) -> bool:
    known = _first(entry, _START) is not None or _first(entry, _SPEAKER) is not None
    return known and isinstance(_first(entry, _TEXT), str)


def _cue(entry: Mapping[str, Any]) -> Cue:
    start, end = _seconds(_first(entry, _START)), _seconds(_first(entry, _END))
    return Cue(str(_first(entry, _TEXT)), start, end, _speaker(_first(entry, _SPEAKER)))


def _speaker(value: Any) -> str:
    if isinstance(value, dict):
        value = _first(value, _NAME)
    text = str(value) if isinstance(value, str | int) else ""
    return f"Speaker {text}" if re.fullmatch(r"\d{1,4}|[A-Z]", text) else text


def _seconds(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e12 and math.isfinite(value) else None
    text = str(value or "").strip()
    clock, duration = _CLOCK.fullmatch(text), _DURATION.fullmatch(text)
    if clock:
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3].replace(",", "."))
    if duration:
        hours, minutes, seconds, plain = (float(part or 0) for part in duration.groups())
        return hours * 3600 + minutes * 60 + seconds + plain
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text) else None


def _in_seconds(cues: list[Cue]) -> list[Cue]:
    """Divide times that are too long for seconds, given how much is said in them."""
    starts = [cue.start for cue in cues if cue.start is not None]
    ends = [cue.end for cue in cues if cue.end is not None]
    length = max([*starts, *ends], default=0.0) - min(starts, default=0.0)
    whole = all(start.is_integer() for start in starts)
    if not whole or length < _MILLISECONDS_A_CHARACTER * sum(len(cue.text) for cue in cues):
        return cues
    return [replace(cue, start=_thousandth(cue.start), end=_thousandth(cue.end)) for cue in cues]


def _thousandth(value: float | None) -> float | None:
    return None if value is None else value / 1000


def _first(entry: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((entry[key] for key in _keys(entry, names) if entry[key] is not None), None)


def _keys(entry: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """The keys of an object that mean one of these names, in the order of the names."""
    lowered = {key.lower(): key for key in entry}
    return (lowered[name] for name in names if name in lowered)
