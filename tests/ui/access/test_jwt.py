"""Tokens of a real provider at the door of the HTTP API: which count, and who comes with them."""

from __future__ import annotations

import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64encode

from catalog.errors import NotSignedInError
from catalog.settings import read_settings
from tests.oidc.provider import AUDIENCE, Provider
from ui.access.issuer import Issuer
from ui.access.jwt import read_jwt
from ui.access.sign_in import SignIn, sign_in_of


@pytest.fixture(scope="module")
def sign_in(provider: Provider) -> SignIn:
    """Where people sign in."""
    found = sign_in_of(read_settings(provider.settings | {"oidc_audience": AUDIENCE}, environ={}))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def issuer(sign_in: SignIn) -> Issuer:
    """The provider, asked about itself."""
    return Issuer.discover(sign_in)


def _claims(sign_in: SignIn, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": sign_in.issuer, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 600}
    moments = {
        name: now + int(value.total_seconds())
        for name, value in changed.items()
        if isinstance(value, timedelta)
    }
    return {name: value for name, value in (good | changed | moments).items() if value is not None}


def test_a_token_that_the_provider_gave_a_program_counts(
    provider: Provider, sign_in: SignIn, issuer: Issuer
) -> None:
    """As it comes from its own address for tokens."""
    claims = read_jwt(provider.token_for_a_program(), sign_in, issuer)

    assert (claims["sub"], claims["aud"]) == ("robot", AUDIENCE)


@pytest.mark.parametrize("audience", [AUDIENCE, ["another", AUDIENCE]], ids=["one", "several"])
def test_a_token_for_copse_counts(provider: Provider, sign_in: SignIn, issuer: Issuer, audience: Any) -> None:
    """Whoever else it is for."""
    claims = _claims(sign_in, aud=audience)
    assert read_jwt(provider.mint(claims), sign_in, issuer) == claims


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": timedelta(minutes=-2)},
        {"exp": None},
        {"exp": "never"},
        {"nbf": timedelta(minutes=10)},
        {"iat": timedelta(minutes=10)},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"iss": "https://other.example.org"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": ["ada"]},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    ],
    ids="-".join,
)
def test_a_token_that_says_something_else_does_not_count(
    provider: Provider, sign_in: SignIn, issuer: Issuer, changed: dict[str, Any]
) -> None:
    """Although the provider has signed it."""
    token = provider.mint(_claims(sign_in, **changed))
    with pytest.raises(NotSignedInError, match="does not count"):
        read_jwt(token, sign_in, issuer)


@pytest.mark.parametrize(
    "how",
    [
        {"key": "other"},
        {"key": "none"},
        {"header": {"kid": "unknown"}},
        {"header": {"typ": "logout+jwt"}},
    ],
    ids=["another key", "no signature", "a key that is not known", "another kind"],
)
def test_a_token_that_is_signed_otherwise_does_not_count(
    provider: Provider, sign_in: SignIn, issuer: Issuer, how: dict[str, Any]
) -> None:
    """By another, by nobody, or as something else."""
    token = provider.mint(_claims(sign_in), **how)
    assert token.count(".") == 2
    with pytest.raises(NotSignedInError):
        read_jwt(token, sign_in, issuer)


def test_a_token_signed_with_what_everybody_knows_does_not_count(sign_in: SignIn, issuer: Issuer) -> None:
    """Such as the provider's public key, taken for a secret."""
    key = next(iter(issuer.keys(None)))
    assert isinstance(key, RSAKey)
    public = key.as_pem(private=False)
    parts = [{"alg": "HS256", "kid": "own"}, _claims(sign_in)]
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    token = (signed + b"." + urlsafe_b64encode(hmac.digest(public, signed, "sha256"))).decode()
    with pytest.raises(NotSignedInError):
        read_jwt(token, sign_in, issuer)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "A" * 20_000, "bm9uc2Vuc2U.e30.x"])
def test_nonsense_does_not_count(sign_in: SignIn, issuer: Issuer, token: str) -> None:
    """And is told like everything else that does not."""
    with pytest.raises(NotSignedInError, match="get a new one"):
        read_jwt(token, sign_in, issuer)
