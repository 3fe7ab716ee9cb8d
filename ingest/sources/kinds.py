"""The kinds of source, in the order in which they are tried on the files of a folder.

What none of them takes is read as documents, and tables by `table`, which therefore comes last.
"""

from __future__ import annotations

from catalog.errors import SettingError
from ingest.sources.discourse import api as discourse_api
from ingest.sources.discourse import export as discourse_export
from ingest.sources.github import api as github_api
from ingest.sources.github import export as github_export
from ingest.sources.mail import source as mail
from ingest.sources.mediawiki import source as mediawiki
from ingest.sources.pages import confluence, notion
from ingest.sources.protocol import FileKind, LiveKind
from ingest.sources.slack import source as slack
from ingest.sources.stackexchange import source as stackexchange
from ingest.sources.tables import beir
from ingest.sources.tables import source as table
from ingest.sources.web import feed, pages, sitemap

FILE_KINDS: tuple[FileKind, ...] = (
    stackexchange.KIND,
    slack.KIND,
    discourse_export.KIND,
    github_export.KIND,
    mediawiki.KIND,
    confluence.KIND,
    notion.KIND,
    mail.KIND,
    beir.KIND,
    table.KIND,
)

LIVE_KINDS: tuple[LiveKind, ...] = (
    github_api.LIVE,
    discourse_api.LIVE,
    feed.KIND,
    sitemap.KIND,
    pages.KIND,
)


def file_kind(name: str) -> FileKind:
    """The kind of files with this name.

    Raises:
        SettingError: If there is none.
    """
    for kind in FILE_KINDS:
        if kind.name == name:
            return kind
    raise SettingError(f"--kind {name}: no such kind of file; choose one of {_names(FILE_KINDS)}")


def live_kind(name: str) -> LiveKind:
    """The kind of web address with this name.

    Raises:
        SettingError: If there is none.
    """
    for kind in LIVE_KINDS:
        if kind.name == name:
            return kind
    raise SettingError(f"--kind {name}: no such kind of web address; choose one of {_names(LIVE_KINDS)}")


def _names(kinds: tuple[FileKind, ...] | tuple[LiveKind, ...]) -> str:
    return ", ".join(kind.name for kind in kinds)
