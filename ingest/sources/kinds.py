"""The kinds of files, in the order in which they are tried on a folder; of addresses, see `live_kinds`.

What none of them takes is read as documents, and tables by `table`, which therefore comes last.
"""

from __future__ import annotations

from catalog.errors import SettingError
from ingest.sources.discourse import export as discourse_export
from ingest.sources.github import export as github_export
from ingest.sources.mail import source as mail
from ingest.sources.mediawiki import source as mediawiki
from ingest.sources.pages import confluence, notion
from ingest.sources.protocol import FileKind
from ingest.sources.slack import source as slack
from ingest.sources.stackexchange import source as stackexchange
from ingest.sources.tables import beir
from ingest.sources.tables import source as table

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


def file_kind(name: str) -> FileKind:
    """The kind of files with this name.

    Raises:
        SettingError: If there is none.
    """
    for kind in FILE_KINDS:
        if kind.name == name:
            return kind
    names = ", ".join(kind.name for kind in FILE_KINDS)
    raise SettingError(f"--kind {name}: no such kind of file; choose one of {names}")
