"""The process that parses: what it reads, refuses and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest import child, formats
from ingest.documents import Document


def _talk(*requests: dict[str, str], megabytes: int = 1024) -> list[Any]:
    """Send requests to a real child and return all its answers, the greeting first."""
    command = [sys.executable, "-m", "ingest.child", "60", str(megabytes), "100"]
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    process = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in process.stdout.splitlines()]


def test_a_request_is_a_line_and_so_is_its_answer(tmp_path: Path) -> None:
    """A document or an error comes back for each request, in order."""
    (tmp_path / "a.md").write_text("---\ndate: 2024-03-14\n---\nWeekly.")
    (tmp_path / "b.txt").write_text("")
    greeting, document, error = _talk(
        {"path": str(tmp_path / "a.md"), "name": "a.md"}, {"path": str(tmp_path / "b.txt"), "name": "b.txt"}
    )
    assert greeting == {"ready": True}
    assert document == {
        "document": {
            "text": "Weekly.",
            "title": None,
            "authors": [],
            "created": "2024-03-14T00:00:00+00:00",
            "updated": None,
            "pages": [],
            "speakers": [],
            "times": [],
            "meta": {"date": "2024-03-14"},
        },
        "last": False,
    }
    assert error == {"error": {"where": "b.txt", "reason": "is empty"}, "last": False}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_want_of_memory_is_the_last_answer(tmp_path: Path) -> None:
    """A file that does not fit says so, and the child makes room for a fresh one."""
    (tmp_path / "a.txt").write_bytes(b"compost " * (12 << 20))
    answers = _talk(
        {"path": str(tmp_path / "a.txt"), "name": "a.txt"},
        {"path": str(tmp_path / "a.txt"), "name": "a.txt"},
        megabytes=160,
    )
    assert [answer.get("last") for answer in answers] == [None, True]
    assert answers[1]["error"]["reason"] == (
        "needs more than 160 MB to be read; set COPSE_PARSE_MEGABYTES to allow more, or split it"
    )


def _respond(path: Path, file_megabytes: int = 100) -> dict[str, Any]:
    return child.respond({"path": str(path), "name": path.name}, 1024, file_megabytes)


def _reason(path: Path, file_megabytes: int = 100) -> str:
    return str(_respond(path, file_megabytes)["error"]["reason"])


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """The reason is the system's, and what to check."""
    assert _reason(tmp_path / "a.md") == (
        "cannot be opened: No such file or directory; check that it exists and may be read"
    )


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """The size is looked at before the content."""
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(3 << 20)
    assert _reason(tmp_path / "a.md", file_megabytes=2) == (
        "is 3 MB, more than 2 MB; set COPSE_FILE_MEGABYTES to allow more, or split it"
    )


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to does not hang."""
    os.mkfifo(tmp_path / "a.md")
    assert _reason(tmp_path / "a.md") == "is not a regular file; only files are read"


def test_a_folder_with_a_suffix_is_refused(tmp_path: Path) -> None:
    """A folder is not a file, whatever its name."""
    (tmp_path / "a.md").mkdir()
    assert _reason(tmp_path / "a.md") in {
        "is not a regular file; only files are read",
        "cannot be opened: Is a directory; check that it exists and may be read",
    }


def test_a_memory_error_asks_for_a_fresh_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Want of memory is told apart from other errors."""

    def exhaust(data: bytes, name: str) -> Document:
        raise MemoryError

    (tmp_path / "a.md").write_text("x")
    monkeypatch.setattr(formats, "read", exhaust)
    assert _respond(tmp_path / "a.md")["memory"] is True


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param("import socket; socket.socket()", id="a socket"),
        pytest.param("import socket; socket.getaddrinfo('localhost', 80)", id="a name look-up"),
        pytest.param("import subprocess; subprocess.run(['true'])", id="a program"),
        pytest.param("import os; os.system('true')", id="a shell"),
        pytest.param("import os; os.fork()", id="a copy of itself"),
    ],
)
def test_a_parser_reaches_nothing_outside(attempt: str) -> None:
    """The network and other programs are out of reach once the process is bounded."""
    code = f"from ingest.bounded import bound; bound(1024)\n{attempt}"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "a parser may not do this" in process.stderr


def test_a_parser_writes_nothing(tmp_path: Path) -> None:
    """No file grows once the process is bounded."""
    target = tmp_path / "a"
    code = f"from ingest.bounded import bound; bound(1024)\nopen({str(target)!r}, 'w').write('x')"
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert target.read_text() == ""


def test_what_any_reader_raises_is_a_reason(tmp_path: Path) -> None:
    """Not every reader is behind the border of `formats`; none may end the process."""

    def read(data: bytes, name: str) -> Document:
        raise ValueError("no such page")

    (tmp_path / "a.pdf").write_bytes(b"x")
    answer = child.respond({"path": str(tmp_path / "a.pdf"), "name": "a.pdf"}, 1024, 100, read)
    assert answer == {
        "error": {"where": "a.pdf", "reason": "is damaged (ValueError: no such page); save it again"}
    }
