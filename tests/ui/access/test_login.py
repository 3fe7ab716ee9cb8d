"""What is done around Streamlit's login, and what is written down about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from catalog.errors import NotSignedInError
from catalog.settings import read_settings
from catalog.store import Catalog
from tests.ui.access.signed import ADA, SECRET, SIGN_IN, cookies_of
from ui.access.door import Door
from ui.access.ended import Ended
from ui.access.gate import admit
from ui.access.journal import Journal
from ui.access.login import Login, login_secrets
from ui.access.session import COOKIE


def _set_cookies(_: object) -> Response:
    response = PlainTextResponse("")
    response.set_cookie(COOKIE, "x", max_age=2592000, httponly=True, samesite="lax")
    response.set_cookie("_streamlit_xsrf", "y")
    response.delete_cookie(f"{COOKIE}_1")
    return response


def _door(folder: Path, origin: str = SIGN_IN.origin) -> Door:
    sign_in = replace(SIGN_IN, origin=origin)
    return Door(sign_in, cast("Any", None), SECRET, Ended(folder), Journal(folder))


def _cookie_lines(door: Door) -> dict[str, str]:
    app = Login(Starlette(routes=[Route("/", _set_cookies)]), door)
    lines = TestClient(app).get("/").headers.get_list("set-cookie")
    return {name: rest.partition("; ")[2] for name, _, rest in (line.partition("=") for line in lines)}


def test_cookies_are_for_encrypted_connections_alone_and_end_with_the_session(tmp_path: Path) -> None:
    """Streamlit would keep them for a month."""
    lines = _cookie_lines(_door(tmp_path))

    assert lines[COOKIE] == "HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure"
    assert lines["_streamlit_xsrf"].endswith("Secure")
    assert "Max-Age=0" in lines[f"{COOKIE}_1"]


def test_on_this_machine_cookies_need_no_encryption(tmp_path: Path) -> None:
    """There is none, and nobody on the way."""
    lines = _cookie_lines(_door(tmp_path, "http://127.0.0.1:8501"))
    assert "Secure" not in "".join(lines.values())


def test_the_way_in_begins_under_the_name_that_it_leads_back_to(tmp_path: Path) -> None:
    """Else the cookies of the way there would be missing on the way back."""
    app = Login(Starlette(), _door(tmp_path))
    answer = TestClient(app, base_url="http://127.0.0.1:8501", follow_redirects=False).get(
        "/sign-in?to=%3Fq%3Dx"
    )

    assert answer.headers["location"] == "https://copse.example.org/sign-in?to=%3Fq%3Dx"


def test_a_provider_that_is_down_leads_back_to_the_page(tmp_path: Path) -> None:
    """Which says that it did not work."""
    down = Starlette(routes=[Route("/auth/login", lambda _: PlainTextResponse("Authentication error", 400))])
    with Catalog.open(tmp_path) as catalog:
        client = TestClient(Login(down, _door(tmp_path)), follow_redirects=False)
        answer = client.get("/auth/login?provider=x")

        assert (answer.status_code, answer.headers["location"]) == (303, "/?sign-in=failed")
        assert _lines(catalog) == [("nobody", "sign-in-failed", "at the provider")]


def test_streamlit_is_told_what_the_settings_say() -> None:
    """And to prove that a code is used by whom it was given to; how a provider wants the secret, it says."""
    says = SimpleNamespace(about={})
    told = login_secrets(SIGN_IN, cast("Any", says), SECRET)["auth"]
    assert told["redirect_uri"] == "https://copse.example.org/oauth2callback"
    assert told["server_metadata_url"] == "https://login.example.org/.well-known/openid-configuration"
    assert told["client_kwargs"] == {
        "scope": "openid",
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }

    says.about = {
        "prompt_values_supported": ["none", "login"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    told = login_secrets(SIGN_IN, cast("Any", says), SECRET)["auth"]["client_kwargs"]
    assert (told["prompt"], told["token_endpoint_auth_method"]) == ("login", "client_secret_post")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Catalog]:
    """An empty library."""
    with Catalog.open(tmp_path) as catalog:
        yield catalog


def _lines(catalog: Catalog) -> list[tuple[str, str, str]]:
    with catalog.read(catalog.owner()) as reader:
        return [(line.actor, line.action, line.detail) for line in reader.decisions()]


def test_what_was_kept_of_a_sign_in_counts_no_more_when_it_has_ended(library: Catalog) -> None:
    """A page that stays open in another tab does nothing more, whatever is clicked there."""
    settings = read_settings({"library": library.folder}, environ={})
    door = _door(library.folder)
    cookies = cookies_of(ADA)
    ada = door.visitor(cookies)
    assert ada is not None
    assert admit(library, settings, ada).name == "7 at https://login.example.org"

    door.leave(cookies)
    assert door.visitor(cookies) is None
    with pytest.raises(NotSignedInError, match="has ended"):
        admit(library, settings, ada)


def test_many_failures_are_counted_and_not_all_written_down(library: Catalog) -> None:
    """Nobody fills the disk by trying."""
    seconds = [0.0]
    journal = Journal(library.folder, lambda: seconds[0])
    for _ in range(15):
        journal.note_failure("at the provider")
    assert len(_lines(library)) == 10

    seconds[0] = 61
    journal.note_failure("at the provider")
    told = "at the provider; 5 more before it were not written down"
    assert _lines(library)[0] == ("nobody", "sign-in-failed", told)


def test_that_nothing_can_be_written_down_keeps_nobody_out(tmp_path: Path) -> None:
    """It is told in the log of the server."""
    _door(tmp_path / "no library").entered(cookies_of(ADA))
