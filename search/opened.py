"""A library that is opened for questions: the model and the indexes, each loaded once and kept in step."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from catalog.settings import Settings
from catalog.store import Catalog
from search.encoder import Encoder, open_encoder
from search.indexes import Indexes
from search.llm import LanguageModel, open_llm
from search.people.study import Study
from search.reranker import CrossEncoderReranker
from search.retrieve import Reranking, Retriever, Weights


class Opened:
    """A library, opened for questions: the catalog, the model and the indexes, each loaded once.

    Safe to use from several threads.

    Args:
        catalog: The library's catalog.
        settings: The settings in force.
        encoder: The model to use instead of the one that the library's vectors were made with.
        model: The language model to use instead of the one that the settings name.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        encoder: Encoder | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        self.catalog = catalog
        self.settings = settings
        self.model = model or open_llm(settings)
        self._indexes = Indexes(catalog)
        self._encoder = encoder
        self._retriever: Retriever | None = None
        self._study = Study(catalog)

    def encoder(self) -> Encoder:
        """The model that the library's vectors are made with."""
        self._ready()
        if self._encoder is None:
            raise TypeError("a library that is ready has a model")
        return self._encoder

    def alike(self, questions: Sequence[str], asked: str) -> list[float]:
        """Cosines of questions with another one, in their order."""
        if not questions:
            return []
        first, *others = self.encoder().encode([asked, *questions])
        return [float(other @ first) for other in others]

    def catch_up(self) -> None:
        """Bring all that is kept in step with the catalog now, so that the next question finds all there is.

        Raises:
            LibraryError: If the indexes cannot be written.
        """
        self._indexes.catch_up()
        self._study.catch_up()

    def is_loaded(self) -> bool:
        """Whether a question need not wait for the model and the indexes."""
        return self._retriever is not None

    def sizes(self) -> dict[str, int]:
        """How many entries each index has, as it was refreshed last."""
        has = self._indexes
        return {"dense": len(has.dense), "items": len(has.items), "lexical": len(has.lexical)}

    def _ready(self) -> Retriever:
        """The retriever over indexes that are in step with the catalog."""
        self._indexes.refresh()
        model = self._indexes.model
        if self._encoder is None or (model is not None and self._encoder.name != model.name):
            location = model.location if model else self.settings.model
            self._encoder = open_encoder(location, self.settings.precision, self.settings.batch_tokens)
            self._retriever = None
        if self._retriever is None:
            has = self.settings
            weights = Weights(has.dense_weight, has.dense_weight_statement, has.votes_weight)
            self._retriever = Retriever(self._indexes, self._encoder, weights, self._reranking())
            # The model and the libraries stay as long as the engine does: without this, every full
            # collection of garbage looks through all of them, and some answers take a fifth longer.
            gc.freeze()
        return self._retriever

    def _model_name(self) -> str | None:
        self._indexes.refresh()
        return self._indexes.model.name if self._indexes.model else None

    def _reranking(self) -> Reranking | None:
        has = self.settings
        if not has.reranker:
            return None
        return Reranking(CrossEncoderReranker.load(has.reranker), has.rerank_depth, has.rerank_weight)
