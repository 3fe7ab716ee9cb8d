"""The model that loads while all else is imported."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress

import pytest

from catalog.settings import read_settings
from search.encoder import CompiledEncoder, open_encoder
from ui.early import starting


def _load(model: str) -> None:
    with starting(read_settings({"model": model, "precision": "fp32"}, environ={})):
        pass
    for thread in threading.enumerate():
        if thread.name == "copse-early":
            thread.join()


def test_the_packaged_model_is_there_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens it after that gets the one that is loaded."""
    encoded: list[object] = []
    monkeypatch.setattr(CompiledEncoder, "encode", lambda self, _texts: encoded.append(self))

    _load("all-MiniLM-L6-v2")

    assert encoded == [open_encoder("all-MiniLM-L6-v2", "fp32")]


def test_a_model_that_is_missing_is_told_when_it_is_needed() -> None:
    """Not before, and by nobody else: a thread has nobody to tell."""
    _load("/no/such/folder")


def test_garbage_is_collected_again_afterwards() -> None:
    """Whatever happens meanwhile."""
    with suppress(LookupError), starting(read_settings({"model": "hash"}, environ={})):
        assert not gc.isenabled()
        raise LookupError

    assert gc.isenabled()
