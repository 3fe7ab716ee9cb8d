"""Items over HTTP: pages as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.pool import QueuePool
from starlette.testclient import TestClient

from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from tests.ingest.pdf_files import make_pdf, put_lines
from tests.prepared import copied
from tests.ui.club import Quiet
from ui import page_pictures
from ui.api import make_api
from ui.library import open_engine
from ui.service import Service
from ui.sync import ingest_path

TANK = "club:garden/tank.pdf"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library with a PDF of a public community, and one of a private community."""
    return copied(_ingest, tmp_path)


def _ingest(at: Path) -> Settings:
    garden, board = at / "club" / "garden", at / "club" / "board"
    for folder, words in ((garden, "Paint the rain tank black."), (board, "The rent rises in June.")):
        folder.mkdir(parents=True)
        private = "true" if folder is board else "false"
        told = f'[community]\nname = "{folder.name}"\nslug = "{folder.name}"\nprivate = {private}\n'
        (folder / "copse.toml").write_text(told, encoding="utf-8")
        (folder / "tank.pdf").write_bytes(make_pdf(put_lines((20, 700, words))))
    settings = read_settings({"library": at / "library", "model": "hash:64"}, environ={})
    ingest_path(settings, at / "club", Quiet())
    return settings


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The API as a guest has it."""
    service = Service.open(replace(settings, viewer="guest"))
    with TestClient(make_api(service)) as client:
        yield client
    service.close()


def _picture(client: TestClient, item_id: str = TANK, **values: object) -> tuple[int, str, bytes]:
    asked = {"id": item_id, "page": 1, "start": 0, "end": 26, "quote": "0-26"} | values
    answer = client.get("/page-picture", params=asked)  # type: ignore[arg-type]
    return answer.status_code, answer.headers["content-type"], answer.content


def test_a_page_comes_as_a_picture(client: TestClient) -> None:
    """Under a safe name, and the same again."""
    status, kind, png = _picture(client)

    assert (status, kind, png[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    assert _picture(client)[2] == png
    assert _picture(client, start=0, end=0, quote=[])[2] != png


def test_a_page_of_a_private_community_is_not_there(client: TestClient) -> None:
    """It is answered as what does not exist is."""
    status, kind, body = _picture(client, "club:board/tank.pdf")

    assert (status, kind) == (404, "application/problem+json")
    assert b"no such item, or not yours to read" in body


@pytest.mark.parametrize(
    ("change", "reason"),
    [("gone", "the file is not where it was read any more"), ("other", "has changed since it was read")],
)
def test_only_the_file_that_was_read_is_shown(
    client: TestClient, settings: Settings, change: str, reason: str
) -> None:
    """Also if its picture is known already; the reason says no path."""
    assert _picture(client)[0] == 200
    file = Path(settings.library).parent / "club" / "garden" / "tank.pdf"
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(make_pdf(put_lines((20, 700, "The secret"))))
    status, _, body = _picture(client, start=0, end=5)

    assert status == 404
    assert reason.encode() in body
    assert str(file.parent).encode() not in body


def test_nothing_of_the_library_is_held_while_a_page_is_drawn(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for their turn to draw would keep others from asking: connections are few."""
    held: list[int] = []

    def draw(*_: object) -> bytes:
        assert isinstance(pool, QueuePool)
        held.append(pool.checkedout())
        return b"\x89PNG"

    monkeypatch.setattr(page_pictures, "draw_page", draw)
    with open_engine(settings) as engine:
        pool = engine.catalog.engine.pool
        Service(engine, settings).page_picture(TANK, 1, None, ())

    assert held == [0]


def test_items_come_one_after_the_other(client: TestClient) -> None:
    """Only those that a guest may read, with how many there are."""
    assert client.get("/items").json() == {
        "schema_version": 1,
        "items": [
            {
                "item": client.get("/search?q=tank").json()["hits"][0]["item"],
                "beginning": "Paint the rain tank black.",
            }
        ],
        "total": 1,
        "kinds": {"document": 1},
        "states": {},
        "communities": {"garden": 1},
        "next": None,
    }


def test_items_are_narrowed_and_sorted(client: TestClient) -> None:
    """By what the page has, too; a cursor of another list is refused."""
    assert client.get("/items?title=TANK&kind=document&order=useful").json()["total"] == 1
    assert client.get("/items?state=solved").json()["total"] == 0
    assert client.get("/items?cursor=abc").status_code == 400


def test_all_of_them_come_as_a_table(client: TestClient, settings: Settings) -> None:
    """To be saved under a safe name; the audit tells that it was taken along."""
    answer = client.get("/items.csv?kind=document")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="copse-items.csv"'
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["\ufeffid", TANK]
    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        [line] = reader.decisions()
    assert (line.actor, line.action, line.detail) == ("guest", "export", "items as a table")


@pytest.mark.parametrize(
    "values", [{"page": 0}, {"page": "x"}, {"start": -1}, {"quote": "1-x"}, {"quote": ["0-1"] * 21}], ids=str
)
def test_what_is_no_page_is_refused(client: TestClient, values: dict[str, object]) -> None:
    """With a problem that says which part is wrong."""
    assert _picture(client, TANK, **values)[:2] == (422, "application/problem+json")
