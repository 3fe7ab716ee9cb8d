"""What an operator watches: figures without questions, ids or names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from catalog.settings import Settings
from tests.ui.club import make_club
from ui.api import make_api
from ui.jobs import JobState
from ui.service import Service


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("metrics"))


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The API as the owner sees it, just opened."""
    yield from _client(settings)


def _client(settings: Settings) -> Iterator[TestClient]:
    service = Service.open(settings)
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client
    service.close()


def _figures(client: TestClient, *names: str) -> Mapping[str, float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name in names]
    return {" ".join([*sample.labels.values()]): sample.value for sample in samples}


def test_requests_are_counted_by_address_and_status(client: TestClient) -> None:
    """Addresses are told as templates; what there is not has one name, however it is called."""
    for path in ("/requests/7", "/requests/8", "/status", "/nothing", "/secret"):
        client.get(path)
    client.request("BREW", "/status")

    assert _figures(client, "copse_http_requests_total") == {
        "GET /requests/{key} 404": 2,
        "GET /status 200": 1,
        "GET other 404": 2,
        "other /status 405": 1,
    }


def test_questions_are_counted_by_what_became_of_them(client: TestClient) -> None:
    """At once or in parts, over any face."""
    client.get("/ask", params={"q": "Why is the water in the rain tank green?"})
    client.get("/ask/stream", params={"q": "Why is the water in the rain tank green?"})
    client.get("/ask", params={"q": "zymurgy quokka"})

    assert _figures(client, "copse_questions_total") == {"answered": 2, "partial": 0, "abstained": 1}


def test_the_library_is_measured(client: TestClient) -> None:
    """Entries of the indexes, the generation, whether all is loaded."""
    client.get("/search", params={"q": "water"})

    assert _figures(client, "copse_index_entries") == {"dense": 6, "items": 6, "lexical": 6}
    assert _figures(client, "copse_ready") == {"": 1}
    assert _figures(client, "copse_jobs") == dict.fromkeys(JobState, 0)
    assert _figures(client, "copse_generation")[""] > 0
    assert _figures(client, "copse_http_waiting") == {"asking": 0, "watching": 0, "work": 0}


def test_no_figure_tells_what_was_asked_or_by_whom(client: TestClient) -> None:
    """Nor which item or person was looked at."""
    client.get("/ask", params={"q": "zymurgy quokka"}, headers={"x-asked-by": "Ada"})
    client.get("/item", params={"id": "club/garden/forum:1"})
    client.get("/person", params={"id": "Gwen"})
    client.get("/zymurgy/quokka")
    text = client.get("/metrics").text

    assert [word for word in ("zymurgy", "quokka", "forum", "Gwen", "Ada", "garden") if word in text] == []


@pytest.mark.parametrize(("metrics", "status"), [("owner", 403), ("open", 200)])
def test_only_the_owner_sees_them_unless_they_are_open(settings: Settings, metrics: str, status: int) -> None:
    """As the setting says."""
    for client in _client(replace(settings, viewer="guest", metrics=metrics)):
        assert client.get("/metrics").status_code == status


def test_two_services_count_by_themselves(settings: Settings) -> None:
    """Each has a registry of its own."""
    for one in _client(settings):
        one.get("/status")
        for other in _client(settings):
            assert _figures(other, "copse_http_requests_total") == {}


def test_it_is_ready_when_all_is_loaded(client: TestClient) -> None:
    """Until then whoever balances loads sends nobody."""
    waiting = client.get("/ready")
    client.get("/search", params={"q": "water"})

    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "1")
    assert waiting.json()["type"] == "urn:copse:problem:not-ready"
    assert client.get("/ready").json() == {"status": "ready"}
