"""Files that are sent: of whom anything is read."""

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
from ui.limits import Limits
from ui.sent_files import DROPPED, SentFiles
from ui.service import Service


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The owner's settings of a small club's library."""
    return make_club(tmp_path_factory.mktemp("sent"))


def _send(settings: Settings, viewer: str, method: str, path: str) -> tuple[int, str]:
    """Send a file, as somebody."""

    async def take(asked: Request) -> PlainTextResponse:
        return PlainTextResponse(f"took {len(await asked.body())} bytes")

    taking = Starlette(routes=[Route(path, take, methods=[method])])
    own = replace(settings, viewer=viewer)
    with closing(Service.open(own)) as service:
        client = TestClient(SentFiles(taking, service, Limits.of(own)))
        answer = client.request(method, path, content=b"leeks")
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", f"{DROPPED}/visit/file"), ("POST", "/api/v1/documents")]
)
def test_only_of_those_who_may_write_is_a_file_read(settings: Settings, method: str, path: str) -> None:
    """Any other visitor could fill the memory, or the disk, with them."""
    assert _send(settings, "owner", method, path) == (200, "took 5 bytes")
    status, told = _send(settings, "guest", method, path)
    assert (status, "not-allowed" in told) == (403, True)
