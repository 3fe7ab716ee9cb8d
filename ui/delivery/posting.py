"""Posts JSON to one address; follows no redirect and no proxy of the environment, and does not wait long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ui.delivery.channel import UndeliveredError

_SECONDS = 15


def as_json(document: Mapping[str, Any]) -> bytes:
    """The bytes of a document."""
    return json.dumps(document, ensure_ascii=False).encode()


def post(what: str, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Post a body of JSON.

    Args:
        what: What the address is called in an error; it may hold a key, and is never told.
        url: The address.
        body: The bytes.
        headers: Further headers.

    Raises:
        UndeliveredError: If it is not taken.
    """
    import httpx

    sent = {"Content-Type": "application/json", "User-Agent": "copse", **(headers or {})}
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            status = client.post(url, content=body, headers=sent).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UndeliveredError(f"{what} cannot be reached ({type(error).__name__})") from error
    if not 200 <= status < 300:
        raise UndeliveredError(f"{what} answers {status}")
