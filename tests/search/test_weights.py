"""Weights read where they lie, against what safetensors itself reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file, save_file

from catalog.errors import ModelError
from search.encoders.weights import let_go, read_weights

ARRAYS: dict[str, npt.NDArray[Any]] = {
    "table": np.arange(6, dtype=np.float32).reshape(2, 3),
    "bias": np.array([0.5, -1.5], np.float32),
    "ids": np.array([7], np.int64),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of three arrays."""
    save_file(ARRAYS, tmp_path / "model.safetensors", metadata={"format": "np"})
    return tmp_path / "model.safetensors"


def test_reads_what_safetensors_reads(path: Path) -> None:
    """Names, shapes and numbers of 32-bit floats are the same."""
    found, expected = read_weights(path), load_file(path)

    assert found.keys() == expected.keys()
    assert found["table"].tolist() == expected["table"].tolist()
    assert found["bias"].tolist() == expected["bias"].tolist()


def test_what_was_let_go_is_read_again(path: Path) -> None:
    """Nothing is lost."""
    found = read_weights(path)
    let_go(found.values())

    assert found["table"].tolist() == ARRAYS["table"].tolist()


def test_reads_what_lies_askew(path: Path) -> None:
    """Where numbers begin anywhere, they are copied; there is nothing to let go then."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length] + b" "
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])

    found = read_weights(path)
    let_go(found.values())

    assert found["table"].tolist() == ARRAYS["table"].tolist()


def test_writes_nothing_to_the_file(path: Path) -> None:
    """An array can be written to, and the file stays what it was."""
    before = path.read_bytes()

    read_weights(path)["table"][:] = 9

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:0], id="empty"),
        pytest.param(lambda content: b"\xff" * 8 + content[8:], id="endless header"),
        pytest.param(lambda content: content[:8] + b"[" + content[9:], id="no JSON"),
        pytest.param(lambda content: content[:-20], id="cut short"),
    ],
)
def test_refuses_a_damaged_file(path: Path, damage: Callable[[bytes], bytes]) -> None:
    """The message names the file and what to do."""
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(ModelError, match=rf"{path}: cannot be read .*; copy the model again"):
        read_weights(path)
