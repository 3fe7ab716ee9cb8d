"""The credentials that come with a request."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from catalog.errors import NotSignedInError
from catalog.settings import Settings
from ui.access.credentials import Bearer, Configured, Credentials


def credentials_of(connection: HTTPConnection, settings: Settings) -> Credentials:  # noqa: ARG001
    """Who a request says that it comes from.

    Raises:
        NotSignedInError: If it says so in a way that nobody understands.
    """
    authorization = connection.headers.get("authorization")
    if authorization is None:
        return Configured()
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotSignedInError("send a token as `Authorization: Bearer TOKEN`; `copse tokens add` makes one")
    return Bearer(key.strip())
