"""BERT on OpenVINO with its matrices in 8 bits, for processors that multiply bytes exactly (VNNI)."""

from __future__ import annotations

from typing import Any

import numpy as np

from catalog.errors import ModelError
from search.encoders.eight_bits import GREATEST, STEPS, Linear8, Span, Spans, linear8, read_by
from search.encoders.openvino_drawing import Drawing, import_openvino
from search.encoders.weights import Floats

_TRIED = (64, 16)  # inputs and outputs of the layer that is tried


class Drawing8(Drawing):
    """Draws every layer so that OpenVINO multiplies in 8 bits; all else is as before. Fulfils `Ops`.

    Args:
        spans: Of the inputs of all layers.
    """

    def __init__(self, spans: Spans) -> None:
        super().__init__()
        self._spans = spans
        self._inputs: dict[str, Any] = {}

    def linear(self, x: Any, weight: Floats, bias: Floats, name: str) -> Any:
        """A layer, in bytes."""
        source = read_by(name)
        span = self._spans[source]
        if source not in self._inputs:
            self._inputs[source] = self._in_steps(x, span)
        return self._linear8(self._inputs[source], linear8(weight, bias, span))

    def tried(self, layer: Linear8) -> tuple[Any, Any]:
        """An input of floats from 0 to `STEPS`, and what a layer makes of it."""
        x = self._op.parameter([-1, layer.weights.shape[1]], np.float32)
        return x, self._linear8(self._round(x, self._float(0), self._float(STEPS)), layer)

    def _in_steps(self, x: Any, span: Span) -> Any:
        op, first, step = self._op, span.first, span.step
        if x.get_type_name() == "Gelu":  # a layer's end rounds channel by channel, nothing else does
            return self._round(x, op.constant(first), op.constant(first + STEPS * step))
        even = op.add(op.multiply(x, op.constant(1 / step)), op.constant(-first / step))
        return self._round(even, self._float(0), self._float(STEPS))

    def _round(self, x: Any, low: Any, high: Any) -> Any:
        """Whole numbers, from 0 for the low value to `STEPS` for the high one."""
        return self._op.fake_quantize(x, low, high, self._float(0), self._float(STEPS), STEPS + 1)

    def _linear8(self, steps: Any, layer: Linear8) -> Any:
        """A layer whose input is in whole steps; OpenVINO knows it by this form."""
        op = self._op
        weights = op.multiply(op.convert(op.constant(layer.weights), "f32"), op.constant(layer.scale))
        return op.add(op.matmul(steps, weights, False, True), op.constant(layer.bias))


def check_processor(core: Any) -> None:
    """Let the greatest bytes be multiplied: processors that cannot add them up give something else.

    Raises:
        ModelError: If int8 is of no use here.
    """
    inputs, outputs = _TRIED
    weights = np.full((outputs, inputs), GREATEST, np.int8)
    x, y = Drawing8({}).tried(
        Linear8(weights, np.ones((outputs, 1), np.float32), np.zeros(outputs, np.float32))
    )
    graph = import_openvino().Model([y], [x], "tried")
    compiled = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = compiled([np.full((1, inputs), STEPS, np.float32)])[0]
    nodes = compiled.get_runtime_model().get_ops()
    in_bytes = any(node.get_rt_info()["primitiveType"].astype(str).endswith("I8") for node in nodes)
    if not in_bytes or (found != STEPS * GREATEST * inputs).any():
        raise ModelError(
            "this processor multiplies no bytes exactly (it has no VNNI), which int8 needs; "
            "set COPSE_PRECISION=auto"
        )
