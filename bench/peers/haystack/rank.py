"""Haystack 2: BM25 and dense retrieval in memory, joined by reciprocal rank fusion."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from bench.peers.sets import DEPTH, Ranking, Set, Text, model_folder, write_runs


def rank(given: Set) -> Iterator[tuple[str, Ranking]]:
    """Yield each query's id and its ranking."""
    hybrid = pipeline(_store(given.documents), DEPTH)
    for query in given.queries:
        retrieve = {"query": query.text, "filters": _filters(query)}
        inputs = {"embedder": {"text": query.text}, "bm25": retrieve, "dense": {"filters": _filters(query)}}
        found = hybrid.run(inputs)["joiner"]["documents"]
        yield query.id, [(document.meta["item"], document.score) for document in found]


def _store(documents: list[Text]) -> InMemoryDocumentStore:
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model_folder(), progress_bar=False)
    embedder.warm_up()
    rows = [
        Document(
            id=document.id, content=document.text, meta={"item": document.id, "created": document.created}
        )
        for document in documents
    ]
    store.write_documents(embedder.run(rows)["documents"])
    return store


def pipeline(store: InMemoryDocumentStore, k: int) -> Pipeline:
    """Both retrievers over a store, and what joins the k best of each."""
    hybrid = Pipeline()
    hybrid.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=model_folder(), progress_bar=False)
    )
    hybrid.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=k))
    hybrid.add_component("bm25", InMemoryBM25Retriever(store, top_k=k))
    hybrid.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=k))
    hybrid.connect("embedder.embedding", "dense.query_embedding")
    hybrid.connect("bm25", "joiner")
    hybrid.connect("dense", "joiner")
    return hybrid


def _filters(query: Text) -> dict[str, Any] | None:
    if query.created is not None:
        return {"field": "meta.created", "operator": "<", "value": query.created}
    if query.is_document:
        return {"field": "meta.item", "operator": "!=", "value": query.id}
    return None


if __name__ == "__main__":
    write_runs("haystack", sys.argv[1:], rank)
