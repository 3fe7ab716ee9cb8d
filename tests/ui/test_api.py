"""The HTTP API over a small club's library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog import errors
from catalog.errors import CopseError
from catalog.gaps import forget_gap, read_gaps, record_gap
from catalog.settings import Settings
from catalog.store import Catalog
from tests.ui.club import make_club
from ui import api_state
from ui.api import make_api
from ui.problems import PROBLEMS
from ui.service import Service

Get = Callable[..., Any]

GREEN = "Why is the water in the rain tank green?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("api"))


@pytest.fixture
def gaps(settings: Settings) -> Iterator[None]:
    """Questions that stayed without an answer: one in public, asked twice, and one on the board."""
    with Catalog.open(settings.library) as catalog:
        _forget_gaps(catalog)  # whatever other tests have asked
        fig, lease = "How do I prune a fig?", "Who signs the lease?"
        for question, community in [(fig, "garden"), (fig, "garden"), (lease, "board")]:
            record_gap(
                catalog, catalog.owner(), question, [community], 0.25, datetime(2026, 3, 1, tzinfo=UTC)
            )
        yield
        _forget_gaps(catalog)


def _forget_gaps(catalog: Catalog) -> None:
    for gap in read_gaps(catalog, catalog.owner()):
        forget_gap(catalog, catalog.owner(), gap.id)


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


@pytest.fixture(scope="module")
def ada(settings: Settings) -> Iterator[TestClient]:
    """The API as a reader of the private board sees it."""
    yield from _client(replace(settings, viewer="ada@example.org"))


# --- answers ---


def test_ask_answers_with_citations(owner: TestClient) -> None:
    """Every sentence of the answer cites a passage, and the cited characters are the sentence."""
    reply = owner.get("/ask", params={"q": GREEN}).json()

    citation = reply["answer"]["citations"][0]
    passage = citation["passage"]
    start, end = citation["spans"][0]
    assert reply["schema_version"] == 1
    assert citation["item"]["id"] == "club/garden/forum:2"
    assert passage["text"][start - passage["start"] : end - passage["start"]].startswith(
        "Light makes the water"
    )
    assert reply["answer"]["sentences"][0]["citations"] == [1]
    assert reply["answer"]["text"].startswith("Light makes the water in the rain tank green. [1]")


def test_ask_names_people_and_past_problems(owner: TestClient) -> None:
    """The one who answered is an expert; the question with its accepted answer was met before."""
    reply = owner.get("/ask", params={"q": GREEN}).json()

    assert reply["experts"][0]["name"] == "Gwen"
    assert [(problem["item"]["id"], problem["solved"]) for problem in reply["similar"][:1]] == [
        ("club/garden/forum:1", True)
    ]


def test_ask_abstains_where_nobody_wrote_about_it(owner: TestClient) -> None:
    """There is a reason instead of sentences."""
    answer = owner.get("/ask", params={"q": "zymurgy quokka"}).json()["answer"]

    assert (answer["abstained"], answer["sentences"], answer["text"]) == (True, [], "")
    assert answer["reason"]


def test_search_gives_hits_best_first(owner: TestClient) -> None:
    """As many as are asked for."""
    hits = owner.get("/search", params={"q": "green compost", "k": 2}).json()["hits"]

    assert hits[0]["item"]["title"] == "Compost recipe"
    assert len(hits) == 2


def test_experts_come_with_evidence(owner: TestClient) -> None:
    """The shares sum to the score."""
    (expert,) = owner.get("/experts", params={"q": "shed roof", "k": 1}).json()["experts"]

    assert expert["name"] == "Colm"
    assert sum(one["share"] for one in expert["evidence"]) == pytest.approx(expert["score"])


def test_similar_gives_what_solved_it(owner: TestClient) -> None:
    """A lesson's recommendation is its solution."""
    problem = owner.get("/similar", params={"q": "the roof of our shed flew off"}).json()["similar"][0]

    assert problem["item"]["title"] == "Shed roof flew off"
    assert problem["solution"]["text"] == "Screw every shed roof sheet down"


def test_similar_problems_settle_while_a_title_is_typed(owner: TestClient) -> None:
    """No keystroke is an error; once the right one is found with half the title, it stays."""
    title = "Why is the water in the rain tank so green?"
    found = []
    for n in range(len(title) + 1):
        reply = owner.get("/similar", params={"q": title[:n], "typing": True}).json()
        found.append([one["item"]["id"] for one in reply["similar"]])
    assert found[0] == []
    assert {ids[0] for ids in found[len(title) // 2 :]} == {"club/garden/forum:1"}


def test_nothing_typed_is_an_error_for_those_who_do_not_type(owner: TestClient) -> None:
    """With what to do."""
    problem = owner.get("/similar", params={"q": ""}).json()
    assert problem["status"] == 422
    assert "nothing to search for" in problem["detail"]


# --- filters ---


@pytest.mark.parametrize(
    ("narrowed", "titles"),
    [
        ({"kind": "lesson"}, {"Shed roof flew off"}),
        ({"kind": ["lesson", "document"]}, {"Shed roof flew off", "Compost recipe", "Minutes of March"}),
        ({"tag": "tools"}, {"Which hoe suits clay soil?"}),
        ({"community": "Board"}, {"Minutes of March"}),
        ({"since": "2024-06-01", "until": "2024-06-01"}, {"Which hoe suits clay soil?"}),
        ({"until": "2021-03-01"}, {"Compost recipe"}),
    ],
    ids=["kind", "two-kinds", "tag", "community-by-name", "one-day", "until-includes-the-day"],
)
def test_filters_narrow_the_search(owner: TestClient, narrowed: dict[str, Any], titles: set[str]) -> None:
    """Whatever is asked, nothing else is found."""
    question = "roof compost hoe meadow rent water"
    hits = owner.get("/search", params={"q": question, "k": 50, **narrowed}).json()["hits"]

    assert {hit["item"]["title"] for hit in hits} == titles


# --- items and the library ---


def test_item_comes_with_its_thread(owner: TestClient) -> None:
    """The answer in full, and the question that it answers."""
    shown = owner.get("/item", params={"id": "club/garden/forum:2"}).json()

    assert "Paint the **rain tank** black." in shown["item"]["text"]
    assert [item["id"] for item in shown["thread"]] == ["club/garden/forum:1", "club/garden/forum:2"]


def test_communities_are_those_that_the_viewer_may_read(
    owner: TestClient, guest: TestClient, ada: TestClient
) -> None:
    """A private community is listed for its readers only."""
    seen = [
        {
            one["slug"]: one["private"]
            for one in client.get("/communities").json()["communities"]
            if one["items"]
        }
        for client in (owner, guest, ada)
    ]

    assert seen == [{"board": True, "garden": False}, {"garden": False}, {"board": True, "garden": False}]


def test_status_tells_its_owner_where_the_library_lies(owner: TestClient, settings: Settings) -> None:
    """Folder, model, and how much is embedded."""
    status = owner.get("/status").json()

    assert status["library"] == str(settings.library)
    assert status["model"].startswith("hash")
    assert status["embedded_share"] == 1.0


def test_status_tells_nobody_else_where_files_lie(guest: TestClient, settings: Settings) -> None:
    """A guest learns names, not folders."""
    assert str(settings.library.parent) not in guest.get("/status").text


def test_gaps_are_what_was_asked_without_an_answer(
    gaps: None, owner: TestClient, guest: TestClient, ada: TestClient
) -> None:
    """The most asked first; what was asked on the board is for its readers."""
    found = guest.get("/gaps").json()
    first = found["gaps"][0]["id"]
    assert found == {
        "schema_version": 1,
        "next": None,
        "gaps": [
            {
                "id": first,
                "question": "How do I prune a fig?",
                "communities": ["garden"],
                "times": 2,
                "first_asked": "2026-03-01T00:00:00Z",
                "last_asked": "2026-03-01T00:00:00Z",
                "confidence": 0.25,
            }
        ],
    }
    asked = [
        [gap["question"] for gap in client.get("/gaps").json()["gaps"]] for client in (owner, guest, ada)
    ]
    both = ["How do I prune a fig?", "Who signs the lease?"]
    assert asked == [both, both[:1], both]
    assert [gap["id"] for gap in owner.get("/gaps", params={"k": 1}).json()["gaps"]] == [first]


def test_health(owner: TestClient) -> None:
    """The service is up."""
    assert owner.get("/health").json() == {"status": "ok"}


# --- what a viewer may read ---


@pytest.mark.parametrize("path", ["/ask", "/search", "/experts", "/similar"])
def test_guest_learns_nothing_of_a_private_community(guest: TestClient, path: str) -> None:
    """Not even when asked for in its own words."""
    text = guest.get(path, params={"q": "rent of the meadow in June"}).text

    assert "Minutes" not in text
    assert "board" not in text


def test_guest_cannot_open_a_private_item(owner: TestClient, guest: TestClient) -> None:
    """It looks the same as an item that does not exist."""
    item_id = owner.get("/search", params={"q": "rent of the meadow", "k": 1}).json()["hits"][0]["item"]["id"]

    private = guest.get("/item", params={"id": item_id})
    missing = guest.get("/item", params={"id": "club:nothing"})

    assert owner.get("/item", params={"id": item_id}).status_code == 200
    assert (private.status_code, missing.status_code) == (404, 404)
    assert private.json()["detail"].replace(item_id, "X") == missing.json()["detail"].replace(
        "club:nothing", "X"
    )


def test_guest_is_not_told_the_names_of_private_communities(guest: TestClient) -> None:
    """Nor whether there is one."""
    problem = guest.get("/search", params={"q": "rent", "community": "board"}).json()

    assert problem["status"] == 404
    assert "Board" not in problem["detail"]


@pytest.mark.parametrize(
    "address",
    [
        f"/ask?q={GREEN}",
        "/ask?q=shed roof",
        "/search?q=shed roof&k=50",
        "/experts?q=shed roof",
        "/similar?q=shed roof",
        "/item?id=club/garden/lessons.csv:L1",
        "/status",
        "/communities",
    ],
)
def test_no_answer_holds_an_email_address(owner: TestClient, address: str) -> None:
    """People are shown by name."""
    response = owner.get(address)

    assert response.status_code == 200
    assert "@example.org" not in response.text


# --- errors ---


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/ask", 422, "request"),
        ("/ask?q=", 422, "request"),
        ("/ask?q=?!", 422, "question"),
        (f"/ask?q={'a' * 2001}", 422, "request"),
        ("/search?q=water&k=0", 422, "request"),
        ("/search?q=water&k=51", 422, "request"),
        ("/gaps?k=51", 422, "request"),
        ("/search?q=water&kind=poem", 422, "request"),
        ("/search?q=water&since=soon", 422, "request"),
        ("/search?q=water&community=nowhere", 404, "not-found"),
        ("/item?id=club:nothing", 404, "not-found"),
        ("/nothing", 404, "http"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_errors_are_problem_documents(owner: TestClient, address: str, status: int, kind: str) -> None:
    """Type, title, status and detail, after RFC 9457."""
    response = owner.get(address)
    problem = response.json()

    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, problem["status"]) == (status, status)
    assert problem["type"] == f"urn:copse:problem:{kind}"
    assert set(problem) == {"type", "title", "status", "detail"}


def test_the_api_only_reads(owner: TestClient) -> None:
    """Other methods are refused, as a problem document."""
    response = owner.post("/ask", json={})

    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"


def test_every_error_has_a_row_in_the_table() -> None:
    """Its own one, or its parent's."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CopseError)
    ]

    assert all(any(parent in PROBLEMS for parent in kind.__mro__[:-3]) for kind in kinds)


def test_an_unforeseen_error_tells_nothing_of_the_inside(
    owner: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log has the rest."""

    def broken(_self: Service) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Service, "status", broken)
    response = owner.get("/status")

    assert response.status_code == 500
    assert "secret" not in response.text


def test_no_page_of_the_api_loads_from_another_host(owner: TestClient) -> None:
    """The description is plain JSON, its page loads nothing; there are no interactive ones."""
    assert owner.get("/openapi.json").json()["info"]["title"] == "Copse"
    assert owner.get("/docs").status_code == 404
    assert owner.get("/reference").headers["content-type"] == "text/html; charset=utf-8"


def test_the_reference_is_made_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may read it, as often as they like, and making it takes long."""
    made: list[object] = []

    def make(told: object) -> str:
        made.append(told)
        return "The reference"

    monkeypatch.setattr(api_state, "reference_page", make)
    for client in _client(settings):
        assert [client.get("/reference").status_code for _ in range(3)] == [200, 200, 200]
    assert len(made) == 1


def test_people_and_topics_are_told(owner: TestClient) -> None:
    """Under the same names as on the command line."""
    found = owner.get("/people", params={"q": "gwen"}).json()["people"]
    profiles = [owner.get("/person", params={"id": str(one["person_id"])}).json() for one in found]
    assert [profile["person"]["name"] for profile in profiles] == ["Gwen", "Gwen"]
    assert {role for profile in profiles for role in profile["roles"]} == {
        "answered-and-accepted",
        "authored",
    }
    topic = owner.get("/topic", params={"q": "rain tank"}).json()
    assert [one["name"] for one in topic["experts"]] == ["Gwen"]
    assert topic["topic"]["risk_told"] == "Too little is written to tell on whom it rests."
    assert owner.get("/topics").json()["topics"] == []
    assert owner.get("/risks").json() == {"schema_version": 1, "next": None, "risks": [], "topics": 0}


def test_an_unknown_topic_or_person_is_not_found(owner: TestClient) -> None:
    """And what is near is named."""
    unknown = owner.get("/person", params={"id": "Gwenn"})
    assert (unknown.status_code, "did you mean Gwen" in unknown.json()["detail"]) == (404, True)
    assert owner.get("/topic", params={"q": "xyzzy plugh"}).status_code == 404
