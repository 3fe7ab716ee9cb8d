"""The process that opens archives: `python -m ingest.archive_child list|unpack ARCHIVE INTO MEGABYTES BYTES`.

It answers with one JSON object on standard output: `{"members": [[key, digest, size, stored], …], "refused":
[[key, reason], …]}`, or `{"error": reason}`. Files are unpacked under names of our own, so no name in an
archive can reach outside; bytes are counted as they come, so no header can lie about them.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import stat
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Protocol

from ingest.bounded import bound, take_over_stdout

_MOST_MEMBERS: Final = 200_000
_MOST_RATIO: Final = 200  # unpacked bytes for each packed one; text as XML reaches about 20
_FREE_RATIO: Final = 64 << 20  # bytes that any archive may unpack to, however well it packs
_BLOCK: Final = 1 << 20
_ANSWER: Final = 1 << 30


class _RefusedError(Exception):
    """The archive as a whole is refused; the message says why and what to do."""


class _Budget:
    """Counts the bytes that an archive unpacks to."""

    def __init__(self, packed: int, most: int) -> None:
        self._packed, self._most, self._spent = packed, most, 0

    def spend(self, count: int) -> None:
        self._spent += count
        if self._spent > self._most:
            raise _RefusedError(
                f"unpacks to more than {self._most >> 20:,} MB; unpack it, and leave out files"
            )
        if self._spent > max(_FREE_RATIO, self._packed * _MOST_RATIO):
            raise _RefusedError(
                f"unpacks to more than {_MOST_RATIO} times its size, as only a trap does; it is not read"
            )


@dataclass(frozen=True)
class _Entry:
    """A file that an archive lists."""

    name: str
    size: int
    checksum: str
    opener: Any
    refused: str = ""


class _Opened(Protocol):
    """One kind of archive, opened."""

    def entries(self) -> Iterator[_Entry]: ...

    def unpack(
        self, wanted: dict[str, _Entry], into: Path, stored: dict[str, str], budget: _Budget
    ) -> None: ...


def main(arguments: list[str]) -> None:
    """Answer, and end."""
    what, path, into, megabytes, most = arguments
    answers = take_over_stdout()
    bound(int(megabytes), int(most) if what == "unpack" else _ANSWER)
    answers.write(json.dumps(_answer(what, path, into, int(most))).encode())
    answers.flush()


def _answer(what: str, path: str, into: str, most: int) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            budget = _Budget(os.fstat(file.fileno()).st_size, most)
            listing = _Listing(_opened(path.lower(), file, budget))
            listing.read(budget)
            if what == "unpack":
                listing.unpack(Path(into), _Budget(os.fstat(file.fileno()).st_size, most))
            return {"members": listing.members, "refused": listing.refused}
    except _RefusedError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "needs too much memory to be unpacked; unpack it yourself"}
    except PermissionError:
        return {"error": "may not be read; grant read permission to the user who runs Copse"}
    except OSError as error:
        return {"error": f"cannot be unpacked ({error.strerror or error}); make room, or unpack it yourself"}
    except Exception as error:  # noqa: BLE001 - damaged archives make libraries raise anything
        cause = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        return {"error": f"is damaged or no archive ({cause}); make it again"}


def _opened(name: str, file: IO[bytes], budget: _Budget) -> _Opened:
    if name.endswith(".zip"):
        return _Zip(zipfile.ZipFile(file))
    return _SevenZip(file) if name.endswith(".7z") else _Tar(file, budget)


@dataclass
class _Listing:
    """What an archive holds, and what of it is refused."""

    opened: _Opened
    members: list[tuple[str, str, int, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    entries: dict[str, _Entry] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)

    def read(self, budget: _Budget) -> None:
        """List the entries; sizes that the archive admits count already."""
        taken: set[str] = set()
        for number, entry in enumerate(self.opened.entries()):
            if number >= _MOST_MEMBERS:
                raise _RefusedError(f"holds more than {_MOST_MEMBERS:,} files; unpack it")
            key = _key(entry.name)
            reason = entry.refused or _refusal(key, taken)
            if reason:
                self.refused.append((entry.name.encode(errors="replace").decode()[:500], reason))
                continue
            taken.add(key)
            budget.spend(entry.size)
            name = f"{number:06}{_suffix(key)}"
            self.entries[entry.name], self.stored[entry.name] = entry, name
            self.members.append((key, f"{entry.checksum}-{entry.size}", entry.size, name))
        self.members.sort()

    def unpack(self, into: Path, budget: _Budget) -> None:
        """Write every member under its own name."""
        self.opened.unpack(self.entries, into, self.stored, budget)


def _key(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _refusal(key: str, taken: set[str]) -> str:
    parts = PurePosixPath(key).parts
    if not parts or key.startswith("/") or ".." in parts or key[1:2] == ":":
        return "its name leads out of the archive; it was left out"
    if any(ord(character) < 32 for character in key) or len(key) > 1000:
        return "its name is no file name; it was left out"
    try:
        key.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8; it was left out"
    return "is in the archive twice; the first one is read" if key in taken else ""


def _suffix(key: str) -> str:
    suffix = PurePosixPath(key).suffix
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 12 else ""


class _Zip:
    """A zip archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def entries(self) -> Iterator[_Entry]:
        for info in self._archive.infolist():
            if info.is_dir():
                continue
            refused = "is encrypted; unpack it with its password" if info.flag_bits & 1 else ""
            if stat.S_ISLNK(info.external_attr >> 16):
                refused = "is a link; it was left out"
            yield _Entry(_zip_name(info), info.file_size, f"{info.CRC:08x}", info, refused)

    def unpack(self, wanted: dict[str, _Entry], into: Path, stored: dict[str, str], budget: _Budget) -> None:
        for name, entry in wanted.items():
            with self._archive.open(entry.opener) as source, (into / stored[name]).open("wb") as target:
                _copy(source, target, budget)


def _zip_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.filename
    try:  # many programs write UTF-8 without saying so
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


class _Tar:
    """A tar archive, packed or not; it has no checksums, so listing reads it through."""

    def __init__(self, file: IO[bytes], budget: _Budget) -> None:
        self._file, self._budget = file, budget

    def entries(self) -> Iterator[_Entry]:
        self._file.seek(0)
        with tarfile.open(fileobj=self._file) as archive:
            for info in archive:
                if info.isdir():
                    continue
                if not info.isreg():
                    yield _Entry(info.name, 0, "", None, "is a link or a device; it was left out")
                    continue
                yield _Entry(info.name, info.size, self._checksum(archive.extractfile(info)), None)

    def unpack(self, wanted: dict[str, _Entry], into: Path, stored: dict[str, str], budget: _Budget) -> None:
        done: set[str] = set()
        self._file.seek(0)
        with tarfile.open(fileobj=self._file) as archive:
            for info in archive:
                source = archive.extractfile(info) if info.isreg() else None
                if source is None or info.name not in wanted or info.name in done:
                    continue
                done.add(info.name)
                with (into / stored[info.name]).open("wb") as target:
                    _copy(source, target, budget)

    def _checksum(self, source: IO[bytes] | None) -> str:
        digest = hashlib.sha256()
        while source and (block := source.read(_BLOCK)):
            digest.update(block)
        return digest.hexdigest()[:32]


class _SevenZip:
    """A 7z archive."""

    def __init__(self, file: IO[bytes]) -> None:
        import py7zr

        self._file = file
        archive = py7zr.SevenZipFile(file)
        if archive.needs_password():
            raise _RefusedError("is encrypted; unpack it with its password")
        self._listed = archive.list()

    def entries(self) -> Iterator[_Entry]:
        for info in self._listed:
            if info.is_directory:
                continue
            refused = "" if info.is_file else "is a link or a device; it was left out"
            yield _Entry(info.filename, info.uncompressed or 0, f"{info.crc32 or 0:08x}", None, refused)

    def unpack(self, wanted: dict[str, _Entry], into: Path, stored: dict[str, str], budget: _Budget) -> None:
        from ingest.archive_7z import Files, extract

        self._file.seek(0)
        extract(self._file, list(wanted), Files(into, stored, budget.spend))
        for name in stored.values():
            (into / name).touch()  # files without bytes are never written


def _copy(source: IO[bytes], target: IO[bytes], budget: _Budget) -> None:
    try:
        while block := source.read(_BLOCK):
            budget.spend(len(block))
            target.write(block)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise _RefusedError(f"is damaged ({error}); make it again") from error


if __name__ == "__main__":
    main(sys.argv[1:])
