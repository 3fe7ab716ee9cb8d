"""txtai: its own hybrid of BM25 and dense vectors, without content storage.

Without content there is no SQL, so no filter: a query with a time limit fetches every document, and those
that may not answer are dropped afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from txtai import Embeddings

from bench.peers.sets import DEPTH, TOKENS, Ranking, Set, allowed, model_folder, write_runs


def rank(given: Set) -> Iterator[tuple[str, Ranking]]:
    """Yield each query's id and its ranking."""
    embeddings = Embeddings(path=model_folder(), hybrid=True, content=False, maxlength=TOKENS)
    embeddings.index((document.id, document.text, None) for document in given.documents)
    documents = {document.id: document for document in given.documents}
    for query in given.queries:
        limit = DEPTH + 1 if query.created is None else len(documents)
        found = embeddings.search(query.text, limit)
        yield query.id, [(uid, score) for uid, score in found if allowed(query, documents[uid])]


if __name__ == "__main__":
    write_runs("txtai", sys.argv[1:], rank)
