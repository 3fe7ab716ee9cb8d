"""`copse people` over a small library of two sources in one community."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from catalog.settings import Settings, read_settings
from tests.prepared import copied
from ui.cli import app

_FILES = {
    "copse.toml": '[community]\nname = "Garden Club"\nslug = "garden"\n',
    "lessons.csv": (
        "Ref,Headline,Lesson learned,Recommendation,Logged by,Email,Date\n"
        "L1,Shed roof flew off,Nails pull out in wind,Screw every roof sheet down,Ann Lee,ann@example.org,"
        "2022-02-18\n"
        "L2,Roof leaked,Felt tears,Use sheets on a shed roof,tips-bot,,2022-03-18\n"
    ),
    "roof.md": "---\ntitle: The shed roof\nauthors: [Ann Lee]\ndate: 2021-03-01\n---\n\nOil the shed roof.\n",
    "shed.md": "---\ntitle: The shed\nauthors: [Bo Ek]\ndate: 2021-03-01\n---\n\nSweep the shed roof.\n",
}

NOTHING_WISHED: dict[str, Any] = {
    "opted_out": False,
    "paused_until": None,
    "hidden_topics": [],
    "anonymous": False,
    "departed": False,
}

Copse = Callable[..., Result]


def _ingest(copse: Copse, folder: Path) -> None:
    assert copse("ingest", folder / "club", "--afresh").exit_code == 0


@pytest.fixture
def copse(tmp_path: Path) -> Copse:
    """Runs a command on a library with the club's files."""
    return _runner(copied(_ingest_club, tmp_path).library)


def _ingest_club(at: Path) -> Settings:
    for name, text in _FILES.items():
        (at / "club" / name).parent.mkdir(parents=True, exist_ok=True)
        (at / "club" / name).write_text(text, encoding="utf-8")
    settings = read_settings({"library": at / "library"}, environ={})
    _ingest(_runner(settings.library), at)
    return settings


def _runner(library: Path) -> Copse:
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(library), "NO_COLOR": "1"}
    environment |= {"COLUMNS": "100"}

    def run(*arguments: object, **more: str) -> Result:
        return CliRunner(env=environment | more).invoke(app, [str(argument) for argument in arguments])

    return run


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _experts(copse: Copse) -> list[str]:
    return [one["name"] for one in _json(copse("experts", "shed roof", "--json"))["experts"]]


def _numbers(copse: Copse) -> list[int]:
    [match] = _json(copse("people", "matches", "--json"))["matches"]
    return [match["one"]["person_id"], match["other"]["person_id"]]


def test_people_are_listed(copse: Copse) -> None:
    """With where they contribute and what they wish; names are found without accents and case."""
    listed = _json(copse("people", "list", "--json"))["people"]
    assert sorted((one["name"], one["bot"], one["contributions"]) for one in listed) == [
        ("Ann Lee", False, 1),
        ("Ann Lee", False, 1),
        ("Bo Ek", False, 1),
        ("tips-bot", True, 1),
    ]
    [found] = _json(copse("people", "list", "BÓ e", "--json"))["people"]
    assert found == {
        "person_id": found["person_id"],
        "name": "Bo Ek",
        "bot": False,
        "communities": ["garden"],
        "contributions": 1,
        "wishes": NOTHING_WISHED,
    }
    assert "a program" in copse("people", "list").stdout


def test_a_proposal_is_accepted_and_undone_for_good(copse: Copse, tmp_path: Path) -> None:
    """Two people of one name become one, and two again, who stay two when their sources are read afresh."""
    one, other = _numbers(copse)
    accepted = _json(copse("people", "accept", one, other, "--json"))
    assert accepted == {
        "schema_version": 1,
        "decision": "merged",
        "merge": 1,
        "people": [{"person_id": one, "name": "Ann Lee"}],
    }
    assert _json(copse("people", "show", "Ann Lee", "--json"))["contributions"] == 2
    assert "accepted by a steward" in copse("people", "merges").stdout
    _ingest(copse, tmp_path)
    assert _experts(copse).count("Ann Lee") == 1

    undone = copse("people", "undo", 1)
    assert undone.stdout == (
        f"Two people: Ann Lee ({one}) and Ann Lee ({other}). "
        "They are not merged or proposed again by themselves.\n"
    )
    _ingest(copse, tmp_path)
    assert _experts(copse).count("Ann Lee") == 2
    assert copse("people", "matches").stdout == "Nobody looks like somebody else.\n"
    assert copse("people", "merges").stdout == "Nobody was merged.\n"


def test_a_proposal_is_rejected_for_good(copse: Copse, tmp_path: Path) -> None:
    """It is not proposed again."""
    one, other = _numbers(copse)
    assert f"copse people reject {one} {other}" in copse("people", "matches").stdout
    assert _json(copse("people", "reject", one, other, "--json"))["decision"] == "rejected"
    _ingest(copse, tmp_path)
    assert _json(copse("people", "matches", "--json"))["matches"] == []


def test_wishes_hold_from_the_next_question_on(copse: Copse, tmp_path: Path) -> None:
    """In every face; also when the source is read afresh. Programs are never named."""
    assert sorted(_experts(copse)) == ["Ann Lee", "Ann Lee", "Bo Ek"]
    shown = copse("people", "wish", "Bo Ek", "--hide", "Roofs", "--pause-until", "2999-12-31")
    assert "not until 31 December 2999; not for roofs" in shown.stdout
    _ingest(copse, tmp_path)
    assert _experts(copse) == ["Ann Lee", "Ann Lee"]
    assert [one["name"] for one in _json(copse("ask", "shed roof", "--json"))["experts"]] == ["Ann Lee"] * 2
    copse("people", "wish", "Bo Ek", "--resume")
    assert "Bo Ek" not in _experts(copse)
    copse("people", "wish", "Bo Ek", "--show", "roofs")
    assert "Bo Ek" in _experts(copse)
    assert copse("people", "wish", "Bo Ek", "--opt-out").exit_code == 0
    assert "Bo Ek" not in _experts(copse)
    wishes = _json(copse("people", "wish", "Bo Ek", "--opt-in", "--json"))["wishes"]
    assert wishes == NOTHING_WISHED


def test_only_the_owner_sees_how_sources_name_people(copse: Copse) -> None:
    """An address is nobody else's business."""
    numbers = _numbers(copse)
    owners = [copse("people", "show", number).stdout for number in numbers]
    guests = [copse("people", "show", number, "--as", "guest").stdout for number in numbers]
    assert any("ann@example.org" in text for text in owners)
    assert not any("@" in text or "handle" in text for text in guests)


@pytest.mark.parametrize(
    "arguments",
    [["accept", "1", "2"], ["reject", "1", "2"], ["undo", "1"], ["merges"], ["wish", "Bo Ek", "--opt-out"]],
    ids=lambda arguments: arguments[0],
)
def test_only_the_owner_decides(copse: Copse, arguments: list[str]) -> None:
    """A guest reads, and changes nothing."""
    result = copse("people", *arguments, COPSE_VIEWER="guest")
    assert (result.exit_code, result.stdout) == (10 if arguments[0] == "wish" else 2, "")
    assert "only the owner decides about people" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["show", "Nobody"], 6, "Nobody: no such person", id="nobody"),
        pytest.param(["show", "9" * 30], 6, "no such person", id="huge number"),
        pytest.param(["show", "Ann Lee"], 6, "2 people have this name", id="two of the name"),
        pytest.param(["wish", "Bo Ek"], 2, "nothing is wished", id="no wish"),
        pytest.param(["wish", "Bo Ek", "--pause-until", "soon"], 2, "--pause-until 'soon'", id="no date"),
        pytest.param(["wish", "Bo Ek", "--pause-until", "2020"], 2, "has ended already", id="past"),
        pytest.param(["undo", "99"], 6, "99: no such merge", id="no merge"),
        pytest.param(["accept", "1", "999"], 6, "999: no such person", id="no person"),
    ],
)
def test_an_error_is_one_line_and_a_code(copse: Copse, arguments: list[str], code: int, message: str) -> None:
    """It says what to do next."""
    result = copse("people", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert message in result.stderr
