"""Haystack 2: BM25 and dense retrieval in memory, joined by reciprocal rank fusion, as in `rank`."""

from __future__ import annotations

from collections.abc import Sequence

from haystack import Document
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
)

from bench.peers.haystack.rank import pipeline
from bench.peers.sets import model_folder
from bench.peers.speed import Floats, K, Search, measure


def fill(ids: Sequence[str], texts: Sequence[str], vectors: Floats | None) -> Search:
    """Store passages; with vectors, only questions are embedded."""
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    rows = [Document(id=uid, content=text) for uid, text in zip(ids, texts, strict=True)]
    if vectors is None:
        embedder = SentenceTransformersDocumentEmbedder(model=model_folder(), progress_bar=False)
        embedder.warm_up()
        rows = embedder.run(rows)["documents"]
    else:
        for row, vector in zip(rows, vectors.tolist(), strict=True):
            row.embedding = vector
    store.write_documents(rows)
    return _search(store)


def _search(store: InMemoryDocumentStore) -> Search:
    hybrid = pipeline(store, K)

    def search(question: str, k: int) -> list[str]:
        found = hybrid.run({"embedder": {"text": question}, "bm25": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]][:k]

    return search


if __name__ == "__main__":
    measure(fill)
