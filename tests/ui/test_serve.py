"""What may be served where, and to whose pages."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from catalog.errors import LibraryError, SettingError
from catalog.settings import Settings, read_settings
from ui.access.addresses import address
from ui.guard import Guard, content_policy
from ui.serve import check_host, host_check, known_as, serve, server_config


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a library that does not exist."""
    return read_settings({"library": tmp_path / "library", "model": "hash:64", "port": 1}, environ={})


def _client(host: str, public: str = "") -> TestClient:
    app = Starlette(
        routes=[Route("/{path:path}", lambda _: PlainTextResponse("here"), methods=["GET", "POST"])],
        middleware=[*host_check(host, public), Middleware(Guard, encrypted=bool(public))],
    )
    return TestClient(app, base_url="http://127.0.0.1:8501")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])  # noqa: S104 such hosts are refused
def test_the_owner_is_served_on_this_machine_only(settings: Settings, host: str) -> None:
    """On any other address, everybody would read as the owner."""
    with pytest.raises(SettingError, match="--as guest"):
        check_host(replace(settings, host=host))


@pytest.mark.parametrize(
    ("host", "viewer"),
    [("127.0.0.1", "owner"), ("::1", "owner"), ("localhost", "owner"), ("0.0.0.0", "guest")],  # noqa: S104
)
def test_guests_may_be_served_anywhere(settings: Settings, host: str, viewer: str) -> None:
    """And the owner on loopback."""
    check_host(replace(settings, host=host, viewer=viewer))


def test_with_a_sign_in_it_may_be_served_anywhere(settings: Settings) -> None:
    """Then everybody reads what they may, and not as the owner."""
    provider: dict[str, Any] = {
        "oidc_issuer": "https://login.example.org",
        "oidc_client_id": "copse",
        "oidc_client_secret": "of the provider",
    }
    open_ = replace(settings, host="0.0.0.0", public_url="https://copse.example.org", **provider)  # noqa: S104
    check_host(open_)
    with pytest.raises(SettingError, match="COPSE_PUBLIC_URL"):
        check_host(replace(open_, public_url=""))


def test_half_a_sign_in_is_told_before_anything_is_served(settings: Settings) -> None:
    """In a line that names the setting."""
    half = replace(settings, port=0, oidc_client_id="copse")
    with pytest.raises(SettingError, match="COPSE_OIDC_CLIENT_ID is set, but COPSE_OIDC_ISSUER is not"):
        serve(half)


def test_a_public_address_that_is_none_is_told(settings: Settings) -> None:
    """Links that begin with it would lead nowhere."""
    with pytest.raises(SettingError, match=r"such as https://copse\.example\.org"):
        check_host(replace(settings, public_url="copse.example.org"))


def test_a_port_that_is_taken_is_told(settings: Settings) -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=f"port {port}: .*it is in use already.*--port"):
            serve(replace(settings, port=port))


def test_a_missing_library_is_told_before_anything_is_served(settings: Settings) -> None:
    """With the command that makes one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(LibraryError, match="copse ingest PATH"):
        serve(replace(settings, port=port))


def test_an_address_with_an_ipv6_host_is_bracketed(settings: Settings) -> None:
    """As browsers want it."""
    assert address(replace(settings, host="::1", port=80)) == "http://[::1]:80"


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501"])
def test_names_of_this_machine_are_answered(host: str) -> None:
    """By name and by number."""
    assert _client("127.0.0.1").get("/", headers={"host": host}).status_code == 200


def test_a_name_that_another_site_points_here_is_not_answered() -> None:
    """Else its pages could read the library by rebinding their name."""
    assert _client("127.0.0.1").get("/", headers={"host": "evil.example:8501"}).status_code == 400


def test_the_public_name_is_answered_where_a_proxy_brings_it(settings: Settings) -> None:
    """But not where whoever comes would read as the owner."""
    public = replace(settings, public_url="https://copse.example.org")
    with_sign_in = replace(public, oidc_issuer="https://login.example.org")

    assert known_as(with_sign_in) == known_as(replace(public, viewer="guest")) == "https://copse.example.org"
    assert known_as(public) == ""
    host = {"host": "copse.example.org"}
    assert _client("127.0.0.1", known_as(with_sign_in)).get("/", headers=host).status_code == 200
    assert _client("127.0.0.1", known_as(public)).get("/", headers=host).status_code == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:8501", 200), ("http://evil.example", 403), ("null", 403), ("http://[", 403)],
)
def test_pages_of_other_sites_are_turned_away(origin: str, status: int) -> None:
    """A browser tells whose page sends."""
    assert _client("127.0.0.1").post("/", headers={"origin": origin}).status_code == status


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("cross-site", "no-cors", 403),
        ("cross-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ],
)
def test_no_other_site_builds_an_answer_into_its_page(site: str, mode: str, status: int) -> None:
    """Not even unseen, as a picture that is none; a link leads here as to anywhere."""
    told = {"sec-fetch-site": site, "sec-fetch-mode": mode}
    assert _client("127.0.0.1").get("/api/v1/search?q=x", headers=told).status_code == status


@pytest.mark.parametrize(("origin", "code"), [("http://127.0.0.1:8501", 1000), ("http://evil.example", 1008)])
def test_sockets_of_other_sites_pages_are_turned_away(origin: str, code: int) -> None:
    """The pages talk through a web socket, which browsers let any site open."""

    async def greet(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    client = TestClient(
        Guard(Starlette(routes=[WebSocketRoute("/", greet)])), base_url="http://127.0.0.1:8501"
    )
    try:
        with client.websocket_connect("ws://127.0.0.1:8501/", headers={"origin": origin}):
            found = 1000
    except WebSocketDisconnect as denial:
        found = denial.code

    assert found == code


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/run"])
def test_what_only_streamlit_offers_is_closed(path: str) -> None:
    """Copse has its own metrics and its own API, which ask who somebody is."""
    assert _client("127.0.0.1").get(path).status_code == 404


def test_every_answer_is_protected() -> None:
    """Headers keep a browser from guessing types, telling referrers, and loading from elsewhere."""
    headers = _client("127.0.0.1").get("/api/v1/health").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_a_browser_that_came_encrypted_shall_never_come_otherwise() -> None:
    """Where people open Copse by https."""
    header = "strict-transport-security"
    assert _client("127.0.0.1", "https://copse.example.org").get("/").headers[header] == "max-age=31536000"
    assert header not in _client("127.0.0.1").get("/").headers


def test_a_strange_host_adds_nothing_to_the_policy() -> None:
    """It comes from the request."""
    assert "evil" not in content_policy("x; script-src evil")


@pytest.mark.parametrize(
    ("trusted", "visitor"), [("", "testclient"), ("10.0.0.2", "testclient"), ("testclient", "9.9.9.9")]
)
def test_only_trusted_proxies_say_who_visits(settings: Settings, trusted: str, visitor: str) -> None:
    """Else anybody could call themselves anything, and never be counted twice."""

    def whose(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.client.host if request.client else "")

    app = Starlette(routes=[Route("/", whose)])
    config = server_config(app, replace(settings, trusted_proxies=trusted))
    config.load()
    client = TestClient(config.loaded_app)
    assert client.get("/", headers={"X-Forwarded-For": "9.9.9.9"}).text == visitor
