"""A part of the sample: a forum, lessons and a document, under the names that all of it would have."""

from __future__ import annotations

import shutil
from pathlib import Path

from catalog.settings import Settings, read_settings
from tests.prepared import copied
from tests.ui.club import Quiet
from ui.sync import ingest_path

_SAMPLE = Path(__file__).parents[2] / "data" / "sample"
_PARTS = ("copse.toml", "lessons.csv", "forum/Posts.xml", "forum/Users.xml", "handbook/machine-shed.pdf")


def make_allotment(folder: Path) -> Settings:
    """Some of the allotment, ingested with the fake encoder; the settings are the owner's."""
    return copied(_ingest_allotment, folder)


def _ingest_allotment(folder: Path) -> Settings:
    for part in _PARTS:
        copy = folder / "sample" / "allotment" / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_SAMPLE / "allotment" / part, copy)
    settings = read_settings({"library": folder / "library", "model": "hash:64"}, environ={})
    ingest_path(settings, folder / "sample", Quiet())
    return settings
