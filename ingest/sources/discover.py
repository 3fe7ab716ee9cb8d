"""What a path holds: forums, chats, mailboxes, tables and documents, and the community of each."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath

from catalog.errors import SettingError, SourceError, UnreadableError
from catalog.nouns import Community
from ingest.archives import SUFFIXES as ARCHIVES
from ingest.archives import is_archive
from ingest.config import FILE_NAME, Config, nearest, slug
from ingest.formats import SUFFIXES
from ingest.formats.transcript_json import may_be_transcript
from ingest.sources.folder import FolderSource
from ingest.sources.kinds import FILE_KINDS, file_kind
from ingest.sources.protocol import DocumentParser, FileKind, Found, Place, Source
from ingest.sources.stackexchange.source import DUMP_FILES, MAIN_FILE
from ingest.tree import ArchiveTree, FolderTree, Tree, open_archive, open_tree, suffix_of

_JSON_HEAD = 1 << 16
_NESTED = 2  # archives in archives that are opened


Settle = Callable[[Community], Community]
"""Says what a community is, given what is said of it."""


def as_said(community: Community) -> Community:
    """It is what is said of it."""
    return community


@dataclass(frozen=True)
class Wish:
    """What whoever ingests a path says about it.

    Attributes:
        community: Name of the community where no `copse.toml` gives one; the path's last folder if empty.
        private: Whether communities are private even if no `copse.toml` says so.
        name: What the names of the sources begin with, instead of the path's name.
        kind: The only kind of source to look for, instead of all.
        settle: Says what a community is that no `copse.toml` describes; it may be there already.
    """

    community: str = ""
    private: bool = False
    name: str = ""
    kind: str = ""
    settle: Settle = as_said


def discover(path: Path, parser: DocumentParser, scratch: Path, wish: Wish = Wish()) -> list[Source]:
    """Find the sources in a folder, an archive or a single file.

    Each kind of source takes the files that are surely its own; all other supported files together are one
    folder of documents. An archive is looked into like a folder. Names come from the path's name and the
    places below it, so they are the same from run to run. Hidden files, `copse.toml`, `node_modules`,
    `__pycache__` and files of other kinds are left out; links are followed to files below the path only.

    Args:
        path: A folder, an archive or a file.
        parser: What reads documents.
        scratch: A folder for what is unpacked; whoever gives it removes it when the sources have been read.
        wish: What is said about the path.

    Raises:
        SourceError: If the path is missing, may not be read, or is a file of a kind that is not read.
        SettingError: If a `copse.toml` cannot be used, or two of them contradict each other.
    """
    tree = open_tree(path, scratch)
    if Path(tree.start).name.lower() == MAIN_FILE:  # a forum's dump belongs together
        tree = _dump_of(tree)
    base = wish.name or Path(tree.where(tree.start)).name
    found = _Builder(parser, scratch, wish).sources(tree, base, 0)
    if wish.kind and not any(source.kind == wish.kind for source in found):
        raise SourceError(f"{path}: holds nothing of the kind {wish.kind} ({file_kind(wish.kind).about})")
    if tree.start and isinstance(found[0], FolderSource) and not found[0].files:
        known = ", ".join(sorted({*SUFFIXES, *ARCHIVES}))
        raise SourceError(
            f"{path}: is of a kind that is not read; what is read: {known}, and what forums, chats, wikis "
            "and mailing lists export"
        )
    return found


@dataclass
class _Builder:
    """Makes the sources of a path, each with its name and its community."""

    parser: DocumentParser
    scratch: Path
    wish: Wish
    top: str = ""
    configs: dict[Path, Config] = field(default_factory=dict)
    known: dict[str, Community] = field(default_factory=dict)

    def sources(self, tree: Tree, base: str, depth: int) -> list[Source]:
        """The sources of a tree and of the archives in it; documents first."""
        self.top = self.top or _stem(tree)
        listed = tree.keys()
        remaining = dict.fromkeys(key for key in listed if key.rpartition("/")[2] != FILE_NAME)
        inner = [key for key in remaining if is_archive(key) and depth < _NESTED]
        claims = self._claims(tree, [key for key in remaining if key not in set(inner)])
        for _, found in claims:
            for key in found.keys:
                remaining.pop(key, None)
        names = _Names(base, tree.start, [found.at for _, found in claims] + inner)
        opened = [self._open(tree, kind, found, names) for kind, found in claims]
        for key in inner:
            remaining.pop(key)
            opened += self._archive(tree, key, names.of(key), depth)
        documents = self._documents(tree, list(remaining), names)
        if documents.files or tree.errors or documents.left_out or not opened:
            opened.insert(0, documents)
        return opened

    def _claims(self, tree: Tree, keys: Sequence[str]) -> list[tuple[FileKind, Found]]:
        kinds = (file_kind(self.wish.kind),) if self.wish.kind else FILE_KINDS
        claims: list[tuple[FileKind, Found]] = []
        free = dict.fromkeys(keys)
        for kind in kinds:
            for found in kind.find(tree, tuple(free)):
                claims.append((kind, found))
                for key in found.keys:
                    free.pop(key, None)
        return claims

    def _open(self, tree: Tree, kind: FileKind, found: Found, names: _Names) -> Source:
        folder = self._folder_of(tree, found.at)
        place = Place(names.of(found.at), tree, self._community(folder), self._config(folder), self.parser)
        return kind.open(found, place)

    def _archive(self, tree: Tree, key: str, name: str, depth: int) -> list[Source]:
        try:
            inner = open_archive(tree.path(key), tree.where(key), self.scratch)
            inner.settings = self._folder_of(tree, key)
        except SourceError as error:
            unreadable = (
                error if isinstance(error, UnreadableError) else UnreadableError(tree.where(key), str(error))
            )
            tree.errors.append(unreadable)
            return []
        return self.sources(inner, name, depth + 1)

    def _documents(self, tree: Tree, keys: Sequence[str], names: _Names) -> FolderSource:
        @cache
        def community(folder: str) -> Community:
            return self._community(self._folder_of(tree, folder))

        files = {key: community(key.rpartition("/")[0]) for key in keys if _is_document(tree, key)}
        left_out = Counter(suffix_of(key) or "no suffix" for key in keys if key not in files)
        return FolderSource(names.of_documents(), tree, files, self.parser, left_out)

    def _folder_of(self, tree: Tree, at: str) -> Path:
        """The folder whose settings hold for a file or a folder of a tree."""
        if isinstance(tree, ArchiveTree):
            return tree.folder
        path = tree.folder / at
        return path if path.is_dir() else path.parent

    def _config(self, folder: Path) -> Config:
        if folder not in self.configs:
            # Also from above the path: a part of a private community is private when it is ingested alone.
            self.configs[folder] = nearest(folder, Path(folder.anchor))
        return self.configs[folder]

    def _community(self, folder: Path) -> Community:
        name = self.wish.community or self.top or "community"
        made = Community(slug(name), name, self.wish.private)
        found = self._config(folder).community or self.wish.settle(made)
        found = replace(found, private=found.private or self.wish.private)
        other = self.known.setdefault(found.slug, found)
        if other != found:
            raise SettingError(
                f"{folder}: the community {found.slug!r} is described in two ways ({_described(other)}; "
                f"{_described(found)}); give it one {FILE_NAME} above both places, or two slugs"
            )
        return found


def _is_document(tree: Tree, key: str) -> bool:
    suffix = suffix_of(key)
    if suffix == ".json" and key != tree.start:  # folders are full of settings in JSON
        return may_be_transcript(tree.head(key, _JSON_HEAD))
    return suffix in SUFFIXES


def _dump_of(tree: Tree) -> Tree:
    """The dump of which one file was named."""
    whole = FolderTree(tree.root)
    for path in sorted(tree.root.iterdir()):
        if path.name.lower() in DUMP_FILES:
            whole.add(path)
    return whole


def _stem(tree: Tree) -> str:
    """What a tree is called: its folder, or its archive without the suffix."""
    ending = next((suffix for suffix in ARCHIVES if tree.root.name.lower().endswith(suffix)), "")
    return tree.root.name[: -len(ending)] if isinstance(tree, ArchiveTree) else tree.root.name


def _described(community: Community) -> str:
    readers = f"private with {len(community.readers)} readers" if community.private else "public"
    return f"{community.name!r}, {readers}"


class _Names:
    """Names of the sources of one tree: unique, and the same from run to run.

    Args:
        base: What all names begin with.
        start: The only file of the tree, if it is one.
        places: The files and folders that sources are named after; empty for the whole tree.
    """

    def __init__(self, base: str, start: str, places: Sequence[str]) -> None:
        self._base = slug_path(base)
        self._start = start
        self._taken = Counter(self._plain(place) for place in places)

    def of_documents(self) -> str:
        """Name of the source of documents; another source of the whole tree has the tree's name."""
        return f"{self._base}/documents" if self._taken[self._base] else self._base

    def of(self, place: str) -> str:
        """Name of another source; where two would be the same, a digest of the place tells them apart."""
        name = self._plain(place)
        if self._taken[name] == 1 or name == f"{self._base}/{place}":
            return name
        return f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:6]}"

    def _plain(self, place: str) -> str:
        return self._base if place == self._start else f"{self._base}/{slug_path(place)}"


_RANDOM = re.compile(r"[-_ ]?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""What some exports put into their names, another one each time."""


def slug_path(path: str) -> str:
    """Make a short name of each part of a path; the last part keeps its suffix."""
    pure = PurePosixPath(_RANDOM.sub("", path) or path)
    *parents, last = pure.parts or ("library",)
    suffix = PurePosixPath(last).suffix
    stem = last.removesuffix(suffix) if suffix and suffix[1:].isalnum() and suffix.isascii() else last
    ending = suffix.lower() if stem != last else ""
    return "/".join([*map(slug, parents), slug(stem) + ending])
