"""`copse gaps` over the library of a club with a public and a private community."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from catalog.gaps import record_gap
from catalog.store import Catalog
from tests.build import BOARD, GARDEN
from ui.cli import app

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 12, tzinfo=UTC)

Copse = Callable[..., Result]


@pytest.fixture
def copse(tmp_path: Path) -> Copse:
    """Runs a command on a library in which a guest and Ada, who reads the board, have asked."""
    with Catalog.open(tmp_path / "library") as catalog:
        with catalog.write() as writer:
            writer.put_community(GARDEN)
            writer.put_community(BOARD)
        guest, ada = catalog.viewer("guest"), catalog.viewer("ada@example.org")
        record_gap(catalog, guest, "How do I prune an old fig?", (), 0.25, MARCH)
        record_gap(catalog, guest, "how do I prune an old fig", (), 0.125, APRIL)
        record_gap(catalog, ada, "When does \x1b[31mthe rent\x1b[0m rise?", (), 0.0, APRIL)
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(tmp_path / "library"), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(*arguments: object, **more: str) -> Result:
        return CliRunner(env=environment | more).invoke(app, [str(argument) for argument in arguments])

    return run


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _rows(result: Result) -> list[str]:
    return [" ".join(row.split()) for row in result.stdout.splitlines()]


def test_what_was_asked_is_listed(copse: Copse) -> None:
    """The most asked first, with where, when and how often; nothing of it does anything to a terminal."""
    header, _, first, second = _rows(copse("gaps"))
    assert header == "No. Question Communities Last asked Times"
    assert first == "1 how do I prune an old fig garden 2 April 2026 2"
    assert second.endswith("When does the rent rise? board, garden 2 April 2026 1")
    assert "\x1b" not in copse("gaps").stdout


def test_as_json(copse: Copse) -> None:
    """In the form of the HTTP API, as many as are wanted."""
    assert _json(copse("gaps", "-k", 1, "--json")) == {
        "schema_version": 1,
        "next": None,
        "gaps": [
            {
                "id": 1,
                "question": "how do I prune an old fig",
                "communities": ["garden"],
                "times": 2,
                "first_asked": "2026-03-01T12:00:00Z",
                "last_asked": "2026-04-02T12:00:00Z",
                "confidence": 0.125,
            }
        ],
    }


def test_a_guest_sees_nothing_of_the_board(copse: Copse) -> None:
    """Neither a question nor the name of the community."""
    for more in ([], ["--json"]):
        shown = copse("gaps", "--as", "guest", *more).stdout
        assert "fig" in shown
        assert "rent" not in shown
        assert "board" not in shown


def test_one_is_taken_away(copse: Copse) -> None:
    """By its number; when all are, it says so."""
    assert copse("gaps", "--drop", 1).stdout == "Took “how do I prune an old fig” away.\n"
    [rent] = _json(copse("gaps", "--json"))["gaps"]
    assert _json(copse("gaps", "--drop", rent["id"], "--json")) == {"schema_version": 1, "dropped": rent}
    assert copse("gaps").stdout == "Nothing was asked that could not be answered.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--drop", "99"], 6, "99: no such gap", id="no such gap"),
        pytest.param(
            ["--drop", "1", "--as", "guest"], 2, "only the owner takes questions", id="not the owner"
        ),
        pytest.param(["--drop", "9" * 30], 6, "no such gap", id="huge number"),
    ],
)
def test_an_error_says_what_to_do(copse: Copse, arguments: list[str], code: int, message: str) -> None:
    """Its exit code tells its kind, and nothing is taken away."""
    result = copse("gaps", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert len(_json(copse("gaps", "--json"))["gaps"]) == 2


def test_many_communities_are_cut_short(tmp_path: Path) -> None:
    """A question that is not narrowed down is asked in all."""
    from ui.schemas_gaps import GapOut, GapsOut
    from ui.summary_gaps import show_gaps
    from ui.terminal import make_console

    gap = GapOut(
        id=1,
        question="fig " * 100,
        communities=["a", "b", "c", "d", "e"],
        times=1,
        first_asked=MARCH,
        last_asked=MARCH,
        confidence=0,
    )
    console = make_console()
    with console.capture() as shown:
        show_gaps(console, GapsOut(gaps=[gap]))
    text = " ".join(shown.get().split())
    assert "a, b, c and 2 more" in text
    assert text.count("fig") < 60
