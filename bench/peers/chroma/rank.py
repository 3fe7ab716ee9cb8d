"""Chroma: dense retrieval alone, cosine distance."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import chromadb
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

from bench.peers.sets import DEPTH, Ranking, Set, Text, model_folder, write_runs

BATCH = 1000


def rank(given: Set) -> Iterator[tuple[str, Ranking]]:
    """Yield each query's id and its ranking; a score is one minus Chroma's cosine distance."""
    collection = _collection(given)
    for query in given.queries:
        found = collection.query(query_texts=[query.text], n_results=DEPTH, where=_where(query))
        distances = (found["distances"] or [[]])[0]
        yield query.id, [(uid, 1 - far) for uid, far in zip(found["ids"][0], distances, strict=True)]


def _collection(given: Set) -> Any:
    function = SentenceTransformerEmbeddingFunction(model_name=model_folder())
    client = chromadb.EphemeralClient()
    space = {"hnsw": {"space": "cosine"}}
    # a name of its own for each set: every client of a process shares one store in memory
    collection = client.create_collection(uuid4().hex, configuration=space, embedding_function=function)
    for start in range(0, len(given.documents), BATCH):
        part = given.documents[start : start + BATCH]
        collection.add(
            ids=[document.id for document in part],
            documents=[document.text for document in part],
            metadatas=[_metadata(document) for document in part],
        )
    return collection


def _metadata(document: Text) -> dict[str, str | float]:
    """What a query may be limited by; a document without a date answers no query that has one."""
    return {"item": document.id} | ({} if document.created is None else {"created": document.created})


def _where(query: Text) -> dict[str, Any] | None:
    if query.created is not None:
        return {"created": {"$lt": query.created}}
    if query.is_document:
        return {"item": {"$ne": query.id}}
    return None


if __name__ == "__main__":
    write_runs("chroma", sys.argv[1:], rank)
