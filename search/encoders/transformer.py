"""Sentence-transformers models, from this machine alone; torch is imported when the first vector is made."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from catalog.errors import ModelError
from search.encoders.folder import DEFAULT_MODEL, ModelFolder, find_model
from search.encoders.processors import processors
from search.encoders.tokens import batches_by_length, count_tokens, read_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class SentenceTransformerEncoder:
    """Encodes texts with a sentence-transformers model. Fulfils `Encoder`.

    Args:
        folder: The model.
        precision: "fp32", "bf16", or "auto": bf16 where the processor multiplies matrices in it.
        batch_tokens: Tokens that are encoded in one go, padding included.
    """

    def __init__(self, folder: ModelFolder, precision: str = "auto", batch_tokens: int = 2048) -> None:
        self.location = folder.location
        self._folder = folder
        self._precision = precision
        self._batch_tokens = batch_tokens
        self._lock = threading.RLock()  # the tokenizer inside the model is not safe among threads

    @classmethod
    def load(
        cls, model: str = DEFAULT_MODEL, precision: str = "auto", batch_tokens: int = 2048
    ) -> SentenceTransformerEncoder:
        """Find a model on this machine; it is read when it is first needed.

        Args:
            model: "all-MiniLM-L6-v2" for the packaged one, a folder, or a name in the Hugging Face cache.
            precision: "auto", "bf16" or "fp32".
            batch_tokens: Tokens that are encoded in one go.

        Raises:
            ModelError: If it is not on this machine. Nothing is fetched.
        """
        return cls(find_model(model), precision, batch_tokens)

    @cached_property
    def name(self) -> str:
        """The model's short name, "@" and the beginning of its weights' SHA-256."""
        return self._folder.name()

    @cached_property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._folder.dimension() or int(self._model.get_embedding_dimension())

    @cached_property
    def window(self) -> int:
        """Tokens that the model reads of a text; what comes after them is lost."""
        return self._folder.window() or int(self._model.max_seq_length)

    @property
    def engine(self) -> str:
        """What calculates, and in which arithmetic."""
        return f"PyTorch in {'bf16' if 'bfloat16' in str(next(self._model.parameters()).dtype) else 'fp32'}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with those that the model puts around it, however long it is."""
        if self._tokenizer is not None:
            return count_tokens(self._tokenizer, texts)
        with self._lock:
            return [len(ids) for ids in self._model.tokenizer(list(texts), verbose=False)["input_ids"]]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors [n, dimension] of unit length.

        Raises:
            ModelError: If the model cannot be read, or is not the one it claims to be.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        counts = np.minimum(self.count_tokens(texts), self.window).tolist()
        for batch in batches_by_length(counts, self._batch_tokens):
            vectors[batch] = self._encode([texts[i] for i in batch])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, np.float32(1e-12))
        return vectors

    def _encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import torch

        with self._lock, torch.inference_mode():
            vectors = self._model.encode(
                texts, batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True
            )
            return np.asarray(vectors.float().cpu().numpy(), np.float32)

    @cached_property
    def _tokenizer(self) -> Tokenizer | None:
        """The model's tokenizer on its own, without the truncation and padding that its file may ask for."""
        path = self._folder.tokenizer
        return read_tokenizer(path) if path else None

    @property
    def _model(self) -> Any:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> Any:
        """The model in memory."""
        self._folder.check()
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        model = _read_model(self._folder)
        model.max_seq_length = self._folder.window() or model.max_seq_length
        _limit_threads()
        return model.bfloat16() if uses_bf16(self._precision, model.device.type) else model.float()


def uses_bf16(precision: str, device: str) -> bool:
    """Whether to calculate in bf16.

    AVX512-BF16 alone does not count: without matrix tiles (AMX), bf16 was slower than fp32.

    Args:
        precision: "auto", "bf16" or "fp32".
        device: "cpu", "cuda" or "mps".
    """
    import torch

    if precision != "auto":
        return precision == "bf16"
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16"))


def _read_model(folder: ModelFolder) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        with silence():
            return SentenceTransformer(str(folder.path), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # a damaged model fails anywhere in torch or transformers
        raise ModelError(
            f"{folder.path}: not a sentence-transformers model that can be loaded ({error})"
        ) from error


@contextmanager
def silence() -> Iterator[None]:
    """Keep transformers from advising and drawing progress bars, and put its settings back."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _limit_threads() -> None:
    """Use no more threads than there are processors for this process; torch counts those of the machine."""
    import torch

    torch.set_num_threads(min(torch.get_num_threads(), processors()))
