"""Similar problems on another site: what its pages may read, and the script at work in a real browser."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.middleware import Middleware

from catalog.errors import SettingError
from catalog.settings import Settings
from tests.ui.browser import CHROMIUM
from tests.ui.club import make_club
from ui.embed.http import SCRIPT, SIMILAR, Embed, read_origins
from ui.guard import Guard
from ui.limits import Limits
from ui.service import Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

FORUM = "https://forum.example.org"
_PAGE = Path(__file__).with_name("elsewhere")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a library whose problems a forum may show."""
    return replace(make_club(tmp_path_factory.mktemp("embed")), embed_origins=f"{FORUM}, https://two.example")


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[Service]:
    """The library; its process serves the owner."""
    with closing(Service.open(settings)) as service:
        yield service


def _app(service: Service, **changes: Any) -> Starlette:
    changed = replace(service.settings, **changes)
    embed = Embed(Service(service._engine, changed), Limits.of(changed))
    guard = Middleware(Guard, (SCRIPT, SIMILAR), embed.origins)
    return Starlette(routes=embed.routes(), middleware=[guard])


@contextmanager
def _serving(service: Service, **changes: Any) -> Iterator[TestClient]:
    with TestClient(_app(service, **changes), "https://copse.example") as client:
        yield client


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """What a browser talks to."""
    with _serving(service) as client:
        yield client


# --- what is given ---


def test_no_more_is_given_than_is_shown(client: TestClient) -> None:
    """Neither people nor texts in full."""
    found = client.get(SIMILAR, params={"q": "green water in the rain tank ", "k": 1}).json()

    assert found == {
        "schema_version": 1,
        "similar": [
            {
                "title": "Why is the water in the rain tank green?",
                "standing": "Solved",
                "solution": "Light makes the water in the rain tank green. Paint the rain tank black. "
                "Mine has been clear for years.",
                "about": "Garden Club · 1 May 2023",
                "url": "",
                "page": "?item=club%2Fgarden%2Fforum%3A1",
            }
        ],
    }


def test_it_reads_as_nobody(client: TestClient) -> None:
    """Although the process serves the owner, and whatever comes along."""
    asked = {"q": "The rent of the meadow rises in June. ", "k": "10"}
    found = client.get(SIMILAR, params=asked, headers={"Cookie": "a=b", "Authorization": "Bearer x"})

    assert found.status_code == 200
    assert "Minutes" not in found.text


def test_where_guests_may_not_enter_there_is_nothing(service: Service) -> None:
    """A site that may ask does not open what is closed."""
    with _serving(service, guests="no") as client:
        assert client.get(SIMILAR, params={"q": "green water"}).status_code == 401


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"q": ""}, 200),
        ({}, 422),
        ({"q": "x" * 2001}, 422),
        ({"q": "water", "k": "99"}, 422),
        ({"q": "green water ", "community": "board"}, 404),
    ],
    ids=["nothing yet", "no question", "too long", "too many", "private"],
)
def test_what_is_asked_has_bounds(client: TestClient, asked: dict[str, str], status: int) -> None:
    """A community that guests may not read is one that does not exist."""
    assert client.get(SIMILAR, params=asked).status_code == status


def test_who_asks_too_often_waits(service: Service) -> None:
    """As at the API."""
    with _serving(service, api_rate=1, host="0.0.0.0") as client:  # noqa: S104 - nothing listens
        statuses = [client.get(SIMILAR, params={"q": ""}).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]


# --- to whom ---


def test_the_script_may_be_used_by_any_page(client: TestClient) -> None:
    """It tells nothing; what it asks for is given to the named sites only."""
    script = client.get(SCRIPT)

    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [
        (FORUM, 200, FORUM),
        ("https://two.example", 200, "https://two.example"),
        ("https://copse.example", 200, None),
        ("http://forum.example.org", 403, None),
        ("https://forum.example.org:8443", 403, None),
        ("https://forum.example.org.evil.example", 403, None),
        ("null", 403, None),
    ],
)
def test_only_named_sites_may_read_it(
    client: TestClient, origin: str, status: int, allowed: str | None
) -> None:
    """By exactly their name; their cookies never count."""
    given = client.get(SIMILAR, params={"q": "green water "}, headers={"Origin": origin})

    assert (given.status_code, given.headers.get("access-control-allow-origin")) == (status, allowed)
    assert "access-control-allow-credentials" not in given.headers


@pytest.mark.parametrize("path", ["/api/v1/similar", "/mcp", "/", "/embed/similar/"])
def test_they_may_read_nothing_else(client: TestClient, path: str) -> None:
    """The guard lets them to these two addresses and no further."""
    assert client.get(path, headers={"Origin": FORUM}).status_code == 403


def test_they_may_only_read(client: TestClient) -> None:
    """Nothing but GET."""
    assert client.post(SIMILAR, headers={"Origin": FORUM}).status_code == 403


def test_without_sites_there_is_nothing(service: Service) -> None:
    """Neither the script nor what it asks."""
    with _serving(service, embed_origins="") as client:
        off = [client.get(path, params={"q": "x"}) for path in (SCRIPT, SIMILAR)]

    assert [one.status_code for one in off] == [404, 404]
    assert {one.headers["cross-origin-resource-policy"] for one in off} == {"same-origin"}


@pytest.mark.parametrize("site", ["*", "forum.example.org", "https://a.example/forum", "https://u@a.example"])
def test_what_is_no_site_is_refused(settings: Settings, site: str) -> None:
    """With an example of one."""
    with pytest.raises(SettingError, match="give addresses such as https"):
        read_origins(replace(settings, embed_origins=f"{FORUM},{site}"))


# --- in a browser ---


class _Elsewhere(SimpleHTTPRequestHandler):
    """Another site: its form, under a policy that allows nothing but what it needs."""

    copse = ""

    def do_GET(self) -> None:
        path = "form.html" if self.path == "/" else self.path.lstrip("/")
        body = (_PAGE / path).read_text(encoding="utf-8").replace("COPSE", self.copse).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if path.endswith("css") else "text/html")
        mine = "default-src 'none'; style-src 'self'; img-src data:"
        policy = f"{mine}; script-src {self.copse}; connect-src {self.copse}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _listening(app: Starlette) -> Iterator[str]:
    """Serve an application from a thread; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def forum(service: Service) -> Iterator[tuple[str, str]]:
    """The addresses of a forum, and of the Copse that it may ask; for a browser they are different sites."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        forum = f"http://localhost:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with _listening(_app(service, embed_origins=forum)) as copse:
            _Elsewhere.copse = copse
            yield forum, copse
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser, forum: tuple[str, str]) -> Iterator[Page]:
    """The forum's page, in a browser that is signed in to Copse; nothing may go wrong on it."""
    there, copse = forum
    context = browser.new_context(viewport={"width": 380, "height": 700})
    context.add_cookies([{"name": "signed-in", "value": "yes", "url": copse}])
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(there)
    yield page
    context.close()
    assert wrong == []


def _found(page: Page) -> Locator:
    return page.get_by_role("region", name="Similar problems")


def _replying(page: Page, *titles: str, changed: dict[str, str] | None = None) -> list[str]:
    """Reply in the place of Copse; gives the addresses that were asked, as they come."""
    problem = {"standing": "Solved", "solution": "", "about": "", "url": "", "page": "?item=1"}
    body = json.dumps({"similar": [{"title": title, **problem, **(changed or {})} for title in titles]})
    asked: list[str] = []

    def reply(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=body, headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/embed/similar*", reply)
    return asked


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_similar_problems_come_while_somebody_types(page: Page, forum: tuple[str, str]) -> None:
    """Of the real Copse, asked without cookies and without telling on which page; they go with the text."""
    field, found = page.get_by_label("Title of your question"), _found(page)
    # One that is given up, since somebody types on, tells headers that are never sent.
    with page.expect_request_finished(lambda one: "/embed/similar" in one.url) as sent:
        field.press_sequentially("Why is my rain tank water green?")
    link = found.get_by_role("link", name="Why is the water in the rain tank green?")

    assert link.get_attribute("href") == f"{forum[1]}/?item=club%2Fgarden%2Fforum%3A1"
    assert [one for one in found.get_by_role("listitem").first.inner_text().splitlines() if one] == [
        "Why is the water in the rain tank green?",
        "Light makes the water in the rain tank green. Paint the rain tank black. "
        "Mine has been clear for years.",
        "Solved · Garden Club · 1 May 2023",
    ]
    assert {"cookie", "referer"} & sent.value.all_headers().keys() == set()
    field.fill("")
    found.wait_for(state="hidden")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_it_asks_once_for_what_is_typed_in_a_go(page: Page) -> None:
    """In the community that the page names; and not for what says too little yet."""
    page.clock.install()
    page.reload()
    asked, field = _replying(page, "One"), page.get_by_label("Title of your question")
    field.press_sequentially("Why is")
    page.clock.run_for(1000)
    field.press_sequentially(" my tank green?")
    page.clock.run_for(1000)
    _found(page).wait_for()

    assert [one.partition("?")[2] for one in asked] == ["q=Why+is+my+tank+green%3F&community=garden&k=2"]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_it_is_used_with_the_keyboard(page: Page) -> None:
    """Tab leads from the field to the links, arrows along them, Escape back; then it stays away."""
    page.clock.install()
    page.reload()
    asked, field = _replying(page, "One", "Two"), page.get_by_label("Title of your question")
    field.fill("Why is my rain tank water green?")
    page.clock.run_for(1000)
    _found(page).wait_for()

    focused = "document.activeElement.shadowRoot?.activeElement.textContent ?? document.activeElement.id"
    went = []
    for key in ("Tab", "ArrowDown", "ArrowUp", "ArrowUp", "Tab", "Escape"):
        page.keyboard.press(key)
        went.append(page.evaluate(focused))
    field.press_sequentially(" and smelly")
    page.clock.run_for(1000)

    assert went == ["One", "Two", "One", "title", "One", "title"]
    assert (_found(page).count(), len(asked)) == (0, 1)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_what_comes_back_is_text(page: Page) -> None:
    """Whatever it is: no element is made of it, and no address that does something."""
    hostile = "<img src=x onerror=document.title=1><b>now</b>"
    texts = dict.fromkeys(("standing", "solution", "about"), hostile)
    addresses = dict.fromkeys(("url", "page"), "javascript:document.title=2")
    _replying(page, hostile, changed=texts | addresses)
    page.get_by_label("Title of your question").fill("Why is my rain tank water green?")
    link = _found(page).get_by_role("link")

    assert link.inner_text() == hostile
    assert (link.get_attribute("href") or "").startswith("http://127.0.0.1:")
    assert _found(page).locator("img, b").count() == 0
    assert page.title() == "A forum"
