"""Who may do what, for the faces: members, their grants, and tokens. The catalog says who decides."""

from __future__ import annotations

from catalog.access.grants import as_grantee
from catalog.nouns import Scope, Standing, Viewer
from catalog.store import Catalog
from ui.library import resolve_communities
from ui.schemas_members import (
    GrantedOut,
    MembersOut,
    RevokedOut,
    SuspendedOut,
    TokenMadeOut,
    TokenRevokedOut,
    TokensOut,
    grant_out,
    members_out,
    token_out,
)

TOKEN_DAYS = 90
"""How long a token lasts if nothing is said."""


class Membership:
    """What a viewer may see and decide about members and tokens.

    Args:
        catalog: The library.
        viewer: Who decides.
    """

    def __init__(self, catalog: Catalog, viewer: Viewer) -> None:
        self._catalog = catalog
        self._viewer = viewer

    def members(self) -> MembersOut:
        """Who has signed in, and what was given to whom.

        Raises:
            NotAllowedError: If the viewer decides about nothing.
        """
        with self._catalog.members(self._viewer) as members:
            accounts = members.accounts() if self._viewer.owner else []
            return members_out(accounts, members.grants())

    def grant(self, grantee: str, community: str, standing: Standing) -> GrantedOut:
        """Give a standing; `catalog.access.members.Members.grant` tells more."""
        place = self._slug(community)
        with self._catalog.members(self._viewer) as members:
            return GrantedOut(granted=grant_out(members.grant(grantee, place, standing)))

    def revoke(self, grantee: str, community: str) -> RevokedOut:
        """Take a standing away; `Members.revoke` tells more."""
        place = self._slug(community)
        with self._catalog.members(self._viewer) as members:
            members.revoke(grantee, place)
        return RevokedOut(grantee=as_grantee(grantee), community=place)

    def suspend(self, who: str, *, suspended: bool) -> SuspendedOut:
        """Keep somebody out, or let them in again; `Members.suspend` tells more."""
        with self._catalog.members(self._viewer) as members:
            changed = members.suspend(who, suspended)
        return SuspendedOut(who=who, suspended=suspended, accounts=changed)

    def tokens(self) -> TokensOut:
        """The viewer's own tokens, or everybody's for the owner."""
        with self._catalog.members(self._viewer) as members:
            return TokensOut(tokens=list(map(token_out, members.tokens())))

    def add_token(
        self, name: str, acts_as: str = "", scope: Scope = Scope.READ, days: int = TOKEN_DAYS
    ) -> TokenMadeOut:
        """Make a token; `Members.add_token` tells more."""
        with self._catalog.members(self._viewer) as members:
            token, key = members.add_token(name, acts_as, scope, days)
        return TokenMadeOut(token=token_out(token), key=key)

    def revoke_token(self, number: int) -> TokenRevokedOut:
        """End a token now; `Members.revoke_token` tells more."""
        with self._catalog.members(self._viewer) as members:
            return TokenRevokedOut(token=token_out(members.revoke_token(number)))

    def _slug(self, community: str) -> str:
        """The slug of a community that is named by slug or name; empty for the whole library."""
        if not community:
            return ""
        with self._catalog.read(self._viewer) as reader:
            return next(iter(resolve_communities([community], reader.communities())))
