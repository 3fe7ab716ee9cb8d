"""MCP where people sign in at a real provider: its tokens count, and clients find out where they get one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from catalog.access.grants import GROUP
from catalog.nouns import Standing
from catalog.store import Catalog
from tests.oidc.provider import Provider
from tests.ui.club import make_club
from ui.limits import Limits
from ui.mcp.http import McpOverHttp
from ui.service import Service

_MINUTES = "club:board/minutes.md"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[TestClient]:
    """The address of MCP over a club whose board is open to a group of the provider."""
    settings = make_club(tmp_path_factory.mktemp("mcp"))
    settings = replace(settings, guests="no", public_url="https://copse.example.org", **provider.settings)
    with Catalog.open(settings.library) as catalog, catalog.members(catalog.owner()) as members:
        members.grant(f"{GROUP}board-members", "board", Standing.READER)
    with closing(Service.open(settings)) as service:
        mcp = McpOverHttp(service, Limits.of(settings))
        app = Starlette(routes=mcp.routes(), lifespan=lambda _: mcp.running())
        with TestClient(app) as client:
            yield client


def _read_minutes(client: TestClient, **headers: str) -> Any:
    call = {"name": "read_item", "arguments": {"id": _MINUTES}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return client.post("/mcp", json=body, headers={"Accept": "application/json", **headers})


def test_tokens_of_the_provider_count(client: TestClient, provider: Provider) -> None:
    """For as much as whoever they stand for may read."""
    found = []
    for groups in (["board-members"], []):
        who = {"sub": "ada", "iss": provider.issuer, "aud": "copse", "exp": int(time.time()) + 600}
        token = provider.mint(who | {"groups": groups})
        result = _read_minutes(client, Authorization=f"Bearer {token}").json()["result"]
        found.append((result["isError"], "meadow" in result["content"][0]["text"]))

    assert found == [(False, True), (True, False)]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}], ids=["none", "guessed"])
def test_whoever_has_no_token_is_told_where_to_get_one(
    client: TestClient, provider: Provider, headers: dict[str, str]
) -> None:
    """By the address of a document that names the provider (RFC 9728)."""
    refused = _read_minutes(client, **headers)
    path = "/.well-known/oauth-protected-resource/mcp"

    assert refused.status_code == 401
    assert (
        refused.headers["www-authenticate"] == f'Bearer resource_metadata="https://copse.example.org{path}"'
    )
    assert client.get(path).json() == {
        "resource": "https://copse.example.org/mcp",
        "authorization_servers": [provider.issuer],
        "scopes_supported": ["openid", "email", "profile"],
        "bearer_methods_supported": ["header"],
    }
