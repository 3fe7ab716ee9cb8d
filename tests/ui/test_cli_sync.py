"""`copse source` and `copse sync` over small folders, with the fake encoder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ui.cli import app

Copse = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A library that does not exist yet, and no other settings."""
    unset = {name: "" for name in os.environ if name.startswith("COPSE_")}
    library = {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(tmp_path / "library")}
    return unset | library | {"NO_COLOR": "1", "COLUMNS": "100"}


@pytest.fixture
def copse(environment: dict[str, str]) -> Copse:
    """Runs a command."""

    def run(*arguments: str | Path) -> Result:
        return CliRunner(env=environment).invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def plot(tmp_path: Path) -> Path:
    """A folder with six notes."""
    folder = tmp_path / "plot"
    folder.mkdir()
    for number in range(6):
        (folder / f"note{number}.md").write_text(f"# Note {number}\n\nWater bed {number} in the evening.")
    return folder


def events(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_was_added_is_synced(copse: Copse, plot: Path) -> None:
    """Adding reads nothing; syncing does, and the second time there is nothing to do."""
    added = copse("source", "add", plot)
    assert (added.exit_code, added.stdout) == (0, "Added plot. Read it with: copse sync plot\n")
    assert copse("sync").exit_code == 0
    assert "Nothing has changed in 6 files of 1 source." in copse("sync").stdout


def test_what_was_ingested_is_remembered_with_what_was_said_about_it(copse: Copse, plot: Path) -> None:
    """A later sync does not make a private community public."""
    copse("ingest", plot, "--community", "The Board", "--private")
    (plot / "new.md").write_text("A new note.")
    copse("sync")
    [origin] = json.loads(copse("source", "list", "--json").stdout)["origins"]
    assert (origin["name"], origin["community"], origin["private"]) == ("plot", "The Board", True)
    assert origin["sources"] == [{"name": "plot", "kind": "folder", "location": str(plot), "items": 7}]
    assert json.loads(copse("status", "--json", "--as", "guest").stdout)["communities"] == []


def test_a_sync_for_programs_is_a_line_for_each_event(copse: Copse, plot: Path) -> None:
    """The last one is the report."""
    (plot / "broken.pdf").write_text("no PDF")
    copse("source", "add", plot)
    result = copse("sync", "--json")
    told = events(result)
    assert result.exit_code == 4
    # A machine that is slow tells more often how far it is.
    names = [name for name, _ in groupby(one["event"] for one in told)]
    read = [one for one in told if one["event"] == "read"]
    assert names == ["look", "begin", "failed", "read", "embedded", "index", "report"]
    assert told[3]["where"] == str(plot / "broken.pdf")
    assert {name: read[-1][name] for name in ("source", "units", "of", "items", "failures")} == {
        "source": "plot",
        "units": 7,
        "of": 7,
        "items": 6,
        "failures": 1,
    }
    assert (told[-1]["sources"][0]["written"], told[-1]["embedded"]) == (6, 6)


def test_suddenly_much_is_kept_until_somebody_agrees(copse: Copse, plot: Path) -> None:
    """Where nobody can be asked, a line says what to do."""
    copse("ingest", plot)
    for number in range(4):
        (plot / f"note{number}.md").unlink()
    kept = copse("sync")
    assert "plot: 4 of 6 have vanished at once; they were kept" in " ".join(kept.stderr.split())
    assert json.loads(copse("status", "--json").stdout)["sources"][0]["items"] == 6
    copse("sync", "--yes")
    assert json.loads(copse("status", "--json").stdout)["sources"][0]["items"] == 2


def test_a_place_that_is_gone_does_not_stop_the_others(copse: Copse, plot: Path, tmp_path: Path) -> None:
    """Its problem is shown in the list until it is there again."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_text("Compost is warm.")
    copse("ingest", plot)
    copse("ingest", other)
    plot.rename(tmp_path / "moved")
    (other / "b.md").write_text("Slugs hide under boards.")
    result = copse("sync")
    assert result.exit_code == 4
    origins = {one["name"]: one for one in json.loads(copse("source", "list", "--json").stdout)["origins"]}
    assert "no such file or folder" in origins["plot"]["problem"]
    assert (origins["other"]["problem"], origins["other"]["sources"][0]["items"]) == ("", 2)
    (tmp_path / "moved").rename(plot)
    copse("sync")
    assert "no such file" not in copse("source", "show", "plot").stdout


def test_removing_takes_everything_along(copse: Copse, plot: Path) -> None:
    """And it is not synced any more."""
    copse("ingest", plot)
    removed = copse("source", "remove", "plot", "--yes")
    assert (removed.exit_code, removed.stdout) == (0, "Removed plot: 6 items.\n")
    assert json.loads(copse("status", "--json").stdout)["sources"] == []
    assert copse("sync").exit_code == 2


def test_a_name_that_was_not_added_is_an_error(copse: Copse, plot: Path) -> None:
    """With those that were."""
    copse("ingest", plot)
    result = copse("sync", "forum")
    assert (result.exit_code, result.stderr) == (
        6,
        "copse: forum: no such source was added; there are: plot\n",
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sync", "--every", "soon"], "--every soon: give a number and a unit, such as 30m, 1h or 1d"),
        (["source", "add", ".", "--option", "key"], "--option key: write it as NAME=VALUE"),
        (["source", "add", ".", "--option", "key=X"], "--option key: only web addresses have options"),
        (["source", "add", ".", "--kind", "forum"], "--kind forum: no such kind of file; choose one of "),
        (["source", "add", "https://x.example/", "--kind", "x"], "--kind x: no such kind of web address; "),
    ],
)
def test_what_cannot_be_meant_is_refused(copse: Copse, arguments: list[str], complaint: str) -> None:
    """Before anything is read."""
    result = copse(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"copse: {complaint}")


def test_a_guest_neither_sees_nor_changes_what_was_added(
    copse: Copse, plot: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    """Paths and addresses say a lot about a private community."""
    copse("ingest", plot)
    environment["COPSE_VIEWER"] = "guest"
    for command in (["list"], ["show", "plot"], ["add", str(plot)], ["remove", "plot", "--yes"]):
        assert copse("source", *command).exit_code == 2


def test_a_watched_folder_is_synced_when_something_changes_in_it(
    plot: Path, environment: dict[str, str], copse: Copse
) -> None:
    """A real process, that a new file wakes up, and that Ctrl-C ends."""
    copse("source", "add", plot)
    process = subprocess.Popen(
        [sys.executable, "-c", "from ui.cli import main; main()", "sync", "--watch", "--json"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    limit = Timer(90, process.kill)  # it would go on for ever
    limit.start()
    assert next_report(process.stdout)["sources"][0]["written"] == 6
    (plot / "note9.md").write_text("Slugs hide under boards.")
    assert next_report(process.stdout)["sources"][0]["written"] == 1
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    limit.cancel()
    assert "stopped watching" in errors


def next_report(lines: Any) -> dict[str, Any]:
    """The next report among the events."""
    for line in lines:
        event: dict[str, Any] = json.loads(line)
        if event["event"] == "report":
            return event
    raise AssertionError("it ended without a report")
