"""Vectors of texts that were embedded lately: one question after the other weighs the same sentences."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

Encode = Callable[[Sequence[str]], Floats]

_BESIDE = 250  # bytes that a text and its vector take beside what they hold


class Remembered:
    """Embeds texts, each of them once as long as it is remembered. Safe to use from several threads.

    Vectors are kept, and given, as exact as the catalog keeps those of passages: in float16.

    Args:
        encode: Embeds texts; gives float32 of shape [n, dimension].
        most: Bytes that it may take; what was not needed for the longest time is forgotten first.
    """

    def __init__(self, encode: Encode, most: int = 32 << 20) -> None:
        self._encode = encode
        self._most = most
        self._taken = 0
        self._vectors: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        if not texts:
            return self._encode([])
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            vectors = self._encode(new).astype("<f2")
            known |= {text: vector.tobytes() for text, vector in zip(new, vectors, strict=True)}
        self._remember(known)
        rows = np.frombuffer(b"".join(known[text] for text in texts), "<f2")
        return rows.reshape(len(texts), -1).astype(np.float32)

    def _remember(self, known: Mapping[str, bytes]) -> None:
        with self._lock:
            for text, vector in known.items():
                if text not in self._vectors:
                    self._taken += _size(text, vector)
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while self._taken > self._most:
                self._taken -= _size(*self._vectors.popitem(last=False))


def _size(text: str, vector: bytes) -> int:
    return len(text) + len(vector) + _BESIDE
