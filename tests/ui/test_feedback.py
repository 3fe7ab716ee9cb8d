"""Saying what helped, over HTTP and on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog.settings import Settings
from tests.ui.club import make_club
from ui.api import make_api
from ui.cli import app
from ui.guard import Guard
from ui.service import Service

TANK = "Why is the water in the rain tank green?"
ANSWER = {"question": TANK, "communities": ["Garden Club"], "helped": False, "reason": "It is about\ntanks."}
RECIPE = "club:garden/compost.md"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The owner's settings of a small club's library."""
    return make_club(tmp_path_factory.mktemp("feedback"))


@contextmanager
def served(settings: Settings, viewer: str = "owner") -> Iterator[TestClient]:
    settings = replace(settings, viewer=viewer)
    with closing(Service.open(settings)) as service, TestClient(Guard(make_api(service))) as client:
        yield client


def copse(settings: Settings, *given: str) -> Result:
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "160"}
    return CliRunner(env=environment).invoke(app, given)


def test_a_word_goes_the_whole_way(settings: Settings) -> None:
    """Said, changed, and summed up for stewards; the question is among the gaps."""
    assert copse(settings, "feedback").stdout.startswith("Nobody has said yet")
    with served(settings) as client:
        said = client.post("/feedback", json=ANSWER).json()
        assert (said["helped"], said["reason"], said["people"]) == (False, "It is about tanks.", 0)
        client.post("/feedback", json={"item": RECIPE, "helped": False})
        said = client.post("/feedback", json={"item": RECIPE, "helped": True, "reason": "Clear."}).json()
        assert (said["helped"], said["people_helped"], said["people"]) == (True, 1, 1)
        [answer], [item] = client.get("/feedback").json()["answers"], client.get("/feedback").json()["items"]
        assert (answer["question"], answer["communities"], answer["unhelped"]) == (TANK, ["garden"], 1)
        assert (item["item_id"], item["helped"], item["reasons"]) == (RECIPE, 1, ["Clear."])
        assert client.get("/ask", params={"q": TANK, "community": "garden"}).json()["answer"]["sentences"]
        assert [gap["question"] for gap in client.get("/gaps").json()["gaps"]] == [TANK]
    shown = copse(settings, "feedback").stdout
    assert "It is about tanks." in shown
    assert RECIPE in shown


def test_it_changes_no_ranking(settings: Settings) -> None:
    """The same hits with the same scores, whatever was said of them."""
    with served(settings) as client:
        before = client.get("/search", params={"q": "compost"}).json()
        client.post("/feedback", json={"item": RECIPE, "helped": False})
        assert client.get("/search", params={"q": "compost"}).json() == before


@pytest.mark.parametrize(
    ("viewer", "body", "status"),
    [
        pytest.param("guest", ANSWER, 403, id="a guest"),
        pytest.param("guest", {"item": RECIPE, "helped": True}, 403, id="a guest of an item"),
        pytest.param("guest", ANSWER | {"communities": ["board"]}, 404, id="may not know"),
        pytest.param("owner", {"item": "nothing", "helped": True}, 404, id="no item"),
        pytest.param("owner", ANSWER | {"item": RECIPE}, 422, id="both"),
        pytest.param("owner", {"helped": True}, 422, id="neither"),
        pytest.param("owner", ANSWER | {"reason": "x" * 1_001}, 422, id="long reason"),
    ],
)
def test_what_cannot_be_said_is_told(
    settings: Settings, viewer: str, body: dict[str, Any], status: int
) -> None:
    """As a problem."""
    with served(settings, viewer) as client:
        answer = client.post("/feedback", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_only_stewards_see_what_was_said(settings: Settings) -> None:
    """And the owner."""
    with served(settings, "guest") as client:
        assert client.get("/feedback").status_code == 403
    result = copse(settings, "feedback", "--as", "ada@example.org")
    assert (result.exit_code, "only stewards" in result.stderr) == (10, True)
