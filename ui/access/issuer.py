"""What the provider of the sign-in publishes about itself: its addresses, and the keys of its signatures.

Nothing but the provider's own addresses is asked; no redirects are followed, answers are bounded in time and
size.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from catalog.errors import SettingError
from ui.access.addresses import is_safe, split_address
from ui.access.sign_in import SignIn

_LOG = logging.getLogger(__name__)

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures that only the provider can make. Others could be made with what everybody knows of it."""

_SECONDS = 10
_LARGEST = 1_000_000  # bytes of an answer
_FRESH = 3600.0  # seconds for which keys are taken to be the newest
_PAUSE = 30.0  # seconds between two looks for keys, so that nobody can make Copse ask on and on
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_PUBLIC = ("RSA", "EC", "OKP")


class Issuer:
    """A provider that was asked about itself. Safe to use from several threads.

    Args:
        about: What it said.
        clock: Seconds that only grow.
    """

    def __init__(self, about: Mapping[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self.about = about
        self._clock = clock
        self._asking = threading.Lock()
        self._keys = _read_keys(about["jwks_uri"])
        self._asked = clock()

    @classmethod
    def discover(cls, sign_in: SignIn) -> Issuer:
        """Ask a provider about itself.

        Raises:
            SettingError: If it cannot be reached, is another one, or has not what is needed.
        """
        try:
            about = _get(sign_in.discovery)
            _check(about, sign_in)
            return cls(about)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, JoseError) as error:
            raise SettingError(
                f"COPSE_OIDC_ISSUER={sign_in.issuer}: the provider cannot be used ({_told(error)}); open "
                f"{sign_in.discovery} in a browser to see what is the matter"
            ) from error

    def keys(self, key_id: str | None) -> KeySet:
        """The provider's keys; it is asked again for one that is not known yet, or after an hour."""
        age = self._clock() - self._asked
        unknown = key_id is not None and all(key.kid != key_id for key in self._keys)
        # Whoever comes while somebody else asks goes on with the keys there are.
        if (age > _FRESH or (unknown and age > _PAUSE)) and self._asking.acquire(blocking=False):
            try:
                self._renew()
            finally:
                self._asking.release()
        return self._keys

    def _renew(self) -> None:
        """Ask for the keys; those there are stay if the provider does not answer."""
        self._asked = self._clock()
        try:
            self._keys = _read_keys(self.about["jwks_uri"])
        except (httpx.HTTPError, ValueError, JoseError) as error:
            _LOG.warning("the keys of the sign-in's provider cannot be read: %s", _told(error))


def _check(about: Mapping[str, Any], sign_in: SignIn) -> None:
    """Raise ValueError if a provider is not the one that is wanted, or cannot do what is needed."""
    if about.get("issuer") != sign_in.issuer:
        raise ValueError(f"it calls itself {about.get('issuer')!r}; give the address exactly so")
    for name in _NEEDED:
        parts = split_address(str(about.get(name, "")))
        if parts is None or not is_safe(parts):
            raise ValueError(f"its {name} is no https address")
    if not set(about.get("id_token_signing_alg_values_supported", ["RS256"])) & set(ALGORITHMS):
        raise ValueError("it does not sign with a key pair")


def _read_keys(url: str) -> KeySet:
    published = _get(url).get("keys")
    read = map(_read_key, published if isinstance(published, list) else ())
    keys = [key for key in read if key is not None]
    if not keys:
        raise ValueError(f"there are no keys for signatures at {url}")
    return KeySet(keys)


def _read_key(published: Any) -> Key | None:
    """A key that verifies signatures; None for others, which a provider may publish beside them."""
    try:
        usable = published["kty"] in _PUBLIC and published.get("use", "sig") == "sig"
        return import_key(published) if usable else None
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, UnsupportedAlgorithm):
        return None


def _get(url: str) -> dict[str, Any]:
    """The JSON object at an address."""
    read = bytearray()
    with httpx.stream("GET", url, timeout=_SECONDS, follow_redirects=False) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"{url} answers {response.status_code}")
        for piece in response.iter_bytes():
            read += piece
            if len(read) > _LARGEST:
                raise ValueError(f"{url} answers without end")
    found = json.loads(read)
    if not isinstance(found, dict):
        raise ValueError(f"{url} is no JSON object")  # noqa: TRY004 - what came is wrong, not what was given
    return found


def _told(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it does not answer with JSON"
    return str(error) if isinstance(error, ValueError) and str(error) else type(error).__name__
