"""Matrices in 8 bits: what a layer's weights and its input become, with little lost.

An input is written in 256 steps from the least to the greatest value that each of its channels was seen to
take (a `Span`), and the length of a channel's step goes into its weights, as in Xiao et al. 2023,
"SmoothQuant", but all of it. A few neurons of a BERT take values ten times those of the others and have
weights to match; left whole, they would make the steps of whole rows of weights long. They are split in
equal parts, as in Zhao et al. 2019, "Improving Neural Network Quantization without Retraining using
Outlier Channel Splitting". The parts are rounded in turn at other places, so that their sum is as exact in
its own steps as any neuron is (Hermite's identity: ⌊x⌋ + ⌊x + 1/k⌋ + … = ⌊kx⌋).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.errors import ModelError
from search.encoders.bert import Bert
from search.encoders.weights import Floats

STEPS = 255  # of an input, between its least and its greatest value
GREATEST = 127  # weight
_PARTS = 64  # neurons more in each layer, by which others are split; 4 % more work in half of the layers
_NARROWEST = 1e-3  # span of values


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """What each channel of a layer's input was seen to be; all of shape [channels].

    Attributes:
        low: The least value.
        high: The greatest.
        mean: The mean of all: there, what the rounding of weights does to a product is nothing.
        place: Where the channel is rounded, from 0 to 1: a half is to the nearest.
    """

    low: Floats
    high: Floats
    mean: Floats
    place: Floats

    @property
    def step(self) -> Floats:
        """How far a channel's values are apart."""
        wide: Floats = np.maximum(self.high - self.low, np.float32(_NARROWEST))
        return wide / np.float32(STEPS)

    @property
    def first(self) -> Floats:
        """The value that a channel's 0 stands for."""
        return self.low + self.step * (np.float32(0.5) - self.place)

    def take(self, channels: npt.NDArray[np.intp], place: Floats) -> Span:
        """Some channels, rounded at other places."""
        return Span(self.low[channels], self.high[channels], self.mean[channels], place)


Spans = Mapping[str, Span]
"""By the name of what reads the input: that of a layer without its last part, so that query, key and value
share one."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear8:
    """A layer that takes an input in whole steps: weights·input·scale + bias.

    Attributes:
        weights: Whole numbers from -127 to 127, of shape [out, in].
        scale: What a row's numbers are multiplied by, of shape [out, 1].
        bias: Of shape [out].
    """

    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats


def read_spans(path: Path) -> dict[str, Span]:
    """Read spans from a file of `write_spans`.

    Raises:
        ModelError: If it is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: np.asarray(file[name], np.float32) for name in file.files}
        return {
            name: Span(low, high, mean, np.full_like(low, 0.5)) for name, (low, high, mean) in found.items()
        }
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); set COPSE_PRECISION=auto") from error


def write_spans(spans: Spans, path: Path) -> None:
    """Keep spans in 16 bits, which is as near as they are known."""
    arrays: dict[str, Any] = {
        name: np.stack([span.low, span.high, span.mean]).astype(np.float16) for name, span in spans.items()
    }
    np.savez_compressed(path, **arrays)


def read_by(layer: str) -> str:
    """Under which name the span of a layer's input is kept."""
    return layer.rpartition(".")[0]


def linear8(weight: Floats, bias: Floats, span: Span) -> Linear8:
    """Round a layer, of weights [out, in] and bias [out], whose input has a span."""
    steps = weight * span.step
    scale = np.maximum(np.abs(steps).max(axis=1, keepdims=True), np.float32(1e-12)) / np.float32(GREATEST)
    rounded = np.clip(np.floor(steps / scale + span.place), -GREATEST, GREATEST)
    usual = (span.mean - span.first) / span.step
    return Linear8(rounded.astype(np.int8), scale, bias + weight @ span.mean - (rounded * scale) @ usual)


def split_neurons(bert: Bert, spans: Spans) -> tuple[Bert, dict[str, Span]]:
    """Split the neurons of each layer whose values and weights reach farthest; the network stays the same."""
    weights, found = dict(bert.weights), dict(spans)
    for number in range(bert.layers):
        inner, outer = (f"encoder.layer.{number}.{name}.dense" for name in ("intermediate", "output"))
        span = spans[read_by(outer)]
        neurons, place = _parts(weights[f"{outer}.weight"], span)
        for name in (f"{inner}.weight", f"{inner}.bias"):
            weights[name] = weights[name][neurons]
        counts = np.bincount(neurons).astype(np.float32)
        weights[f"{outer}.weight"] = (weights[f"{outer}.weight"] / counts)[:, neurons]
        found[read_by(outer)] = span.take(neurons, place)
    return replace(bert, weights=weights), found


def _parts(weight: Floats, span: Span) -> tuple[npt.NDArray[np.intp], Floats]:
    """Of which neuron each part is, and where it is rounded."""
    reach = np.abs(weight).max(axis=0) * span.step
    counts = np.ones(len(reach), np.intp)
    for _ in range(_PARTS):
        counts[np.argmax(reach / counts)] += 1
    neurons = np.repeat(np.arange(len(reach)), counts)
    number = np.arange(len(neurons)) - np.repeat(np.cumsum(counts) - counts, counts)
    return neurons, ((number + 0.5) / counts[neurons]).astype(np.float32)
