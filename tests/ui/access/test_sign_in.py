"""What the settings must say so that people can sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SettingError
from catalog.settings import Settings, read_settings
from ui.access.addresses import public_origin
from ui.access.secret import cookie_secret
from ui.access.sign_in import sign_in_of

_CLUB = {
    "oidc_issuer": "https://login.example.org/realms/club",
    "oidc_client_id": "copse",
    "oidc_client_secret": "from the provider",
}


def _settings(**options: Any) -> Settings:
    return read_settings(options, environ={})


def test_without_a_provider_nobody_signs_in() -> None:
    """As it is by default."""
    assert sign_in_of(_settings()) is None


def test_three_settings_are_enough_on_this_machine() -> None:
    """The provider leads back to where Copse listens."""
    found = sign_in_of(_settings(**_CLUB))

    assert found is not None
    assert found.discovery == "https://login.example.org/realms/club/.well-known/openid-configuration"
    assert found.redirect_uri == "http://127.0.0.1:8501/oauth2callback"
    assert found.audience == "copse"
    assert "from the provider" not in repr(found)


def test_the_provider_leads_back_to_the_public_address() -> None:
    """Whatever Copse itself listens on, such as behind a proxy."""
    found = sign_in_of(_settings(**_CLUB, public_url="https://copse.example.org/", host="0.0.0.0"))  # noqa: S104

    assert found is not None
    assert found.redirect_uri == "https://copse.example.org/oauth2callback"
    assert found.encrypted


@pytest.mark.parametrize(
    ("public", "origin"),
    [
        ("https://Copse.Example.org:443/", "https://copse.example.org"),
        ("https://copse.example.org:8443", "https://copse.example.org:8443"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_public_address_is_taken_as_a_browser_names_it(public: str, origin: str) -> None:
    """It tells whose page sends something by that."""
    assert public_origin(_settings(public_url=public)) == origin


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"oidc_client_id": ""}, "COPSE_OIDC_CLIENT_ID is missing"),
        ({"oidc_client_secret": ""}, "COPSE_OIDC_CLIENT_SECRET is missing"),
        ({"oidc_issuer": ""}, "COPSE_OIDC_ISSUER is not"),
        ({"oidc_issuer": "login.example.org"}, "give the address of the provider"),
        ({"oidc_issuer": "https://user:pass@login.example.org"}, "give the address of the provider"),
        ({"oidc_issuer": "http://login.example.org"}, "use https"),
        ({"public_url": "copse.example.org"}, "COPSE_PUBLIC_URL: give the address"),
        ({"public_url": "http://copse.example.org"}, "must begin with https"),
        ({"public_url": "https://example.org/copse"}, "at the root of a host only"),
        ({"host": "192.168.1.5"}, "as COPSE_PUBLIC_URL"),
    ],
)
def test_what_is_half_said_is_told(changed: dict[str, str], told: str) -> None:
    """In one line that names the setting."""
    with pytest.raises(SettingError, match=told):
        sign_in_of(_settings(**_CLUB | changed))


def test_a_secret_for_cookies_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    """So a restart signs nobody out."""
    made = cookie_secret(_settings(library=tmp_path))

    assert len(made) == 64
    assert cookie_secret(_settings(library=tmp_path)) == made
    assert (tmp_path / "cookie_secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["cookie_secret"]


def test_a_secret_of_the_settings_is_taken_if_it_is_long_enough(tmp_path: Path) -> None:
    """A short one could be guessed."""
    long_enough = "0123456789abcdef0123456789abcdef"
    assert cookie_secret(_settings(library=tmp_path, cookie_secret=long_enough)) == long_enough
    with pytest.raises(SettingError, match="32 characters or more"):
        cookie_secret(_settings(library=tmp_path, cookie_secret="short"))  # noqa: S106
