"""A small example of every kind of source that lies in files, and all that can be read from a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from catalog.errors import SourceError, UnreadableError
from ingest import formats
from ingest.documents import Document
from ingest.sources.discover import discover
from ingest.sources.protocol import Record, Source, Unit
from tests.ingest.contract import SourceContract
from tests.ingest.test_sources_beir import TestContract as Corpus
from tests.ingest.test_sources_confluence import TestContract as Confluence
from tests.ingest.test_sources_mail import TestContract as Mail
from tests.ingest.test_sources_mediawiki import TestContract as Wiki
from tests.ingest.test_sources_notion import TestContract as Notion
from tests.ingest.test_sources_slack import TestContract as Slack
from tests.ingest.test_sources_stackexchange import TestContract as Forum
from tests.ingest.test_sources_table import TestContract as Table
from tests.ingest.test_sources_threads_contract import TestSavedForum, TestSavedThreads

EXAMPLES: Final[Mapping[str, type[SourceContract]]] = {
    "stackexchange": Forum,
    "slack": Slack,
    "discourse": TestSavedForum,
    "github": TestSavedThreads,
    "mediawiki": Wiki,
    "confluence": Confluence,
    "notion": Notion,
    "mail": Mail,
    "beir": Corpus,
    "table": Table,
}
"""By the name of a kind, what writes its example."""


class Here:
    """Parses documents in this process, so that what a reader raises is seen."""

    def parse(self, path: Path, where: str) -> Document:
        """Read a file."""
        try:
            return formats.read(path.read_bytes(), where)
        except OSError as error:
            raise UnreadableError(where, "is not there") from error


def files_of(kind: str, folder: Path) -> dict[str, bytes]:
    """The files of a kind's example, written into an empty folder and read back."""
    EXAMPLES[kind]().write(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def records(folder: Path, scratch: Path) -> list[Record | SourceError]:
    """All that the sources in a folder yield, and the errors that ended one of them."""
    try:
        return [record for source in discover(folder, Here(), scratch) for record in _all(source)]
    except SourceError as error:
        return [error]


def _all(source: Source) -> Iterator[Record | SourceError]:
    try:
        for unit in source.units():
            yield from _read(source, unit) if isinstance(unit, Unit) else [unit]
    except SourceError as error:
        yield error


def _read(source: Source, unit: Unit) -> Iterator[Record]:
    try:
        yield from source.read(unit)
    except UnreadableError as error:
        yield error
