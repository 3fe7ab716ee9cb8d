"""The door: tells who comes in, by the cookie of a session or by a token of the provider.

There is one for all that a process serves with the same settings, so the provider's keys are fetched once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from catalog.errors import NotSignedInError
from catalog.settings import Settings
from ui.access.claims import person_of
from ui.access.credentials import SignedIn
from ui.access.ended import Ended
from ui.access.journal import Journal
from ui.access.secret import cookie_secret
from ui.access.session import Session, read_session
from ui.access.sign_in import SignIn, sign_in_of

if TYPE_CHECKING:
    from ui.access.issuer import Issuer

_A_DAY = 24 * 3600.0  # seconds
_AN_HOUR = 3600
_REMEMBERED = 10_000  # people with tokens who are known to have been written down


class Door:
    """Where people sign in, and what tells that they have. Safe to use from several threads.

    Args:
        sign_in: Where they do.
        issuer: The provider, which was asked about itself.
        secret: What cookies are signed with.
        ended: The sessions that were ended before their time.
        journal: Where it is written down.
    """

    def __init__(self, sign_in: SignIn, issuer: Issuer, secret: str, ended: Ended, journal: Journal) -> None:
        self.sign_in = sign_in
        self.issuer = issuer
        self.secret = secret
        self.journal = journal
        self._ended = ended
        self._written: dict[str, float] = {}

    def session(self, cookies: Mapping[str, str]) -> Session | None:
        """The session behind the cookies of a request; None if there is none that counts."""
        found = read_session(cookies, self.secret, self.sign_in)
        return None if found is None or found.id in self._ended else found

    def visitor(self, cookies: Mapping[str, str]) -> SignedIn | None:
        """Who it is that has signed in on the page; None if nobody has."""
        kept = dict(cookies)
        found = self.session(kept)
        if found is None:
            return None
        person = person_of(found.claims, self.sign_in.groups_claim)
        return replace(person, counts=lambda: self.session(kept) is not None)

    def bearer(self, token: str) -> SignedIn:
        """Whom a token of the provider stands for; once a day it is written down.

        Raises:
            NotSignedInError: If it does not count.
        """
        from ui.access.jwt import read_jwt

        try:
            claims = read_jwt(token, self.sign_in, self.issuer)
        except NotSignedInError:
            self.journal.note_failure("a token of the provider")
            raise
        person = person_of(claims, self.sign_in.groups_claim)
        if self._is_new(person):
            self.journal.note(called(person), "sign-in", "by a token of the provider")
        return person

    def entered(self, cookies: Mapping[str, str]) -> None:
        """Write down that somebody has just signed in, or that it did not work."""
        person = self.visitor(cookies)
        if person is None:
            self.journal.note_failure("at the provider")
        else:
            self.journal.note(called(person), "sign-in", "on the page")

    def leave(self, cookies: Mapping[str, str]) -> None:
        """End the session behind some cookies, wherever else they may be."""
        found = self.session(cookies)
        if found is not None:
            now = time.time()
            self._ended.add(found.id, now + self.sign_in.hours * _AN_HOUR, now)
            self.journal.note(called(person_of(found.claims, self.sign_in.groups_claim)), "sign-out")

    def _is_new(self, person: SignedIn) -> bool:
        """Whether somebody was not seen with a token for a day."""
        now = time.monotonic()
        key = hashlib.sha256(person.subject.encode(errors="replace")).hexdigest()
        if now - self._written.get(key, -_A_DAY) < _A_DAY:
            return False
        if len(self._written) >= _REMEMBERED:
            self._written.clear()
        self._written[key] = now
        return True


@lru_cache(maxsize=4)
def door_of(settings: Settings) -> Door | None:
    """The door for these settings; None if they name no provider, so that nobody can sign in.

    Raises:
        SettingError: If they name half of one, or one that cannot be used.
        LibraryError: If the secret of the cookies cannot be kept.
    """
    sign_in = sign_in_of(settings)
    if sign_in is None:
        return None
    from ui.access.issuer import Issuer

    secret = cookie_secret(settings)
    return Door(sign_in, Issuer.discover(sign_in), secret, Ended(settings.library), Journal(settings.library))


def called(person: SignedIn) -> str:
    """What somebody is called in the audit: never a name that they chose themselves."""
    return person.email or f"{person.subject} at {person.issuer}"
