"""Vectors in 8 bits a component, as the dense index keeps them, made from floats and into them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from search.dense.contract import Floats

Rows = npt.NDArray[np.uint8]
"""Vectors, a row of bytes each: its components as steps of -127 to 127, then how long a step is (float32)."""

_MOST = 127  # steps to either side
_SCALE = 4  # bytes


def row_bytes(dimension: int) -> int:
    """Bytes of a vector."""
    return dimension + _SCALE


def to_rows(vectors: Floats) -> Rows:
    """Vectors [n, dimension] in 8 bits; shape [n, row_bytes(dimension)]. The same vector gives the same row.

    A step is a 127th of the largest component. So a cosine is off by some 0.0004, which is as much as an
    encoder's calculating in bf16 changes it, and half of the bytes are saved that 16 bits take.
    """
    vectors = np.asarray(vectors, np.float32)
    rows = np.empty((len(vectors), row_bytes(vectors.shape[1])), np.uint8)
    steps = np.abs(vectors).max(axis=1, keepdims=True, initial=0) / np.float32(_MOST)
    rows[:, -_SCALE:].view("<f4")[...] = steps
    np.rint(vectors / np.where(steps > 0, steps, 1), casting="unsafe", out=rows[:, :-_SCALE].view(np.int8))
    return rows


def to_floats(rows: Rows) -> Floats:
    """What rows [n, row_bytes(dimension)] stand for; shape [n, dimension]."""
    floats: Floats = rows[:, :-_SCALE].view(np.int8).astype(np.float32)
    floats *= rows[:, -_SCALE:].view("<f4")
    return floats
