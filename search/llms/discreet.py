"""A stream of text → the same without a secret, wherever the stream was cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HIDDEN = "…"


def without(pieces: Iterable[str], secret: str) -> Iterator[str]:
    """What arrives, with "…" in place of a secret; what may become one is held back.

    Args:
        pieces: The text, piece by piece.
        secret: What must not be told; nothing if it is empty.
    """
    if not secret:
        yield from pieces
        return
    held = ""
    for piece in pieces:
        text = (held + piece).replace(secret, HIDDEN)
        cut = len(text) - _begun(text, secret)
        held = text[cut:]
        if cut:
            yield text[:cut]
    if held:
        yield held


def _begun(text: str, secret: str) -> int:
    """How many characters at the end of a text may be the beginning of the secret."""
    longest = min(len(text), len(secret) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(secret[:size])), 0)
