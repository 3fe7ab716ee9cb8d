"""Who somebody is, from what a provider says."""

from __future__ import annotations

from typing import Any

import pytest

from ui.access.claims import person_of
from ui.access.credentials import SignedIn

_ADA: dict[str, Any] = {
    "iss": "https://login.example.org",
    "sub": "7",
    "email": "ada@example.org",
    "name": "Ada",
}


def test_a_person_is_named_by_the_provider() -> None:
    """By its own name for them, which never changes; the rest is what it says at the moment."""
    claims = _ADA | {"email_verified": True, "groups": ["board", "cooks"]}

    assert person_of(claims, "groups") == SignedIn(
        "https://login.example.org", "7", "ada@example.org", "Ada", frozenset({"board", "cooks"})
    )


@pytest.mark.parametrize(
    ("verified", "email"),
    [
        ({"email_verified": True}, "ada@example.org"),
        ({"email_verified": "true"}, "ada@example.org"),
        ({}, "ada@example.org"),
        ({"email_verified": False}, ""),
        ({"email_verified": "false"}, ""),
        ({"email_verified": None}, ""),
    ],
)
def test_an_address_counts_unless_the_provider_doubts_it(verified: dict[str, Any], email: str) -> None:
    """Else anybody could take the address of somebody else."""
    assert person_of(_ADA | verified, "groups").email == email


@pytest.mark.parametrize(
    ("claims", "where", "groups"),
    [
        ({"groups": "board"}, "groups", {"board"}),
        ({"groups": ["board", 7, None, ""]}, "groups", {"board"}),
        ({"groups": {"board": True}}, "groups", set()),
        ({"realm_access": {"roles": ["board"]}}, "realm_access.roles", {"board"}),
        ({"https://example.org/groups": ["board"]}, "https://example.org/groups", {"board"}),
        ({"realm_access": "none"}, "realm_access.roles", set()),
        ({}, "groups", set()),
    ],
)
def test_groups_are_where_the_settings_say(claims: dict[str, Any], where: str, groups: set[str]) -> None:
    """Whatever else stands there is no group."""
    assert person_of(_ADA | claims, where).groups == groups


def test_somebody_without_a_name_is_called_by_what_there_is() -> None:
    """In the end by the provider's own name for them; a name is one line."""
    nameless = {"iss": "https://login.example.org", "sub": "7"}
    assert person_of(nameless, "groups").name == "7"
    assert person_of(nameless | {"preferred_username": "ada\nowner"}, "groups").name == "ada owner"
