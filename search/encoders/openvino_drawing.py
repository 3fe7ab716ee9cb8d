"""What BERT is drawn with for OpenVINO."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from search.encoders.weights import Floats

_FAR = 1e4  # what is taken from the score of padding; bf16 holds it, and its exponential is 0


def import_openvino() -> Any:
    """Import OpenVINO without its converter, which tells its makers that it was imported.

    Raises:
        ImportError: If it is not on this machine.
    """
    silent: dict[str, Any] = dict.fromkeys(("openvino_telemetry", "openvino.tools.ovc"))
    if "openvino" not in sys.modules:
        sys.modules.update(silent)  # what is None there cannot be imported, and OpenVINO goes on without
    import openvino

    return openvino


class Drawing:
    """Draws with OpenVINO's operations. Fulfils `Ops`."""

    def __init__(self) -> None:
        from openvino import opset13

        self._op: Any = opset13
        self.ids = self._op.parameter([-1, -1], np.int32, name="ids")
        self.mask = self._op.parameter([-1, -1], np.float32, name="mask")
        absent = self._op.subtract(self._op.unsqueeze(self.mask, self._ints([1, 2])), self._float(1))
        self._bias = self._op.multiply(absent, self._float(_FAR))  # [n, 1, 1, length]

    def embed(self, words: Floats, positions: Floats) -> Any:
        """A vector for each token."""
        op = self._op
        length = op.slice(op.shape_of(self.ids, "i32"), *map(self._ints, ([1], [2], [1], [0])))
        first = op.slice(self._shared(positions), self._ints([0]), length, self._ints([1]), self._ints([0]))
        return op.add(op.gather(self._shared(words), self.ids, self._int(0)), first)

    def add(self, one: Any, other: Any) -> Any:
        """The sum of both."""
        return self._op.add(one, other)

    def linear(self, x: Any, weight: Floats, bias: Floats, name: str) -> Any:  # noqa: ARG002  (of use to others)
        """A layer, in floats."""
        product = self._op.matmul(x, self._shared(weight), False, True)
        return self._op.add(product, self._shared(bias))

    def norm(self, x: Any, gain: Floats, bias: Floats, epsilon: float) -> Any:
        """Each vector with mean 0 and variance 1, times gain, plus bias."""
        op = self._op
        even = op.mvn(x, self._ints([-1]), True, epsilon, "inside_sqrt")
        return op.add(op.multiply(even, self._shared(gain)), self._shared(bias))

    def gelu(self, x: Any) -> Any:
        """x·Φ(x)."""
        return self._op.gelu(x, "erf")

    def attend(self, query: Any, key: Any, value: Any, heads: int) -> Any:
        """Attention of several heads."""
        op, order = self._op, self._ints([0, 2, 1, 3])

        def split(x: Any) -> Any:
            return op.transpose(op.reshape(x, self._ints([0, 0, heads, -1]), True), order)

        attended = op.scaled_dot_product_attention(*map(split, (query, key, value)), self._bias)
        return op.reshape(op.transpose(attended, order), self._ints([0, 0, -1]), True)

    def _shared(self, array: Floats) -> Any:
        """A constant that holds an array, and no copy of it."""
        return self._op.constant(array, shared_memory=True)

    def _float(self, value: float) -> Any:
        return self._op.constant(np.float32(value))

    def _int(self, value: int) -> Any:
        return self._op.constant(np.int32(value))

    def _ints(self, values: list[int]) -> Any:
        return self._op.constant(np.array(values, np.int32))
