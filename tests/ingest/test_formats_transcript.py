"""Transcripts: who spoke, what and when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.errors import UnreadableError
from ingest import formats
from ingest.documents import Document

_VTT = """WEBVTT

NOTE not this

00:01.000 --> 00:04.000
<v Ann Lee>Good &amp; hot.</v>

2
00:00:04.000 --> 00:00:06.000 align:start
<v Ann Lee>I turn <i>it</i>.

01:00:05.500 --> 01:00:06.000
<v Bob Ray>When?
"""


def test_cues_of_one_speaker_make_a_paragraph() -> None:
    """Each paragraph knows its time."""
    assert formats.read(_VTT.encode(), "a.vtt") == Document(
        text="**Ann Lee:** Good & hot. I turn it.\n\n**Bob Ray:** When?",
        speakers=("Ann Lee", "Bob Ray"),
        times=((0, 1), (37, 3605)),
    )


@pytest.mark.parametrize(
    ("words", "text", "speakers"),
    [
        (
            ("Ann Lee: Hot.", "Bob: Yes.", "Bob: Ha."),
            "**Ann Lee:** Hot.\n\n**Bob:** Yes. Ha.",
            ("Ann Lee", "Bob"),
        ),
        (("It is hot.", "Remember: turn it.", "Yes."), "It is hot. Remember: turn it. Yes.", ()),
        (("Speaker 1: Hot.", "Speaker 1: Yes."), "**Speaker 1:** Hot. Yes.", ()),
        (("It is hot", "It is hot\nand wet"), "It is hot and wet", ()),
    ],
)
def test_names_before_a_colon_are_speakers(
    words: tuple[str, ...], text: str, speakers: tuple[str, ...]
) -> None:
    """Unless they look like a remark; labels name nobody, and scrolling captions are joined."""
    cues = (f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n" for n, cue in enumerate(words))
    document = formats.read("\r\n".join(cues).encode(), "a.srt")
    assert (document.text, document.speakers) == (text, speakers)


@pytest.mark.parametrize(
    "content",
    [
        {"segments": [{"start": 2.5, "text": " Hot.", "speaker": "Ann Lee"}]},
        [{"start_time": "00:00:02.5", "text": "Hot.", "speaker_name": "Ann Lee"}],
        {"entries": [{"startOffset": "PT2.5S", "text": "Hot.", "speakerDisplayName": "Ann Lee"}]},
        {"utterances": [{"start": 2500, "end": 3000, "text": "Hot.", "speaker": {"name": "Ann Lee"}}]},
        {"data": {"transcript": {"sentences": [{"start_time": 2.5, "text": "Hot.", "speaker": "Ann Lee"}]}}},
    ],
    ids=["whisper", "list", "teams", "milliseconds", "nested"],
)
def test_the_json_of_meeting_tools_is_read(content: Any) -> None:
    """Whatever they call the parts."""
    assert formats.read(json.dumps(content).encode(), "a.json") == Document(
        text="**Ann Lee:** Hot.", speakers=("Ann Lee",), times=((0, 2),)
    )


def test_other_json_is_refused() -> None:
    """The reason says which is read."""
    with pytest.raises(UnreadableError, match=r"a\.json: is JSON of a kind that is not read; transcripts"):
        formats.read(b'{"users": [{"name": "ann"}]}', "a.json")


def test_a_file_without_cues_is_refused() -> None:
    """It is no transcript."""
    with pytest.raises(UnreadableError, match=r"a\.vtt: holds no cues with times"):
        formats.read(b"WEBVTT\n\nhello", "a.vtt")
