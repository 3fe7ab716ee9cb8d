"""The door to members and tokens: what a viewer may see and decide about who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from catalog.access.accounts import Account, read_accounts, suspend
from catalog.access.grants import Grant, as_grantee, put_grant, read_grants, take_grant
from catalog.access.tokens import Token, add_token, read_tokens, revoke_token
from catalog.audit import note
from catalog.errors import NotAllowedError, NotFoundError, SettingError
from catalog.nouns import Scope, Standing, Viewer
from catalog.schema import communities

LONGEST_TOKEN_DAYS = 3_660
_NOT_PEOPLE = ("owner", "guest")  # for whom a token may act besides members


class Members:
    """One transaction about who may do what; get one from `Catalog.members`.

    The owner decides about everything, a steward about the members of their communities up to stewards, and
    everybody about their own tokens.

    Args:
        connection: A connection in a transaction.
        viewer: Who decides.
        now: The time.
    """

    def __init__(self, connection: Connection, viewer: Viewer, now: datetime) -> None:
        self._db = connection
        self._viewer = viewer
        self._now = now

    # --- accounts ---

    def accounts(self) -> list[Account]:
        """Who has signed in, the latest seen first.

        Raises:
            NotAllowedError: If the viewer is not the owner.
        """
        self._viewer.check_owner()
        return read_accounts(self._db)

    def suspend(self, who: str, suspended: bool = True) -> int:
        """Keep somebody out on every path, or let them in again; gives how many accounts that were.

        Args:
            who: An e-mail address, or the number of an account.
            suspended: Whether they are kept out.

        Raises:
            NotAllowedError: If the viewer is not the owner.
            NotFoundError: If nobody is known by this.
        """
        self._viewer.check_owner()
        changed = suspend(self._db, who, suspended, self._now)
        if not changed:
            raise NotFoundError(f"{who}: no such account; `copse members list` shows them")
        note(self._db, self._viewer.name, "suspend" if suspended else "restore", detail=who)
        return changed

    # --- grants ---

    def grants(self) -> list[Grant]:
        """What was given to whom, as far as the viewer decides about it.

        Raises:
            NotAllowedError: If the viewer decides about nothing.
        """
        if not self._viewer.owner and not self._viewer.stewards:
            raise NotAllowedError("only stewards and the owner of the library see who may do what; ask them")
        return [
            one
            for one in read_grants(self._db)
            if self._viewer.owner or one.community in self._viewer.stewards
        ]

    def grant(self, grantee: str, community: str, standing: Standing) -> Grant:
        """Give a standing in a community, or in the whole library if its slug is empty.

        Raises:
            NotAllowedError: If the viewer may not.
            NotFoundError: If there is no such community.
            SettingError: If the grantee is nobody, or nobody owns a single community.
        """
        self._check_decides(community)
        if community and standing is Standing.OWNER:
            raise SettingError(
                "owner is a standing in the whole library; in a community, steward is the highest"
            )
        given = Grant(as_grantee(grantee), community, standing, self._viewer.name, self._now)
        put_grant(self._db, given)
        self._note("grant", f"{standing.value} in {community or 'the whole library'} to {given.grantee}")
        return given

    def revoke(self, grantee: str, community: str) -> None:
        """Take a standing away.

        Raises:
            NotAllowedError: If the viewer may not.
            NotFoundError: If there is none.
            SettingError: If the grantee is nobody.
        """
        self._check_decides(community)
        name = as_grantee(grantee)
        if not take_grant(self._db, name, community):
            where = community or "the whole library"
            raise NotFoundError(f"{name} was given nothing in {where}; `copse members list` shows what was")
        self._note("revoke", f"{name} in {community or 'the whole library'}")

    # --- tokens ---

    def tokens(self) -> list[Token]:
        """The viewer's own tokens, or everybody's for the owner; the newest first."""
        return [one for one in read_tokens(self._db) if self._viewer.owner or one.acts_as == self._me()]

    def add_token(self, name: str, acts_as: str, scope: Scope, days: int) -> tuple[Token, str]:
        """Make a token; gives it and the key, which is told this once.

        Args:
            name: What it is for.
            acts_as: For whom it acts: an e-mail address, "owner" or "guest"; the viewer if it is empty.
            scope: What it opens of what they may do.
            days: After how many days it ends.

        Raises:
            NotAllowedError: If it would act for somebody else than the viewer, who is not the owner, or open
                more than the token with which they came; or if a visitor wants it.
            SettingError: If a value does not fit.
        """
        if self._viewer.scope is not Scope.ADMIN:
            raise NotAllowedError("a token of the scope admin makes tokens; this one opens less")
        acts_for = self._acts_for(acts_as)
        if not name.strip() or not 1 <= days <= LONGEST_TOKEN_DAYS:
            raise SettingError(f"a token needs a name, and lasts from 1 to {LONGEST_TOKEN_DAYS} days")
        ends = self._now + timedelta(days=days)
        made = add_token(
            self._db, " ".join(name.split())[:200], acts_for, scope, self._viewer.name, self._now, ends
        )
        self._note("token", f"token {made[0].id}, {days} days: {scope.value} for {acts_for}")
        return made

    def revoke_token(self, number: int) -> Token:
        """End a token now.

        Raises:
            NotAllowedError: If the viewer came with a token that only reads.
            NotFoundError: If there is none among those that the viewer may see.
        """
        self._viewer.check_writes()
        if number not in {token.id for token in self.tokens()}:
            raise NotFoundError(f"{number}: no such token; `copse tokens list` shows each one's number")
        ended = revoke_token(self._db, number, self._now)
        assert ended is not None  # noqa: S101 - it was listed in this transaction
        self._note("revoke-token", f"token {number}")
        return ended

    # --- who decides ---

    def _check_decides(self, community: str) -> None:
        if not community:
            self._viewer.check_owner()
        elif community not in self._readable():
            raise NotFoundError(
                f"{community}: no such community; `copse status` lists those that you may read"
            )
        else:
            self._viewer.check_stewards(community)

    def _readable(self) -> Iterable[str]:
        return self._viewer.communities & set(self._db.scalars(select(communities.c.slug)))

    def _acts_for(self, acts_as: str) -> str:
        wanted = acts_as.strip().lower() or self._me()
        if wanted != self._me():
            self._viewer.check_owner()
        if self._me() == "guest":
            raise NotAllowedError("a visitor makes no tokens; sign in first, or ask the owner for one")
        # A name that no provider has verified as an address cannot be suspended by it.
        if wanted not in _NOT_PEOPLE and ("@" not in wanted or " " in wanted):
            raise SettingError(f"{wanted}: a token acts for an e-mail address, for owner or for guest")
        if wanted == "owner":
            self._viewer.check_owner()
        return wanted

    def _me(self) -> str:
        return self._viewer.name.strip().lower()

    def _note(self, action: str, detail: str) -> None:
        note(self._db, self._viewer.name, action, detail=detail)
