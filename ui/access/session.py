"""The session of whoever has signed in on the page: the cookie that Streamlit's login signs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from ui.access.sign_in import SignIn

COOKIE = "_streamlit_user"

# Each piece is signed by itself, so with many, something could be put together that was never signed.
_PIECES = re.compile(rb"chunks-([1-4])")
_DAY = 24  # hours


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that counts.

    Attributes:
        id: A digest that stands for it and opens nothing.
        claims: What the provider said.
    """

    id: str
    claims: Mapping[str, Any]


def read_session(cookies: Mapping[str, str], secret: str, sign_in: SignIn) -> Session | None:
    """The session behind some cookies; None if there is none, or it is too old or of another sign-in.

    Args:
        cookies: The cookies of a request.
        secret: What they are signed with.
        sign_in: Where people sign in.
    """
    raw = _joined(cookies, secret, sign_in.hours)
    if raw is None:
        return None
    try:
        claims = json.loads(raw)
    except ValueError:
        return None
    return Session(hashlib.sha256(raw).hexdigest(), claims) if _counts(claims, sign_in) else None


def _joined(cookies: Mapping[str, str], secret: str, hours: float) -> bytes | None:
    """What a cookie says, whose pieces are cookies of their own if it is large."""

    def read(name: str) -> bytes | None:
        signed = cookies.get(name)
        return decode_signed_value(secret, name, signed, hours / _DAY) if signed else None

    whole = read(COOKIE)
    pieces = _PIECES.fullmatch(whole) if whole else None
    if pieces is None:
        return whole
    read_pieces = [read(f"{COOKIE}_{number}") for number in range(1, int(pieces[1]) + 1)]
    return b"".join(piece for piece in read_pieces if piece) if all(read_pieces) else None


def _counts(claims: Any, sign_in: SignIn) -> bool:
    """Whether claims come from a sign-in at this provider, for this Copse, that succeeded."""
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return False
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    subject = claims.get("sub")
    return (
        claims.get("iss") == sign_in.issuer
        and claims.get("origin") == sign_in.origin
        and sign_in.client_id in meant
        and isinstance(subject, str)
        and bool(subject)
    )
