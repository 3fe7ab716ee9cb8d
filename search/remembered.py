"""Vectors of texts that were embedded lately: one question after the other weighs the same sentences."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


Encode = Callable[[Sequence[str]], Floats]


class Remembered:
    """Embeds texts, each of them once as long as it is remembered. Safe to use from several threads.

    Args:
        encode: Embeds texts; gives float32 of shape [n, dimension].
        most: Texts that are remembered, those that were needed last; one takes about 2 KB.
    """

    def __init__(self, encode: Encode, most: int = 8_192) -> None:
        self._encode = encode
        self._most = most
        self._vectors: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts, of shape [n, dimension]."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if not texts or new:
            vectors = self._encode(new)
            if not texts:
                return vectors
            known.update(zip(new, vectors, strict=True))
        self._remember(known)
        return np.stack([known[text] for text in texts])

    def _remember(self, known: dict[str, Floats]) -> None:
        with self._lock:
            for text, vector in known.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
