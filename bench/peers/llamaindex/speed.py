"""LlamaIndex: its default vector index in memory; dense retrieval alone."""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core import VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

from bench.peers.sets import TOKENS, model_folder
from bench.peers.speed import Floats, Search, measure


def fill(ids: Sequence[str], texts: Sequence[str], vectors: Floats | None) -> Search:
    """Index passages, each as one node; with vectors, only questions are embedded."""
    model = HuggingFaceEmbedding(model_name=model_folder(), max_length=TOKENS)
    nodes = [TextNode(id_=uid, text=text) for uid, text in zip(ids, texts, strict=True)]
    if vectors is not None:
        for node, vector in zip(nodes, vectors.tolist(), strict=True):
            node.embedding = vector
    index = VectorStoreIndex(nodes, embed_model=model)

    def search(question: str, k: int) -> list[str]:
        found = index.as_retriever(similarity_top_k=k).retrieve(question)
        return [one.node.node_id for one in found]

    return search


if __name__ == "__main__":
    measure(fill)
