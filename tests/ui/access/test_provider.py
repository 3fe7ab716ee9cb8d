"""Sign-in at a real provider, without a browser: to the provider and back, and into the HTTP API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from catalog.settings import Settings
from catalog.store import Catalog
from tests.oidc.provider import SECRET, Provider, sign_in


@pytest.fixture(scope="module")
def ada(url: str) -> Iterator[httpx.Client]:
    """Ada, who has signed in; she is in the board's group."""
    with httpx.Client() as client:
        assert sign_in(client, f"{url}/sign-in", "ada").status_code == 302
        yield client


def _communities(client: httpx.Client, url: str, **headers: str) -> Any:
    answer = client.get(f"{url}/api/v1/communities", headers=headers)
    if answer.status_code != 200:
        return answer.status_code
    return [one["slug"] for one in answer.json()["communities"]]


def _audit(settings: Settings) -> list[tuple[str, str, str]]:
    with Catalog.open(settings.library) as catalog, catalog.read(catalog.owner()) as reader:
        return [(line.actor, line.action, line.detail) for line in reader.decisions(limit=5)]


def test_whoever_signs_in_comes_back_to_where_they_were_and_reads_what_they_may(
    url: str, settings: Settings
) -> None:
    """Nobody reads anything before; then Ada reads what her group may."""
    with httpx.Client() as client:
        assert _communities(client, url) == 401
        answer = sign_in(client, f"{url}/sign-in?to=%3Fq%3Dgreen%2Bwater", "ada")

        assert answer.headers["location"] == "/?q=green+water"
        assert _communities(client, url) == ["board", "garden"]
    assert ("ada", "sign-in", "on the page") in _audit(settings)


@pytest.mark.parametrize("who", ["ben", "eve"])
def test_who_is_in_no_group_reads_what_is_public(url: str, who: str) -> None:
    """Eve names Ada's address as hers, which the provider doubts."""
    with httpx.Client() as client:
        sign_in(client, f"{url}/sign-in", who)
        assert _communities(client, url) == ["garden"]


def test_who_is_in_many_groups_signs_in_too(url: str) -> None:
    """The cookie is too large for one; Streamlit makes pieces of it."""
    with httpx.Client() as client:
        sign_in(client, f"{url}/sign-in", "dee")
        assert "_streamlit_user_2" in {one.name for one in client.cookies.jar}
        assert _communities(client, url) == ["board", "garden"]

        client.get(f"{url}/auth/logout")
        assert _communities(client, url) == 401


def test_the_way_to_the_provider_is_bound_to_the_browser_that_takes_it(url: str) -> None:
    """By a state, a nonce, and a proof that a code is used by whom it was given to."""
    with httpx.Client() as client:
        login = client.get(client.get(f"{url}/sign-in").headers["location"].join((url, "")))
        asked = httpx.URL(login.headers["location"]).params

    assert asked["response_type"] == "code"
    assert (len(asked["state"]) >= 16, len(asked["nonce"]) >= 16) == (True, True)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{url}/oauth2callback"


def test_who_comes_back_from_elsewhere_is_not_signed_in(url: str, ada: httpx.Client) -> None:
    """A code that was made for one browser opens nothing in another."""
    with httpx.Client() as client:
        answer = client.get(f"{url}/oauth2callback?code=stolen&state=guessed")

        assert answer.headers["location"] == "/?sign-in=failed"
        assert "_streamlit_user" not in answer.cookies
        assert _communities(client, url) == 401


def test_who_turns_back_at_the_provider_is_told_and_it_is_written_down(url: str, settings: Settings) -> None:
    """Nothing has happened."""
    with httpx.Client() as client:
        answer = sign_in(client, f"{url}/sign-in", "nobody")

        assert answer.headers["location"] == "/?sign-in=failed"
        assert _communities(client, url) == 401
    assert ("nobody", "sign-in-failed", "at the provider") in _audit(settings)


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example/?q=x", "?q=x\r\nSet-Cookie:a=b"])
def test_the_way_back_never_leads_elsewhere(url: str, to: str) -> None:
    """It is an address of the page, whatever was asked for."""
    with httpx.Client() as client:
        back = sign_in(client, str(httpx.URL(f"{url}/sign-in", params={"to": to})), "ben").headers["location"]

    assert back.startswith("/")
    assert not back.startswith("//")
    assert "\n" not in back


def test_a_copied_cookie_opens_nothing_after_signing_out(url: str, settings: Settings) -> None:
    """It is ended here, not only thrown away there."""
    with httpx.Client() as client:
        sign_in(client, f"{url}/sign-in", "ada")
        copied = {one.name: one.value or "" for one in client.cookies.jar}
        assert _communities(client, url) == ["board", "garden"]
        client.get(f"{url}/auth/logout")
    with httpx.Client(cookies=copied) as thief:
        assert _communities(thief, url) == 401
    assert ("ada", "sign-out", "") in _audit(settings)


def test_another_site_cannot_sign_anybody_out(url: str, ada: httpx.Client) -> None:
    """A link that leads there from elsewhere does nothing."""
    ada.get(f"{url}/auth/logout", headers={"sec-fetch-site": "cross-site"})
    assert _communities(ada, url) == ["board", "garden"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 404),
        ({"origin": "HERE"}, 404),
    ],
    ids=["nothing", "another origin", "another site", "this site", "this origin"],
)
def test_a_cookie_changes_something_only_from_a_page_of_copse(
    url: str, ada: httpx.Client, headers: dict[str, str], status: int
) -> None:
    """The browser adds it to what any page sends; here there is no such request to close."""
    told = {name: value.replace("HERE", url) for name, value in headers.items()}
    answer = ada.post(f"{url}/api/v1/requests/999/close", json={}, headers=told)

    assert answer.status_code == status


def test_a_form_of_another_site_uploads_nothing(url: str, ada: httpx.Client) -> None:
    """A browser lets any page send files."""
    documents, file = f"{url}/api/v1/documents?community=nowhere", {"file": ("leeks.md", b"# Leeks")}

    assert ada.post(documents, files=file).status_code == 403
    assert ada.post(documents, files=file, headers={"origin": url}).status_code == 404


def test_whoever_is_suspended_is_out_at_once(
    url: str, settings: Settings, ada: httpx.Client, provider: Provider
) -> None:
    """With the cookie that they have, and with a token of the provider."""
    now = int(time.time())
    claims = {"iss": provider.issuer, "sub": "ada", "aud": "copse", "exp": now + 600}
    token = {"authorization": f"Bearer {provider.mint(claims | {'email': 'ada@example.org'})}"}
    with httpx.Client() as program, Catalog.open(settings.library) as catalog:
        assert _communities(program, url, **token) == ["board", "garden"]
        try:
            with catalog.members(catalog.owner()) as members:
                members.suspend("ada@example.org")
            assert _communities(ada, url) == 401
            assert _communities(program, url, **token) == 401
        finally:
            with catalog.members(catalog.owner()) as members:
                members.suspend("ada@example.org", suspended=False)
    assert _communities(ada, url) == ["board", "garden"]


def test_a_token_of_the_provider_opens_the_api(url: str, provider: Provider, settings: Settings) -> None:
    """For programs, and for people who have one; what does not count is told without a reason."""
    now = int(time.time())
    claims = {
        "iss": provider.issuer,
        "sub": "kim",
        "aud": "copse",
        "exp": now + 600,
        "groups": ["board-members"],
    }
    with httpx.Client() as client:
        good = provider.mint(claims)
        assert _communities(client, url, authorization=f"Bearer {good}") == ["board", "garden"]

        expired = provider.mint(claims | {"exp": now - 600})
        answer = client.get(f"{url}/api/v1/communities", headers={"authorization": f"Bearer {expired}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"].startswith("this token does not count: it may have expired, or be")
    assert ("nobody", "sign-in-failed", "a token of the provider") in _audit(settings)


def test_no_secret_is_in_what_is_answered(url: str, ada: httpx.Client) -> None:
    """Neither that of Copse nor the provider's tokens."""
    for path in ("/", "/api/v1/status", "/api/v1/openapi.json", "/sign-in"):
        text = ada.get(f"{url}{path}").text
        assert SECRET not in text
        assert "eyJ" not in text


def test_cookies_are_for_the_server_alone_and_end_with_the_session(url: str) -> None:
    """No script reads them; they are as old as a sign-in may become."""
    with httpx.Client() as client:
        set_cookies = sign_in(client, f"{url}/sign-in", "ada").headers.get_list("set-cookie")

    user = next(line for line in set_cookies if line.startswith("_streamlit_user="))
    assert user.partition("; ")[2] == "HttpOnly; Max-Age=43200; Path=/; SameSite=lax"
