"""A BERT of sentence-transformers on a small engine: no torch, so that the first vector is soon there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from catalog.errors import ModelError
from search.encoders.bert import Bert, Compiled, read_bert
from search.encoders.folder import ModelFolder
from search.encoders.known import KnownTokens
from search.encoders.together import Alone, Rows, Together
from search.encoders.tokens import read_tokenizer
from search.encoders.weights import Floats, let_go

Compile = Callable[[Bert, str, int], Compiled]
"""Makes a model run, in a precision ("auto", "bf16", "fp32" or "int8") and so many times at once."""


def on_openvino(bert: Bert, precision: str, streams: int) -> Compiled:
    """Compile with OpenVINO."""
    from search.encoders.bert_openvino import compile_bert

    return compile_bert(bert, precision, streams)


def on_onnx(bert: Bert, precision: str, streams: int) -> Compiled:
    """Compile with ONNX Runtime, in fp32.

    Raises:
        ModelError: If int8 is asked for.
    """
    if precision == "int8":
        raise ModelError("int8 needs OpenVINO, which cannot be loaded here; set COPSE_PRECISION=auto")
    from search.encoders.bert_onnx import compile_bert

    return compile_bert(bert, streams)


def on_any(bert: Bert, precision: str, streams: int) -> Compiled:
    """Compile with OpenVINO, or with ONNX Runtime on a machine that has none.

    Raises:
        ModelError: If it has neither.
    """
    try:
        return on_openvino(bert, precision, streams)
    except ImportError:
        pass
    try:
        return on_onnx(bert, precision, streams)
    except ImportError as error:
        raise ModelError(
            f"neither OpenVINO nor ONNX Runtime can be loaded ({error}); install Copse again"
        ) from error


class CompiledEncoder:
    """Encodes texts with a BERT whose vectors are the means of its tokens'. Fulfils `Encoder`.

    Args:
        folder: The model; it is read when it is first needed.
        precision: "fp32", "bf16", "int8", or "auto": bf16 where the processor multiplies in it.
        batch_tokens: Tokens that are encoded in one go, padding included.
        compile_bert: The engine.
        streams: From how many threads it is run at once: with one, calls share batches, so that questions are
            answered soon; with several, each thread runs its own, so that much is encoded soon.
    """

    def __init__(
        self,
        folder: ModelFolder,
        precision: str = "auto",
        batch_tokens: int = 2048,
        compile_bert: Compile = on_any,
        streams: int = 1,
    ) -> None:
        self.location = folder.location
        self._folder = folder
        self._precision = precision
        self._compile = compile_bert
        self._streams = streams
        self._run = (Together if streams == 1 else Alone)(self._encode, batch_tokens)
        self._lock = threading.RLock()
        self._weights: list[Floats] = []

    @cached_property
    def name(self) -> str:
        """The model's short name, "@" and the beginning of its weights' SHA-256."""
        return self._folder.name()

    @cached_property
    def dimension(self) -> int:
        """Components of a vector."""
        return int(self._folder.config()["hidden_size"])

    @cached_property
    def window(self) -> int:
        """Tokens that the model reads of a text; what comes after them is lost."""
        return self._folder.window() or int(self._folder.config()["max_position_embeddings"])

    @property
    def engine(self) -> str:
        """What calculates, and in which arithmetic.

        Raises:
            ModelError: If the model cannot be read, or is not the one it claims to be.
        """
        return self._running.engine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with those that the model puts around it, however long it is."""
        return self._tokens.counts(texts)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors [n, dimension] of unit length.

        Raises:
            ModelError: If the model cannot be read, or is not the one it claims to be.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        vectors = self._run(self._tokens.ids(texts, self.window))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, np.float32(1e-12))
        return vectors

    def _encode(self, rows: Rows) -> Floats:
        """Means of the vectors of each text's tokens, whose numbers are given."""
        lengths = np.array(list(map(len, rows)), np.float32)
        mask = (np.arange(max(map(len, rows))) < lengths[:, None]).astype(np.float32)
        ids = np.zeros(mask.shape, np.int32)
        ids[mask > 0] = np.concatenate(rows)
        sums = mask[:, None] @ self._running.forward(ids, mask)
        self._let_go()
        return np.asarray(sums[:, 0] / lengths[:, None], np.float32)

    def _let_go(self) -> None:
        """Once the model has run, when the engine has most of the weights in a form of its own."""
        weights, self._weights = self._weights, []
        let_go(weights)

    @cached_property
    def _tokens(self) -> KnownTokens:
        with self._lock:
            return KnownTokens(read_tokenizer(self._folder.path / "tokenizer.json"))

    @property
    def _running(self) -> Compiled:
        with self._lock:
            return self._compiled

    @cached_property
    def _compiled(self) -> Compiled:
        """The model in memory."""
        with ThreadPoolExecutor(1) as pool:  # the weights are hashed while they are compiled
            checked = pool.submit(self._folder.check)
            try:
                bert = read_bert(self._folder)
                compiled = self._compile(bert, self._precision, self._streams)
            finally:
                checked.result()
            self._weights = list(bert.weights.values())
            return compiled
