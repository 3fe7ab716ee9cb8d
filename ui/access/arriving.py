"""The credentials that come with a request."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from catalog.access.tokens import PREFIX
from catalog.errors import NotAllowedError, NotSignedInError
from catalog.settings import Settings
from ui.access.credentials import Bearer, Configured, Credentials, Nobody
from ui.access.door import Door, door_of

_HARMLESS = ("GET", "HEAD", "OPTIONS")


def credentials_of(connection: HTTPConnection, settings: Settings) -> Credentials:
    """Who a request says that it comes from: by a token, else by the cookie of a sign-in on the page.

    Raises:
        NotSignedInError: If it brings a token that nobody understands.
        NotAllowedError: If it would change something by a cookie, and may come from another site's page.
    """
    authorization = connection.headers.get("authorization")
    door = door_of(settings)
    if authorization is not None:
        return _by_token(authorization, door)
    if door is None:
        return Configured()
    person = door.visitor(connection.cookies)
    if person is None:
        return Nobody()
    _check_whose_page(connection, door.sign_in.origin)
    return person


def _by_token(authorization: str, door: Door | None) -> Credentials:
    scheme, _, key = authorization.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise NotSignedInError("send a token as `Authorization: Bearer TOKEN`; `copse tokens add` makes one")
    return Bearer(key) if key.startswith(PREFIX) or door is None else door.bearer(key)


def _check_whose_page(connection: HTTPConnection, origin: str) -> None:
    """A browser adds the cookie to what any page sends, and tells whose page that is."""
    if connection.scope.get("method") in _HARMLESS:
        return
    told = connection.headers.get("origin")
    ours = told == origin if told is not None else connection.headers.get("sec-fetch-site") == "same-origin"
    if not ours:
        raise NotAllowedError(
            "this would change something, and does not come from a page of Copse; send a token instead of "
            "the cookie"
        )
