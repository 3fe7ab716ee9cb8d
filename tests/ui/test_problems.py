"""The one table of errors, which the command line, the HTTP API and MCP share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.errors import CopseError, LibraryError, SettingError
from evals.errors import EvalError
from ui.problems import PROBLEMS, problem_out

_FOLDER = Path(__file__).parents[2] / "docs"
_DOCS = (_FOLDER / "errors.md").read_text(encoding="utf-8")
_COMMANDS = (_FOLDER / "commands.md").read_text(encoding="utf-8")


def test_the_table_is_documented() -> None:
    """A row for each kind: its name, the exit code, the status and the title, in the order of the table."""
    rows = [line for line in _DOCS.splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{problem.name}` | {kind.exit_code} | {problem.status} | {problem.title} |"
        for kind, problem in PROBLEMS.items()
    ]


def test_every_exit_code_is_documented_with_the_commands() -> None:
    """Those of the table, and of all errors that have none of their own row."""
    kinds: list[type[CopseError]] = [*PROBLEMS, EvalError]
    codes = {kind.exit_code for kind in kinds}

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", _COMMANDS, re.MULTILINE)} == codes | {0, 130}


def test_a_kind_of_error_is_told_apart_on_every_face() -> None:
    """No two have the same name or the same exit code."""
    names = [problem.name for problem in PROBLEMS.values()]
    codes = [kind.exit_code for kind in PROBLEMS]

    assert (len(set(names)), len(set(codes))) == (len(names), len(codes))


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (LibraryError("/srv/my copse/lib: is locked; try again"), "lib: is locked; try again"),
        (LibraryError("/srv/copse/catalog.db: 1/2: full"), "catalog.db: 1/2: full"),
        (LibraryError("there is no library"), "there is no library"),
        (SettingError("/srv/allotment: no such folder"), "/srv/allotment: no such folder"),
    ],
)
def test_where_the_library_lies_is_told_to_nobody_on_the_network(error: CopseError, detail: str) -> None:
    """What its owner typed is told back to them."""
    assert problem_out(error, "/search").detail == detail
