"""The body of an answer, decompressed, and never more of it than was allowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

_GZIP_OR_ZLIB = 47
_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 100


def collect(chunks: Iterable[bytes], limit: int, *, compressed: bool = False) -> bytes:
    """Put a body together.

    Args:
        chunks: Its bytes as they arrive.
        limit: Most bytes that it may have, before and after it is decompressed.
        compressed: Whether it is compressed with gzip or zlib.

    Raises:
        OverflowError: If it is longer than `limit`.
        EOFError: If it is compressed and ends too early.
        zlib.error: If it is compressed and damaged.
    """
    bounded = _bounded(chunks, limit)
    return _inflated(bounded, limit) if compressed else b"".join(bounded)


def _bounded(chunks: Iterable[bytes], limit: int) -> Iterable[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise OverflowError(f"more than {limit} bytes")
        yield chunk


def _inflated(chunks: Iterable[bytes], limit: int) -> bytes:
    found, members = bytearray(), 1
    decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
    for chunk in chunks:
        rest = chunk
        while rest:
            if decoder.eof:
                if not rest.startswith(_MAGIC):
                    return bytes(found)  # padding after the end, which gzip itself ignores
                members += 1
                decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
            # what is inflated at once is bounded too, so that no chunk can blow up
            found += decoder.decompress(rest, limit + 1 - len(found))
            if len(found) > limit or members > _MOST_MEMBERS:
                raise OverflowError(f"more than {limit} bytes")
            rest = decoder.unused_data
    if not decoder.eof:
        raise EOFError("it ends too early")
    return bytes(found)
