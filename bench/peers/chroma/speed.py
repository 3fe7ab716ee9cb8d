"""Chroma: dense retrieval alone, cosine distance, as in `rank`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

from bench.peers.chroma.rank import BATCH
from bench.peers.sets import model_folder
from bench.peers.speed import Floats, Search, measure


def fill(ids: Sequence[str], texts: Sequence[str], vectors: Floats | None) -> Search:
    """Add passages; with vectors, only questions are embedded."""
    function = SentenceTransformerEmbeddingFunction(model_name=model_folder())
    collection = chromadb.EphemeralClient().create_collection(
        uuid4().hex, configuration={"hnsw": {"space": "cosine"}}, embedding_function=function
    )
    for start in range(0, len(ids), BATCH):
        part = slice(start, start + BATCH)
        given = {} if vectors is None else {"embeddings": vectors[part]}
        collection.add(ids=list(ids[part]), documents=list(texts[part]), **given)

    def search(question: str, k: int) -> list[str]:
        return list(collection.query(query_texts=[question], n_results=k)["ids"][0])

    return search


if __name__ == "__main__":
    measure(fill)
