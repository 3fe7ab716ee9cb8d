"""Ask a server only for what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 1000  # characters of a validator that is worth keeping


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to tell a version of a page by (RFC 9110, 8.8).

    Attributes:
        etag: Its `ETag`, with quotation marks; empty if it gave none.
        modified: Its `Last-Modified`, as it wrote it; empty if it gave none.
    """

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Validators:
        """Take them from the headers of an answer."""
        found = (headers.get(name, "") for name in ("etag", "last-modified"))
        return cls(*(value if len(value) <= _LONGEST and value.isascii() else "" for value in found))

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request that the server answers with 304 if nothing changed."""
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in wanted.items() if value}
