"""Sources and their syncs over HTTP, for the owner, a steward and others; syncs run in real processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog.nouns import Community, Scope, Standing
from catalog.settings import Settings
from catalog.store import Catalog
from tests.ui.club import Quiet, make_club
from ui.api import make_api
from ui.service import Service
from ui.sync import ingest_path

As = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def keys(settings: Settings) -> dict[str, str]:
    """Keys of a steward of the garden, of one who reads the board, and of a guest."""
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner()) as members:
        members.grant("sam@example.org", "garden", Standing.STEWARD)
        made = {}
        for name in ("sam@example.org", "ada@example.org", "guest@example.org"):
            made[name.partition("@")[0]] = members.add_token(name, name, Scope.ADMIN, 1)[1]
        return made


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    """The API; without a key, it takes whoever asks for the owner."""
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client
    service.close()


@pytest.fixture
def as_(keys: dict[str, str]) -> As:
    """What a request needs to come from somebody."""

    def headers(name: str) -> dict[str, Any]:
        return {"headers": {"Authorization": f"Bearer {keys[name]}"}}

    return headers


def _events(client: TestClient, job_id: str) -> list[tuple[str, Any]]:
    """All that is told about a job until it ends."""
    told = client.get(f"/jobs/{job_id}/events").text
    blocks = [dict(row.split(": ", 1) for row in block.splitlines()) for block in told.split("\n\n") if block]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def _source(client: TestClient, name: str) -> Any:
    """What the owner is told about a source."""
    return next(one for one in client.get("/sources").json()["sources"] if one["name"] == name)


def test_the_owner_sees_what_was_added(client: TestClient, settings: Settings) -> None:
    """With what was found there, and when."""
    [source] = client.get("/sources").json()["sources"]
    club = str(settings.library.parent / "club")

    assert {name: source[name] for name in ("name", "location", "items", "communities", "job")} == {
        "name": "club",
        "location": club,
        "items": 6,
        "communities": ["board", "garden"],
        "job": None,
    }


def test_whoever_decides_about_nothing_sees_nothing(client: TestClient, as_: As) -> None:
    """A source that is theirs to read in part is told like one that is not there."""
    for name in ("sam", "ada", "guest"):
        assert client.get("/sources", **as_(name)).json()["sources"] == []
        for missing in ("club", "nothing"):
            answer = client.delete(f"/sources/{missing}", **as_(name))
            assert (answer.status_code, answer.json()["detail"]) == (
                404,
                f"{missing}: no such source was added; yours to decide about: none",
            )
            assert client.post("/jobs", json={"sources": [missing]}, **as_(name)).status_code == 404


@pytest.mark.parametrize(
    ("name", "body", "status", "detail"),
    [
        (
            "ada",
            {"location": "https://x.example/feed"},
            403,
            "only the owner and the stewards of a community",
        ),
        ("sam", {"location": "/etc"}, 403, "only the owner of the library may add a path"),
        ("sam", {"location": "https://x.example/", "community": "board"}, 404, "board: no such community"),
        ("sam", {"location": "https://x.example/"}, 404, ": no such community; name one of yours"),
        (
            "sam",
            {"location": "https://x.example/", "community": "garden", "options": {"key": "COPSE_LLM_KEY"}},
            403,
            "the option key may be given by the owner of the library only",
        ),
        (
            "sam",
            {
                "location": "http://10.0.0.1/",
                "community": "garden",
                "options": {"allow_internal": "10.0.0.1"},
            },
            403,
            "the option allow_internal may be given by the owner of the library only",
        ),
        (
            "sam",
            {"location": "https://x.example/", "community": "garden", "kind": "discourse"},
            403,
            "discourse: such a source may be added by the owner of the library only",
        ),
        ("owner", {"location": "allotment"}, 400, "allotment: give a full path on the machine that serves"),
        (
            "owner",
            {"location": "/no/such"},
            400,
            "/no/such: no such file or folder on the machine that serves",
        ),
        ("owner", {"location": "https://u:p@x.example/"}, 400, "give a web address with a host, and without"),
        (
            "owner",
            {"location": "https://x.example/", "options": {"key": "ghp_0123456789"}},
            400,
            "option key: name an environment variable",
        ),
        (
            "owner",
            {"location": "https://x.example/", "kind": "x"},
            400,
            "--kind x: no such kind of web address",
        ),
    ],
)
def test_what_may_not_be_added(
    client: TestClient, as_: As, name: str, body: dict[str, Any], status: int, detail: str
) -> None:
    """With the reason; and nothing is stored."""
    answer = client.post("/sources", json=body, **({} if name == "owner" else as_(name)))

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)
    assert "0123456789" not in answer.text
    assert [one["name"] for one in client.get("/sources").json()["sources"]] == ["club"]


def test_a_steward_adds_a_feed_to_their_community(client: TestClient, as_: As) -> None:
    """Once; it is theirs to remove, and nobody else's but the owner's."""
    body = {"location": "https://blog.example.org/feed.xml", "community": "garden", "sync": False}
    added = client.post("/sources", json=body, **as_("sam"))
    source = added.json()["source"]

    assert (added.status_code, added.json()["job"]) == (201, None)
    assert {name: source[name] for name in ("name", "kind", "communities", "private")} == {
        "name": "blog.example.org/feed-xml",
        "kind": "feed",
        "communities": ["garden"],
        "private": False,
    }
    again = client.post("/sources", json=body, **as_("sam"))
    assert (again.status_code, "was added already" in again.text) == (400, True)
    assert client.delete(f"/sources/{source['name']}", **as_("ada")).status_code == 404
    assert client.delete(f"/sources/{source['name']}", **as_("sam")).json()["items"] == 0


def test_a_steward_chooses_among_what_they_may_add(client: TestClient, as_: As) -> None:
    """And the owner among all."""
    address = {"location": "https://blog.example.org/feed.xml"}
    mine = client.get("/source-kinds", params=address, **as_("sam")).json()
    every = client.get("/source-kinds", params=address).json()

    assert (mine["recognised"], every["recognised"]) == ("feed", "feed")
    assert {kind["name"] for kind in mine["kinds"]} == {"feed", "sitemap", "pages"}
    assert "key" not in {name for kind in mine["kinds"] for name in kind["options"]}
    assert {"github", "discourse"} < {kind["name"] for kind in every["kinds"]}


def test_a_source_is_added_synced_followed_and_removed(client: TestClient, tmp_path: Path) -> None:
    """All of it over HTTP; what it brought is found, and then gone from the very next answer."""
    (tmp_path / "shed").mkdir()
    (tmp_path / "shed" / "paint.md").write_text("Paint the shed with quokka lacquer.")
    added = client.post("/sources", json={"location": str(tmp_path / "shed"), "community": "Garden Club"})
    job = added.json()["job"]
    told = _events(client, job["id"])

    assert (added.status_code, added.json()["source"]["job"]) == (201, job["id"])
    assert {event for event, _ in told[:-1]} <= {"progress"}
    assert (told[-1][0], told[-1][1]["state"], told[-1][1]["report"]["embedded"]) == ("ended", "done", 1)
    assert client.get("/jobs").json()["jobs"][0]["id"] == job["id"]
    assert (
        client.get("/search", params={"q": "quokka lacquer"}).json()["hits"][0]["item"]["community"]
        == "garden"
    )

    assert client.delete("/sources/shed").json() == {"schema_version": 1, "forgotten": "shed", "items": 1}
    hits = client.get("/search", params={"q": "quokka lacquer"}).json()["hits"]
    assert "shed" not in {hit["item"]["id"].partition(":")[0] for hit in hits}


def test_a_steward_syncs_what_is_all_theirs(
    client: TestClient, as_: As, tmp_path: Path, settings: Settings
) -> None:
    """And is not told where it lies on the machine that serves; others see neither it nor its job."""
    (tmp_path / "beds").mkdir()
    (tmp_path / "beds" / "broken.pdf").write_text("no PDF")
    (tmp_path / "beds" / "bed.md").write_text("Beds are raised.")
    client.post("/sources", json={"location": str(tmp_path / "beds"), "community": "garden", "sync": False})
    job_id = client.post("/jobs", json={"sources": []}, **as_("sam")).json()["id"]
    _events(client, job_id)

    mine = client.get(f"/jobs/{job_id}", **as_("sam"))
    assert (mine.json()["names"], mine.json()["state"]) == (["beds"], "done")
    [listed] = client.get("/sources", **as_("sam")).json()["sources"]
    assert (listed["location"], listed["failures"][0]["where"]) == ("beds", "beds/broken.pdf")
    assert str(tmp_path) not in mine.text
    for name in ("ada", "guest"):
        for method, path in [("GET", ""), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/confirm")]:
            body: dict[str, Any] = (
                {"json": {"agree": True} if path == "/confirm" else {}} if method == "POST" else {}
            )
            answer = client.request(method, f"/jobs/{job_id}{path}", **body, **as_(name))
            assert (answer.status_code, "no such job" in answer.text) == (404, True)
    assert client.get("/jobs", **as_("ada")).json()["jobs"] == []
    client.delete("/sources/beds")


def test_what_is_added_does_not_open_what_is_private(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    """Nor does it change who reads there."""
    (tmp_path / "rent").mkdir()
    (tmp_path / "rent" / "rent.md").write_text("The rent rises.")
    added = client.post("/sources", json={"location": str(tmp_path / "rent"), "community": "board"}).json()
    _events(client, added["job"]["id"])

    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        [board] = [one for one in reader.communities() if one.slug == "board"]
    assert board == Community("board", "Board", private=True, readers=frozenset({"ada@example.org"}))
    client.delete("/sources/rent")


def test_suddenly_much_goes_only_when_somebody_agrees(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    """Until then it is kept: the job asks, and then goes on."""
    (tmp_path / "logs").mkdir()
    for number in range(3):
        (tmp_path / "logs" / f"{number}.md").write_text(f"Log {number}.")
    ingest_path(settings, tmp_path / "logs", Quiet())
    for number in range(3):
        (tmp_path / "logs" / f"{number}.md").unlink()
    job_id = client.post("/jobs", json={"sources": ["logs"]}).json()["id"]

    asked = _events(client, job_id)[-1][1]
    assert (asked["state"], asked["losses"]) == (
        "asking",
        [{"origin": "logs", "source": "logs", "gone": 3, "total": 3}],
    )
    assert (_source(client, "logs")["items"], _source(client, "logs")["job"]) == (3, job_id)

    client.post(f"/jobs/{job_id}/confirm", json={"agree": True})
    assert _events(client, job_id)[-1][1]["state"] == "done"
    assert (_source(client, "logs")["items"], _source(client, "logs")["job"]) == (0, None)


def test_a_body_must_be_declared_as_json(client: TestClient) -> None:
    """No form of another site can do that."""
    assert client.post("/jobs", content='{"sources": []}').status_code == 415
