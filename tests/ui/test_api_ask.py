"""A question over HTTP, at once and in parts; parts come from a real server with a real language model's."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from catalog.errors import LanguageModelError, LibraryError, Trouble
from catalog.settings import Settings
from search.results import Draft
from tests.search import llm_server
from tests.search.llm_server import Answer, Request, falls_silent, refuses, says
from tests.ui.club import make_club
from ui.api import PREFIX, make_api
from ui.guard import Guard
from ui.problems import problem_out
from ui.service import Service

Event = tuple[str, Any]

GREEN = "Why is the water in the rain tank green?"
LIGHT = "Light makes the water in the rain tank green."

_A_WORD = b'data: {"choices": [{"delta": {"content": "a "}, "finish_reason": null}]}\n\n'


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner, without a language model."""
    return make_club(tmp_path_factory.mktemp("api_ask"))


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[Service]:
    """The opened library."""
    service = Service.open(settings)
    yield service
    service.close()


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    """The API without a server."""
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client


@contextmanager
def _serving(settings: Settings) -> Iterator[httpx2.Client]:
    """A server of the API on a free port of this machine, as `copse serve` runs it."""
    service = Service.open(settings)
    app = Starlette(routes=[Mount(PREFIX, make_api(service))], middleware=[Middleware(Guard)])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}"
        try:
            with httpx2.Client(base_url=address, timeout=60, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
            service.close()


def _with_model(settings: Settings, server: llm_server.Server) -> Settings:
    return replace(settings, llm_url=server.url, llm_model="tiny")


def _events(lines: Iterator[str]) -> Iterator[Event]:
    """The events, each as soon as it has arrived."""
    name, data = "", ""
    for line in lines:
        kind, _, rest = line.partition(": ")
        if kind == "event":
            name = rest
        elif kind == "data":
            data += rest
        elif not line and data:
            yield name, json.loads(data)
            name, data = "", ""


def _all(client: httpx2.Client | TestClient, **params: Any) -> list[Event]:
    return list(_events(iter(client.get("/ask/stream", params=params).text.split("\n"))))


# --- follow-ups ---


def test_a_follow_up_is_completed(client: TestClient) -> None:
    """From the questions before it, the oldest first."""
    params = {"q": "and how is it painted?", "before": ["Which hoe suits clay soil?", GREEN]}
    answer = client.get("/ask", params=params).json()["answer"]

    assert answer["question"] == "and how is it painted?"
    assert answer["completed"] == f"{GREEN} and how is it painted?"


@pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
@pytest.mark.parametrize(
    ("before", "detail"),
    [
        pytest.param(["why?"] * 7, "before: List should have at most 6 items", id="too many"),
        pytest.param(["x" * 2001], "before.0: String should have at most 2000 characters", id="too long"),
    ],
)
def test_what_was_asked_before_is_bounded(
    client: TestClient, path: str, before: Sequence[str], detail: str
) -> None:
    """Six questions, each as long as a question may be."""
    response = client.get(path, params={"q": "and how?", "before": before})

    assert response.status_code == 422
    assert response.json()["type"] == "urn:copse:problem:request"
    assert detail in response.json()["detail"]


# --- in parts ---


def test_without_a_language_model_the_answer_comes_and_then_all_of_it(client: TestClient) -> None:
    """The reply is what `/ask` gives."""
    (first, answer), (last, reply) = _all(client, q=GREEN)

    assert (first, last) == ("answer", "reply")
    assert reply["answer"] == answer
    whole = client.get("/ask", params={"q": GREEN}).json()
    # The scores of people fade with time, even from one question to the next.
    assert {**reply, "experts": []} == {**whole, "experts": []}
    assert [one["name"] for one in reply["experts"]] == [one["name"] for one in whole["experts"]]


def test_drafts_and_checks_come_before_the_answer(settings: Settings) -> None:
    """Over HTTP, with headers by which nothing on the way keeps them back."""
    said = says(f"{LIGHT} [1] ", "Napoleon painted 99 of them purple. [1] ", "Paint the rain tank black. [1]")
    with llm_server.serve(said) as model, _serving(_with_model(settings, model)) as client:
        response = client.get("/ask/stream", params={"q": GREEN})
    events = list(_events(iter(response.text.split("\n"))))
    drafts = "".join(data["text"] for name, data in events if name == "draft")
    checks = [data for name, data in events if name == "checked"]
    answer = next(data for name, data in events if name == "answer")

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert drafts.startswith(f"{LIGHT} [1] Napoleon painted 99")
    assert [(one["text"], one["fault"] is None) for one in checks] == [
        (LIGHT, True),
        ("Napoleon painted 99 of them purple.", False),
        ("Paint the rain tank black.", True),
    ]
    assert [one["text"] for one in answer["sentences"]] == [LIGHT, "Paint the rain tank black."]
    assert answer["model"] == "tiny"
    assert [name for name, _ in events][-2:] == ["answer", "reply"]


def test_a_draft_is_passed_on_while_the_model_still_writes(settings: Settings) -> None:
    """Nothing is collected on the way."""
    with (
        llm_server.serve(falls_silent(f"{LIGHT} [1] And ")) as model,
        _serving(_with_model(settings, model)) as client,
        client.stream("GET", "/ask/stream", params={"q": GREEN}) as response,
    ):
        events = _events(response.iter_lines())
        first = next(events)
        model.go_on.set()
        rest = [name for name, _ in events]

    assert first == ("draft", {"text": f"{LIGHT} [1] And "})
    assert rest[-2:] == ["answer", "reply"]


def test_who_hangs_up_stops_the_model(settings: Settings) -> None:
    """The connection to it ends with the reader's."""
    hung_up = threading.Event()

    def writes_on(_: Request) -> Answer:
        def chunks() -> Iterator[bytes]:
            try:
                for _ in count():
                    yield _A_WORD
                    time.sleep(0.01)
            finally:
                hung_up.set()

        return Answer(chunks())

    with llm_server.serve(writes_on) as model, _serving(_with_model(settings, model)) as client:
        with client.stream("GET", "/ask/stream", params={"q": GREEN}) as response:
            next(_events(response.iter_lines()))
        assert hung_up.wait(60)


def test_many_read_at_once(settings: Settings) -> None:
    """The parts of one reply may come from different threads of the server."""
    with (
        llm_server.serve(says(f"{LIGHT} ", "[1]")) as model,
        _serving(_with_model(settings, model)) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        replies = list(threads.map(lambda _: _all(client, q=GREEN), range(16)))

    assert {events[-1][0] for events in replies} == {"reply"}
    assert {events[-1][1]["answer"]["text"] for events in replies} == {f"{LIGHT} [1]"}


# --- errors ---


@pytest.mark.parametrize(
    ("params", "status", "name"),
    [
        pytest.param({"q": "???"}, 422, "question", id="a question without words"),
        pytest.param({"q": "green", "community": "nowhere"}, 404, "not-found", id="no such community"),
        pytest.param({"q": ""}, 422, "request", id="no question"),
        pytest.param({"q": "green", "k": 0}, 422, "request", id="no results wanted"),
    ],
)
def test_before_the_first_part_an_error_is_a_response(
    client: TestClient, params: Mapping[str, Any], status: int, name: str
) -> None:
    """The same as for every other question."""
    response = client.get("/ask/stream", params=params)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:copse:problem:{name}"
    assert response.json() == client.get("/ask", params=params).json()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            LibraryError("the library is locked"),
            {
                "type": "urn:copse:problem:library",
                "title": "The library cannot be used now",
                "status": 503,
                "detail": "the library is locked",
            },
            id="foreseen",
        ),
        pytest.param(
            RuntimeError("secret"),
            {
                "type": "urn:copse:problem:unexpected",
                "title": "Something went wrong",
                "status": 500,
                "detail": "The log of the server tells more.",
            },
            id="not foreseen",
        ),
    ],
)
def test_after_the_first_part_an_error_is_an_event(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: Mapping[str, Any],
) -> None:
    """The status is sent by then; what nobody foresaw is told without details."""

    def breaks(*_: Any) -> Iterator[Draft]:
        yield Draft("Paint ")
        raise error

    monkeypatch.setattr(Service, "ask_in_steps", breaks)

    assert _all(client, q=GREEN) == [("draft", {"text": "Paint "}), ("error", told)]


def test_a_model_that_fails_is_no_error(settings: Settings) -> None:
    """The quotations stand in, and a note says why."""
    with (
        llm_server.serve(refuses(500)) as model,
        _serving(_with_model(settings, model)) as client,
    ):
        events = _all(client, q=GREEN)

    assert [name for name, _ in events] == ["answer", "reply"]
    assert "These are quotations instead." in events[0][1]["notes"][0]


def test_the_events_are_described(client: TestClient) -> None:
    """Each with its form."""
    described = client.get("/openapi.json").json()
    told = described["paths"]["/ask/stream"]["get"]["responses"]["200"]

    assert [
        f"- `{name}`:" in told["description"] for name in ("draft", "checked", "answer", "reply", "error")
    ]
    assert {"DraftOut", "CheckedOut", "AnswerOut", "ReplyOut"} <= set(described["components"]["schemas"])


@pytest.mark.parametrize("path", ["/ask", "/ask/stream"])
def test_an_error_is_described_as_what_it_is(client: TestClient, path: str) -> None:
    """A problem document, also where success is a stream of events."""
    described = client.get("/openapi.json").json()
    told = described["paths"][path]["get"]["responses"]["default"]["content"]

    assert told == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    assert "ProblemOut" in described["components"]["schemas"]


def test_a_language_model_that_fails_is_behind_this_server() -> None:
    """502, should such an error ever get so far."""
    problem = problem_out(LanguageModelError(Trouble.SLOW, "it is slow"), "/ask")

    assert (problem.status, problem.type) == (502, "urn:copse:problem:language-model")
