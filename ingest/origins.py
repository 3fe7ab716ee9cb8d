"""Opens what was added to a library: a path, or a web address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.origins import Origin
from ingest.sources.discover import Settle, Wish, as_said, discover
from ingest.sources.protocol import DocumentParser, Source


@contextmanager
def open_origin(
    origin: Origin, parser: DocumentParser, *, full: bool = False, settle: Settle = as_said
) -> Iterator[list[Source]]:
    """Find the sources of an origin; they can be read until the context ends.

    Args:
        origin: What was added.
        parser: What reads documents.
        full: Whether live sources should list everything, not only what is new.
        settle: Says what a community is that no `copse.toml` describes.

    Raises:
        SourceError: If it is missing, does not answer, or is of a kind that is not read.
        SettingError: If a `copse.toml`, the kind or an option cannot be used.
    """
    if not origin.live:
        with TemporaryDirectory(prefix="copse-") as scratch:
            wish = Wish(origin.community, origin.private, origin.name, origin.kind, settle)
            yield discover(Path(origin.location), parser, Path(scratch), wish)
        return
    from ingest.live_origins import open_live  # what speaks HTTP takes a while to load

    with open_live(origin, parser, full, settle) as source:
        yield [source]
