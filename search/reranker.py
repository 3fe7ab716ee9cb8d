"""Rerankers: models that read a question and a text together, and so tell better, but slowly, what fits.

None is on by default: those that Copse could ship did not win (`docs/quality.md`). Whoever has a better one
sets `reranker` to it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from catalog.errors import ModelError
from search.encoders.folder import ModelFolder, find_model
from search.encoders.transformer import silence

_BATCH = 16  # pairs
_LONGEST = 4_000  # characters of a text that are read, far more than a model's window holds

Floats = npt.NDArray[np.float32]


class Reranker(Protocol):
    """Scores texts for a question. `score` may be called by several threads."""

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """How well each text fits, from 0 to 1; shape [n]."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder with one output. Fulfils `Reranker`.

    Args:
        folder: The model; it is read when it is first needed.
    """

    def __init__(self, folder: ModelFolder) -> None:
        self._folder = folder
        self._lock = threading.RLock()

    @classmethod
    def load(cls, model: str) -> CrossEncoderReranker:
        """Find a model on this machine.

        Args:
            model: A folder, or a name in the Hugging Face cache.

        Raises:
            ModelError: If it is not on this machine. Nothing is fetched.
        """
        try:
            return cls(find_model(model))
        except ModelError as error:
            raise ModelError(
                f"{model}: no such reranker on this machine, and Copse fetches nothing; give the folder of a "
                "CrossEncoder, or leave the setting reranker empty"
            ) from error

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """How well each text fits, from 0 to 1: the sigmoid of what the model says; shape [n].

        Raises:
            ModelError: If the model cannot be read, or is none that gives a pair one score.
        """
        if not texts:
            return np.empty(0, np.float32)
        import torch

        pairs = [(question[:_LONGEST], text[:_LONGEST]) for text in texts]
        with self._lock:
            scores = self._model.predict(
                pairs, batch_size=_BATCH, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False
            )
        return np.asarray(scores, np.float32)

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        where = self._folder.path
        try:
            with silence():
                model = CrossEncoder(str(where), local_files_only=True, trust_remote_code=False)
        except Exception as error:  # a damaged model fails anywhere in torch or transformers
            raise ModelError(f"{where}: not a CrossEncoder that can be loaded ({error})") from error
        if model.num_labels != 1:
            raise ModelError(
                f"{where}: gives {model.num_labels} scores for a pair, and a reranker must give one; "
                "set another, or none"
            )
        return model


def reorder(scores: Floats, reranked: Floats, weight: float) -> Floats:
    """Move the best hits among themselves: new scores within the range that they had.

    So they stay above all that was not reranked, and a score means what it meant.

    Args:
        scores: What retrieval gave, shape [n].
        reranked: What the reranker gives, from 0 to 1, shape [n].
        weight: Share of the reranker, from 0 to 1.
    """
    if not len(scores):
        return scores
    low, high = scores.min(), scores.max()
    spread = reranked.max() - reranked.min()
    within = (reranked - reranked.min()) / spread if spread > 0 else np.ones_like(reranked)
    return np.asarray((1 - weight) * scores + weight * (low + (high - low) * within), np.float32)
