"""A forum's dump as it was at an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.cutoff import cut_dump
from evals.errors import EvalError

CUTOFF = datetime(2024, 6, 1, tzinfo=UTC)

FILES = {
    "Posts.xml": (
        '<row Id="1" PostTypeId="1" CreationDate="2024-01-01T00:00:00" Score="9" ViewCount="99" '
        'AcceptedAnswerId="2" Title="A &quot;b&quot; &amp; c" Body="one&#xA;two" />'
        '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2024-02-01T00:00:00" Score="5" '
        'LastEditDate="2024-07-01T00:00:00" LastEditorUserId="8" />'
        '<row Id="3" PostTypeId="2" ParentId="1" CreationDate="2024-06-01T00:00:00" Score="5" />'
    ),
    "Votes.xml": (
        '<row Id="1" PostId="1" VoteTypeId="2" CreationDate="2024-03-01T00:00:00" />'
        '<row Id="2" PostId="1" VoteTypeId="2" CreationDate="2024-03-02T00:00:00" />'
        '<row Id="3" PostId="1" VoteTypeId="3" CreationDate="2024-03-03T00:00:00" />'
        '<row Id="4" PostId="1" VoteTypeId="2" CreationDate="2024-09-01T00:00:00" />'
        '<row Id="5" PostId="2" VoteTypeId="1" CreationDate="2024-08-01T00:00:00" />'
    ),
    "Users.xml": '<row Id="8" CreationDate="2024-09-01T00:00:00" DisplayName="Late" />',
    "Comments.xml": '<row Id="1" PostId="1" CreationDate="2024-09-01T00:00:00" Text="later" />',
    "Badges.xml": '<row Id="1" UserId="8" CreationDate="2024-01-01T00:00:00" />',
}


def _dump(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, rows in files.items():
        (folder / name).write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<rows>{rows}</rows>')
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    return [dict(row.attrib) for row in ElementTree.parse(path).getroot()]  # noqa: S314


def test_nothing_of_what_came_later_is_left(tmp_path: Path) -> None:
    """Neither posts, nor votes in scores, nor that an answer was accepted; users stay."""
    copy = cut_dump(_dump(tmp_path / "dump", FILES), CUTOFF, tmp_path / "cache")
    question, answer = _rows(copy / "Posts.xml")
    assert (question["Id"], question["Score"], question["Title"], question["Body"]) == (
        "1",
        "1",
        'A "b" & c',
        "one\ntwo",
    )
    assert "AcceptedAnswerId" not in question
    assert "ViewCount" not in question
    assert (answer["Id"], answer["Score"]) == ("2", "0")
    assert "LastEditDate" not in answer
    assert "LastEditorUserId" not in answer
    assert [row["Id"] for row in _rows(copy / "Votes.xml")] == ["1", "2", "3"]
    assert _rows(copy / "Comments.xml") == []
    assert [row["DisplayName"] for row in _rows(copy / "Users.xml")] == ["Late"]
    assert not (copy / "Badges.xml").exists()


def test_an_answer_accepted_before_stays_accepted(tmp_path: Path) -> None:
    """Also where the dump has no votes that could tell when."""
    early = {**FILES, "Votes.xml": FILES["Votes.xml"].replace("2024-08-01", "2024-05-01")}
    undated = {name: rows for name, rows in FILES.items() if name != "Votes.xml"}
    for number, files in enumerate((early, undated)):
        copy = cut_dump(_dump(tmp_path / f"dump{number}", files), CUTOFF, tmp_path / "cache")
        assert _rows(copy / "Posts.xml")[0]["AcceptedAnswerId"] == "2"


def test_a_copy_is_made_once_for_each_date_and_content(tmp_path: Path) -> None:
    """One that was broken off is made again."""
    dump, cache = _dump(tmp_path / "dump", FILES), tmp_path / "cache"
    copy = cut_dump(dump, CUTOFF, cache)
    (copy / "Posts.xml").write_text("changed")
    assert cut_dump(dump, CUTOFF, cache) == copy
    assert (copy / "Posts.xml").read_text() == "changed"
    (copy / "complete").unlink()
    cut_dump(dump, CUTOFF, cache)
    assert len(_rows(copy / "Posts.xml")) == 2
    assert cut_dump(dump, datetime(2024, 7, 1, tzinfo=UTC), cache) != copy


def test_what_is_no_dump_cannot_be_cut_off(tmp_path: Path) -> None:
    """The folder is named."""
    (tmp_path / "notes").mkdir()
    with pytest.raises(EvalError, match="notes: holds no forum's dump"):
        cut_dump(tmp_path / "notes", CUTOFF, tmp_path / "cache")
