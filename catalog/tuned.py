"""Weights that `copse tune` has found for a library, kept in its folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from catalog.errors import SettingError

FILE = "tuned.toml"
TUNABLE = ("dense_weight", "dense_weight_statement")


def read_tuned(library: Path) -> dict[str, float]:
    """The weights that `copse tune` has found for a library; none if it has not.

    Raises:
        SettingError: If its file holds anything else.
    """
    path = library / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingError(f"{path}: cannot be read ({error}); `copse tune --reset` removes it") from error
    for name, value in values.items():
        if name not in TUNABLE or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise SettingError(
                f"{path}: {name} = {value!r} is no weight from 0 to 1; `copse tune --reset` removes the file"
            )
    return {name: float(value) for name, value in values.items()}


def write_tuned(library: Path, weights: Mapping[str, float]) -> None:
    """Keep weights for a library; without any, it has those of the table again.

    Raises:
        SettingError: If the file cannot be written.
    """
    path = library / FILE
    try:
        if weights:
            lines = ["# What `copse tune` has found for this library; `copse tune --reset` removes it."]
            path.write_text("\n".join([*lines, *(f"{name} = {weights[name]}" for name in weights), ""]))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise SettingError(f"{path}: cannot be written: {error.strerror}") from error
