"""What every address of the API keeps to, whatever it does: names, examples that work, lists that end.

All of it is read from the API's own description, so a new address is covered as soon as there is one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from catalog.nouns import Kind, Scope, Standing
from tests.ui.allotment import make_allotment
from tests.ui.described import DESCRIPTION, OPERATIONS, body, example, fields, parameters
from ui.access.credentials import SignedIn
from ui.api import make_api
from ui.job_runner import _Kept
from ui.jobs import Job, JobState
from ui.service import Service
from ui.sourcing import NewSource

every_operation = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A part of the sample, opened by its owner, who has asked what nobody can answer."""
    service = Service.open(make_allotment(tmp_path_factory.mktemp("contract")))
    for question in ("zymurgy quokka", "xyzzy plugh", "frobnicate wibble"):
        service.ask(question, service.filters(), 1)
        service.requesting().ask(question)
    service.seen_by(SignedIn("https://id.example.org", "1", "gwen@example.org", "Gwen")).viewer()
    service._runner._command = ("true",)  # no sync that an example begins does anything
    yield service
    service.close()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    """The API over it."""
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        client.get("/search", params={"q": "slugs"})  # whatever loads the model is ready then
        yield client


# --- the description ---


@every_operation
def test_an_operation_is_told_in_a_line(name: str) -> None:
    """It has a summary, a group that is described, and a problem as its error."""
    _, _, operation = OPERATIONS[name]
    groups = {group["name"]: group["description"] for group in DESCRIPTION["tags"]}

    assert 10 < len(operation["summary"]) < 120
    assert [bool(groups[group]) for group in operation["tags"]] == [True]
    assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


@every_operation
def test_whatever_it_takes_is_described(name: str) -> None:
    """Every parameter and every field of a body, and what has no default also by an example."""
    _, _, operation = OPERATIONS[name]
    taken = [*parameters(operation), *fields(operation)]

    assert [field for field, _, schema in taken if not schema.get("description")] == []
    assert [field for field, required, schema in taken if required and example(schema) is None] == []


def test_names_of_operations_are_made_of_their_addresses() -> None:
    """So they stay when a function is called otherwise."""
    assert {"ask", "ask_stream", "post_requests", "requests_key", "post_requests_key_answer"} <= set(
        OPERATIONS
    )


# --- examples ---


_NUMBERS = itertools.count(1000)
_STATES = {"post_jobs_job_id_cancel": JobState.QUEUED, "post_jobs_job_id_confirm": JobState.ASKING}


def _request(service: Service, _: str) -> str:
    """A new request that Gwen was asked to answer, and has answered."""
    question = f"Does the number {next(_NUMBERS)} bring luck to leatherjackets?"
    made = service.requesting().ask(question, to=["Gwen Pritchard"])
    service.requesting().answer(str(made.request.number), "It does.", "Gwen Pritchard")
    return str(made.request.number)


def _token(service: Service, _: str) -> str:
    return str(service.membership().add_token("example", "", Scope.READ, 1).token.id)


def _grantee(service: Service, _: str) -> str:
    service.membership().grant("ben@example.org", "", Standing.READER)
    return "ben@example.org"


def _source(service: Service, _: str) -> str:
    location = service.settings.library.parent / f"folder-{next(_NUMBERS)}"
    location.mkdir()
    return service.sourcing().add(NewSource(str(location)), sync=False).source.name


def _job(service: Service, name: str) -> str:
    """A sync that has come as far as the operation needs it."""
    job = Job(f"job-{next(_NUMBERS)}", (), False, datetime.now(UTC), _STATES.get(name, JobState.DONE))
    service._runner._kept[job.id] = _Kept(job)
    return job.id


def _item(service: Service, name: str) -> str:
    """An item: one that was just written or uploaded here, where the operation needs it."""
    contributing, text = service.contributing(), f"The number {next(_NUMBERS)} brings luck."
    place = "hollow-lane-allotments"
    if name in ("patch_items", "delete_items"):
        return contributing.write(Kind.POST, place, "Luck", text, author="Gwen Pritchard").item_id
    if name == "documents":
        return contributing.upload(place, "luck.md", BytesIO(text.encode())).item_id
    [schema] = [schema for field, _, schema in parameters(OPERATIONS[name][2]) if field == "id"]
    return str(example(schema))


FRESH: Mapping[str, Callable[[Service, str], str]] = {
    "grantee": _grantee,
    "id": _item,
    "job_id": _job,
    "key": _request,
    "name": _source,
    "number": _token,
}
"""What stands in an address and has to be there first, by the name of the parameter."""


@every_operation
def test_its_example_works(name: str, client: TestClient, service: Service) -> None:
    """It is answered by what the description says: a status, a type and a form."""
    method, path, operation = OPERATIONS[name]
    values = {
        field: FRESH[field](service, name) if field in FRESH else example(schema)
        for field, required, schema in parameters(operation)
        if required
    }
    query = {field: value for field, value in values.items() if f"{{{field}" not in path}
    response = client.request(method, path.format_map(values), params=query, **body(operation))

    assert str(response.status_code) in operation["responses"], response.text
    [(media_type, told)] = operation["responses"][str(response.status_code)]["content"].items()
    assert response.headers["content-type"].partition(";")[0] == media_type
    if media_type == "application/json":
        jsonschema.validate(response.json(), {**told["schema"], "components": DESCRIPTION["components"]})


# --- lists ---


def _takes(name: str, parameter: str) -> bool:
    return any(field == parameter for field, _, _ in parameters(OPERATIONS[name][2]))


LISTS = [name for name in OPERATIONS if _takes(name, "cursor")]
_PAGES = 4


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_a_list_follow_each_other(name: str, client: TestClient) -> None:
    """One at a time gives the same as all at once, in the same order."""
    pages: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(pages) < _PAGES:
        page = _page(client, name, k=1, **({"cursor": cursor} if cursor else {}))
        pages += page.pop("list")
        cursor = page["next"]

    assert pages
    assert pages == _page(client, name)["list"][:_PAGES]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["x", "W10", "WyJ4IiwgM10"])
def test_a_cursor_of_no_list_is_a_bad_request(name: str, cursor: str, client: TestClient) -> None:
    """It is told what to do, and nothing is shown."""
    response = client.get(OPERATIONS[name][1], params={"cursor": cursor})

    assert response.status_code == 400
    assert response.json()["type"] == "urn:copse:problem:setting"


def _page(client: TestClient, name: str, **params: Any) -> dict[str, Any]:
    page: dict[str, Any] = client.get(OPERATIONS[name][1], params=params).json()
    [listed] = [field for field, value in page.items() if isinstance(value, list)]
    return {"list": page[listed], "next": page["next"]}
