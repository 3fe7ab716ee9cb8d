"""What keeps the API able to answer: rates, places at work, deadlines, sizes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from catalog.errors import BusyError, OverloadedError
from catalog.settings import Settings
from tests.ui.club import make_club
from ui.api import make_api
from ui.limits import Deadline, Room
from ui.rates import Rates
from ui.service import Service
from ui.view.asker import Asker


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the library's owner."""
    return make_club(tmp_path_factory.mktemp("limits"))


@contextmanager
def _client(settings: Settings, **values: Any) -> Iterator[TestClient]:
    service = Service.open(replace(settings, **values))
    with TestClient(make_api(service), raise_server_exceptions=False) as client:
        yield client
    service.close()


class Slow:
    """Takes the place of something quick: whoever asks for it waits until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        quick = getattr(Service, name)

        def slow(service: Service, *args: Any, **named: Any) -> Any:
            self.begun.set()
            self.go_on.wait(60)
            return quick(service, *args, **named)

        monkeypatch.setattr(Service, name, slow)


# --- rates ---


def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    """A quarter of a minute's requests may come at once; the rest as time allows."""
    now = [100.0]
    rates = Rates(60, lambda: now[0])
    for _ in range(15):
        rates.take("ada")
    with pytest.raises(BusyError, match="more than 60 requests in a minute; ask again in 1 s") as told:
        rates.take("ada")
    assert told.value.wait == pytest.approx(1.0)
    now[0] += 1
    rates.take("ada")


def test_others_are_counted_by_themselves() -> None:
    """One who asks too often takes nothing from them."""
    rates = Rates(1, lambda: 0.0)
    for _ in range(10):
        rates.take("ada")
    rates.take("ben")
    with pytest.raises(BusyError):
        rates.take("ada")


def test_without_a_rate_nobody_is_counted() -> None:
    """The setting says 0 for it."""
    rates = Rates(0, lambda: 0.0)
    for _ in range(10_000):
        rates.take("ada")


# --- places ---


def test_a_place_is_waited_for_by_as_many_as_may_wait() -> None:
    """The next one is turned away, and told when to come again."""

    async def three() -> None:
        room = Room(places=1, queue=1)
        async with room.place():
            second = asyncio.create_task(_stay(room))
            await asyncio.sleep(0)
            assert (room.working, room.waiting) == (1, 1)
            with pytest.raises(OverloadedError, match="1 requests wait already") as told:
                await _stay(room)
            assert told.value.wait == 5
        await second
        assert (room.working, room.waiting) == (0, 0)

    asyncio.run(three())


async def _stay(room: Room) -> None:
    async with room.place():
        pass


def test_who_finds_no_room_is_told_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a status for it. That the service lives is told all the same; questions have their own room."""
    slow = Slow(monkeypatch, "status")
    with _client(settings, api_at_once=1, api_queue=0) as client, ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.get, "/status")
        assert slow.begun.wait(60)
        turned_away, alive = client.get("/communities"), client.get("/health")
        answered = client.get("/ask", params={"q": "green water"})
        slow.go_on.set()

        assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "5")
        assert turned_away.json()["type"] == "urn:copse:problem:overloaded"
        assert (alive.status_code, answered.status_code) == (200, 200)
        assert first.result().status_code == 200
        assert client.get("/communities").status_code == 200


def test_a_stream_holds_its_place_until_it_has_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only until it begins."""
    with _client(settings, api_at_once=1, api_queue=5) as client:
        for _ in range(3):
            assert client.get("/ask/stream", params={"q": "green water"}).text.count("event: reply") == 1
        assert client.get("/communities").status_code == 200


# --- time ---


def test_what_takes_too_long_is_answered_in_time() -> None:
    """With a problem, while a thread still works on it; what comes of that goes nowhere."""

    async def ask() -> list[Message]:
        go_on, sent = threading.Event(), list[Message]()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await anyio.to_thread.run_sync(go_on.wait)
            await PlainTextResponse("late")(scope, receive, send)

        async def send(message: Message) -> None:
            sent.append(message)
            go_on.set()

        await Deadline(app, 0.01)({"type": "http", "path": "/status"}, _nothing, send)
        return sent

    start, body = asyncio.run(ask())
    assert (start["status"], json.loads(body["body"])) == (
        504,
        {
            "type": "urn:copse:problem:too-slow",
            "title": "It took too long",
            "status": 504,
            "detail": "it took longer than 0.01 s; ask for less, or again later",
        },
    )


def test_a_stream_that_does_not_end_is_cut_off() -> None:
    """Whoever reads too slowly holds no place for ever."""

    async def ask() -> tuple[list[Message], bool]:
        sent, ended = list[Message](), False

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal ended
            await send({"type": "http.response.start", "status": 200, "headers": []})
            try:
                await anyio.sleep_forever()
            finally:
                ended = True

        async def send(message: Message) -> None:
            sent.append(message)

        await Deadline(app, 0.01)({"type": "http", "path": "/ask/stream"}, _nothing, send)
        return sent, ended

    sent, ended = asyncio.run(ask())
    assert ([message["type"] for message in sent], ended) == (["http.response.start"], True)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


# --- sizes ---


def test_a_body_that_is_too_large_is_refused(settings: Settings) -> None:
    """Whether or not it says how large it is."""
    body = b'{"question": "' + b"x" * 2048 + b'"}'
    with _client(settings, api_kilobytes=1) as client:
        for content in (body, iter([body[:1000], body[1000:]])):
            problem = client.post("/requests", content=content, headers={"content-type": "application/json"})
            assert (problem.status_code, problem.json()["type"]) == (413, "urn:copse:problem:too-large")
            assert problem.json()["detail"] == "/requests: the body is larger than may be sent there"


# --- who is counted ---


def _statuses(client: TestClient, times: int, **headers: str) -> list[int]:
    return [client.get("/communities", headers=headers).status_code for _ in range(times)]


def test_who_has_the_service_for_themselves_is_not_counted(settings: Settings) -> None:
    """The library's owner on their own machine."""
    with _client(settings, api_rate=1) as client:
        assert _statuses(client, 12) == [200] * 12


def test_guests_are_counted_by_their_address(settings: Settings) -> None:
    """And told with a header when to ask again."""
    with _client(settings, api_rate=1, viewer="guest", host="192.0.2.1") as client:
        assert _statuses(client, 10) == [200] * 10
        busy = client.get("/communities")
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "60")
        assert busy.json() == {
            "type": "urn:copse:problem:busy",
            "title": "Too much is asked at once",
            "status": 429,
            "detail": "more than 1 requests in a minute; ask again in 60 s",
        }


def test_pages_are_counted_with_all_else(settings: Settings) -> None:
    """Else whoever asks too much of the API would let a page ask."""
    shut = replace(settings, api_rate=1, viewer="guest", host="192.0.2.1")
    with closing(Service.open(shut)) as service:
        for _ in range(10):
            Asker(service).count()
        with pytest.raises(BusyError, match="more than 1 requests in a minute"):
            Asker(service).count()
        assert TestClient(make_api(service), client=("", 1)).get("/communities").status_code == 429


def test_whoever_a_proxy_brings_is_counted(settings: Settings) -> None:
    """Also where Copse itself listens on this machine only."""
    with _client(settings, api_rate=1, viewer="guest", trusted_proxies="127.0.0.1") as client:
        assert _statuses(client, 11) == [200] * 10 + [429]


def test_trying_tokens_is_counted_by_address(settings: Settings) -> None:
    """Each is another one, but all come from the same place."""
    with _client(settings, api_rate=1) as client:
        tried = [_statuses(client, 1, authorization=f"Bearer copse_{n}")[0] for n in range(12)]
    assert tried == [401] * 10 + [429] * 2
