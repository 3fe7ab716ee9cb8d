"""Where people sign in, as the settings tell: an OpenID Connect provider, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.access.addresses import address, is_safe, public_origin, split_address
from ui.guard import LOOPBACK

CALLBACK = "/oauth2callback"
"""Where the provider sends people back to; Streamlit's login has it there."""

_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What Copse knows about the provider before it asks it anything.

    Attributes:
        issuer: The provider's address, exactly as its tokens name it.
        client_id: Name under which it knows Copse.
        client_secret: What it gave Copse to prove that.
        name: What people call it.
        scopes: What it is asked for.
        groups_claim: Where its tokens name groups.
        audience: The audience of tokens that open the HTTP API.
        origin: Scheme and host under which people open Copse.
        hours: How long a sign-in counts.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: str
    groups_claim: str
    audience: str
    origin: str
    hours: float

    @property
    def redirect_uri(self) -> str:
        """The address that the provider must know as Copse's."""
        return self.origin + CALLBACK

    @property
    def discovery(self) -> str:
        """Where the provider tells about itself."""
        return self.issuer.rstrip("/") + _DISCOVERY

    @property
    def encrypted(self) -> bool:
        """Whether people open Copse by https."""
        return self.origin.startswith("https://")


def sign_in_of(settings: Settings) -> SignIn | None:
    """Where people sign in; None if the settings name no provider.

    Raises:
        SettingError: If they name half of one, or an address that cannot be used for it.
    """
    if not settings.oidc_issuer:
        _check_nothing_is_half_said(settings)
        return None
    _check_issuer(settings.oidc_issuer)
    for name in ("oidc_client_id", "oidc_client_secret"):
        if not getattr(settings, name):
            raise SettingError(
                f"COPSE_{name.upper()} is missing: the provider at {settings.oidc_issuer} gives it when you "
                "register Copse there"
            )
    return SignIn(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        name=settings.oidc_name,
        scopes=settings.oidc_scopes,
        groups_claim=settings.oidc_groups_claim,
        audience=settings.oidc_audience or settings.oidc_client_id,
        origin=_origin(settings),
        hours=settings.session_hours,
    )


def _check_nothing_is_half_said(settings: Settings) -> None:
    for name in ("oidc_client_id", "oidc_client_secret"):
        if getattr(settings, name):
            raise SettingError(
                f"COPSE_{name.upper()} is set, but COPSE_OIDC_ISSUER is not: give the address of the "
                "provider, such as https://login.example.org/realms/club"
            )


def _check_issuer(issuer: str) -> None:
    parts = split_address(issuer)
    if parts is None or parts.query or parts.fragment:
        raise SettingError(
            f"COPSE_OIDC_ISSUER={issuer!r}: give the address of the provider, such as "
            "https://login.example.org/realms/club"
        )
    if not is_safe(parts):
        raise SettingError(f"COPSE_OIDC_ISSUER={issuer!r}: use https, else others could pose as the provider")


def _origin(settings: Settings) -> str:
    """Where the provider sends people back to."""
    origin = public_origin(settings)
    if not origin:
        if settings.host not in LOOPBACK:
            raise SettingError(
                f"host {settings.host} with a sign-in: give the address under which people open Copse as "
                "COPSE_PUBLIC_URL, such as https://copse.example.org"
            )
        return address(settings)
    parts = split_address(settings.public_url)
    if parts is None or not is_safe(parts):
        raise SettingError(
            f"COPSE_PUBLIC_URL={settings.public_url!r}: with a sign-in it must begin with https, else others "
            "on the network could take over whoever is signed in"
        )
    if parts.path not in ("", "/"):
        raise SettingError(
            f"COPSE_PUBLIC_URL={settings.public_url!r}: a sign-in works at the root of a host only; give "
            f"Copse a name of its own, such as https://copse.{parts.hostname}"
        )
    return origin
