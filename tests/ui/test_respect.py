"""What people wish, on every surface: who is anonymous is named nowhere, who opted out is nobody to ask."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog.settings import Settings
from tests.ui.club import make_club
from ui.api import make_api
from ui.cli import app
from ui.schemas import CommunityOut
from ui.service import Service
from ui.view.item import item_view
from ui.view.parts import Surroundings
from ui.view.place import Place
from ui.view.reply import reply_view
from ui.view.tags import join

GREEN = "Why is the water in the rain tank green?"
NAME, HIDDEN = "Gwen", "A member of Garden Club"
ANSWER = "club/garden/forum:2"

Copse = Callable[..., Result]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A library in which Gwen, who answered and wrote, is anonymous, and Colm has opted out."""
    settings = make_club(tmp_path_factory.mktemp("respect"))
    run = _runner(settings)
    for number in _numbers(run, NAME):
        assert run("people", "wish", number, "--anonymous").exit_code == 0
    assert run("people", "wish", "Colm", "--opt-out").exit_code == 0
    return settings


def _runner(settings: Settings) -> Copse:
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "100"}
    return lambda *arguments: CliRunner(env=environment).invoke(app, [str(one) for one in arguments])


def _numbers(run: Copse, name: str) -> list[int]:
    listed = json.loads(run("people", "list", name, "--json").stdout)
    return [one["person_id"] for one in listed["people"]]


@pytest.fixture
def copse(settings: Settings) -> Copse:
    """Runs a command on that library."""
    return _runner(settings)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """What the API and the page show."""
    service = Service.open(settings)
    yield service
    service.close()


CONTENT = [
    ("search", GREEN),
    ("ask", GREEN),
    ("ask", "zymurgy quokka"),
    ("similar", GREEN),
    ("experts", GREEN),
    ("experts", "compost"),
    ("show", ANSWER),
    ("show", "club:garden/compost.md"),
]
PEOPLE = [("people", "list"), ("people", "show", NAME), ("people", "matches"), ("people", "list", NAME)]


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "JSON"])
@pytest.mark.parametrize("command", CONTENT, ids=" ".join)
def test_no_command_names_who_is_anonymous(copse: Copse, command: tuple[str, ...], form: list[str]) -> None:
    """Also not to the owner: who it is stands in `copse people` alone."""
    result = copse(*command, *form)
    assert result.exit_code == 0, result.output
    assert NAME not in result.stdout


@pytest.mark.parametrize("command", PEOPLE, ids=" ".join)
def test_others_do_not_learn_of_who_is_anonymous(copse: Copse, command: tuple[str, ...]) -> None:
    """Neither in lists, nor by asking for the name: the message says no more than what was asked."""
    result = copse(*command, "--as", "guest", "--json")
    assert NAME not in result.stdout
    assert f"did you mean {NAME}" not in result.stderr


def test_markdown_does_not_name_them(copse: Copse) -> None:
    """It goes into wikis."""
    result = copse("ask", GREEN, "--markdown")
    assert (HIDDEN in result.stdout, NAME in result.stdout) == (True, False)


def test_the_form_is_the_same_everywhere(copse: Copse) -> None:
    """Where they belong, with the number of nobody."""
    [expert] = json.loads(copse("experts", "green rain tank", "-k", 1, "--json").stdout)["experts"]
    [problem, *_] = json.loads(copse("similar", GREEN, "--json").stdout)["similar"]
    [person] = json.loads(copse("show", ANSWER, "--json").stdout)["item"]["people"]
    assert (expert["name"], expert["person_id"]) == (HIDDEN, 0)
    assert problem["solution"]["by"] == [HIDDEN]
    assert (person["name"], person["person_id"]) == (HIDDEN, 0)


@pytest.mark.parametrize(
    "path",
    [
        "search?q=green",
        "ask?q=green",
        "ask/stream?q=green",
        "similar?q=green",
        "experts?q=green",
        f"item?id={ANSWER}",
    ],
    ids=lambda path: path.partition("?")[0],
)
def test_the_api_does_not_name_them(service: Service, path: str) -> None:
    """No endpoint does."""
    with TestClient(make_api(service)) as client:
        answer = client.get(f"/{path}")
    assert answer.status_code == 200
    assert (HIDDEN in answer.text, NAME in answer.text) == (True, False)


def test_the_page_does_not_name_them(service: Service) -> None:
    """Neither the reply nor an item."""
    around = Surroundings(
        Place(question=GREEN), {"garden": CommunityOut(slug="garden", name="Garden", private=False, items={})}
    )
    reply = join(reply_view(service.ask(GREEN, service.filters(), 5), around))
    item = item_view(service.item(ANSWER), around)
    assert [(HIDDEN in html, NAME in html) for html in (reply, item)] == [(True, False)] * 2


@pytest.mark.parametrize("question", ["shed roof", "Nails pull out in wind", "zymurgy quokka"])
def test_who_opted_out_is_nobody_to_ask(copse: Copse, question: str) -> None:
    """Whatever is asked; their lessons are found under their name."""
    experts = json.loads(copse("experts", question, "--json").stdout)["experts"]
    reply = json.loads(copse("ask", question, "--json").stdout)
    assert "Colm" not in [one["name"] for one in (*experts, *reply["experts"])]
    assert "Colm" in copse("search", "shed roof", "--json").stdout


def test_what_is_disputed_is_no_evidence_and_who_has_left_comes_last(tmp_path: Path) -> None:
    """From the next question on."""
    copse = _runner(make_club(tmp_path))
    before = json.loads(copse("experts", "shed roof compost", "--json").stdout)["experts"]
    assert {one["name"] for one in before} == {"Colm", "Gwen"}
    leaving = before[0]["person_id"]
    assert copse("people", "wish", leaving, "--departed").exit_code == 0
    after = json.loads(copse("experts", "shed roof compost", "--json").stdout)["experts"]
    assert [(one["departed"], one["summary"].startswith("Has left; ")) for one in after] == [
        *[(False, False)] * (len(before) - 1),
        (True, True),
    ]
    for one in after:
        for evidence in one["evidence"]:
            done = copse("people", "wish", one["person_id"], "--dispute", evidence["item"]["id"])
            assert done.exit_code == 0, done.output
    assert json.loads(copse("experts", "shed roof compost", "--json").stdout)["experts"] == []


def test_each_wishes_for_themselves(tmp_path: Path) -> None:
    """Who reads under their e-mail address; not for others, and not in others' names."""
    copse = _runner(make_club(tmp_path))
    mine = ("--as", "colm@example.org")
    done = copse("people", "wish", "Colm", "--anonymous", "--because", "I moved away", *mine, "--json")
    assert json.loads(done.stdout)["wishes"]["anonymous"] is True
    assert copse("people", "wish", "Gwen", "--opt-out", *mine).exit_code == 6  # two have the name
    assert "or they themselves" in copse("people", "wish", "Ines", "--opt-out", *mine).stderr
    assert copse("people", "wish", "Colm", "--named", "--by", "Gwen", *mine).exit_code == 10
    [line] = json.loads(copse("people", "log", "Colm", "--json").stdout)["decisions"]
    assert (line["actor"], line["action"], line["detail"]) == ("colm", "anonymous", "I moved away")
    assert "I moved away" in copse("people", "log").stdout
