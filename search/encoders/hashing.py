"""The fake among the encoders: words hashed to dimensions, with no model behind them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s", "y")
_SHORTEST_STEM = 3


class HashEncoder:
    """Encodes a text as its bag of words, each hashed to a signed dimension. Fulfils `Encoder`.

    It is deterministic, needs no model and knows nothing of meaning: texts are alike when they share
    words. Good for tests and for trying things out.

    Args:
        dimension: Components of a vector.
    """

    window = 256
    engine = "no model"

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.name = self.location = f"hash:{dimension}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of words in each text."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors [n, dimension] of unit length; zero for a text without words."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower())[: self.window]:
                value = zlib.crc32(_stem(word).encode())
                vector[value // 2 % self.dimension] += 1 if value % 2 else -1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, np.float32(1e-12))
        return vectors


def _stem(word: str) -> str:
    """The word without its commonest endings, so that "leaks" and "leaking" are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
