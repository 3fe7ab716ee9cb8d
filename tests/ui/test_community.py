"""A community from above on the API, the terminal and the page: what is asked, waits and grows; the map."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from catalog.nouns import Kind
from catalog.settings import Settings
from search.people.growth import Growth
from tests.ui.club import make_club
from ui.api import make_api
from ui.cli import app
from ui.community_told import growth_told, is_rising
from ui.schemas_community import DemandOut, GrowthOut, MapOut, PointOut, PulseOut, RegionOut, UnansweredOut
from ui.service import Service
from ui.view.community import pulse_view
from ui.view.map import map_data, map_found, map_head, map_regions, no_map, nothing_fits
from ui.view.parts import Surroundings
from ui.view.place import Page, Place

GREEN = "Why is the water in the rain tank green?"
FIG = "How do I prune zymurgy?"
HOSTILE = "<img src=x onerror=alert(1)>"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A club's library, in which its owner has asked two things of the garden, and one of the board."""
    settings = make_club(tmp_path_factory.mktemp("community"))
    service = Service.open(settings)
    for question, community in [(GREEN, "garden"), (GREEN, "garden"), (FIG, "garden"), ("Rent?", "board")]:
        service.ask(question, service.filters([community]), 1)
    service.close()
    return settings


def _client(settings: Settings) -> Iterator[TestClient]:
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client
    service.close()


@pytest.fixture(scope="module")
def owner(settings: Settings) -> Iterator[TestClient]:
    """The API as the owner sees it."""
    yield from _client(settings)


@pytest.fixture(scope="module")
def guest(settings: Settings) -> Iterator[TestClient]:
    """The API as a guest sees it."""
    yield from _client(replace(settings, viewer="guest"))


# --- the API ---


def test_what_is_asked_and_what_waits_are_told(guest: TestClient) -> None:
    """Questions of the board are told to nobody else; a forum's question without a reply waits, too."""
    pulse = guest.get("/community").json()
    assert [(one["question"], one["times"], one["answered"]) for one in pulse["asked"]] == [
        (GREEN, 2, True),
        (FIG, 1, False),
    ]
    assert [gap["question"] for gap in pulse["unanswered"]["gaps"]] == [FIG]
    assert [item["title"] for item in pulse["unanswered"]["questions"]] == ["Which hoe suits clay soil?"]
    assert pulse["unanswered"]["questions_in_all"] == 1


def test_the_owner_is_told_of_private_communities_too(owner: TestClient) -> None:
    """As of all else."""
    assert "Rent?" in {one["question"] for one in owner.get("/community").json()["asked"]}


def test_what_is_new_is_told(guest: TestClient) -> None:
    """The newest practice first, as of the newest contribution; nothing of the board."""
    growth = guest.get("/community").json()["growth"]
    assert (growth["days"], growth["recent"], growth["before"]) == (365, 1, 2)
    assert [item["title"] for item in growth["newest"]][:2] == ["Which hoe suits clay soil?", GREEN]
    assert growth["told"].startswith("In the year up to 1 June 2024, 1 item was written")


def test_a_map_has_a_point_for_each_practice(owner: TestClient, guest: TestClient) -> None:
    """And nothing of what one may not read."""
    assert {point["title"] for point in guest.get("/map").json()["points"]} == {
        GREEN,
        "Which hoe suits clay soil?",
        "Shed roof flew off",
        "Compost recipe",
    }
    assert "Minutes of March" in {point["title"] for point in owner.get("/map").json()["points"]}


def test_words_are_found_on_the_map(guest: TestClient) -> None:
    """What fits is told besides; what nobody wrote about is an error that names the nearest."""
    found = guest.get("/map", params={"q": "water"}).json()
    assert (found["asked"], [point["title"] for point in found["found"]], found["found_of"]) == (
        "water",
        [GREEN],
        1,
    )
    assert guest.get("/map", params={"q": "zymurgy quokka"}).status_code == 404


# --- the terminal ---


def test_the_terminal_tells_the_same(settings: Settings) -> None:
    """In words, and as JSON."""
    environment = {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": settings.model, "COLUMNS": "120"}

    def told(*arguments: str) -> str:
        runner = CliRunner(env=environment | {"NO_COLOR": "1"})
        result = runner.invoke(app, ["community", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    text = told("--as", "guest")
    assert f"2×  {GREEN}" in text
    assert f"1×  {FIG}  no answer yet" in text
    assert "?   Which hoe suits clay soil?  no reply since 1 June 2024" in text
    assert "•  Shed roof flew off  new on 18 February 2022" in text
    assert json.loads(told("--json"))["asked"][0]["question"] == GREEN


# --- sentences ---


@pytest.mark.parametrize(
    ("times", "before", "rises"), [(2, 0, True), (1, 0, False), (4, 2, True), (3, 2, False), (9, 5, False)]
)
def test_what_is_asked_twice_as_often_rises(times: int, before: int, rises: bool) -> None:
    """And twice more, at least."""
    assert is_rising(times, before) == rises


def test_how_much_was_written_is_told_in_a_sentence() -> None:
    """As of when; or that nobody can tell."""
    seen = Growth(91, MARCH, 1_200, 80, (), (), (), (), ())
    assert growth_told(seen) == (
        "In the three months up to 1 March 2026, 1,200 items were written; in as many days before, 80."
    )
    assert growth_told(replace(seen, until=None)) == "Nothing is dated, so nobody can tell what grows."


# --- the page ---


def around(topic: str = "", **values: Any) -> Surroundings:
    return Surroundings(Place(Page.COMMUNITY, topic=topic), {}, **values)


def pulse(**values: Any) -> PulseOut:
    growth = GrowthOut(
        days=91, until=MARCH, recent=0, before=0, topics=[], communities=[], newest=[], people=[], told=""
    )
    waiting = UnansweredOut(gaps=[], requests=[], questions=[], questions_in_all=0)
    given: dict[str, Any] = {"days": 30, "asked": [], "by_day": [], "unanswered": waiting, "growth": growth}
    return PulseOut(**(given | values))


def point(key: str, **values: Any) -> PointOut:
    given: dict[str, Any] = {
        "title": key.capitalize(),
        "kind": Kind.LESSON,
        "community": "garden",
        "x": 0,
        "y": 0,
    }
    return PointOut(id=key, **(given | values))


def drawn(*points: PointOut, **values: Any) -> MapOut:
    given: dict[str, Any] = {"regions": [], "of": len(points), "asked": "", "found": [], "found_of": 0}
    return MapOut(points=list(points), **(given | values))


def test_a_question_leads_to_its_answer_and_is_no_html() -> None:
    """It is what somebody typed."""
    asked = DemandOut(
        question=HOSTILE, communities=[], times=4, before=1, last=MARCH, answered=False, rising=True
    )
    view = pulse_view(pulse(asked=[asked]), around())
    assert '<a href="?q=%3Cimg' in view
    assert "<span>asked 4 times</span><span>↗ 1 before</span>" in view
    assert "no answer yet" in view
    assert "<img" not in view


def test_an_empty_page_says_what_will_be_there() -> None:
    """And why nothing is counted, where nothing is."""
    view = pulse_view(pulse(), around(keeps_gaps=True))
    assert "Nothing was asked yet." in view
    assert "Nothing: all that was asked has an answer." in view
    assert "the setting record_gaps is off" in pulse_view(pulse(), around())
    assert "There is nothing to draw yet." in no_map(drawn())
    assert "is not embedded yet" in no_map(drawn(of=3))


def test_a_map_tells_communities_apart_by_form() -> None:
    """The largest eight; what fits stands out, also where it was not drawn."""
    points = [point(f"c{number}", community=f"c{number}") for number in range(9)]
    data = map_data(
        drawn(
            *points, point("big", community="c8"), asked="bees", found=[points[0], point("more")], found_of=2
        ),
        around("bees"),
    )
    assert data["communities"] == ["c8", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "further communities"]
    places = {one["id"]: (one["place"], one["fits"]) for one in data["points"]}
    assert (places["c8"], places["c0"], places["c7"], places["more"]) == (
        (0, False),
        (1, True),
        (8, False),
        (8, True),
    )
    assert data["label"] == "Map of 10 practices, 2 fit “bees”"
    assert data["address"] == "?page=community&topic=bees"


def test_a_map_is_told_in_words() -> None:
    """What is written about, what fits, and that a sample is drawn: for whoever does not see it."""
    region = RegionOut(name="water, tank", terms=[], x=0, y=0, points=12, broad=True)
    seen = drawn(point("a"), regions=[region], of=5_000)
    assert "1 of 5,000 are drawn." in map_head(seen, around())
    assert 'href="?page=community&amp;topic=water+tank"' in map_regions(seen, around())
    found = map_found(drawn(asked="bees", found=[point("a")], found_of=40), around("bees"))
    assert 'href="?page=community&amp;topic=bees&amp;item=a"' in found
    assert "39 more are marked on the map." in found
    assert "Nobody has written about “bees”." in nothing_fits("bees", ["water"], around())
