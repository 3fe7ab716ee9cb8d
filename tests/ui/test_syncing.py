"""Syncing as a pipeline: what is done beside what."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from catalog.settings import Settings, read_settings
from catalog.store import Catalog
from ingest.parser import Parser
from search.encoder import HashEncoder
from search.indexes import Indexes
from tests.ui.club import Quiet
from ui.sync import Syncer, make_origin


class Held(HashEncoder):
    """An encoder that gives nothing until it may."""

    def __init__(self) -> None:
        super().__init__(16)
        self.may = threading.Event()

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        assert self.may.wait(60)
        return super().encode(texts)


def _register(folder: Path, count: int) -> Path:
    path = folder / "lessons.jsonl"
    rows = ({"id": one, "title": f"Lesson {one}", "lesson": f"Pump {one}."} for one in range(count))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _settings(folder: Path) -> Settings:
    return read_settings({"library": folder / "library", "model": "hash:16"}, {})


def test_words_are_indexed_while_passages_are_embedded(tmp_path: Path) -> None:
    """The encoder waits for the indexes here; in the end, both show everything."""
    settings, encoder = _settings(tmp_path), Held()
    with Catalog.open(settings.library) as catalog, Parser() as parser:
        syncer = Syncer(settings, catalog, parser, encoder)
        origin = make_origin(str(_register(tmp_path, 300)))
        report = syncer.sync([origin], Quiet(), index=encoder.may.set)
        syncer.index(lambda: None)
        indexes = Indexes(catalog)
        assert (report.embedded, len(indexes.lexical), len(indexes.dense)) == (300, 300, 300)


def test_little_is_embedded_before_anything_is_indexed(tmp_path: Path) -> None:
    """Indexes are then brought up to date once, and not twice."""
    settings, encoder = _settings(tmp_path), HashEncoder(16)
    begun: list[str] = []
    with Catalog.open(settings.library) as catalog, Parser() as parser:
        syncer = Syncer(settings, catalog, parser, encoder)
        syncer.sync([make_origin(str(_register(tmp_path, 3)))], Quiet(), index=lambda: begun.append("beside"))
        syncer.index(lambda: begun.append("after"))
        syncer.index(lambda: begun.append("again"))
    assert begun == ["after"]
