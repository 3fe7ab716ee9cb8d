"""Nobody can guess into what they may not read: it looks the same as what is not there, at every address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalog.nouns import Scope
from tests.ui.club import make_club
from tests.ui.described import OPERATIONS, body, example, parameters
from ui.api import make_api
from ui.job_runner import _Kept
from ui.jobs import Job, JobState
from ui.service import Service

MISSING: Mapping[str, str] = {
    "id": "club:nothing",
    "job_id": "nothing",
    "key": "999",
    "name": "nothing",
    "number": "999",
}
"""What is not there, by the name of the parameter that says which thing is meant."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A club's library, opened by its owner; the board is private."""
    service = Service.open(make_club(tmp_path_factory.mktemp("hidden")))
    yield service
    service.close()


@pytest.fixture(scope="module")
def hidden(service: Service) -> Mapping[str, str]:
    """What is there, and neither guests nor readers of another community may see."""
    minutes = service.search("rent of the meadow", service.filters(["board"]), 1).hits[0].item.id
    asked = service.requesting().ask("Who signs the lease?", frozenset({"board"}))
    job = Job("j7f3a9", ("club",), False, datetime.now(UTC), JobState.DONE)
    service._runner._kept[job.id] = _Kept(job)
    return {
        "id": minutes,
        "job_id": job.id,
        "key": str(asked.request.number),
        "name": "club",
        "number": str(service.membership().add_token("owner's", "", Scope.READ, 1).token.id),
    }


@pytest.fixture(scope="module")
def guest(service: Service) -> Iterator[TestClient]:
    """The API as a guest sees it, over the same library."""
    other = Service(service._engine, replace(service.settings, viewer="guest"))
    other._runner = service._runner
    with TestClient(make_api(other), raise_server_exceptions=False) as client:
        yield client


def _which(name: str) -> list[str]:
    """The parameters of an operation that say which thing is meant."""
    _, path, operation = OPERATIONS[name]
    return [field for field, _, _ in parameters(operation) if f"{{{field}" in path or field == "id"]


@pytest.mark.parametrize("name", [name for name in OPERATIONS if _which(name)])
def test_what_one_may_not_read_looks_like_what_is_not_there(
    name: str, guest: TestClient, hidden: Mapping[str, str]
) -> None:
    """The same status and the same words; or nobody but its owner may ask at all."""
    [field] = _which(name)
    there = _told(guest, name, {field: hidden[field]})
    missing = _told(guest, name, {field: MISSING[field]})

    assert there[0] in (403, 404)
    assert there == missing


def _told(client: TestClient, name: str, which: Mapping[str, str]) -> tuple[int, str]:
    method, path, operation = OPERATIONS[name]
    values = {field: example(schema) for field, required, schema in parameters(operation) if required}
    values |= which
    query = {field: value for field, value in values.items() if f"{{{field}" not in path}
    response = client.request(method, path.format_map(values), params=query, **body(operation))
    told: dict[str, Any] = response.json()
    return response.status_code, told["detail"].replace(next(iter(which.values())), "X")
