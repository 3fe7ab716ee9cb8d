"""Folders that mean harm, from end to end: each trap has one clear reason, and its neighbours are read."""

from __future__ import annotations

import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from catalog.errors import UnreadableError
from catalog.settings import read_settings
from catalog.store import Catalog
from ingest.parser import Parser
from ingest.sources.discover import discover
from ingest.sources.feed_entries import entries
from ingest.sources.protocol import Unit
from tests.ingest.office_files import open_document, xlsx, zipped
from tests.ui.club import Quiet
from ui.sync import ingest_path

GOOD = "Water in the evening."
SECRET = "The key lies under the mat."

ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + ' <!ENTITY file SYSTEM "file:///etc/passwd">]>'
)
"""Declares a text of 300 MB, in less than a kilobyte, and one from outside."""


class Onlooker(Quiet):
    """Does something between the listing of a source and the reading of its units."""

    def __init__(self, act: Callable[[], object] = lambda: None) -> None:
        self._act = act

    def begin(self, source: str, units: int) -> None:
        self._act()

    def failed(self, error: UnreadableError) -> None:
        """That is what these tests are about."""


@dataclass(frozen=True)
class Outcome:
    """What an ingest made of a folder: its items' texts and its failures' reasons, by their places there."""

    items: Mapping[str, str]
    reasons: Mapping[str, str]


def ingested(folder: Path, act: Callable[[], object] = lambda: None, **limits: int) -> Outcome:
    """Ingest a folder into a library beside it."""
    library = folder.parent / "library"
    settings = read_settings({"library": library, "model": "hash:64", **limits}, environ={})
    report = ingest_path(settings, folder, Onlooker(act))
    with Catalog.open(library) as catalog, catalog.engine.connect() as connection:
        items = {str(key): str(text) for key, text in connection.exec_driver_sql("SELECT key, text FROM items")}
    failures = [error for source in report.sources for error in source.failures]
    failures += [source.error for source in report.sources if isinstance(source.error, UnreadableError)]
    reasons = {error.where.removeprefix(f"{folder}/"): error.reason for error in failures}
    assert len(reasons) == len(failures), "a trap has one reason"
    return Outcome(items, reasons)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good file, and a secret one beside it."""
    folder = tmp_path / "club"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD)
    (tmp_path / "secret.md").write_text(SECRET)
    return folder


def bomb(name: str = "zeros.md") -> bytes:
    """80 MB of zeros in 80 kB."""
    return zipped({name: bytes(80 << 20)})


def climbing() -> bytes:
    """An archive whose names lead out of it."""
    return zipped(dict.fromkeys(("../../climbed.md", "/climbed.md", "C:\\climbed.md", "inner.md"), GOOD))


def long_names() -> bytes:
    """An archive with names that no file system takes."""
    return zipped({"x" * 4096 + ".md": GOOD, "bell\a.md": GOOD})


def tarred(path: str) -> bytes:
    """An archive of one link."""
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("link.md")
        link.type, link.linkname = tarfile.SYMTYPE, path
        archive.addfile(link)
    return file.getvalue()


def with_entities(container: bytes, part: str) -> bytes:
    """The container with a part that declares entities."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(container)) as archive, zipfile.ZipFile(file, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, ENTITIES.encode() + content if name == part else content)
    return file.getvalue()


_TRAP = "unpacks to more than 200 times its size, as only a trap does; it is not read"
_OUT = "its name leads out of the archive; it was left out"
_DECLARES = "declares XML entities, which are never expanded; save it again without them"
_DOCX = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})

TRAPS: Mapping[str, tuple[Callable[[], bytes], Mapping[str, str]]] = {
    "zip bomb": (bomb, {"a.zip": _TRAP}),
    "zip bomb in a zip": (lambda: zipped({"b.zip": bomb(), "inner.md": GOOD}), {"a.zip/b.zip": _TRAP}),
    "path traversal": (climbing, {f"a.zip/{name}": _OUT for name in ("../../climbed.md", "/climbed.md", "C:\\climbed.md")}),
    "names of 4 kB": (long_names, {}),
    "link in a tar": (lambda: tarred("/etc/passwd"), {"a.tar/link.md": "is a link or a device; it was left out"}),
}
