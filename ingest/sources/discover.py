"""What a path holds: forums, tables and documents, and the community of each."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from catalog.errors import SettingError
from catalog.nouns import Community
from ingest.config import FILE_NAME, Config, TableConfig, nearest, slug
from ingest.formats import supported
from ingest.sources.folder import DocumentParser, FolderSource
from ingest.sources.listing import Listing, holds_posts, is_table, list_path
from ingest.sources.protocol import Source
from ingest.sources.stackexchange import MAIN_FILE, StackExchangeSource
from ingest.sources.table import TableSource


def discover(
    path: Path,
    parser: DocumentParser,
    community: str | None = None,
    private: bool = False,
    name: str | None = None,
) -> list[Source]:
    """Find the sources in a folder, or make one of a single file.

    Every folder with a `Posts.xml` is a forum, every CSV or JSON Lines file a table, and all other supported
    files together are one folder of documents. Names come from the path's name and the places below it, so
    they are the same from run to run. Hidden files, `copse.toml`, `node_modules`, `__pycache__` and files
    of other kinds are left out; links are followed to files below the path only.

    Args:
        path: A folder or a file.
        parser: What reads documents.
        community: Name of the community where no `copse.toml` gives one; the path's last folder if not given.
        private: Whether communities are private even if no `copse.toml` says so.
        name: What the names of the sources begin with, instead of the path's name.

    Raises:
        SourceError: If the path is missing, may not be read, or is a file of a kind that is not read.
        SettingError: If a `copse.toml` cannot be used, or two of them contradict each other.
    """
    listing = list_path(path)
    listing.base = name or listing.base
    return _Builder(listing, parser, community, private).sources()


@dataclass
class _Builder:
    """Makes sources of a listing, each with its name and its community."""

    listing: Listing
    parser: DocumentParser
    community: str | None
    private: bool
    configs: dict[Path, Config] = field(default_factory=dict)
    known: dict[str, Community] = field(default_factory=dict)

    def sources(self) -> list[Source]:
        dumps = [path for path in self.listing.files if path.name.lower() == MAIN_FILE]
        tables = [path for path in self.listing.files if is_table(path)]
        documents = [path for path in self.listing.files if supported(path)]
        names = _Names(self.listing)
        found: list[Source] = [self._dump(path.parent, names) for path in dumps]
        found += [self._table(path, names) for path in tables]
        if documents or self.listing.errors or self.listing.left_out or not found:
            found.insert(0, self._folder(documents, names))
        return found

    def _folder(self, documents: list[Path], names: _Names) -> FolderSource:
        files = {path: self._community(path.parent) for path in documents}
        listing = self.listing
        name = names.of_documents()
        return FolderSource(name, listing.root, files, self.parser, listing.errors, listing.left_out)

    def _dump(self, folder: Path, names: _Names) -> StackExchangeSource:
        config = self._config(folder)
        files = {path.name.lower(): path for path in self.listing.files if path.parent == folder}
        return StackExchangeSource(names.of(folder), files, self._community(folder), config.forum_url)

    def _table(self, path: Path, names: _Names) -> TableSource:
        config = self._config(path.parent).tables.get(path, TableConfig())
        return TableSource(names.of(path), path, self._community(path.parent), config)

    def _config(self, folder: Path) -> Config:
        if folder not in self.configs:
            # Also from above the path: a part of a private community is private when it is ingested alone.
            self.configs[folder] = nearest(folder, Path(folder.anchor))
        return self.configs[folder]

    def _community(self, folder: Path) -> Community:
        name = self.community or self.listing.root.name or "community"
        found = self._config(folder).community or Community(slug(name), name)
        found = replace(found, private=found.private or self.private)
        other = self.known.setdefault(found.slug, found)
        if other != found:
            raise SettingError(
                f"{folder}: the community {found.slug!r} is described in two ways ({_described(other)}; "
                f"{_described(found)}); give it one {FILE_NAME} above both places, or two slugs"
            )
        return found


def _described(community: Community) -> str:
    readers = f"private with {len(community.readers)} readers" if community.private else "public"
    return f"{community.name!r}, {readers}"


class _Names:
    """Names of the sources of one listing: unique, and the same from run to run."""

    def __init__(self, listing: Listing) -> None:
        self._root = listing.root
        self._start = listing.start
        self._base = slug_path(listing.base)
        self._is_dump = holds_posts(listing.root)
        self._taken: Counter[str] = Counter(self._plain(path) for path in self._candidates(listing))

    def of_documents(self) -> str:
        """Name of the source that holds the documents; a forum in the same folder has the folder's name."""
        return f"{self._base}/documents" if self._is_dump else self._base

    def of(self, path: Path) -> str:
        """Name of a forum or a table; where two would be the same, a digest of the path tells them apart."""
        name = self._plain(path)
        relative = path.relative_to(self._root).as_posix()
        if self._taken[name] == 1 or name == f"{self._base}/{relative}":
            return name
        return f"{name}-{hashlib.sha256(relative.encode()).hexdigest()[:6]}"

    def _candidates(self, listing: Listing) -> Iterator[Path]:
        for path in listing.files:
            if path.name.lower() == MAIN_FILE:
                yield path.parent
            elif is_table(path):
                yield path

    def _plain(self, path: Path) -> str:
        if path == self._start:
            return self._base
        return f"{self._base}/{slug_path(path.relative_to(self._root).as_posix())}"


def slug_path(path: str) -> str:
    """Make a short name of each part of a path; the last part keeps its suffix."""
    pure = PurePosixPath(path)
    *parents, last = pure.parts or ("library",)
    suffix = PurePosixPath(last).suffix
    stem = last.removesuffix(suffix) if suffix and suffix[1:].isalnum() and suffix.isascii() else last
    ending = suffix.lower() if stem != last else ""
    return "/".join([*map(slug, parents), slug(stem) + ending])
