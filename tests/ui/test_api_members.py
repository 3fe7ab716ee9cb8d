"""Who may do what, over HTTP: tokens open what they should and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from catalog.nouns import Scope
from catalog.settings import Settings
from catalog.store import Catalog
from tests.ui.club import make_club
from ui.api import make_api
from ui.service import Service


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a library with a public garden and a private board."""
    return make_club(tmp_path_factory.mktemp("members"))


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[TestClient]:
    """The API, without credentials: the owner's."""
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client
    service.close()


def _as(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _token(api: TestClient, acts_as: str, scope: str = "read") -> dict[str, str]:
    made = api.post("/tokens", json={"name": "test", "acts_as": acts_as, "scope": scope}).json()
    return _as(made["key"])


def test_a_token_says_who_asks(api: TestClient) -> None:
    """Within its scope."""
    assert api.get("/me").json()["owner"] is True
    assert api.get("/me", headers=_token(api, "ada@example.org", "write")).json() == {
        "schema_version": 1,
        "name": "ada@example.org",
        "owner": False,
        "reads": ["board", "garden"],
        "contributes": ["board", "garden"],
        "stewards": [],
    }


def test_a_guests_token_finds_nothing_private(api: TestClient) -> None:
    """Also where no token would be the owner."""
    question = {"q": "Who signs the lease of the board?"}
    hits = [hit["item"]["community"] for hit in api.get("/search", params=question).json()["hits"]]
    public = api.get("/search", params=question, headers=_token(api, "guest")).json()["hits"]
    assert "board" in hits
    assert {hit["item"]["community"] for hit in public} <= {"garden"}


@pytest.mark.parametrize(
    "authorization", ["Bearer copse_wrong", "Bearer", "Bearer ", "Basic b3duZXI6", "copse_wrong", ""]
)
def test_what_does_not_count_is_refused_and_not_taken_for_nobody(api: TestClient, authorization: str) -> None:
    """Else a mistyped token would read as whoever has none."""
    answer = api.get("/search?q=tank", headers={"Authorization": authorization})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["type"] == "urn:copse:problem:not-signed-in"


def test_a_token_that_ended_or_whose_owner_is_suspended_is_refused(
    api: TestClient, settings: Settings
) -> None:
    """From the very next request."""
    yesterday = datetime.now(UTC) - timedelta(days=2)
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner(), yesterday) as members:
        _, old = members.add_token("old", "", Scope.READ, 1)
    assert "has expired" in api.get("/me", headers=_as(old)).json()["detail"]

    key = _token(api, "bo@example.org")
    assert api.get("/me", headers=key).status_code == 200
    api.post("/members/suspensions", json={"who": "bo@example.org"})
    assert "suspended" in api.get("/me", headers=key).json()["detail"]
    api.post("/members/suspensions", json={"who": "bo@example.org", "suspended": False})
    assert api.get("/me", headers=key).status_code == 200


def test_the_owner_gives_and_takes_roles(api: TestClient) -> None:
    """And the next request knows it."""
    key = _token(api, "cy@example.org", "admin")
    given = {"grantee": "cy@example.org", "community": "board", "standing": "steward"}
    assert api.put("/members/grants", json=given).json()["granted"]["by"] == "owner"
    assert api.get("/me", headers=key).json()["stewards"] == ["board"]
    assert [one["grantee"] for one in api.get("/members", headers=key).json()["grants"]] == ["cy@example.org"]
    api.delete("/members/grants", params={"grantee": "cy@example.org", "community": "board"})
    assert api.get("/me", headers=key).json()["reads"] == ["garden"]
    assert api.get("/members", headers=key).status_code == 403


def test_a_token_makes_no_stronger_token(api: TestClient) -> None:
    """A reader's key for a report never becomes the owner's."""
    key = _token(api, "owner", "read")
    refused = api.post("/tokens", json={"name": "up", "acts_as": "owner", "scope": "admin"}, headers=key)
    assert refused.status_code == 403


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_members_token_makes_none_that_opens_more(api: TestClient, scope: str) -> None:
    """Nor one that opens as much: who came with a key leaves with that key."""
    key = _token(api, "ada@example.org", scope)
    assert api.post("/tokens", json={"name": "up", "scope": "read"}, headers=key).status_code == 403


def test_a_token_that_reads_puts_no_question_to_people(api: TestClient) -> None:
    """Though a guest may."""
    refused = api.post(
        "/requests", json={"question": "Who has the key?"}, headers=_token(api, "ada@example.org")
    )
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:copse:problem:not-allowed")


def test_members_see_their_own_tokens_without_keys(api: TestClient) -> None:
    """And end them."""
    key = _token(api, "di@example.org", "write")
    (mine,) = api.get("/tokens", headers=key).json()["tokens"]
    assert (mine["acts_as"], "key" in mine) == ("di@example.org", False)
    assert api.delete("/tokens/1", headers=key).status_code == 404
    assert api.delete(f"/tokens/{mine['id']}", headers=key).status_code == 200
    assert api.get("/me", headers=key).status_code == 401
