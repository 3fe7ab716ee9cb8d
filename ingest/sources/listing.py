"""What lies below a path: the files that can be read, those that cannot, and those of other kinds."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import SourceError, UnreadableError
from ingest.config import FILE_NAME
from ingest.formats import SUFFIXES, supported
from ingest.sources import records
from ingest.sources.files import reason_of
from ingest.sources.stackexchange import DUMP_FILES, MAIN_FILE

_LEFT_OUT_FOLDERS = {"node_modules", "__pycache__"}


@dataclass
class Listing:
    """What lies below a path.

    Attributes:
        root: The folder that settings are looked up from, and that keys are relative to.
        start: The path that was given: the folder itself, or the only file.
        base: What the names of sources begin with.
        files: What can be read: documents, tables, and the files of forums' dumps; sorted by path.
        errors: What cannot be opened: forbidden folders, links that lead outside, pipes.
        left_out: How many files are of other kinds, by suffix.
    """

    root: Path
    start: Path
    base: str
    files: list[Path] = field(default_factory=list)
    errors: list[UnreadableError] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, path: Path) -> None:
        """Keep a file that can be read; count one of another kind, report one that cannot be opened."""
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


def list_path(path: Path) -> Listing:
    """List a folder and all below it, or a single file.

    Raises:
        SourceError: If the path is missing, may not be read, or is a file of a kind that is not read.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps the name that the user gave it
    try:
        return _list_folder(start) if stat.S_ISDIR(start.stat().st_mode) else _list_file(start)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file or folder; check the spelling") from error
    except OSError as error:
        raise SourceError(f"{path}: {reason_of(error)}") from error


def is_table(path: Path) -> bool:
    """Tell by its suffix whether a file is a table."""
    return path.suffix.lower() in records.SUFFIXES


def holds_posts(folder: Path) -> bool:
    """Whether a folder holds the dump of a forum."""
    return any(path.name.lower() == MAIN_FILE for path in folder.iterdir())


def _list_file(path: Path) -> Listing:
    if path.name.lower() == MAIN_FILE:
        dump = Listing(path.parent, path.parent, path.parent.name)
        for companion in sorted(path.parent.iterdir()):
            if companion.name.lower() in DUMP_FILES:
                dump.add(companion)
        return dump
    if not _is_read(path):
        known = ", ".join(sorted({*SUFFIXES, *records.SUFFIXES}))
        raise SourceError(
            f"{path}: is of a kind that is not read; what is read: {known}, or a forum's Posts.xml"
        )
    return Listing(path.parent, path, path.name, [path])


def _list_folder(root: Path) -> Listing:
    listing = Listing(root, root, root.name)
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
    return is_table(path) or supported(path) or _is_dump_file(path)


def _is_dump_file(path: Path) -> bool:
    return path.name.lower() in DUMP_FILES and holds_posts(path.parent)


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
