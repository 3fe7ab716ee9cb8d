"""Whether the cookie of a sign-in counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner

from tests.ui.access.signed import ADA, SECRET, SIGN_IN, cookies_of, signed
from ui.access.ended import Ended
from ui.access.session import COOKIE, read_session


def test_the_cookie_of_a_sign_in_gives_what_the_provider_said() -> None:
    """As Streamlit's login signs it."""
    found = read_session(cookies_of(ADA), SECRET, SIGN_IN)

    assert found is not None
    assert found.claims == ADA
    assert len(found.id) == 64


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.example.org"},
        {"aud": "another"},
        {"origin": "https://evil.example"},
        {"is_logged_in": False},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_another_sign_in_does_not_count(changed: dict[str, Any]) -> None:
    """Of another provider, for another program, or elsewhere."""
    assert read_session(cookies_of(ADA | changed), SECRET, SIGN_IN) is None


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {COOKIE: ""},
        {COOKIE: "nonsense"},
        signed(COOKIE, json.dumps(ADA), "another secret"),
        {COOKIE: signed("another", json.dumps(ADA))["another"]},
        signed(COOKIE, "no JSON"),
        signed(COOKIE, "[]"),
    ],
    ids=["none", "empty", "nonsense", "another secret", "of another name", "no JSON", "no claims"],
)
def test_what_copse_did_not_sign_does_not_count(cookies: dict[str, str]) -> None:
    """Nor what it signed for something else."""
    assert read_session(cookies, SECRET, SIGN_IN) is None


def test_a_session_ends_after_its_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the browser does with the cookie."""
    hour = 3600
    now = TimestampSigner(SECRET).get_timestamp()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now - 11 * hour)
    young = cookies_of(ADA)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now - 13 * hour)
    old = cookies_of(ADA)
    monkeypatch.undo()

    assert read_session(young, SECRET, SIGN_IN) is not None
    assert read_session(old, SECRET, SIGN_IN) is None


def _in_pieces(text: str, pieces: int) -> dict[str, str]:
    size = -(-len(text) // pieces)
    cookies = signed(COOKIE, f"chunks-{pieces}")
    for number in range(pieces):
        cookies |= signed(f"{COOKIE}_{number + 1}", text[number * size : (number + 1) * size])
    return cookies


def test_a_large_cookie_comes_in_pieces() -> None:
    """Somebody in many groups has one."""
    claims = ADA | {"groups": [f"group {number}" for number in range(500)]}
    cookies = _in_pieces(json.dumps(claims), 3)

    found = read_session(cookies, SECRET, SIGN_IN)
    assert found is not None
    assert found.claims == claims

    del cookies[f"{COOKIE}_2"]
    assert read_session(cookies, SECRET, SIGN_IN) is None


def test_many_pieces_are_not_put_together() -> None:
    """Each is signed by itself, so those of several sign-ins could be mixed until they say something else."""
    assert read_session(_in_pieces(json.dumps(ADA), 5), SECRET, SIGN_IN) is None


def test_a_session_that_was_ended_is_remembered(tmp_path: Path) -> None:
    """By another server beside this one too, and only for as long as it would have counted."""
    here, beside = Ended(tmp_path), Ended(tmp_path)
    assert "ada's" not in beside

    here.add("ada's", until=2000, now=1000)
    here.add("ben's", until=5000, now=1500)
    assert "ada's" in beside
    assert "ben's" in here

    here.add("cy's", until=6000, now=3000)
    assert "ada's" not in here
    assert "ben's" in beside
    assert "cy's" in Ended(tmp_path)
    assert (tmp_path / "signed-out").stat().st_mode & 0o777 == 0o600
