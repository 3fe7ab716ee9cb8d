"""Encoders: text → vectors, in which texts of like meaning are near each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from threading import Thread
from typing import Protocol

import numpy as np
import numpy.typing as npt

from catalog.errors import CopseError, ModelError
from search.encoders.compiled import CompiledEncoder
from search.encoders.folder import DEFAULT_MODEL, ModelFolder, find_model
from search.encoders.hashing import HashEncoder
from search.encoders.processors import streams
from search.encoders.transformer import SentenceTransformerEncoder

__all__ = [
    "CompiledEncoder",
    "Encoder",
    "HashEncoder",
    "SentenceTransformerEncoder",
    "begin_to_load",
    "open_encoder",
]


class Encoder(Protocol):
    """Turns texts into vectors. `encode` may be called by several threads.

    Attributes:
        name: Identity: vectors of encoders of one name can be compared. A model's short name, "@" and
            the first 12 hex digits of its weights' SHA-256; the fake has no weights and is "hash:64".
        location: What `open_encoder` opens it by.
        dimension: Components of a vector.
        window: Tokens that are read of a text; what comes after them is lost.
        engine: What calculates, and in which arithmetic; the model is loaded for it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def location(self) -> str: ...  # noqa: D102

    @property
    def dimension(self) -> int: ...  # noqa: D102

    @property
    def window(self) -> int: ...  # noqa: D102

    @property
    def engine(self) -> str: ...  # noqa: D102

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as `window` counts them, however long it is."""
        ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors [n, dimension] of unit length."""
        ...


def open_encoder(
    model: str, precision: str = "auto", batch_tokens: int = 2048, *, much: bool = False
) -> Encoder:
    """Choose an encoder; nothing is read until it is used.

    Args:
        model: "all-MiniLM-L6-v2" (packaged), a folder of a sentence-transformers model, or its name in the
            local Hugging Face cache; or "hash" or "hash:256", the fake that knows words and no meaning.
        precision: "auto", "bf16", "fp32" or, for the packaged model, "int8"; nothing to the fake.
        batch_tokens: Tokens that are encoded in one go; nothing to the fake.
        much: Whether it is for an ingest, where each processor has a batch of its own, and not for questions,
            each of which is to have all of them.

    Raises:
        ModelError: If there is no such model on this machine, or not in this precision.
    """
    if model == DEFAULT_MODEL:
        return _compiled(find_model(model), precision, batch_tokens, streams() if much else 1)
    kind, _, dimension = model.partition(":")
    if kind != "hash" and precision == "int8":
        raise ModelError(f"{model}: int8 is for {DEFAULT_MODEL} alone; set COPSE_PRECISION=auto")
    if kind != "hash":
        return SentenceTransformerEncoder.load(model, precision, batch_tokens)
    if not dimension:
        return HashEncoder()
    if not dimension.isdecimal() or int(dimension) < 1:
        raise ModelError(f"{model}: no such encoder; give hash or, with a number of dimensions, hash:64")
    return HashEncoder(int(dimension))


def begin_to_load(encoder: Encoder) -> Thread:
    """Load the packaged model in a thread, so that the first texts need not wait.

    Another one is loaded when it is needed: PyTorch would hold up what is imported beside it. The process
    does not end before the model is loaded, since the engine must not be torn down at work.
    """
    thread = Thread(target=_load, args=(encoder,), name="copse-early")
    thread.start()
    return thread


def _load(encoder: Encoder) -> None:
    if isinstance(encoder, CompiledEncoder):
        with suppress(CopseError):  # told when the model is needed
            encoder.encode(["early"])


@lru_cache(maxsize=4)
def _compiled(folder: ModelFolder, precision: str, batch_tokens: int, streams: int) -> CompiledEncoder:
    """One encoder for all who open a model alike, so that it is loaded once."""
    return CompiledEncoder(folder, precision, batch_tokens, streams=streams)
