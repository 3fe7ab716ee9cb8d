"""Begins to load the model while all else is imported: the first answer waits for whichever is last."""

from __future__ import annotations

import threading
from contextlib import suppress

from catalog.errors import CopseError
from catalog.settings import Settings


def load_model_early(settings: Settings) -> None:
    """Load the packaged model in the background, if it is the one that is set.

    Another one is loaded when it is needed: PyTorch would hold up what is imported beside it. The process
    does not end before the model is loaded, since the engine must not be torn down at work.
    """
    threading.Thread(target=_load, args=(settings,), name="copse-early").start()


def _load(settings: Settings) -> None:
    from search.encoder import CompiledEncoder, open_encoder

    with suppress(CopseError):  # told when the model is needed
        encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
        if isinstance(encoder, CompiledEncoder):
            encoder.encode(["early"])
