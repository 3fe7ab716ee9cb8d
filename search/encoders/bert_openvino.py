"""BERT on OpenVINO, in bf16 where the processor has it. The graph is built in memory: that is soon done."""

from __future__ import annotations

from typing import Any

import numpy as np

from search.encoders.bert import Bert, Compiled, Ids, draw
from search.encoders.openvino_drawing import Drawing, import_openvino
from search.encoders.processors import processors
from search.encoders.weights import Floats


def compile_bert(bert: Bert, precision: str, streams: int) -> Compiled:
    """Compile a BERT.

    Args:
        bert: The model.
        precision: "auto", "bf16", "fp32" or "int8".
        streams: How many threads may run it at once, each with its share of the processors.

    Raises:
        ImportError: If there is no OpenVINO on this machine.
        ModelError: If the processor or the model cannot have int8.
    """
    openvino = import_openvino()
    core = openvino.Core()
    bf16 = _uses_bf16(core, precision)
    ops, last = _drawn_in_bytes(bert, core) if precision == "int8" else _drawn(bert, Drawing())
    compiled = core.compile_model(
        openvino.Model([last], [ops.ids, ops.mask], "bert"),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "INFERENCE_NUM_THREADS": processors(),
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,  # others may work on the same processors
        },
    )

    def forward(ids: Ids, mask: Floats) -> Floats:
        # A request belongs to one thread, and is soon made.
        found = compiled.create_infer_request().infer([ids, mask], share_inputs=True)
        return np.asarray(found[0], np.float32)

    floats = "bf16" if bf16 else "fp32"
    return Compiled(forward, f"OpenVINO in {'int8 and ' if precision == 'int8' else ''}{floats}")


def _drawn(bert: Bert, ops: Drawing) -> tuple[Drawing, Any]:
    return ops, draw(bert, ops)


def _drawn_in_bytes(bert: Bert, core: Any) -> tuple[Drawing, Any]:
    from search.encoders.eight_bits import read_spans, split_neurons
    from search.encoders.openvino_drawing8 import Drawing8, check_processor

    check_processor(core)
    whole, spans = split_neurons(bert, read_spans(bert.spans))
    return _drawn(whole, Drawing8(spans))


def _uses_bf16(core: Any, precision: str) -> bool:
    has = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return precision == "bf16" or (precision in {"auto", "int8"} and has)
