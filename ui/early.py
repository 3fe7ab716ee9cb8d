"""Lets the first answer come soon, or the first vectors: what they wait for begins early."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from catalog.errors import CopseError
from catalog.settings import Settings


@contextmanager
def starting(settings: Settings, *, much: bool = False) -> Iterator[None]:
    """Import within this block what answers are made with.

    The packaged model loads beside it, if it is the one that is set: the first answer waits for whichever is
    last. Another one is loaded when it is needed: PyTorch would hold up what is imported beside it. What is
    imported stays, so it is not looked through for garbage meanwhile. The process does not end before the
    model is loaded, since the engine must not be torn down at work.

    Args:
        settings: The settings in force.
        much: Whether much is to be embedded and indexed, as in a new library, and no question answered.
    """
    threading.Thread(target=_load, args=(settings, much), name="copse-early").start()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _load(settings: Settings, much: bool) -> None:
    from search.encoder import CompiledEncoder, open_encoder

    with suppress(CopseError):  # told when the model is needed
        encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens, much=much)
        if isinstance(encoder, CompiledEncoder):
            encoder.encode(["early"])
    if much:
        from search.analysis import language_of  # what tells languages takes as long to load as the model

        language_of("early")
