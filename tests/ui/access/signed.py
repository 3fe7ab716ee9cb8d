"""Cookies of a sign-in, as Streamlit's login signs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from itsdangerous import URLSafeTimedSerializer

from ui.access.session import COOKIE
from ui.access.sign_in import SignIn

SIGN_IN = SignIn(
    issuer="https://login.example.org",
    client_id="copse",
    client_secret="from the provider",  # noqa: S106
    name="",
    scopes="openid",
    groups_claim="groups",
    audience="copse",
    origin="https://copse.example.org",
    hours=12.0,
)
SECRET = "what cookies are signed with in tests"  # noqa: S105
ADA: dict[str, Any] = {
    "iss": "https://login.example.org",
    "sub": "7",
    "aud": "copse",
    "nonce": "n1",
    "origin": "https://copse.example.org",
    "is_logged_in": True,
}


def signed(name: str, text: str, secret: str = SECRET) -> dict[str, str]:
    """A cookie of this name."""
    return {name: str(URLSafeTimedSerializer(secret, salt=name).dumps(text))}


def cookies_of(claims: Mapping[str, Any]) -> dict[str, str]:
    """The cookie of a sign-in with these claims."""
    return signed(COOKIE, json.dumps(claims))
