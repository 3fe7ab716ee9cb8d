"""Folders that mean harm, from end to end: each trap has one clear reason, and its neighbours are read."""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

from catalog.errors import UnreadableError
from catalog.settings import read_settings
from catalog.store import Catalog
from ingest.parser import Parser
from ingest.sources.discover import discover
from ingest.sources.protocol import Unit
from ingest.sources.web.entries import entries
from tests.ingest.office_files import open_document, xlsx, zipped
from tests.ui.club import Quiet
from ui.sync import ingest_path

GOOD = "Water in the evening."
NEARBY = "The key lies under the mat."

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

    def begin(self, source: str, units: int) -> None:  # noqa: ARG002
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
        items = {
            str(key): str(text) for key, text in connection.exec_driver_sql("SELECT key, text FROM items")
        }
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
    (tmp_path / "secret.md").write_text(NEARBY)
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


_TRAP: Final = "unpacks to more than 200 times its size, as only a trap does; it is not read"
_PACKED: Final = "unpacks to 80 MB, 1,027 times its size, as no real document does"
_OUT: Final = "its name leads out of the archive; it was left out"
_NO_NAME: Final = "its name is no file name; it was left out"
_ENTITIES: Final = "declares XML entities, which are never expanded; save it again without"
_FORUM: Final = '<posts><row Id="1" PostTypeId="1" Title="x" Body="&i;&file;"/></posts>'
_WIKI: Final = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/"><page><title>&i;</title></page></mediawiki>'
)
_DOCX: Final = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})

TRAPS: Final[Mapping[str, tuple[bytes, Mapping[str, str]]]] = {
    "bomb.zip": (bomb(), {"": _TRAP}),
    "nested.zip": (zipped({"b.zip": bomb()}), {"/b.zip": _TRAP}),
    "climbing.zip": (
        climbing(),
        {"/../../climbed.md": _OUT, "//climbed.md": _OUT, "/C:\\climbed.md": _OUT},
    ),
    "names.zip": (long_names(), {f"/{'x' * 500}": _NO_NAME, "/bell\a.md": _NO_NAME}),
    "link.tar": (tarred("/etc/passwd"), {"/link.md": "is a link or a device; it was left out"}),
    "bomb.docx": (bomb("word/document.xml"), {"": _PACKED}),
    "bomb.odt": (bomb("content.xml"), {"": _PACKED}),
    "entities.docx": (with_entities(_DOCX, "word/document.xml"), {"": _ENTITIES}),
    "entities.odt": (
        with_entities(open_document("text", "<text:p>x</text:p>"), "content.xml"),
        {"": _ENTITIES},
    ),
    "entities.xlsx": (with_entities(xlsx({"S": ""}), "xl/workbook.xml"), {"": _ENTITIES}),
    "forum/Posts.xml": (
        (ENTITIES + _FORUM).encode(),
        {" line 1": "declares a document type, which no forum's export does; it is not read"},
    ),
    "wiki.xml": (
        (ENTITIES + _WIKI).encode(),
        {"": "declares a document type, which no wiki's export does; it is not read"},
    ),
}
"""By the name of a trap: its bytes, and the reasons by the places after that name."""


def test_every_trap_has_its_reason_and_its_neighbours_are_read(folder: Path) -> None:
    """All of them in one ingest, in which no reader takes more than 200 MB."""
    for name, (data, _) in TRAPS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    outcome = ingested(folder, parse_megabytes=200)
    assert outcome.items == {"good.md": GOOD, "inner.md": GOOD}
    assert outcome.reasons == {
        name + place: reason for name, (_, reasons) in TRAPS.items() for place, reason in reasons.items()
    }
    assert {path.name for path in folder.parent.iterdir()} == {"club", "library", "secret.md"}


def test_links_and_pipes_are_named(folder: Path) -> None:
    """Nothing outside is read, and nobody waits for a pipe."""
    (folder / "out.md").symlink_to("../secret.md")
    (folder / "up").symlink_to("..")
    (folder / "circle.md").symlink_to("circle.md")
    (folder / "lost.md").symlink_to("nowhere.md")
    os.mkfifo(folder / "pipe.md")
    outcome = ingested(folder)
    assert outcome.items == {"good.md": GOOD}
    assert outcome.reasons == {
        "out.md": "is a link to somewhere outside; ingest its target itself if it belongs here",
        "up": "is a link to a folder outside; ingest its target itself if it belongs here",
        "circle.md": "is a link to itself; remove it",
        "lost.md": "is a link to a file that is not there; remove or correct it",
        "pipe.md": "is a pipe, socket or device, not a file; it was left out",
    }


def test_odd_names_are_read(folder: Path) -> None:
    """Control characters, writing from right to left, the longest that there are; not what is no UTF-8."""
    names = ("red\x1b[31m\nline.md", "\u202egnp.md", "n" * 252 + ".md")
    for name in names:
        (folder / name).write_text(GOOD)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.md")).write_text(GOOD)
    outcome = ingested(folder)
    assert outcome.items == dict.fromkeys(("good.md", *names), GOOD)
    assert outcome.reasons == {"\ufffd.md": "its name is not UTF-8; rename it"}


def test_a_path_that_is_too_long_is_named(folder: Path) -> None:
    """Folders in folders, beyond what the system opens by one path."""
    below = os.open(folder, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 250, dir_fd=below)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=below)
        os.close(below)
        below = inner
    os.close(below)
    outcome = ingested(folder)
    assert outcome.items == {"good.md": GOOD}
    assert list(outcome.reasons.values()) == [
        "the folder cannot be read (File name too long); check the disk or the network share"
    ]


def test_what_may_not_be_read_is_named(folder: Path) -> None:
    """With what to do about it."""
    (folder / "locked.md").write_text(NEARBY)
    (folder / "locked.md").chmod(0)
    if os.access(folder / "locked.md", os.R_OK):
        pytest.skip("the superuser may read everything")
    outcome = ingested(folder)
    assert outcome.items == {"good.md": GOOD}
    assert outcome.reasons == {
        "locked.md": "may not be read; grant read permission to the user who runs Copse"
    }


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link_out(path: Path) -> None:
    path.unlink()
    path.symlink_to("../secret.md")


def turn_into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def grow(path: Path) -> None:
    os.truncate(path, 200 << 20)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Path.unlink, "cannot be opened: No such file or directory; check that it exists and may be read"),
        (pipe, "is not a regular file; only files are read"),
        (
            turn_into_folder,
            "cannot be opened: Is a directory; check that it exists and may be read",
        ),
        (link_out, "is a link to somewhere outside; ingest its target itself if it belongs here"),
        (grow, "is 200 MB, more than 100 MB; set COPSE_FILE_MEGABYTES to allow more, or split it"),
    ],
    ids=["vanished", "pipe", "folder", "link", "grown"],
)
def test_a_file_that_is_replaced_before_it_is_read(
    act: Callable[[Path], object], reason: str, folder: Path
) -> None:
    """What is there now counts, not what was listed."""
    moving = folder / "moving.md"
    moving.write_text(GOOD)
    outcome = ingested(folder, lambda: act(moving))
    assert outcome.items == {"good.md": GOOD}
    assert outcome.reasons == {"moving.md": reason}


def test_a_file_that_changes_before_it_is_read_is_read_again(folder: Path) -> None:
    """Its digest is that of the listing, so the next run sees the difference."""
    moving = folder / "moving.md"
    moving.write_text("Before.")
    assert ingested(folder, lambda: moving.write_text("While.")).items["moving.md"] == "While."
    moving.write_text("After.")
    assert ingested(folder) == Outcome({"good.md": GOOD, "moving.md": "After."}, {})


_TOO_LARGE: Final = "is 200 MB, more than 100 MB; set COPSE_FILE_MEGABYTES to allow more, or split it"
_LONG_LINE: Final = "longer than 16,000,000 characters; it was left out"


@pytest.mark.parametrize(
    ("name", "start", "reasons"),
    [
        ("a.txt", b"x", {"": _TOO_LARGE}),
        ("a.csv", b'title,lesson\nx,"', {" line 2": f"the line is {_LONG_LINE}"}),
        ("a.jsonl", b'{"title":"', {" line 1": f"is {_LONG_LINE}"}),
        (
            "Posts.xml",
            b'<posts><row Id="1" PostTypeId="1" Body="',
            {" line 1": "the row is longer than 64 MB; it was left out"},
        ),
    ],
    ids=["text", "CSV", "JSON lines", "forum"],
)
def test_an_endless_line_is_left_out(
    name: str, start: bytes, reasons: Mapping[str, str], folder: Path
) -> None:
    """200 MB in one line, in readers of less than 300 MB."""
    with (folder / name).open("wb") as file:
        file.write(start)
        file.seek(200 << 20)  # what is skipped is zeros that take no room on the disk
        file.write(b'"/></posts>')
    outcome = ingested(folder, parse_megabytes=300)
    assert outcome.items == {"good.md": GOOD}
    assert outcome.reasons == {f"{name}{place}": reason for place, reason in reasons.items()}


def test_a_long_table_takes_little_memory(tmp_path: Path) -> None:
    """50,000 rows, in a reader of less than 256 MB."""
    rows = "".join(f"{number},Row {number},{GOOD * 5}\n" for number in range(50_000))
    (tmp_path / "rows.csv").write_text(f"id,title,lesson\n{rows}")
    with Parser(1, megabytes=256) as parser:
        [source] = discover(tmp_path / "rows.csv", parser, tmp_path)
        records = [
            record
            for unit in source.units()
            if isinstance(unit, Unit)
            for record in parser.read(source, unit)
        ]
    assert len(records) == 50_000


def test_a_feed_with_entities_is_refused() -> None:
    """Before anything is expanded."""
    feed = f"{ENTITIES}<rss><channel><item><title>&i;</title></item></channel></rss>"
    with pytest.raises(UnreadableError, match="declares XML entities"):
        list(entries(feed.encode(), "https://x.example/feed", "feed"))
