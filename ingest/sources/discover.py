"""What a path holds: forums, tables and documents, and the community of each."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from catalog.errors import SettingError, SourceError, UnreadableError
from catalog.nouns import Community
from ingest.config import FILE_NAME, Config, TableConfig, nearest, slug
from ingest.formats import SUFFIXES, supported
from ingest.sources import records
from ingest.sources.files import reason_of
from ingest.sources.folder import DocumentParser, FolderSource
from ingest.sources.protocol import Source
from ingest.sources.stackexchange import MAIN_FILE, StackExchangeSource
from ingest.sources.table import TableSource

_LEFT_OUT_FOLDERS = {"node_modules", "__pycache__"}
# All that a dump brings along; what is not read of it is still no file that was left out.
_DUMP_FILES = {
    f"{name}.xml"
    for name in ("badges", "comments", "posthistory", "postlinks", "posts", "tags", "users", "votes")
}


def discover(
    path: Path, parser: DocumentParser, community: str | None = None, private: bool = False
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

    Raises:
        SourceError: If the path is missing, may not be read, or is a file of a kind that is not read.
        SettingError: If a `copse.toml` cannot be used, or two of them contradict each other.
    """
    root = Path(os.path.abspath(path))
    try:
        listing = _list_folder(root) if stat.S_ISDIR(root.stat().st_mode) else _list_file(root)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file or folder; check the spelling") from error
    except OSError as error:
        raise SourceError(f"{path}: {reason_of(error)}") from error
    return _Builder(listing, parser, community, private).sources()


@dataclass
class _Listing:
    """What lies below a path.

    Attributes:
        root: The folder that names and settings are looked up from.
        base: What the names of sources begin with.
    """

    root: Path
    base: str
    files: list[Path] = field(default_factory=list)
    errors: list[UnreadableError] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, path: Path) -> None:
        """Keep a file that can be read, count it if it is of another kind, report it if it cannot be opened."""
        if not _is_read(path):
            self.left_out[path.suffix.lower() or "no suffix"] += 1
            return
        reason = self._refusal(path)
        if reason:
            self.errors.append(UnreadableError(os.fsencode(path).decode(errors="replace"), reason))
        else:
            self.files.append(path)

    def _refusal(self, path: Path) -> str | None:
        if not _is_utf8(path):
            return "its name is not UTF-8; rename it"
        try:
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(self.root.resolve()):
                return "is a link to somewhere outside; ingest its target itself if it belongs here"
            if not stat.S_ISREG(path.stat().st_mode):
                return "is a pipe, socket or device, not a file; it was left out"
        except FileNotFoundError:
            return "is a link to a file that is not there; remove or correct it"
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
            return reason_of(error) if isinstance(error, OSError) else "is a link to itself; remove it"
        return None

    def report(self, error: OSError) -> None:
        """Note a folder that cannot be listed."""
        where = os.fsencode(error.filename or self.root).decode(errors="replace")
        self.errors.append(UnreadableError(where, f"the folder {reason_of(error)}"))


def _list_file(path: Path) -> _Listing:
    if path.name.lower() == MAIN_FILE:
        return _Listing(path.parent, path.parent.name, [path])
    if not _is_read(path):
        known = ", ".join(sorted({*SUFFIXES, *records.SUFFIXES}))
        raise SourceError(
            f"{path}: is of a kind that is not read; what is read: {known}, or a forum's Posts.xml"
        )
    return _Listing(path.parent, path.name, [path])


def _list_folder(root: Path) -> _Listing:
    listing = _Listing(root, root.name)
    os.scandir(root).close()  # a root that may not be read is an error of the source, not of one folder
    for folder, below, names in os.walk(root, onerror=listing.report):
        below[:] = sorted(name for name in below if not _is_hidden(name) and name not in _LEFT_OUT_FOLDERS)
        for name in below:
            linked = Path(folder, name)
            # What a link inside the path points to is read where it lies.
            if linked.is_symlink() and not linked.resolve().is_relative_to(root.resolve()):
                reason = "is a link to a folder outside; ingest its target itself if it belongs here"
                listing.errors.append(UnreadableError(str(linked), reason))
        for name in sorted(names):
            if not _is_hidden(name) and name != FILE_NAME:
                listing.add(Path(folder, name))
    return listing


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))  # ~$ marks what a word processor has open


def _is_read(path: Path) -> bool:
    return _is_table(path) or supported(path) or _is_dump_file(path)


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in records.SUFFIXES


def _is_dump_file(path: Path) -> bool:
    return path.name.lower() in _DUMP_FILES and _holds_posts(path.parent)


def _holds_posts(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("Posts.xml", "posts.xml", "POSTS.XML"))


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass
class _Builder:
    """Makes sources of a listing, each with its name and its community."""

    listing: _Listing
    parser: DocumentParser
    community: str | None
    private: bool
    configs: dict[Path, Config] = field(default_factory=dict)
    known: dict[str, Community] = field(default_factory=dict)

    def sources(self) -> list[Source]:
        dumps = [path for path in self.listing.files if path.name.lower() == MAIN_FILE]
        tables = [path for path in self.listing.files if _is_table(path)]
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
        return StackExchangeSource(names.of(folder), folder, self._community(folder), config.forum_url)

    def _table(self, path: Path, names: _Names) -> TableSource:
        config = self._config(path.parent).tables.get(path, TableConfig())
        return TableSource(names.of(path), path, self._community(path.parent), config)

    def _config(self, folder: Path) -> Config:
        if folder not in self.configs:
            self.configs[folder] = nearest(folder, self.listing.root)
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
    return f"{community.name!r}, {'private' if community.private else 'public'}"


class _Names:
    """Names of the sources of one listing: unique, and the same from run to run."""

    def __init__(self, listing: _Listing) -> None:
        self._root = listing.root
        self._base = slug_path(listing.base)
        self._whole = listing.base
        self._is_dump = _holds_posts(listing.root)
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

    def _candidates(self, listing: _Listing) -> Iterator[Path]:
        for path in listing.files:
            if path.name.lower() == MAIN_FILE:
                yield path.parent
            elif _is_table(path):
                yield path

    def _plain(self, path: Path) -> str:
        if path in (self._root, self._root / self._whole):
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
