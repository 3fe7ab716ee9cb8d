"""Addresses: where Copse listens, where people open it, and which addresses are safe to sign in at."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from catalog.errors import SettingError
from catalog.settings import Settings
from ui.guard import LOOPBACK


def address(settings: Settings) -> str:
    """The address where Copse listens, as a browser on this machine opens it."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def public_origin(settings: Settings) -> str:
    """Scheme and host of the address under which people open Copse; empty if the settings name none."""
    if not settings.public_url:
        return ""
    parts = split_address(settings.public_url)
    if parts is None:
        raise SettingError(
            "COPSE_PUBLIC_URL: give the address under which people open Copse, such as "
            "https://copse.example.org"
        )
    return f"{parts.scheme}://{_host(parts)}"


def _host(parts: SplitResult) -> str:
    """Host and port as a browser names them: in small letters, without the port that goes without saying."""
    name = parts.hostname or ""
    shown = f"[{name}]" if ":" in name else name
    usual = {"http": 80, "https": 443}[parts.scheme]
    return shown if parts.port in (None, usual) else f"{shown}:{parts.port}"


def split_address(url: str) -> SplitResult | None:
    """The parts of a web address; None if it is none, or holds a password."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable and "@" not in parts.netloc else None


def is_safe(parts: SplitResult) -> bool:
    """Whether nobody reads on the way what goes to an address: it is encrypted, or stays on this machine."""
    return parts.scheme == "https" or parts.hostname in LOOPBACK
