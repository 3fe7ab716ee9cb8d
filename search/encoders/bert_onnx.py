"""BERT on ONNX Runtime in fp32: for machines without OpenVINO."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from search.encoders.bert import Bert, Compiled, Ids, draw
from search.encoders.processors import processors
from search.encoders.weights import Floats

_OPSETS = {"": 20, "com.microsoft": 1}  # gelu is new in 20; attention is ONNX Runtime's own
_IR_VERSION = 9  # of opset 20


def compile_bert(bert: Bert, streams: int) -> Compiled:
    """Compile a BERT.

    Args:
        bert: The model.
        streams: How many threads may run it at once, each with its share of the processors.

    Raises:
        ImportError: If there is no ONNX Runtime on this machine.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, processors() // streams)
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(_model(bert), options, providers=["CPUExecutionProvider"])

    def forward(ids: Ids, mask: Floats) -> Floats:
        (vectors,) = session.run(None, {"ids": ids, "mask": mask.astype(np.int32)})
        return np.asarray(vectors, np.float32)

    return Compiled(forward, "ONNX Runtime in fp32")


def _model(bert: Bert) -> bytes:
    """The network as an ONNX file."""
    from onnx import TensorProto, helper

    ops = _Ops()
    last = draw(bert, ops)
    shape = ["n", "length"]
    graph = helper.make_graph(
        ops.nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, [*shape, None])],
        ops.constants,
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
    model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
    return model


class _Ops:
    """Draws with ONNX's operations; a tensor is its name. Fulfils `Ops`."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def embed(self, words: Floats, positions: Floats) -> str:
        length = self._node("Shape", "ids", start=1, end=2)
        zero = self._constant(np.zeros(1, np.int64))
        first = self._node("Slice", self._constant(positions), zero, length, zero)
        return self.add(self._node("Gather", self._constant(words), "ids"), first)

    def add(self, one: str, other: str) -> str:
        return self._node("Add", one, other)

    def linear(self, x: str, weight: Floats, bias: Floats, name: str) -> str:  # noqa: ARG002  (of use to others)
        return self.add(self._node("MatMul", x, self._constant(weight.T)), self._constant(bias))

    def norm(self, x: str, gain: Floats, bias: Floats, epsilon: float) -> str:
        gains = self._constant(gain), self._constant(bias)
        return self._node("LayerNormalization", x, *gains, axis=-1, epsilon=epsilon)

    def gelu(self, x: str) -> str:
        return self._node("Gelu", x)

    def attend(self, query: str, key: str, value: str, heads: int) -> str:
        domain = "com.microsoft"
        return self._node("MultiHeadAttention", query, key, value, "", "mask", domain=domain, num_heads=heads)

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"x{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _constant(self, array: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name
