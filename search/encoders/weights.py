"""Reads weights where they lie: a safetensors file is mapped into memory, and nothing of it is copied.

The format: 8 bytes that tell how long the header is, the header (JSON: type, shape and place of each
array), then the arrays.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from catalog.errors import ModelError

Floats = npt.NDArray[np.float32]

_LONGEST_HEADER = 1 << 24  # bytes; those of real models have some thousands
_METADATA = "__metadata__"


def read_weights(path: Path) -> dict[str, Floats]:
    """Read all arrays of 32-bit floats, by name.

    Raises:
        ModelError: If the file is missing or damaged.
    """
    try:
        # Engines want memory that could be written to; what were written would not reach the file.
        data = np.memmap(path, np.uint8, "c")
        length = int(data[:8].view("<u8")[0])
        if length > _LONGEST_HEADER:
            raise ValueError(f"a header of {length} bytes")  # noqa: TRY301
        header = json.loads(data[8 : 8 + length].tobytes())
        body = data[8 + length :]
        return {name: _array(body, told) for name, told in header.items() if name != _METADATA}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); copy the model again") from error


def let_go(weights: Iterable[Floats]) -> None:
    """Let their pages go, which count as memory of the process; what is needed again is read again.

    Args:
        weights: Arrays of `read_weights`, which nobody has written to.
    """
    files = {id(file): file for file in map(_file_of, weights) if file is not None}
    for file in files.values():
        file.madvise(mmap.MADV_DONTNEED)


def _file_of(array: Any) -> mmap.mmap | None:
    """Where an array lies; None for a copy."""
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None


def _array(body: npt.NDArray[np.uint8], told: dict[str, Any]) -> npt.NDArray[Any]:
    """One array; of another type than 32-bit floats, only its bytes."""
    begin, end = told["data_offsets"]
    found = body[begin:end]
    if told["dtype"] != "F32":
        return found
    return np.require(found.view("<f4").reshape(told["shape"]), requirements=["A", "C"])
