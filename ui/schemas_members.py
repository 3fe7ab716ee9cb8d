"""The JSON forms of who may enter and do what: members, grants, tokens, and oneself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from catalog.access.accounts import Account
from catalog.access.grants import Grant
from catalog.access.tokens import Token
from catalog.nouns import Scope, Standing, Viewer
from ui.schemas import Document, Form


class MeOut(Document):
    """Who asks, and what they may do."""

    name: str = Field(description="Their e-mail address, or owner or guest.")
    owner: bool = Field(description="Whether they may do everything.")
    reads: list[str] = Field(description="Slugs of the communities that they may read, sorted.")
    contributes: list[str] = Field(description="Those in which they may write.")
    stewards: list[str] = Field(description="Those about which they decide.")


class AccountOut(Form):
    """Somebody who has signed in."""

    id: int = Field(description="Number of the account.")
    email: str = Field(description="Their verified e-mail address; may be empty.")
    name: str = Field(description="What they call themselves.")
    groups: list[str] = Field(description="Their groups, as of the last sign-in, sorted.")
    suspended: bool = Field(description="Whether they are kept out.")
    first_seen: datetime
    last_seen: datetime = Field(description="To the hour.")


class GrantOut(Form):
    """What somebody may do."""

    grantee: str = Field(description="An e-mail address, or group: and the name of a group.")
    community: str = Field(description="Slug of the community; empty for the whole library.")
    standing: Standing = Field(description="What they may do there.")
    by: str = Field(description="Who gave it.")
    at: datetime


class MembersOut(Document):
    """Who may do what, as far as whoever asks decides about it."""

    accounts: list[AccountOut] = Field(description="Who has signed in, the latest first; for the owner only.")
    grants: list[GrantOut] = Field(description="What was given, by community.")


class GrantedOut(Document):
    """What was given."""

    granted: GrantOut


class RevokedOut(Document):
    """What was taken away."""

    grantee: str
    community: str


class SuspendedOut(Document):
    """Who is kept out, or let in again."""

    who: str
    suspended: bool
    accounts: int = Field(description="How many accounts that are.")


class TokenOut(Form):
    """A key for a program, without what opens."""

    id: int = Field(description="Its number.")
    name: str = Field(description="What it is for.")
    acts_as: str = Field(description="For whom it acts.")
    scope: Scope = Field(description="What it opens of what they may do.")
    by: str = Field(description="Who made it.")
    created: datetime
    expires: datetime
    used: datetime | None = Field(description="When it was last used, to the hour.")
    revoked: datetime | None


class TokensOut(Document):
    """Tokens: one's own, or everybody's for the owner."""

    tokens: list[TokenOut] = Field(description="The newest first.")


class TokenMadeOut(Document):
    """A new token."""

    token: TokenOut
    key: str = Field(description="What opens. It is told this once and stored nowhere.")


class TokenRevokedOut(Document):
    """A token that ended."""

    token: TokenOut


def me_out(viewer: Viewer) -> MeOut:
    """Show who asks."""
    return MeOut(
        name=viewer.name,
        owner=viewer.owner,
        reads=sorted(viewer.communities),
        contributes=sorted(viewer.contributes),
        stewards=sorted(viewer.stewards),
    )


def members_out(accounts: Iterable[Account], grants: Iterable[Grant]) -> MembersOut:
    """Show who may do what."""
    return MembersOut(accounts=list(map(_account_out, accounts)), grants=list(map(grant_out, grants)))


def grant_out(grant: Grant) -> GrantOut:
    """Show what somebody may do."""
    return GrantOut(
        grantee=grant.grantee, community=grant.community, standing=grant.standing, by=grant.by, at=grant.at
    )


def token_out(token: Token) -> TokenOut:
    """Show a token."""
    return TokenOut(
        id=token.id,
        name=token.name,
        acts_as=token.acts_as,
        scope=token.scope,
        by=token.by,
        created=token.created,
        expires=token.expires,
        used=token.used,
        revoked=token.revoked,
    )


def _account_out(account: Account) -> AccountOut:
    return AccountOut(
        id=account.id,
        email=account.email,
        name=account.name,
        groups=sorted(account.groups),
        suspended=account.suspended,
        first_seen=account.first_seen,
        last_seen=account.last_seen,
    )
