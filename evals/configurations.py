"""Configuration file → the settings that it changes: what two configurations are compared by."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.errors import SettingError
from catalog.settings import Settings, read_settings
from evals.errors import EvalError

_NOT_RANKING = frozenset({"library", "viewer", "host", "port"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """A way in which the engine can be set up.

    Attributes:
        name: What it is called in tables: the file's name without its ending.
        settings: The settings in force under it.
    """

    name: str
    settings: Settings


def read_configuration(path: Path, base: Settings) -> Configuration:
    """Read a TOML file with settings by name, such as `dense_weight = 0.7`.

    Args:
        path: The file.
        base: The settings in force for what the file does not name.

    Raises:
        EvalError: If it cannot be read, or names something that is no setting of ranking.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"{path}: is no TOML file: {error}") from error
    for name in values:
        if name in _NOT_RANKING:
            raise EvalError(f"{path}: {name} does not change what is found; leave it out")
    try:
        return Configuration(path.stem, replace(base, **_parsed(values)))
    except SettingError as error:
        raise EvalError(f"{path}: {error}") from error


def _parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the right types, each as the command line would read it."""
    settled = read_settings(values, {})
    return {name: getattr(settled, name) for name in values}
