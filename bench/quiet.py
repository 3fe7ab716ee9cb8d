"""Nobody who wants to know how far an ingest has come."""

from __future__ import annotations

from catalog.errors import UnreadableError


class Quiet:
    """Says nothing."""

    def begin(self, source: str, units: int) -> None:
        """Say nothing."""

    def look(self, path: str) -> None:
        """Say nothing."""

    def read(self, units: int, items: int, passages: int = 0) -> None:
        """Say nothing."""

    def embedded(self, done: int, total: int) -> None:
        """Say nothing."""

    def asked(self, done: int, total: int) -> None:
        """Say nothing."""

    def failed(self, error: UnreadableError) -> None:
        """Say nothing."""
