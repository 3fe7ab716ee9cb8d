"""The pool of child processes: it survives every file."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.errors import SourceError, UnreadableError
from ingest.documents import Document
from ingest.parser import Parser

_FAKE = """
import json, os, signal, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    name = json.loads(line)["name"]
    if name == "hang":
        signal.pause()
    if name.startswith("/"):
        open(name, "w").close()  # tells that it has begun
        signal.pause()
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "leave":
        sys.exit(3)
    document = {"text": str(os.getpid()), "title": name, "authors": [], "created": None, "updated": None,
                "pages": [], "meta": {}}
    print(json.dumps({"document": document, "last": name == "last"}), flush=True)
    if name == "last":
        break
"""
"""A child that does what the name says, and answers with its own process number."""


@pytest.fixture
def parser() -> Iterator[Parser]:
    """One fake child at a time."""
    with Parser(1, command=(sys.executable, "-c", _FAKE)) as parser:
        yield parser


def _pid(parser: Parser, name: str = "any") -> int:
    return int(parser.parse(Path("any"), name).text)


def _reason(parser: Parser, name: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        parser.parse(Path("any"), name)
    return caught.value.reason


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_file_is_read_in_a_child(tmp_path: Path) -> None:
    """The document comes back as if it had been read here."""
    (tmp_path / "a.md").write_text("---\ndate: 2024-03-14\nauthor: Ana\n---\n# Heaps\n\nWeekly.")
    with Parser(1) as parser:
        assert parser.parse(tmp_path / "a.md", "docs/a.md") == Document(
            text="Weekly.",
            title="Heaps",
            authors=("Ana",),
            created=datetime(2024, 3, 14, tzinfo=UTC),
            meta={"date": "2024-03-14", "author": "Ana"},
        )


def test_an_unreadable_file_raises_its_reason(tmp_path: Path) -> None:
    """The error names the file as the caller does."""
    (tmp_path / "a.md").write_text("")
    with Parser(1) as parser, pytest.raises(UnreadableError, match=r"^docs/a\.md: is empty$"):
        parser.parse(tmp_path / "a.md", "docs/a.md")


def test_a_child_serves_many_files(parser: Parser) -> None:
    """Starting a process for each file would be slow."""
    assert _pid(parser) == _pid(parser)


def test_a_child_that_asks_for_it_is_replaced(parser: Parser) -> None:
    """After its last answer a child is not asked again."""
    assert _pid(parser, "last") != _pid(parser)


def test_a_hanging_file_is_given_up() -> None:
    """The reason says how to allow more time, and a fresh child takes over."""
    with Parser(1, seconds=1, command=(sys.executable, "-c", _FAKE)) as parser:
        before = _pid(parser)
        assert _reason(parser, "hang") == (
            "took longer than 1 s to read; set COPSE_PARSE_SECONDS to allow more, or convert it to text"
        )
        assert not _alive(before)
        assert _pid(parser) != before


_KILLED = "its reader was killed, most likely for want of memory; free some, or convert the file to text"
_CRASHED = "crashed its reader ({}); it is probably damaged: save it again or convert it to text"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("killed", _KILLED), ("crash", _CRASHED.format("SIGSEGV")), ("leave", _CRASHED.format("exit 3"))],
)
def test_a_dying_child_costs_one_file(parser: Parser, name: str, reason: str) -> None:
    """The reason says how it died, and a fresh child takes over."""
    assert _reason(parser, name) == reason
    assert _pid(parser) > 0


def test_many_files_come_back_in_order(tmp_path: Path) -> None:
    """Errors take their place among the documents."""
    jobs = []
    for number in range(12):
        path = tmp_path / f"{number}.txt"
        path.write_text("" if number == 5 else f"text {number}")
        jobs.append((path, path.name))
    with Parser(2) as parser:
        results = list(parser.parse_all(jobs))
    assert [result.text if isinstance(result, Document) else str(result) for result in results] == [
        "5.txt: is empty" if number == 5 else f"text {number}" for number in range(12)
    ]


def test_jobs_are_drawn_only_a_few_ahead(parser: Parser) -> None:
    """A million files do not pile up before the first is used."""
    jobs = iter([(Path("any"), "any")] * 1000)
    results = parser.parse_all(jobs)
    next(results)
    assert len(list(jobs)) > 900


def test_threads_share_the_parser(tmp_path: Path) -> None:
    """More threads than children wait for their turn."""
    (tmp_path / "a.txt").write_text("x")
    texts: list[str] = []
    with Parser(2) as parser:
        threads = [
            threading.Thread(target=lambda: texts.append(parser.parse(tmp_path / "a.txt", "a.txt").text))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == ["x"] * 6


def test_no_child_outlives_the_parser() -> None:
    """Leaving the context ends idle children, and collects them."""
    with Parser(1, command=(sys.executable, "-c", _FAKE)) as parser:
        pid = _pid(parser)
        assert _alive(pid)
    assert not _alive(pid)


def test_closing_interrupts_a_busy_child(tmp_path: Path) -> None:
    """Whoever waits for a file is told that reading was stopped."""
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    reasons: list[str] = []
    parser = Parser(1, command=(sys.executable, "-c", _FAKE))
    thread = threading.Thread(target=lambda: reasons.append(_reason(parser, str(begun))))
    thread.start()
    begun.read_bytes()
    parser.close()
    thread.join()
    assert reasons == ["reading was stopped"]


def test_a_closed_parser_reads_no_more(parser: Parser) -> None:
    """Its children are gone."""
    parser.close()
    with pytest.raises(SourceError, match="the parser is closed"):
        parser.parse(Path("any"), "any")


def test_a_child_that_cannot_start_is_no_fault_of_the_file() -> None:
    """The message says what to run to find out."""
    with (
        Parser(1, command=(sys.executable, "-c", "raise SystemExit(1)")) as parser,
        pytest.raises(SourceError, match=r"does not start; run `.*` to see why"),
    ):
        parser.parse(Path("any"), "any")


def test_a_child_imports_nothing_from_where_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module beside the documents is data, never code."""
    (tmp_path / "yaml.py").write_text("raise SystemExit(1)")
    (tmp_path / "a.md").write_text("---\ntitle: Heaps\n---\nx")
    monkeypatch.chdir(tmp_path)
    with Parser(1) as parser:
        assert parser.parse(Path("a.md"), "a.md").title == "Heaps"
