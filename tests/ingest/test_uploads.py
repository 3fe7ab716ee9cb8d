"""Files that members upload: whole or not at all, under safe names, never over another's."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from catalog.errors import CopseError, LibraryError, SettingError
from catalog.nouns import Identity, IdentityKind, Person
from ingest.uploads import DuplicateError, Note, UploadFolder, safe_name

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
ANN = Person("Ann", frozenset({Identity(IdentityKind.EMAIL, "", "ann@example.org")}))


@pytest.fixture
def folder(tmp_path: Path) -> UploadFolder:
    """The uploads of a community."""
    return UploadFolder.of(tmp_path, "garden")


def put(folder: UploadFolder, name: str, content: BinaryIO | bytes = b"Words.", most: int = 100) -> str:
    given = BytesIO(content) if isinstance(content, bytes) else content
    return folder.put(name, given, most, "Ann@example.org", ANN, MARCH)


def there(folder: UploadFolder) -> list[str]:
    return sorted(one.name for one in folder.path.iterdir()) if folder.path.exists() else []


def test_a_file_lies_there_with_a_note_of_whose_it_is(folder: UploadFolder) -> None:
    """Its name, its bytes, who brought it and when."""
    assert put(folder, "guide.md") == "guide.md"
    assert (folder.path / "guide.md").read_bytes() == b"Words."
    sha256 = hashlib.sha256(b"Words.").hexdigest()
    assert folder.notes() == {"guide.md": Note("ann@example.org", ANN, MARCH, sha256)}


def test_a_name_that_is_taken_gets_a_number(folder: UploadFolder) -> None:
    """Nobody's file is overwritten."""
    assert [put(folder, "guide.md", text) for text in (b"One.", b"Two.", b"Three.")] == [
        "guide.md",
        "guide-2.md",
        "guide-3.md",
    ]
    assert (folder.path / "guide.md").read_bytes() == b"One."


def test_the_same_bytes_are_told(folder: UploadFolder) -> None:
    """Under whatever name."""
    put(folder, "guide.md")
    with pytest.raises(DuplicateError, match=r"guide\.md: the same document is there already"):
        put(folder, "other.txt")
    assert there(folder) == [".guide.md.note.json", "guide.md"]


HOSTILE = [
    pytest.param("../guide.md", "cannot be used", id="parent"),
    pytest.param("/etc/passwd.md", "cannot be used", id="absolute"),
    pytest.param("a\\b.md", "cannot be used", id="backslash"),
    pytest.param("a\0b.md", "cannot be used", id="nul"),
    pytest.param("a\nb.md", "cannot be used", id="newline"),
    pytest.param("a\u202egpj.md", "cannot be used", id="right to left"),
    pytest.param("\ud800.md", "cannot be used", id="half a character"),
    pytest.param("a:b.md", "cannot be used", id="colon"),
    pytest.param(".hidden.md", "begins with no dot", id="hidden"),
    pytest.param("..", "begins with no dot", id="dots"),
    pytest.param("~$open.docx", "begins with no dot", id="lock file"),
    pytest.param("ä" * 74 + ".md", "up to 150 bytes", id="too long"),
    pytest.param("copse.toml", "of a kind that is not read", id="settings"),
    pytest.param("run.exe", "of a kind that is not read", id="program"),
    pytest.param("", "of a kind that is not read", id="empty"),
]


@pytest.mark.parametrize(("name", "told"), HOSTILE)
def test_a_hostile_name_is_refused(folder: UploadFolder, name: str, told: str) -> None:
    """In a line that can be shown anywhere; nothing is written."""
    with pytest.raises(SettingError, match=told) as refused:
        put(folder, name)
    assert str(refused.value).isprintable()
    assert there(folder) == []


@pytest.mark.parametrize(
    ("given", "stored"),
    [("A  guide.MD ", "A guide.MD"), ("Ko\u0308ln.pdf", "Köln.pdf"), ("no-dots.tar.txt", "no-dots.tar.txt")],
)
def test_a_plain_name_stays(given: str, stored: str) -> None:
    """But for blanks, and for the form of its letters."""
    assert safe_name(given) == stored


class CutOff(BytesIO):
    """An upload that ends in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Some bytes, then an error."""
        if self.tell():
            raise OSError("connection reset")
        return super().read(3 if size is None or size < 0 else min(size, 3))


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        pytest.param(CutOff(b"Words."), LibraryError, "connection reset", id="cut off"),
        pytest.param(b"x" * 101, SettingError, "is larger than", id="too large"),
        pytest.param(b"", SettingError, "is empty", id="empty"),
    ],
)
def test_what_does_not_come_whole_leaves_nothing(
    folder: UploadFolder, content: BinaryIO | bytes, error: type[CopseError], told: str
) -> None:
    """Not half a file, and no note."""
    with pytest.raises(error, match=told):
        put(folder, "guide.md", content)
    assert there(folder) == []


def test_what_a_killed_process_left_is_tidied_up(folder: UploadFolder) -> None:
    """After a day; what is younger may still be on its way."""
    folder.path.mkdir(parents=True)
    for name, age in ((".part-old", 90_000), (".gone.md.note.json", 90_000), (".part-new", 60)):
        (folder.path / name).write_bytes(b"x")
        os.utime(folder.path / name, (time.time() - age,) * 2)
    put(folder, "guide.md")
    assert there(folder) == [".guide.md.note.json", ".part-new", "guide.md"]


def test_a_note_that_is_damaged_makes_the_file_nobodys(folder: UploadFolder) -> None:
    """It is no error."""
    put(folder, "guide.md")
    (folder.path / ".guide.md.note.json").write_text("{")
    assert folder.notes() == {}


def test_a_slug_that_is_no_name_of_a_folder_gets_one(tmp_path: Path) -> None:
    """It leads nowhere else."""
    assert UploadFolder.of(tmp_path, "../x").path.parent == tmp_path / "uploads"
