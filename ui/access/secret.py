"""The secret with which the cookies of those who have signed in are signed."""

from __future__ import annotations

import secrets
from pathlib import Path

from catalog.errors import LibraryError, SettingError
from catalog.settings import Settings
from ui.access.private import open_private

_NAME = "cookie_secret"
_SHORTEST = 32  # characters


def cookie_secret(settings: Settings) -> str:
    """The secret that the settings give, else one that is made and kept in the library's folder.

    Raises:
        SettingError: If the one that the settings give is too short.
        LibraryError: If none can be kept.
    """
    if settings.cookie_secret:
        if len(settings.cookie_secret) < _SHORTEST:
            raise SettingError(
                f"COPSE_COOKIE_SECRET is too short: give {_SHORTEST} characters or more, such as those of "
                "`openssl rand -hex 32`, or none"
            )
        return settings.cookie_secret
    path = settings.library / _NAME
    try:
        return _kept(path) or _made(path)
    except OSError as error:
        raise LibraryError(f"{path}: the secret of the cookies cannot be kept ({error.strerror})") from error


def _kept(path: Path) -> str:
    """The secret that is there; nothing if there is none, or no whole one."""
    found = path.read_text("ascii", "replace").strip() if path.exists() else ""
    return found if len(found) >= _SHORTEST else ""


def _made(path: Path) -> str:
    """A new one, which appears whole and is its owner's alone to read; if somebody was faster, theirs."""
    draft = path.with_name(f"{_NAME}.{secrets.token_hex(4)}")
    with open_private(draft, "x") as file:
        file.write(secrets.token_hex(32))
    if path.exists():
        path.unlink()
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()
