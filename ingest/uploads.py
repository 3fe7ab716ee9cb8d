"""Files that members uploaded: a folder of the library for each community, and who uploaded what.

A file lies there whole or not at all: it is written under a hidden name, and gets its own when all of it is
there. Beside it lies a hidden note that says whose it is. A name is taken once, and never overwritten.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import BinaryIO

from catalog.errors import BusyError, LibraryError, SettingError
from catalog.nouns import Identity, IdentityKind, Person
from catalog.origins import Origin
from ingest.formats import SUFFIXES, supported

KIND = "uploads"
LONGEST_NAME = 150  # bytes of UTF-8
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_PART, _NOTE = ".part-", ".note.json"
_CHUNK = 1 << 20
_LEFT_BEHIND = 24 * 3600  # seconds after which nobody writes any more what has no name yet
_MOST_NUMBERS = 1_000


def upload_origin(community: str) -> Origin:
    """What keeps a library in step with a community's uploads; its place moves with the library."""
    return Origin(f"{KIND}/{community}", f"copse:{KIND}/{community}", KIND, community)


def forget_uploads(library: Path, location: str) -> None:
    """Take the files away that were uploaded, once they are no source of the library any more.

    Args:
        library: The library's folder.
        location: Where the source was; nothing happens where that is no place of uploads.
    """
    before = upload_origin("").location
    if location.startswith(before):
        UploadFolder.of(library, location.removeprefix(before)).clear()


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept of an upload beside the file.

    Attributes:
        by: Name of the viewer who uploaded it, in lower case.
        person: Who that is, as a source names them; None if nobody knows.
        at: When.
        sha256: Of the bytes, in hexadecimal.
    """

    by: str
    person: Person | None
    at: datetime
    sha256: str


class DuplicateError(SettingError):
    """The same bytes are there already.

    Args:
        name: Under which name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: the same document is there already; nothing was added")
        self.name = name


@dataclass(frozen=True, slots=True)
class UploadFolder:
    """The uploads of one community.

    Attributes:
        path: Where they lie.
    """

    path: Path

    @classmethod
    def of(cls, library: Path, community: str) -> UploadFolder:
        """The folder of a community, by its slug."""
        plain = _SLUG.fullmatch(community)
        name = community if plain else f"c-{hashlib.sha256(community.encode()).hexdigest()[:16]}"
        return cls(library / "uploads" / name)

    def put(
        self, name: str, content: BinaryIO, most: int, by: str, person: Person | None, now: datetime
    ) -> str:
        """Take a file in; gives the name that it got, which has a number where the name was taken.

        Args:
            name: What it is called.
            content: Its bytes.
            most: How many of them it may have.
            by: Name of the viewer who uploads it.
            person: Who that is, as a source names them; None if nobody knows.
            now: When.

        Raises:
            SettingError: If the name cannot be used, it is too large or empty, or of a kind that is not read.
            DuplicateError: If the same bytes are there already.
            LibraryError: If it cannot be written.
        """
        wanted = safe_name(name)
        with _told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self._tidy()
            part = self.path / f"{_PART}{secrets.token_hex(8)}"
            try:
                digest = _write(part, content, most, wanted)
                self._refuse_duplicate(digest)
                return self._name(part, wanted, Note(by.strip().lower(), person, now, digest))
            finally:
                part.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Take a file away, if it is there.

        Raises:
            LibraryError: If it cannot be.
        """
        with _told(self.path):
            (self.path / name).unlink(missing_ok=True)
            self._note(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Take all files away.

        Raises:
            LibraryError: If they cannot be.
        """
        with _told(self.path):
            if self.path.exists():
                shutil.rmtree(self.path)

    def notes(self) -> dict[str, Note]:
        """What is kept of each upload, by the name of its file."""
        found: dict[str, Note] = {}
        for path in sorted(self.path.glob(f".*{_NOTE}")):
            name = path.name[1 : -len(_NOTE)]
            note = _read_note(path)
            if note is not None and (self.path / name).is_file():
                found[name] = note
        return found

    # --- parts ---

    def _note(self, name: str) -> Path:
        return self.path / f".{name}{_NOTE}"

    def _refuse_duplicate(self, digest: str) -> None:
        for name, note in self.notes().items():
            if note.sha256 == digest:
                raise DuplicateError(name)

    def _name(self, part: Path, wanted: str, note: Note) -> str:
        """Give the file its name. Whoever makes the note has the name, so two never get the same."""
        for name in _numbered(wanted):
            if (self.path / name).exists():
                continue
            with suppress(FileExistsError):
                with self._note(name).open("x", encoding="utf-8") as file:
                    json.dump(_as_json(note), file)
                part.replace(self.path / name)
                return name
        raise BusyError(f"{wanted}: too many files have this name; give it another")

    def _tidy(self) -> None:
        """Remove what uploads left behind that were cut off with the whole process."""
        long_ago = time.time() - _LEFT_BEHIND
        for path in self.path.glob(".*"):
            alone = path.name.endswith(_NOTE) and not (self.path / path.name[1 : -len(_NOTE)]).exists()
            if (alone or path.name.startswith(_PART)) and path.stat().st_mtime < long_ago:
                path.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """The name of a file as it is stored.

    Raises:
        SettingError: If it cannot be used, or its kind is not read.
    """
    plain = " ".join(filter(None, unicodedata.normalize("NFC", name).split(" ")))
    shown = "".join(one if one.isprintable() else "?" for one in plain)[:100]
    if not plain.isprintable() or re.search(r"[/\\:*?\"<>|]", plain):
        raise SettingError(f'{shown}: this name cannot be used; give it one without / \\ : * ? " < > |')
    if plain.startswith((".", "~$")) or len(plain.encode()) > LONGEST_NAME:
        raise SettingError(f"{shown}: give it a name of up to {LONGEST_NAME} bytes that begins with no dot")
    if not supported(PurePath(plain)):
        raise SettingError(
            f"{shown}: is of a kind that is not read; what is read: {', '.join(sorted(SUFFIXES))}"
        )
    return plain


def _numbered(name: str) -> Iterator[str]:
    """The name, then the same with numbers."""
    yield name
    path = PurePath(name)
    for number in range(2, _MOST_NUMBERS):
        yield f"{path.stem}-{number}{path.suffix}"


def _write(path: Path, content: BinaryIO, most: int, name: str) -> str:
    """Write bytes to a new file, down to the disk; gives their SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise SettingError(f"{name}: is larger than {most / (1 << 20):,.0f} MB; split it")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise SettingError(f"{name}: is empty; nothing was added")
    return digest.hexdigest()


def _as_json(note: Note) -> dict[str, object]:
    identities = note.person.identities if note.person else ()
    return {
        "by": note.by,
        "name": note.person.name if note.person else "",
        "identities": sorted([one.kind.value, one.scope, one.value] for one in identities),
        "at": note.at.isoformat(),
        "sha256": note.sha256,
    }


def _read_note(path: Path) -> Note | None:
    """A note; None if it is damaged, for then nobody knows whose the file is."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        identities = frozenset(Identity(IdentityKind(kind), *rest) for kind, *rest in data["identities"])
        at = datetime.fromisoformat(data["at"]).astimezone(UTC)
        person = Person(str(data["name"]), identities) if identities else None
        return Note(str(data["by"]), person, at, str(data["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full; free some room" if full else (error.strerror or str(error))
        raise LibraryError(f"{folder}: cannot keep the upload ({reason}); nothing was added") from error
