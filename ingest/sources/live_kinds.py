"""The kinds of web address, in the order in which they are asked whether they know one.

They bring what speaks HTTP along, which whoever reads files does not need.
"""

from __future__ import annotations

from catalog.errors import SettingError
from ingest.sources.discourse import api as discourse_api
from ingest.sources.github import api as github_api
from ingest.sources.protocol import LiveKind
from ingest.sources.web import feed, pages, sitemap

LIVE_KINDS: tuple[LiveKind, ...] = (
    github_api.LIVE,
    discourse_api.LIVE,
    feed.KIND,
    sitemap.KIND,
    pages.KIND,
)

ANY = pages.KIND
"""What an address is that none of the others knows: a page of the web."""


def live_kind(name: str) -> LiveKind:
    """The kind of web address with this name.

    Raises:
        SettingError: If there is none.
    """
    for kind in LIVE_KINDS:
        if kind.name == name:
            return kind
    names = ", ".join(kind.name for kind in LIVE_KINDS)
    raise SettingError(f"--kind {name}: no such kind of web address; choose one of {names}")
