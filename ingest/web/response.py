"""What a server answered, and how an address is shown to people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from catalog.errors import UnreadableError

_SECRET = re.compile(r"(?i)([?&;][\w.-]*(?:key|token|secret|password|passwd|auth|sig|signature)=)[^&;#]*")
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that was read to its end.

    Attributes:
        url: Where it came from, after all redirects.
        status: Its HTTP status.
        headers: Its headers, whose names are compared without regard to case.
        body: Its bytes, decompressed.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if the server did not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the `Link` header by their relation: `next`, `last` (RFC 8288)."""
        found = httpx.Response(200, headers=dict(self.headers)).links
        base = httpx.URL(self.url)
        return {name: str(base.join(link["url"])) for name, link in found.items() if name and "url" in link}

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnreadableError: If it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            reason = "did not answer with JSON; check that the address is that of an API"
            raise UnreadableError(shown(self.url), reason) from error


def shown(url: str) -> str:
    """An address as a message may show it: without what could be a password or a key, and not too long."""
    plain = re.sub(r"//[^/@?#]*@", "//", url, count=1)
    return _SECRET.sub(r"\1…", plain)[:_LONGEST_SHOWN]
