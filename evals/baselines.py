"""What Copse has to beat: BM25 and the embedding model alone, each over whole documents.

Both follow the protocol of the collection: what a query may not find is left out before the best are taken.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evals.measures import DEPTH
from evals.nouns import Document, Query, Ranking, Run
from evals.words import WordIndex
from search.encoder import Encoder

Floats = npt.NDArray[np.float32]

_BATCH = 128  # documents embedded between two reports of progress
_QUERIES = 256  # queries embedded at once


def bm25(documents: Sequence[Document], queries: Sequence[Query]) -> Run:
    """BM25 with k1 = 0.9 and b = 0.4 over English stems without stop words (Lù: BM25S, 2024)."""
    index = WordIndex([document.whole for document in documents])
    run: Run = {}
    for query in queries:
        run[query.id] = [one for one in _best(documents, query, index.scores(query.text)) if one[1] > 0]
    return run


def dense(
    documents: Sequence[Document],
    queries: Sequence[Query],
    encoder: Encoder,
    cache: Path,
    progress: Callable[[int, int], None],
) -> Run:
    """The cosine of query and document, each as far as the model reads it.

    Args:
        documents: What can be found.
        queries: What is asked.
        encoder: The model.
        cache: Folder in which the documents' vectors are kept.
        progress: Is told how many documents are embedded, of how many.
    """
    vectors = _vectors([document.whole for document in documents], encoder, cache, progress)
    run: Run = {}
    for start in range(0, len(queries), _QUERIES):
        part = queries[start : start + _QUERIES]
        cosines = encoder.encode([query.text for query in part]) @ vectors.T
        for query, scores in zip(part, cosines, strict=True):
            run[query.id] = _best(documents, query, scores)
    return run


def _best(documents: Sequence[Document], query: Query, scores: Floats) -> Ranking:
    allowed = np.array([at for at, document in enumerate(documents) if document.may_answer(query)], dtype=int)
    best = allowed[np.argsort(-scores[allowed], kind="stable")[:DEPTH]]
    return [(documents[at].id, float(scores[at])) for at in best]


def _vectors(
    texts: Sequence[str], encoder: Encoder, cache: Path, progress: Callable[[int, int], None]
) -> Floats:
    """Vectors of shape [n, dimension], from the cache if it has them."""
    digest = hashlib.sha256("\0".join([encoder.name, *texts]).encode(errors="surrogatepass")).hexdigest()
    path = cache / f"dense-{digest[:16]}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            return np.asarray(stored["vectors"], dtype=np.float32)
    blocks = []
    for start in range(0, len(texts), _BATCH):
        blocks.append(encoder.encode(texts[start : start + _BATCH]))
        progress(min(start + _BATCH, len(texts)), len(texts))
    vectors = np.concatenate(blocks)
    unfinished = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, vectors=vectors.astype(np.float16))
    unfinished.replace(path)  # at once, so that no half of a file is taken for the whole
    return vectors
