"""BM25 over any texts: documents, passages or sentences."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

Floats = npt.NDArray[np.float32]


class WordIndex:
    """BM25 with k1 = 0.9 and b = 0.4 over English stems without stop words (Lù: BM25S, 2024).

    Args:
        texts: What can be found.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25(k1=0.9, b=0.4)
        self._index.index(self._terms(texts), show_progress=False)

    def scores(self, text: str) -> Floats:
        """The score of each text for this one, of shape [n]."""
        (terms,) = self._terms([text])
        there = [term for term in terms if term in self._index.vocab_dict]
        if not there:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._index.get_scores(there), dtype=np.float32)

    def best(self, text: str, most: int) -> list[int]:
        """Places of the texts that share words with this one, best first."""
        scores = self.scores(text)
        order = np.argsort(-scores, kind="stable")[:most]
        return [int(at) for at in order if scores[at] > 0]

    def _terms(self, texts: Sequence[str]) -> list[list[str]]:
        return list(
            bm25s.tokenize(
                list(texts), stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False
            )
        )
