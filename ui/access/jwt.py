"""Tokens that the provider of the sign-in made: whether one counts, and who comes with it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from catalog.errors import NotSignedInError
from ui.access.issuer import ALGORITHMS, Issuer
from ui.access.sign_in import SignIn

_LOG = logging.getLogger(__name__)

_LONGEST = 16_000  # characters of a token
_LEEWAY = 60  # seconds by which clocks may differ
_TYPES = ("jwt", "at+jwt", "application/jwt", "application/at+jwt")


def read_jwt(text: str, sign_in: SignIn, issuer: Issuer) -> Mapping[str, Any]:
    """The claims of a token that counts.

    Raises:
        NotSignedInError: If it does not. The reason goes to the log: it would help those who try.
    """
    try:
        return _verified(text, sign_in, issuer)
    except (JoseError, ValueError, TypeError) as error:
        _LOG.info("a token of the provider does not count: %s", type(error).__name__)
        raise NotSignedInError(
            "this token does not count: it may have expired, or be for somewhere else; get a new one"
        ) from error


def _verified(text: str, sign_in: SignIn, issuer: Issuer) -> Mapping[str, Any]:
    if len(text) > _LONGEST or text.count(".") != 2:
        raise ValueError("no token")
    # Headers may name things that this library does not know; they change nothing about what is checked.
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    token = jwt.decode(text, issuer.keys(_key_id(text)), registry=registry)
    wanted = JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": sign_in.issuer},
        aud={"essential": True, "value": sign_in.audience},
        sub={"essential": True},
        exp={"essential": True},
    )
    wanted.validate(token.claims)
    # What tells that somebody has signed out is signed with the same key, for the same audience.
    if str(token.header.get("typ", "JWT")).lower() not in _TYPES or "events" in token.claims:
        raise ValueError("another kind of token")
    return token.claims


def _key_id(text: str) -> str | None:
    """Which key a token says that it was signed with; nothing is checked yet."""
    header = json.loads(urlsafe_b64decode(text.partition(".")[0].encode()))
    found = header.get("kid") if isinstance(header, dict) else None
    return found if isinstance(found, str) else None
