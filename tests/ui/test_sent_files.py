"""Files that are dropped on a page: who may send them to where Streamlit keeps them in memory."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from catalog.settings import Settings
from tests.ui.club import make_club
from ui.dropped_files import PATH, DroppedFiles
from ui.limits import Limits
from ui.service import Service


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The owner's settings of a small club's library."""
    return make_club(tmp_path_factory.mktemp("dropped"))


def _put(settings: Settings, viewer: str) -> tuple[int, str]:
    """Drop a file on a page, as somebody."""

    async def take(asked: Request) -> PlainTextResponse:
        return PlainTextResponse(f"took {len(await asked.body())} bytes")

    taking = Starlette(routes=[Route(f"{PATH}/visit/file", take, methods=["PUT"])])
    own = replace(settings, viewer=viewer)
    with closing(Service.open(own)) as service:
        client = TestClient(DroppedFiles(taking, service, Limits.of(own)))
        answer = client.put(f"{PATH}/visit/file", content=b"leeks")
    return answer.status_code, answer.text


def test_only_whoever_may_write_drops_files_on_a_page(settings: Settings) -> None:
    """Any other visitor could fill the memory with them."""
    assert _put(settings, "owner") == (200, "took 5 bytes")
    status, told = _put(settings, "guest")
    assert (status, "not-allowed" in told) == (403, True)
