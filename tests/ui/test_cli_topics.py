"""`copse topic`, `copse topics` and `copse people profile` in a club of which one person knows the roofs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ui.cli import app
from ui.summary_topics import bar, spark

_HEAD = "Ref,Headline,Lesson learned,Recommendation,Logged by,Email,Date,Topics\n"
_ROOFS = "".join(
    f"R{n},Shed roof {n} leaks,Felt tears,Screw sheets on the roof,Ann Lee,,2025-0{n}-01,roofs\n"
    for n in range(1, 7)
)
_BEES = "".join(
    f"B{n},Bees swarm {n},They want room,Give the bees a box,{who},,2025-0{n}-02,bees\n"
    for n, who in enumerate(["Bo Ek", "Cy Ahn", "Di Orr", "Bo Ek", "Cy Ahn"], start=1)
)
_FILES = {
    "copse.toml": '[community]\nname = "Garden Club"\nslug = "garden"\n',
    "lessons.csv": _HEAD + _ROOFS + _BEES,
}

Copse = Callable[..., Result]


@pytest.fixture(scope="module")
def copse(tmp_path_factory: pytest.TempPathFactory) -> Copse:
    """Runs a command on a library with the club's files."""
    folder = tmp_path_factory.mktemp("topics")
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    library = str(folder / "library")
    environment |= {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": library, "NO_COLOR": "1", "COLUMNS": "100"}

    def run(*arguments: object) -> Result:
        return CliRunner(env=environment).invoke(app, [str(argument) for argument in arguments])

    (folder / "club").mkdir()
    for name, text in _FILES.items():
        (folder / "club" / name).write_text(text, encoding="utf-8")
    assert run("ingest", folder / "club").exit_code == 0
    return run


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_topic_is_told_in_sentences(copse: Copse) -> None:
    """With everybody who knows it, in one of the ways in which one may know it."""
    shown = " ".join(copse("topic", "roofs").stdout.split())
    assert "6 items; 6 answers and texts by one person, who is active." in shown
    assert "Nobody but Ann Lee has written about it." in shown
    assert "They know this in particular" in shown
    assert "Gave 6 of 6 answers and texts, and none about anything else; last in June 2025." in shown


def test_topics_are_listed_and_those_at_risk_alone(copse: Copse) -> None:
    """What one person knows is at risk, what three know is not."""
    topics = _json(copse("topics", "--json"))["topics"]
    assert [(one["name"], one["items"], one["people"], one["risk"]) for one in topics] == [
        ("roofs", 6, 1, "one"),
        ("bees", 5, 3, "none"),
    ]
    assert [one["name"] for one in _json(copse("topics", "--at-risk", "--json"))["risks"]] == ["roofs"]
    assert "Expertise at risk: 1 of 2 topics" in copse("topics", "--at-risk").stdout
    assert "bees" in copse("topics").stdout


def test_a_profile_tells_what_somebody_writes_about(copse: Copse) -> None:
    """And when, and what was best."""
    shown = copse("people", "profile", "Ann Lee").stdout
    assert "6 wrote" in shown
    assert "██████ 100%  roofs  6 of their answers and texts" in shown
    assert "█████  by month, January 2025 to June 2025, at most 1" in shown
    assert "Shed roof 6 leaks  wrote" in shown


def test_who_does_not_want_to_be_named_has_no_profile(copse: Copse) -> None:
    """Nothing but what a list of people says."""
    copse("people", "wish", "Di Orr", "--opt-out")
    shown = copse("people", "profile", "Di Orr").stdout
    assert "does not want to be named: nothing more is told" in shown
    assert "bees" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["topic", "rofs"], "rofs: nobody has written about it; the nearest topics: roofs"),
        (["people", "profile", "Ann Leo"], "Ann Leo: no such person; did you mean Ann Lee"),
    ],
    ids=["topic", "person"],
)
def test_what_is_unknown_is_answered_with_the_nearest(
    copse: Copse, arguments: list[str], message: str
) -> None:
    """In one line, with the exit code of what is not found."""
    result = copse(*arguments)
    assert (result.exit_code, result.stdout) == (6, "")
    assert message in result.stderr


def test_counts_are_drawn() -> None:
    """Nothing is a blank; the most reaches the top."""
    assert spark([0, 1, 4, 8]) == " ▁▄█"
    assert spark([]) == ""
    assert bar(0.5) == "██████░░░░░░  50%"
