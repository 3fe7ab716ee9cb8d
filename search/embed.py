"""Passages → vectors: embeds what has no vector yet, and switches models without a gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.store import Catalog
from search.encoder import Encoder

_BATCH = 256  # passages embedded and stored at a time: what a killed run loses


def embed_pending(catalog: Catalog, encoder: Encoder, progress: Callable[[int, int], None]) -> int:
    """Embed every passage that has no vector of this model, then let the model serve.

    While a new model's vectors are being made, questions are answered with those of the old one, which
    are dropped once the new ones are complete. A run that was killed is continued by the next one.

    Args:
        catalog: The catalog to read passages from and store vectors in.
        encoder: The model.
        progress: Is told how many passages are done, of how many.

    Returns:
        How many vectors were stored.
    """
    with catalog.feed() as feed:
        model = next((model for model in feed.models() if model.name == encoder.name), None)
        pending = feed.pending(model) if model else None
    if model and model.serving and not pending:
        return 0
    with catalog.write_vectors() as writer:
        model = writer.put_model(encoder.name, encoder.location, encoder.dimension)
    with catalog.feed() as feed:
        pending = feed.pending(model)
    stored = 0
    for start in range(0, len(pending), _BATCH):
        with catalog.feed() as feed:
            passages = feed.load(pending[start : start + _BATCH])
        vectors = encoder.encode([passage.embedding_text for passage in passages])
        with catalog.write_vectors() as writer:
            stored += writer.put_vectors(model, [passage.id for passage in passages], vectors)
        progress(min(start + _BATCH, len(pending)), len(pending))
    if not model.serving:
        with catalog.write_vectors() as writer:
            writer.serve(model)
    return stored


def embed_passages(catalog: Catalog, encoder: Encoder, passage_ids: Sequence[int]) -> None:
    """Embed a few passages at once, so that the next question finds them.

    Args:
        catalog: The catalog to read passages from and store vectors in.
        encoder: The model that is served.
        passage_ids: Numbers of the passages.
    """
    with catalog.feed() as feed:
        passages = feed.load(passage_ids)
    vectors = encoder.encode([passage.embedding_text for passage in passages])
    with catalog.write_vectors() as writer:
        model = writer.put_model(encoder.name, encoder.location, encoder.dimension)
        writer.put_vectors(model, [passage.id for passage in passages], vectors)
