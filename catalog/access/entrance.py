"""What the gate asks of the catalog: the viewer behind a name, a sign-in, or a token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from catalog.access.accounts import Account, find_account, groups_of, is_suspended, put_account
from catalog.access.grants import GROUP
from catalog.access.tokens import Token, find_token, note_used
from catalog.access.viewers import make_viewer, owner_viewer, within
from catalog.audit import note
from catalog.errors import LibraryError, NotSignedInError, OverloadedError
from catalog.nouns import Standing, Viewer

_SELDOM = timedelta(hours=1)  # how often it is written down that somebody is still there
_PATIENCE = 0.5  # seconds for which whoever enters waits for somebody else who writes

Connect = Callable[[], AbstractContextManager[Connection]]
ConnectSoon = Callable[[float], AbstractContextManager[Connection]]
Invited = Callable[[str, frozenset[str]], bool]
"""Tells by an e-mail address and groups whether somebody may enter."""


class Entrance:
    """Makes viewers; get one from `Catalog.entrance`.

    Args:
        reading: Opens a connection to read.
        writing: Opens one to write, and waits for so many seconds for somebody else who writes.
        now: The time.
    """

    def __init__(self, reading: Connect, writing: ConnectSoon, now: datetime) -> None:
        self._reading = reading
        self._writing = writing
        self._now = now

    def owner(self) -> Viewer:
        """Whoever owns the library's files."""
        with self._reading() as db:
            return owner_viewer(db)

    def reader(self, name: str) -> Viewer:
        """A guest, or somebody for whom the settings vouch, by e-mail address or name.

        Raises:
            NotSignedInError: If they are suspended.
        """
        with self._reading() as db:
            if is_suspended(db, name):
                raise NotSignedInError(f"{name}: the account is suspended; ask the owner of the library")
            return make_viewer(db, name, _names(name))

    def member(self, seen: Account, least: Standing) -> Viewer:
        """Somebody who has signed in.

        Args:
            seen: What the sign-in tells.
            least: What members may do wherever they may read.

        Raises:
            NotSignedInError: If they are suspended.
        """
        with self._reading() as db:
            known = find_account(db, seen.issuer, seen.subject)
            kept_out = (known is not None and known.suspended) or is_suspended(db, seen.email)
            viewer = make_viewer(db, _called(seen), _grantees(seen.email, seen.groups), least)
        if kept_out:
            raise NotSignedInError("your account is suspended; ask the owner of the library")
        if known is None or _changed(known, seen) or self._now - known.last_seen > _SELDOM:
            self._write_down(lambda db: _keep(db, seen, new=known is None))
        return viewer

    def bearer(self, key: str, least: Standing, invited: Invited = lambda _email, _groups: True) -> Viewer:
        """Whoever a token acts for, within its scope; a member with the groups of their last sign-in.

        Args:
            key: The token's key.
            least: What members may do wherever they may read.
            invited: Whether a member may enter at all.

        Raises:
            NotSignedInError: If it does not count: unknown, expired, revoked, or of somebody who is suspended
                or not among those who may enter.
        """
        with self._reading() as db:
            token = find_token(db, key)
            if token is None or token.revoked:
                raise NotSignedInError("this token does not count; `copse tokens add` makes one")
            if token.expires <= self._now:
                raise NotSignedInError(f"token {token.name!r} has expired; `copse tokens add` makes another")
            viewer = self._acting(db, token, least, invited)
        if token.used is None or self._now - token.used > _SELDOM:
            self._write_down(lambda db: note_used(db, token.id, self._now))
        return within(viewer, token.scope)

    def _acting(self, db: Connection, token: Token, least: Standing, invited: Invited) -> Viewer:
        if token.acts_as == "owner":
            return owner_viewer(db)
        if token.acts_as == "guest":
            return make_viewer(db, "guest", ())
        if is_suspended(db, token.acts_as):
            raise NotSignedInError("the account of this token is suspended; ask the owner of the library")
        groups = groups_of(db, token.acts_as)
        if not invited(token.acts_as, groups):
            raise NotSignedInError("the account of this token may not enter here; ask the owner")
        return make_viewer(db, token.acts_as, _grantees(token.acts_as, groups), least)

    def _write_down(self, change: Callable[[Connection], None]) -> None:
        """Write something down unless somebody else writes for long: then the next request does."""
        with suppress(LibraryError, OverloadedError), self._writing(_PATIENCE) as db:
            change(db)


def _keep(db: Connection, seen: Account, *, new: bool) -> None:
    put_account(db, seen)
    if new:
        note(db, _called(seen), "first-sign-in", detail=seen.issuer)


def _names(name: str) -> frozenset[str]:
    known = name.strip().lower()
    return frozenset() if known == "guest" else frozenset({known})


def _grantees(email: str, groups: frozenset[str]) -> frozenset[str]:
    return frozenset(GROUP + group for group in groups) | (frozenset({email}) if email else frozenset())


def _called(seen: Account) -> str:
    """A name that nobody else has; never one that stands for something, such as "owner"."""
    return seen.email or f"{seen.subject} at {seen.issuer}"


def _changed(known: Account, seen: Account) -> bool:
    return (known.email, known.name, known.groups) != (seen.email, seen.name, seen.groups)
