"""Files by their names: a folder, one file of it, or an archive that is unpacked when it is first read.

A name (a key) is a path relative to the tree's root, `/`-separated.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from catalog.errors import SourceError, UnreadableError
from ingest.archives import Archive, Member, is_archive
from ingest.sources.shared.files import file_hash, open_regular, reason_of

LEFT_OUT_FOLDERS = frozenset({"node_modules", "__pycache__", "__MACOSX"})


class Tree(Protocol):
    """Files that can be listed, compared and opened.

    Attributes:
        root: The folder that keys are relative to, or the archive.
        start: The only file that was asked for, if it was a file: its key; else empty.
        errors: What cannot be opened: forbidden folders, links that lead outside, pipes.
    """

    root: Path
    start: str
    errors: list[UnreadableError]

    @property
    def folder(self) -> Path:
        """The folder in which settings for its files are looked up."""
        ...

    def keys(self) -> Sequence[str]:
        """The names of all files, sorted; hidden ones are left out."""
        ...

    def where(self, key: str) -> str:
        """How to name a file (or, for an empty key, the whole) to a person."""
        ...

    def digest(self, key: str) -> str:
        """What changes when the bytes of a file change.

        Raises:
            UnreadableError: If the file cannot be read.
        """
        ...

    def path(self, key: str) -> Path:
        """Where the bytes of a file lie.

        Raises:
            UnreadableError: If it is not there any more.
            SourceError: If the archive cannot be unpacked.
        """
        ...

    def head(self, key: str, count: int = 4096) -> bytes:
        """The first bytes of a file; empty if it cannot be read."""
        ...


@dataclass
class FolderTree:
    """A folder and all below it, or one file of a folder."""

    root: Path
    start: str = ""
    errors: list[UnreadableError] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.root

    def add(self, path: Path) -> None:
        """Take in a file below the root, or note why it cannot be opened."""
        reason = _refusal(path, self.root)
        if reason:
            self.errors.append(UnreadableError(os.fsencode(path).decode(errors="replace"), reason))
        else:
            self.files[path.relative_to(self.root).as_posix()] = path

    def keys(self) -> Sequence[str]:
        """The names of all files."""
        return tuple(self.files)

    def where(self, key: str) -> str:
        """The path."""
        return os.path.join(self.root, key) if key else str(self.root)  # noqa: PTH118 - of many files

    def digest(self, key: str) -> str:
        """SHA-256 (hex) of the bytes."""
        return file_hash(self.path(key), self.where(key))

    def path(self, key: str) -> Path:
        """The file itself, which may have become a link to somewhere else since it was listed."""
        path = self.files[key]
        if path.is_symlink() and key != self.start and (reason := _refusal(path, self.root)):
            raise UnreadableError(self.where(key), reason)
        return path

    def head(self, key: str, count: int = 4096) -> bytes:
        """The first bytes."""
        try:
            with open_regular(self.path(key), self.where(key)) as file:
                return file.read(count)
        except UnreadableError:
            return b""  # whoever reads it for good reports why


@dataclass
class ArchiveTree:
    """An archive, of which only the list of contents is read until a file is wanted.

    Attributes:
        root: The archive.
        archive: What lists and unpacks it, in a child process.
        name: How to name it to a person.
    """

    root: Path
    archive: Archive
    name: str
    start: str = ""
    errors: list[UnreadableError] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    settings: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder in which the archive lies; for one in another archive, that of the outer one."""
        return self.settings or self.root.parent

    def keys(self) -> Sequence[str]:
        """The names of all files in it."""
        return tuple(self.members)

    def where(self, key: str) -> str:
        """The archive's path, followed by the name within it."""
        return f"{self.name}/{key}" if key else self.name

    def digest(self, key: str) -> str:
        """The checksum and the size that the archive itself lists."""
        return self.members[key].digest

    def path(self, key: str) -> Path:
        """The unpacked file."""
        self.archive.unpack()
        return self.archive.unpacked / self.members[key].stored

    def head(self, key: str, count: int = 4096) -> bytes:
        """The first bytes."""
        try:
            with open_regular(self.path(key), self.where(key)) as file:
                return file.read(count)
        except SourceError:
            return b""

    def __getstate__(self) -> dict[str, object]:
        # A child process that gets this tree can write nothing, so everything is unpacked before it is sent.
        self.archive.unpack()
        return self.__dict__


def suffix_of(key: str) -> str:
    """The suffix of a file's name, with its dot, in lower case; much faster than a path tells it."""
    name = key[key.rfind("/") + 1 :]
    at = name.rfind(".")
    return name[at:].lower() if 0 < at < len(name) - 1 else ""


def open_tree(path: Path, scratch: Path) -> Tree:
    """Open a folder, an archive, or a single file.

    Args:
        path: Where it is.
        scratch: A folder for what is unpacked; whoever gives it removes it.

    Raises:
        SourceError: If it is missing, may not be read, or is a damaged archive.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps the name that the user gave it
    try:
        if stat.S_ISDIR(start.stat().st_mode):
            return _folder(start)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file or folder; check the spelling") from error
    except OSError as error:
        raise SourceError(f"{path}: {reason_of(error)}") from error
    if is_archive(start.name):
        return open_archive(start, str(start), scratch)
    return FolderTree(start.parent, start.name, files={start.name: start})


def open_archive(path: Path, name: str, scratch: Path) -> ArchiveTree:
    """Open an archive.

    Args:
        path: The archive.
        name: How to name it to a person.
        scratch: A folder for what is unpacked.

    Raises:
        UnreadableError: If its list of contents cannot be read, or it is refused (a bomb).
    """
    archive = Archive(path, name, scratch)
    members, errors = archive.members()
    return ArchiveTree(
        path, archive, name, "", errors, {one.key: one for one in members if _is_shown(one.key)}
    )


def _is_shown(key: str) -> bool:
    return not any(_is_hidden(part) or part in LEFT_OUT_FOLDERS for part in key.split("/"))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))  # ~$ marks what a word processor has open


def _folder(root: Path) -> FolderTree:
    tree = FolderTree(root)
    os.scandir(root).close()  # a root that may not be read is an error of the source, not of one folder

    def report(error: OSError) -> None:
        where = os.fsencode(error.filename or root).decode(errors="replace")
        tree.errors.append(UnreadableError(where, f"the folder {reason_of(error)}"))

    for folder, below, names in os.walk(root, onerror=report):
        below[:] = sorted(name for name in below if not _is_hidden(name) and name not in LEFT_OUT_FOLDERS)
        place = Path(folder)
        tree.errors += [error for name in below if (error := _outside(place / name, root))]
        above = "" if place == root else f"{place.relative_to(root).as_posix()}/"
        for name in sorted(names):
            if _is_hidden(name):
                continue
            if _is_plain(folder, name):
                tree.files[above + name] = place / name
            else:
                tree.add(place / name)
    return tree


def _is_plain(folder: str, name: str) -> bool:
    """Whether a file surely may be read: no link, nothing special, a name that can be written."""
    try:
        name.encode()
        folder.encode()
        return stat.S_ISREG(os.lstat(f"{folder}/{name}").st_mode)
    except (OSError, UnicodeEncodeError):
        return False


def _outside(folder: Path, root: Path) -> UnreadableError | None:
    # What a link inside the tree points to is read where it lies.
    try:
        if not folder.is_symlink() or folder.resolve().is_relative_to(root.resolve()):
            return None
    except OSError:  # its path is too long; that is said when it is entered
        return None
    reason = "is a link to a folder outside; ingest its target itself if it belongs here"
    return UnreadableError(str(folder), reason)


def _refusal(path: Path, root: Path) -> str | None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
            return "is a link to somewhere outside; ingest its target itself if it belongs here"
        if not stat.S_ISREG(path.stat().st_mode):
            return "is a pipe, socket or device, not a file; it was left out"
    except FileNotFoundError:
        return "is a link to a file that is not there; remove or correct it"
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        return reason_of(error) if isinstance(error, OSError) else "is a link to itself; remove it"
    return None
