"""Who may do what, over HTTP: oneself, members and what was given to them, and tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from catalog.access.members import LONGEST_TOKEN_DAYS
from catalog.nouns import Scope, Standing
from ui.api_parameters import AS_JSON, Body, Serving
from ui.membership import TOKEN_DAYS
from ui.schemas_members import (
    GrantedOut,
    MembersOut,
    MeOut,
    RevokedOut,
    SuspendedOut,
    TokenMadeOut,
    TokenRevokedOut,
    TokensOut,
    me_out,
)

_LONGEST = 320  # characters of an e-mail address

Grantee = Annotated[
    str,
    Field(
        min_length=1,
        max_length=_LONGEST,
        description="An e-mail address, or group:NAME.",
        examples=["gwen@example.org"],
    ),
]
Slug = Annotated[
    str,
    Field(
        max_length=200,
        description="Slug or name of the community; empty for the whole library.",
        examples=["hollow-lane-allotments"],
    ),
]


class GrantIn(Body):
    """What to give to whom."""

    grantee: Grantee
    community: Slug
    standing: Standing = Field(description="What they may do there.", examples=["contributor"])


class SuspendIn(Body):
    """Whom to keep out, or to let in again."""

    who: str = Field(
        min_length=1,
        max_length=_LONGEST,
        description="An e-mail address, or the number of an account.",
        examples=["1"],
    )
    suspended: bool = Field(default=True, description="Whether they are kept out.")


class TokenIn(Body):
    """A token to make."""

    name: str = Field(min_length=1, max_length=200, description="What it is for.", examples=["intranet"])
    acts_as: str = Field(
        default="",
        max_length=_LONGEST,
        description="For whom it acts: an e-mail address, owner or guest; oneself if it is empty. Only the "
        "owner may name another.",
    )
    scope: Scope = Field(default=Scope.READ, description="What it opens of what they may do.")
    days: int = Field(default=TOKEN_DAYS, ge=1, le=LONGEST_TOKEN_DAYS, description="After which it ends.")


router = APIRouter()


@router.get("/me")
def me(service: Serving) -> MeOut:
    """Tell who asks, and what they may do."""
    return me_out(service.viewer())


@router.get("/members")
def members(service: Serving) -> MembersOut:
    """List who may do what, as far as whoever asks decides about it."""
    return service.membership().members()


@router.put("/members/grants", dependencies=AS_JSON)
def grant(service: Serving, body: GrantIn) -> GrantedOut:
    """Give somebody a standing in a community, or in the whole library."""
    return service.membership().grant(body.grantee, body.community, body.standing)


@router.delete("/members/grants")
def revoke(
    service: Serving,
    grantee: Annotated[
        str,
        Query(min_length=1, max_length=_LONGEST, description="Who has it.", examples=["gwen@example.org"]),
    ],
    community: Annotated[
        str, Query(max_length=200, description="Slug or name of the community; empty for the whole library.")
    ] = "",
) -> RevokedOut:
    """Take a standing away."""
    return service.membership().revoke(grantee, community)


@router.post("/members/suspensions", dependencies=AS_JSON)
def suspend(service: Serving, body: SuspendIn) -> SuspendedOut:
    """Keep somebody out on every path at once, or let them in again."""
    return service.membership().suspend(body.who, suspended=body.suspended)


@router.get("/tokens")
def tokens(service: Serving) -> TokensOut:
    """List one's own tokens, or everybody's for the owner, without what opens."""
    return service.membership().tokens()


@router.post("/tokens", status_code=201, dependencies=AS_JSON)
def add_token(service: Serving, body: TokenIn) -> TokenMadeOut:
    """Make a token; its key is told this once."""
    return service.membership().add_token(body.name, body.acts_as, body.scope, body.days)


@router.delete("/tokens/{number}")
def revoke_token(
    service: Serving,
    number: Annotated[int, Path(ge=1, lt=2**63, description="The token's number.", examples=[1])],
) -> TokenRevokedOut:
    """End a token now."""
    return service.membership().revoke_token(number)
