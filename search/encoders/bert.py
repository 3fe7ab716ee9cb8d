"""BERT, read from its folder and drawn once for every engine that can run it.

Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from catalog.errors import ModelError
from search.encoders.folder import ModelFolder
from search.encoders.weights import Floats, read_weights

Ids = npt.NDArray[np.int32]

Forward = Callable[[Ids, Floats], Floats]
"""Numbers of tokens and a mask, 1 where a token is and 0 at padding, [n, length] → vectors [n, length, d]."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A network that can be run.

    Attributes:
        forward: Runs it.
        engine: By what, and in which arithmetic.
    """

    forward: Forward
    engine: str


@dataclass(frozen=True, slots=True)
class Bert:
    """The weights of a BERT, by the names that transformers gives them, and its form.

    Attributes:
        weights: Arrays by name.
        layers: How many layers it has.
        heads: How many heads of attention each layer has.
        epsilon: What is added to a variance before anything is divided by it.
        spans: File that says which values the inputs of its layers take, for 8 bits; it need not be there.
    """

    weights: dict[str, Floats]
    layers: int
    heads: int
    epsilon: float
    spans: Path


class Ops(Protocol[T]):
    """What a network is drawn with; an engine's tensors are its own business."""

    def embed(self, words: Floats, positions: Floats) -> T:
        """A vector for each token: that of its word and that of its position."""
        ...

    def add(self, one: T, other: T) -> T:
        """The sum of both."""
        ...

    def linear(self, x: T, weight: Floats, bias: Floats, name: str) -> T:
        """x·weightᵀ + bias, a layer of that name."""
        ...

    def norm(self, x: T, gain: Floats, bias: Floats, epsilon: float) -> T:
        """Each vector with mean 0 and variance 1, times gain, plus bias."""
        ...

    def gelu(self, x: T) -> T:
        """x·Φ(x), by the error function."""
        ...

    def attend(self, query: T, key: T, value: T, heads: int) -> T:
        """Attention of several heads among the tokens that are no padding."""
        ...


def read_bert(folder: ModelFolder) -> Bert:
    """Read a BERT.

    Raises:
        ModelError: If it is damaged, or none.
    """
    config = folder.config()
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise ModelError(f"{folder.path}: not a BERT with gelu; set another model")
    weights = read_weights(folder.path / "model.safetensors")
    return Bert(
        weights,
        config["num_hidden_layers"],
        config["num_attention_heads"],
        config["layer_norm_eps"],
        folder.spans,
    )


def draw(bert: Bert, ops: Ops[T]) -> T:
    """Draw the network; gives the last layer's vectors."""
    weights = bert.weights

    def linear(x: T, name: str) -> T:
        return ops.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"], name)

    def norm(x: T, name: str) -> T:
        return ops.norm(x, weights[f"{name}.weight"], weights[f"{name}.bias"], bert.epsilon)

    tables = (weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type"))
    words, positions, kinds = tables
    x = norm(ops.embed(words, positions + kinds[0]), "embeddings.LayerNorm")
    for number in range(bert.layers):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            linear(x, f"{layer}.attention.self.{part}") for part in ("query", "key", "value")
        )
        attended = linear(ops.attend(query, key, value, bert.heads), f"{layer}.attention.output.dense")
        x = norm(ops.add(x, attended), f"{layer}.attention.output.LayerNorm")
        thought = ops.gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(ops.add(x, linear(thought, f"{layer}.output.dense")), f"{layer}.output.LayerNorm")
    return x
