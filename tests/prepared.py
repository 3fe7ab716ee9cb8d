"""Libraries that are made once, and copied for each test that wants one: an ingest takes half a second."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path

from catalog.settings import Settings
from ui.library import open_engine

Make = Callable[[Path], Settings]
"""Fills an empty folder with files and with a library of them; the settings are its owner's."""

_PLACES = (("origins", "location"), ("sources", "location"), ("sources", "root"), ("units", "location"))
"""Where a library says where its files lie, by table and column."""


def copied(make: Make, folder: Path) -> Settings:
    """What `make` makes, as if it had made it in this folder.

    Args:
        make: Is called once in a process.
        folder: Where the copy goes; what lies there already stays.

    Returns:
        The settings that `make` returned, with the library of the copy.
    """
    original, settings = _made(make)
    shutil.copytree(original, folder, dirs_exist_ok=True)
    library = folder / settings.library.relative_to(original)
    with closing(sqlite3.connect(library / "catalog.db")) as database:
        for table, column in _PLACES:
            statement = f"UPDATE {table} SET {column} = replace({column}, ?, ?)"  # noqa: S608 - our own names
            database.execute(statement, (str(original), str(folder)))
        database.commit()
    return replace(settings, library=library)


@cache
def _made(make: Make) -> tuple[Path, Settings]:
    folder = Path(tempfile.mkdtemp(prefix="copse-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = make(folder)
    with open_engine(settings):  # makes the indexes
        return folder, settings
