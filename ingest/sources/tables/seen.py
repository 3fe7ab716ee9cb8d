"""Keys that came before, in bounded memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

_MOST = 2_000_000  # keys, of about a hundred bytes each; what comes after them is not compared any more


@dataclass
class Seen:
    """Remembers a short digest of each key, and where it stood."""

    _places: dict[int, int] = field(default_factory=dict)

    def place(self, key: str, place: int) -> int:
        """Where a key stood first: the given place, if it is new."""
        digest = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
        if len(self._places) < _MOST:
            return self._places.setdefault(digest, place)
        return self._places.get(digest, place)
