"""From what a provider says about somebody to who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.access.credentials import SignedIn

_MOST_GROUPS = 1000
_LONGEST = 300  # characters of a name or a group


def person_of(claims: Mapping[str, Any], groups_claim: str) -> SignedIn:
    """Who somebody is, from verified claims.

    Args:
        claims: What the provider says about them; `iss` and `sub` are there.
        groups_claim: Where it names their groups.
    """
    email = _text(claims.get("email"))
    names = (claims.get("name"), claims.get("preferred_username"), email, claims["sub"])
    return SignedIn(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email if _verified(claims) else "",
        name=next(filter(None, map(_text, names))),
        groups=_groups(claims, groups_claim),
    )


def _verified(claims: Mapping[str, Any]) -> bool:
    """Whether the address is theirs; providers that let nobody choose it often say nothing."""
    return str(claims.get("email_verified", True)).lower() == "true"


def _groups(claims: Mapping[str, Any], where: str) -> frozenset[str]:
    found = claims[where] if where in claims else _inside(claims, where.split("."))
    named = found if isinstance(found, list) else [found]
    return frozenset(filter(None, map(_text, named[:_MOST_GROUPS])))


def _inside(claims: Any, path: list[str]) -> Any:
    """What lies at the end of a path of names; None if it leads nowhere."""
    for name in path:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return claims


def _text(value: object) -> str:
    """A short text as one line; what is no text is nothing."""
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""
