"""The one gate: the viewer behind some credentials. What is not known may do nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from catalog.access.accounts import Account
from catalog.access.entrance import Entrance
from catalog.access.grants import GROUP
from catalog.errors import NotSignedInError
from catalog.nouns import Standing, Viewer
from catalog.settings import Settings
from catalog.store import Catalog
from ui.access.credentials import Bearer, Configured, Credentials, SignedIn, Vouched


def admit(catalog: Catalog, settings: Settings, credentials: Credentials) -> Viewer:
    """Make the viewer behind some credentials, as of this moment.

    Args:
        catalog: The library.
        settings: The settings in force.
        credentials: How they show who they are.

    Raises:
        NotSignedInError: If they do not count, are of somebody who is suspended, or there are none where
            guests may not enter.
    """
    entrance = catalog.entrance()
    match credentials:
        case Configured():
            return _configured(entrance, settings)
        case Vouched(viewer):
            return entrance.reader(viewer)
        case Bearer(key):
            return entrance.bearer(key, _least(settings), partial(_is_invited, settings))
        case SignedIn():
            _check_counts(credentials)
            return entrance.member(_invited(settings, credentials), _least(settings))
        case _:
            return _guest(entrance, settings)


def _configured(entrance: Entrance, settings: Settings) -> Viewer:
    return entrance.owner() if settings.viewer == "owner" else entrance.reader(settings.viewer)


def _guest(entrance: Entrance, settings: Settings) -> Viewer:
    if settings.guests == "no":
        raise NotSignedInError("sign in to read here")
    return entrance.reader("guest")


def _check_counts(who: SignedIn) -> None:
    if not who.counts():
        raise NotSignedInError("your sign-in has ended; sign in again")


def _least(settings: Settings) -> Standing:
    return Standing(settings.member_role)


def _invited(settings: Settings, who: SignedIn) -> Account:
    """The account behind a sign-in, if it is among those who may enter."""
    email, now = who.email.strip().lower(), datetime.now(UTC)
    if not _is_invited(settings, email, who.groups):
        raise NotSignedInError("your account may not enter here; ask the owner of the library")
    return Account(0, who.issuer, who.subject, email, who.name, who.groups, False, now, now)


def _is_invited(settings: Settings, email: str, groups: frozenset[str]) -> bool:
    """Whether somebody is among those who may enter; everybody is if the settings name nobody."""
    invited = [part.strip() for part in settings.sign_in_only.split(",") if part.strip()]
    return not invited or any(_is_among(one, email, groups) for one in invited)


def _is_among(invited: str, email: str, groups: frozenset[str]) -> bool:
    """Whether somebody is who is invited: a domain, an address, or a group."""
    if invited.startswith(GROUP):
        return invited.removeprefix(GROUP).strip() in groups
    _, _, domain = email.rpartition("@")
    return invited.lower() in (email, domain) and bool(email)
