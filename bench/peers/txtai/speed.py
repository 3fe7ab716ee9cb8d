"""txtai: its own hybrid of BM25 and dense vectors, as in `rank`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from txtai import Embeddings
from txtai.vectors import VectorsFactory

from bench.peers.sets import TOKENS, model_folder
from bench.peers.speed import Floats, Search, measure


def fill(ids: Sequence[str], texts: Sequence[str], vectors: Floats | None) -> Search:
    """Index passages; with vectors, only questions are embedded."""
    options = {"path": model_folder(), "hybrid": True, "content": False, "maxlength": TOKENS}
    if vectors is None:
        embeddings = Embeddings(**options)
        embeddings.index(zip(ids, texts, [None] * len(ids), strict=True))
    else:
        model = VectorsFactory.create(options, None)
        known = dict(zip(texts, vectors, strict=True))

        def transform(wanted: Sequence[str]) -> Floats:
            return np.array(
                [known[text] if text in known else model.transform((None, text, None)) for text in wanted]
            )

        embeddings = Embeddings(method="external", transform=transform, hybrid=True, content=False)
        embeddings.index(zip(ids, texts, [None] * len(ids), strict=True))

    def search(question: str, k: int) -> list[str]:
        return [uid for uid, _ in embeddings.search(question, k)]

    return search


if __name__ == "__main__":
    measure(fill)
