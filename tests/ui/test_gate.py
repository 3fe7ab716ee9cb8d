"""Everybody who may come, against everything that can be asked: over HTTP, over MCP, and on the pages.

The table below has a row for every operation of the API; one that is not in it fails the test, as does a tool
of MCP that tells more than it should.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from catalog.errors import NotFoundError, NotSignedInError
from catalog.nouns import Standing
from catalog.settings import Settings
from catalog.store import Catalog
from tests.ui.browser import CHROMIUM, serving, visit
from tests.ui.described import OPERATIONS
from tests.ui.vault import ITEM, QUESTION, SECRET, Actor, make_actors, make_vault
from ui.access.credentials import Bearer
from ui.api import make_api
from ui.mcp.tools import TOOLS, Tool
from ui.service import Service
from ui.view.place import Page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READER, CONTRIBUTOR, STEWARD, OWNER = Standing
ASKED = {"q": QUESTION}
OPEN = frozenset({"health", "ready"})
"""What answers whoever comes: whether the service is up."""


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked, about the vault. What stands in braces is the number of something in it.

    Attributes:
        path: What stands in the address.
        params: What stands after the question mark.
        json: The body.
        files: What is sent as a form instead.
        needs: What one must be to the vault; None if everybody may ask it, and sees what is theirs.
        shows: Whether those who may read the vault see the secret.
        id: The id of something in the vault; whoever may not read it must not know that it is there.
        absent: An id of nothing.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    needs: Standing | None = None
    shows: bool = False
    id: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Vault:
    """A library with a private vault, those who come, and what is in it."""

    settings: Settings
    service: Service
    api: TestClient
    actors: Sequence[Actor]
    numbers: Mapping[str, str]

    def ask(self, actor: Actor, name: str, *, absent: bool = False) -> httpx2.Response:
        """Let somebody ask something, about the vault or about what is not there."""
        method, path, _ = OPERATIONS[name]
        call = CALLS[name]
        for part, value in call.path.items():
            path = path.replace(f"{{{part}}}", self._put(value, call, absent=absent))
        params = {key: self._put(value, call, absent=absent) for key, value in call.params.items()}
        body = {key: self._put(value, call, absent=absent) for key, value in (call.json or {}).items()}
        sent: dict[str, Any] = {"files": call.files} if call.files else {}
        sent |= {} if call.json is None else {"json": body}
        headers = {"Authorization": f"Bearer {actor.key}"}
        return self.api.request(method, path, params=params, headers=headers, **sent)

    def _put(self, value: Any, call: Call, *, absent: bool) -> Any:
        if absent and value == call.id:
            return call.absent
        return self.numbers.get(value, value) if isinstance(value, str) else value

    def said(self, answer: httpx2.Response, call: Call) -> str:
        """What an answer says, without what the request said."""
        said = answer.text.lower()
        for value in (call.id, *call.path.values(), *call.params.values(), *(call.json or {}).values()):
            for one in value if isinstance(value, list) else [value]:
                known = self.numbers.get(one, one) if isinstance(one, str) else one
                said = said.replace(str(known).lower(), "") if one else said
        return said

    def same(self, answer: httpx2.Response, call: Call) -> tuple[int, str]:
        """An answer without the id that was asked for."""
        said = answer.text
        for one in (self.numbers.get(call.id, call.id), call.absent):
            said = said.replace(one, "…")
        return answer.status_code, said

    def is_too_low(self, actor: Actor, name: str) -> bool:
        """Whether somebody may not do this."""
        changes = OPERATIONS[name][0].upper() != "GET"
        needs = CALLS[name].needs
        low = needs is not None and (actor.standing is None or not actor.standing.includes(needs))
        return low or (changes and not actor.writes) or (needs in (STEWARD, OWNER) and not actor.writes)

    def state(self) -> dict[str, int]:
        """How much there is of everything; what was asked is counted whoever asks."""
        with Catalog.open(self.settings.library) as catalog, catalog.engine.connect() as db:
            tables = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            counts = {
                name: int(db.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())  # noqa: S608
                for name in tables
                if name not in ("gaps", "asked")
            }
        return counts | {"generation": self.service.generation()}


CALLS: Mapping[str, Call] = {
    "ask": Call(params=ASKED, shows=True),
    "ask_stream": Call(params=ASKED, shows=True),
    "search": Call(params=ASKED, shows=True),
    "experts": Call(params={"q": "lease of the meadow"}, shows=True),
    "similar": Call(params={"q": "the lease of the meadow was lost"}, shows=True),
    "topic": Call(params={"q": "lease"}, shows=True, needs=READER),
    "topics": Call(shows=True),
    "risks": Call(shows=True),
    "people": Call(shows=True),
    "person": Call(params={"id": "{person}"}, shows=True, needs=READER, id="{person}", absent="9999"),
    "item": Call(params={"id": ITEM}, shows=True, needs=READER, id=ITEM, absent="library:club/none.md"),
    "items": Call(shows=True),
    "items_csv": Call(shows=True),
    "page_picture": Call(
        params={"id": ITEM, "page": 1, "start": 0, "end": 5}, needs=READER, id=ITEM, absent="library:no"
    ),
    "status": Call(shows=True),
    "communities": Call(shows=True),
    "gaps": Call(shows=True),
    "community": Call(shows=True),
    "map": Call(shows=True),
    "health": Call(),
    "ready": Call(),
    "metrics": Call(needs=OWNER),
    "me": Call(shows=True),
    "members": Call(needs=STEWARD, shows=True),
    "put_members_grants": Call(
        json={"grantee": "new@x.example", "community": "zebra", "standing": "reader"}, needs=STEWARD
    ),
    "delete_members_grants": Call(params={"grantee": "new@x.example", "community": "zebra"}, needs=STEWARD),
    "post_members_suspensions": Call(json={"who": "new@x.example"}, needs=OWNER),
    "tokens": Call(),
    "post_tokens": Call(json={"name": "more", "acts_as": "owner", "scope": "admin"}, needs=OWNER),
    "delete_tokens_number": Call(path={"number": "{token}"}, needs=OWNER, id="{token}", absent="9999"),
    "requests": Call(shows=True),
    "requests_stats": Call(),
    "requests_key": Call(path={"key": "{request}"}, needs=READER, shows=True, id="{request}", absent="9999"),
    "post_requests": Call(json={"question": "Who mows it?", "communities": ["zebra"]}, needs=READER),
    "post_requests_key_answer": Call(
        path={"key": "{request}"}, json={"text": "In June."}, needs=OWNER, id="{request}", absent="9999"
    ),
    "post_requests_key_accept": Call(
        path={"key": "{request}"}, json={"reply": 1}, needs=OWNER, id="{request}", absent="9999"
    ),
    "post_requests_key_decline": Call(
        path={"key": "{request}"}, json={}, needs=OWNER, id="{request}", absent="9999"
    ),
    "post_requests_key_close": Call(
        path={"key": "{request}"}, json={}, needs=OWNER, id="{request}", absent="9999"
    ),
    "contributions": Call(),
    "post_items": Call(
        json={"kind": "post", "community": "zebra", "title": "Hay", "text": "Mow it."}, needs=CONTRIBUTOR
    ),
    "patch_items": Call(
        params={"id": "{written}"}, json={"title": "Hay"}, needs=STEWARD, id="{written}", absent="written:no"
    ),
    "delete_items": Call(params={"id": "{written}"}, needs=STEWARD, id="{written}", absent="written:no"),
    "documents": Call(params={"id": "{upload}"}, id="{upload}", absent="uploads/zebra:none.md"),
    "post_documents": Call(
        params={"community": "zebra"}, files={"file": ("hay.md", b"Mow it.")}, needs=CONTRIBUTOR
    ),
    "feedback": Call(needs=STEWARD, shows=True),
    "post_feedback": Call(
        json={"item": ITEM, "helped": False}, needs=CONTRIBUTOR, id=ITEM, absent="library:none"
    ),
    "sources": Call(),
    "source_kinds": Call(),
    "post_sources": Call(json={"location": "{folder}", "sync": False}, needs=OWNER),
    "delete_sources_name": Call(path={"name": "library"}, needs=OWNER, id="library", absent="none"),
    "jobs": Call(),
    "post_jobs": Call(json={"sources": ["library"]}, needs=OWNER),
    "jobs_job_id": Call(path={"job_id": "{job}"}, needs=OWNER, id="{job}", absent="none"),
    "jobs_job_id_events": Call(path={"job_id": "{job}"}, needs=OWNER, id="{job}", absent="none"),
    "post_jobs_job_id_cancel": Call(
        path={"job_id": "{job}"}, json={}, needs=OWNER, id="{job}", absent="none"
    ),
    "post_jobs_job_id_confirm": Call(
        path={"job_id": "{job}"}, json={"agree": False}, needs=OWNER, id="{job}", absent="none"
    ),
}
"""Every operation of the API, asked about the vault."""


_PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """A library with a private vault, an API over it, and numbers of what is in the vault."""
    settings = make_vault(tmp_path_factory.mktemp("gate"))
    actors = make_actors(settings)
    with (
        closing(Service.open(settings)) as service,
        TestClient(make_api(service), raise_server_exceptions=False) as api,
    ):
        yield Vault(settings, service, api, actors, _numbers(service, api, settings))


def _numbers(service: Service, api: TestClient, settings: Settings) -> dict[str, str]:
    """What only those who may read the vault can know the number of."""
    put = {"question": "Where is the zebra safe?", "communities": ["zebra"], "to": [_person(api)]}
    request = api.post("/requests", json=put)
    assert request.status_code == 201, request.text
    job = api.post("/jobs", json={"sources": ["library"]})
    post = {"kind": "post", "community": "zebra", "title": "Hay", "text": "Dry.", "author": "Zebra Quux"}
    document = {"file": ("zebra.md", b"The zebra hay is dry.")}
    upload = api.post("/documents", params={"community": "zebra"}, files=document)
    api.post("/feedback", json={"question": QUESTION, "communities": ["zebra"], "helped": False})
    # What is still being read would change the library later, whoever asks then.
    assert '"state":"done"' in api.get(f"/jobs/{job.json()['id']}/events").text
    assert service.contributing().settled(upload.json()["item_id"], _PATIENCE).state == "read"
    return {
        "{request}": str(request.json()["request"]["number"]),
        "{person}": _person(api),
        "{token}": str(api.get("/tokens").json()["tokens"][0]["id"]),
        "{job}": job.json()["id"],
        "{written}": api.post("/items", json=post).json()["item_id"],
        "{upload}": upload.json()["item_id"],
        "{folder}": str(settings.library.parent / "library"),
    }


def _person(api: TestClient) -> str:
    return str(api.get("/people", params={"q": "Zebra Quux"}).json()["people"][0]["person_id"])


def test_every_operation_is_in_the_table() -> None:
    """So whoever adds one says here who may use it."""
    assert set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("name", list(CALLS))
def test_whoever_may_not_enter_is_told_so_and_nothing_else(vault: Vault, name: str) -> None:
    """Where a token has expired or was revoked, or its owner is suspended."""
    told = {actor.name: vault.ask(actor, name).status_code for actor in vault.actors if not actor.enters}
    assert set(told.values()) == {200 if name in OPEN else 401}


@pytest.mark.parametrize("name", list(CALLS))
def test_whoever_may_not_read_the_vault_learns_nothing_of_it(vault: Vault, name: str) -> None:
    """Neither in an answer nor in an error, and an id that is there is told as one that is not."""
    call = CALLS[name]
    for actor in vault.actors:
        if actor.enters and actor.standing is None:
            answer = vault.ask(actor, name)
            assert SECRET not in vault.said(answer, call), actor.name
            assert answer.status_code < 500
            if call.needs:
                assert answer.status_code in (403, 404), actor.name
            if call.id:
                absent = vault.ask(actor, name, absent=True)
                assert vault.same(answer, call) == vault.same(absent, call), actor.name


@pytest.mark.parametrize("name", list(CALLS))
def test_nobody_does_more_than_their_standing_allows(vault: Vault, name: str) -> None:
    """Nor with a token that only reads; and nothing changes."""
    before = vault.state()
    for actor in vault.actors:
        if actor.enters and vault.is_too_low(actor, name):
            assert vault.ask(actor, name).status_code in (403, 404), actor.name
    assert vault.state() == before


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.shows])
def test_those_who_may_read_the_vault_do(vault: Vault, name: str) -> None:
    """Else the tests above would prove nothing."""
    for actor in vault.actors:
        if actor.enters and actor.standing and not vault.is_too_low(actor, name):
            assert SECRET in vault.ask(actor, name).text.lower(), actor.name


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if not tool.writes], ids=lambda tool: tool.name)
def test_a_tool_of_mcp_tells_whoever_may_read_the_vault_and_nobody_else(vault: Vault, tool: Tool) -> None:
    """By the same viewer as everything else."""
    wanted = {"question": QUESTION, "query": QUESTION, "topic": "lease", "problem": QUESTION, "id": ITEM}
    given = tool.takes(**{name: wanted[name] for name in tool.takes.model_fields if name in wanted})
    for actor in vault.actors:
        try:
            told = tool.run(vault.service.seen_by(Bearer(actor.key)), given).model_dump_json()
        except (NotFoundError, NotSignedInError) as error:
            assert actor.standing is None, actor.name
            told = str(error).replace(ITEM, "")
        assert (SECRET in told.lower()) == (actor.standing is not None), actor.name


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_no_page_shows_a_guest_anything_of_the_vault(vault: Vault, browser: Browser) -> None:
    """Neither by itself nor at an address that somebody else sent."""
    numbers = {"person": vault.numbers["{person}"], "request": vault.numbers["{request}"]}
    everything = {"q": QUESTION, "topic": "lease", "item": ITEM, **numbers}
    with serving(vault.settings, "--as", "guest") as url, visit(browser, url, at=None) as page:
        for where in Page:
            for sent in ({}, everything, {"q": QUESTION, "community": "zebra"}):
                page.goto(f"{url}/?{urlencode({'page': where.value, **sent})}")
                page.wait_for_selector(".masthead")
                page.wait_for_selector('[data-test-script-state="notRunning"]')
                assert SECRET not in page.content().lower().replace(ITEM, ""), f"{where} {sent}"
