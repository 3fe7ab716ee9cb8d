"""The one table of errors, which the command line, the HTTP API and MCP share."""

from __future__ import annotations

from pathlib import Path

from ui.problems import PROBLEMS

_DOCS = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")


def test_the_table_is_documented() -> None:
    """A row for each kind: its name, the exit code, the status and the title, in the order of the table."""
    rows = [line for line in _DOCS.splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{problem.name}` | {kind.exit_code} | {problem.status} | {problem.title} |"
        for kind, problem in PROBLEMS.items()
    ]


def test_a_kind_of_error_is_told_apart_on_every_face() -> None:
    """No two have the same name or the same exit code."""
    names = [problem.name for problem in PROBLEMS.values()]
    codes = [kind.exit_code for kind in PROBLEMS]

    assert (len(set(names)), len(set(codes))) == (len(names), len(codes))
