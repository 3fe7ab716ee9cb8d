"""The credentials that come with a request, where nobody can sign in."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from catalog.errors import BusyError, NotSignedInError
from catalog.settings import read_settings
from ui.access.arriving import credentials_of
from ui.access.credentials import Bearer, Configured, Credentials
from ui.limits import credentials_in
from ui.rates import Rates

SETTINGS = read_settings({}, environ={})


def _request(authorization: str | None = None) -> Request:
    headers = [] if authorization is None else [(b"authorization", authorization.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "client": ("192.0.2.1", 7)})


@pytest.mark.parametrize(
    ("authorization", "credentials"),
    [
        (None, Configured()),
        ("Bearer copse_key", Bearer("copse_key")),
        ("bearer  copse_key ", Bearer("copse_key")),
        ("Bearer of.another.kind", Bearer("of.another.kind")),
    ],
    ids=["none", "a token", "written otherwise", "of another kind"],
)
def test_a_token_comes_before_what_the_settings_say(
    authorization: str | None, credentials: Credentials
) -> None:
    """The gate finds out whether it counts."""
    assert credentials_of(_request(authorization), SETTINGS) == credentials


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YWRhOnNlY3JldA==", "copse_key"])
def test_what_nobody_understands_opens_nothing(authorization: str) -> None:
    """It is not taken for nobody's: whoever sends it means to be somebody."""
    with pytest.raises(NotSignedInError, match="Authorization: Bearer TOKEN"):
        credentials_of(_request(authorization), SETTINGS)


def test_trying_what_does_not_count_is_counted_by_where_it_comes_from() -> None:
    """However it is written."""
    rates = Rates(1, lambda: 0.0)
    for number in range(10):
        with pytest.raises(NotSignedInError):
            credentials_in(rates, _request(f"Basic {number}"), SETTINGS)
    with pytest.raises(BusyError):
        credentials_in(rates, _request("Basic 11"), SETTINGS)
