"""Whether a call from a chat is what it says it is: signed with the secret that both know, fresh, and new.

Nothing of a call is looked at before its signature fits. Comparing takes the same time wherever two
signatures differ, and a call that was listened to cannot be sent once more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from collections.abc import Mapping

FRESH = 300
"""Seconds after which a call is too old, or before which it is from the future."""


class RefusedError(Exception):
    """A call is not what it says it is; the text says why, without a word of what would have been right."""


class Seen:
    """The signatures of the last minutes. Only those that fit come here, so no stranger fills it."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, signature: str, now: float) -> None:
        """Remember a signature.

        Raises:
            RefusedError: If it is remembered already.
        """
        with self._lock:
            self._until = {one: until for one, until in self._until.items() if until > now}
            if signature in self._until:
                raise RefusedError("this call was made already")
            self._until[signature] = now + 2 * FRESH


def check_slack(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Check a call by version 0 of Slack's signatures; gives the signature.

    Raises:
        RefusedError: If it is not signed, not with the secret, or too old.
    """
    stamp, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 20):
        raise RefusedError("there is no timestamp")
    check_fresh(float(stamp), now)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={digest}".encode(), given.encode()):
        raise RefusedError("the signature does not fit")
    return given


def check_teams(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """Check a call by the way of Teams' outgoing webhooks; gives the signature.

    The signature covers the body only. So whether the call is fresh is told by the time in the body.

    Raises:
        RefusedError: If it is not signed, or not with the secret.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    digest = base64.b64encode(hmac.new(teams_key(secret), body, hashlib.sha256).digest())
    if scheme.upper() != "HMAC" or not hmac.compare_digest(digest, given.strip().encode()):
        raise RefusedError("the signature does not fit")
    return digest.decode()


def teams_key(secret: str) -> bytes:
    """The key that Teams has shown as base64.

    Raises:
        RefusedError: If it is no base64.
    """
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError("the secret is not what Teams has shown: base64") from error


def check_fresh(made: float, now: float) -> None:
    """Check when a call was made.

    Raises:
        RefusedError: If that is too long ago, or yet to come.
    """
    if abs(now - made) > FRESH:
        raise RefusedError("it is too old, or the clocks differ")
