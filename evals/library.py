"""Collection → a library of its own, in a cache, made by the same code that makes everybody's library."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from catalog.errors import UnreadableError
from catalog.nouns import Span
from catalog.settings import Settings
from catalog.store import Catalog
from evals.cutoff import cut_dump
from evals.errors import EvalError
from evals.nouns import Collection
from evals.runs import file_name
from ingest.documents import PagedItem
from ingest.near import link_copies
from ingest.parser import Parser
from ingest.passages import split
from ingest.pipeline import Progress, Split, ingest
from ingest.sources.discover import Wish, discover
from search.embed import embed_pending
from search.encoder import Encoder, open_encoder


class EvalProgress(Progress, Protocol):
    """Somebody who wants to know how far a measurement has come."""

    def look(self, path: str) -> None:
        """What is being done now."""
        ...

    def embedded(self, done: int, total: int) -> None:
        """So many texts are embedded, of how many."""
        ...

    def asked(self, done: int, total: int) -> None:
        """So many questions are asked, of how many."""
        ...


@dataclass(frozen=True, slots=True)
class Library:
    """A library that holds one collection.

    Attributes:
        catalog: Its catalog.
        settings: The settings in force, with its folder.
        encoder: The model.
        problems: What could not be read, in words.
    """

    catalog: Catalog
    settings: Settings
    encoder: Encoder
    problems: tuple[str, ...]


def default_cache() -> Path:
    """The platform's folder for what can be made again."""
    if sys.platform == "darwin":
        return Path("~/Library/Caches/copse/eval").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "copse" / "eval"


@contextmanager
def open_library(
    collection: Collection, settings: Settings, cache: Path, progress: EvalProgress
) -> Iterator[Library]:
    """Bring a collection's library up to date and open it.

    Args:
        collection: What to ingest.
        settings: The settings in force; those that change what is stored have a library each.
        cache: The folder that the library is made in.
        progress: Is told how far it has come.

    Raises:
        EvalError: If nothing of the corpus can be read.
        SourceError: If the corpus is not there.
        LibraryError: If another process is using the library for ingesting.
    """
    encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
    folder = _folder(collection, settings, encoder, cache)
    own = replace(settings, library=folder, viewer="owner")
    corpus = collection.corpus
    if collection.cutoff:
        progress.look(f"{corpus.name} before {collection.cutoff:%Y-%m-%d}")
        corpus = cut_dump(corpus, collection.cutoff, cache)
    with Catalog.open(folder) as catalog:
        failures = _ingest(catalog, corpus, own, encoder, progress)
        link_copies(catalog)
        embed_pending(catalog, encoder, progress.embedded)
        yield Library(catalog, own, encoder, tuple(map(str, failures)))


def _folder(collection: Collection, settings: Settings, encoder: Encoder, cache: Path) -> Path:
    made_of = (
        str(collection.corpus.absolute()),
        str(collection.cutoff),
        encoder.name,
        settings.passage_tokens,
    )
    digest = hashlib.sha256("\n".join(map(str, made_of)).encode(errors="surrogateescape")).hexdigest()
    return cache / f"{file_name(collection.name.split()[0])}-{digest[:10]}"


def _ingest(
    catalog: Catalog, corpus: Path, settings: Settings, encoder: Encoder, progress: EvalProgress
) -> list[UnreadableError]:
    """Read what is new in the corpus; what vanished from it vanishes, because nobody can ask."""
    progress.look(corpus.name)
    limits = (settings.parse_seconds, settings.parse_megabytes, settings.file_megabytes)
    with (
        Parser(seconds=limits[0], megabytes=limits[1], file_megabytes=limits[2]) as parser,
        TemporaryDirectory(prefix="copse-") as scratch,
    ):
        reports = ingest(
            catalog,
            discover(corpus, parser, Path(scratch), Wish(community=corpus.parent.name, name="corpus")),
            _splitter(encoder, settings.passage_tokens),
            root=str(corpus.absolute()),
            progress=progress,
            split_name=f"{settings.passage_tokens} tokens",
            read=parser.read,
            confirm=lambda *_: True,
        )
    if broken := next((report.error for report in reports if report.error), None):
        raise EvalError(str(broken)) from broken
    return [failure for report in reports for failure in report.failures]


def _splitter(encoder: Encoder, limit: int) -> Split:
    count: Callable[[Sequence[str]], list[int]] = encoder.count_tokens

    def split_item(paged: PagedItem) -> Sequence[Span]:
        return split(paged.item, paged.pages, paged.times, count_tokens=count, limit=limit)

    return split_item
