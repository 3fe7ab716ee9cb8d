"""What the derived indexes share: they can be deleted at any time, and say when they should be."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog.errors import CopseError

PARAMETERS = "index.json"


class StaleIndexError(CopseError):
    """A saved index is missing, damaged, of another format or changed by somebody else.

    Nothing is lost: delete its folder and build it again from the catalog.
    """

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; the index has to be built again from the catalog")


def replace_file(temporary: Path, target: Path) -> None:
    """Put a finished file in its place, so that a crash leaves either the old one or the new one."""
    sync_file(temporary)
    temporary.replace(target)


def sync_file(path: Path) -> None:
    """Wait until what a file holds would outlast a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def write_parameters(folder: Path, parameters: Mapping[str, Any]) -> None:
    """Write an index's parameters as plain JSON; done last, they vouch for the rest of the folder."""
    temporary = folder / f"{PARAMETERS}.tmp"
    temporary.write_text(json.dumps(parameters, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    replace_file(temporary, folder / PARAMETERS)


def read_parameters(folder: Path, fields: Mapping[str, type], version: int) -> dict[str, Any]:
    """Read an index's parameters.

    Args:
        folder: The index's folder.
        fields: Names of the parameters that must be there, and their types.
        version: The format that the caller can read.

    Raises:
        StaleIndexError: If they are missing, damaged or of another format.
    """
    try:
        parameters = json.loads((folder / PARAMETERS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StaleIndexError(folder, f"{PARAMETERS} cannot be read ({error})") from error
    if not isinstance(parameters, dict) or parameters.get("format") != version:
        raise StaleIndexError(folder, f"{PARAMETERS} is not of format {version}")
    for name, kind in fields.items():
        if not isinstance(parameters.get(name), kind):
            raise StaleIndexError(folder, f"{PARAMETERS} has no usable {name!r}")
    return parameters


def saved_generation(folder: Path) -> int | None:
    """The catalog's generation that a saved index shows; None if there is none that can be read."""
    try:
        found = json.loads((folder / PARAMETERS).read_text(encoding="utf-8"))["generation"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None
