"""Archives: what they list, how they are unpacked, and what is refused."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest

from catalog.errors import UnreadableError
from ingest.archives import Archive

FILES = {"notes/a.md": b"Water in the evening.", "b.txt": b"Two parts green.", "empty.md": b""}


def write_zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def write_7z(path: Path, files: dict[str, bytes]) -> None:
    with py7zr.SevenZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(data, name)


def write_tar(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


WRITERS: dict[str, Callable[[Path, dict[str, bytes]], None]] = {
    "a.zip": write_zip,
    "a.7z": write_7z,
    "a.tar.gz": write_tar,
}


def opened(path: Path, most_unpacked: int = 1 << 30) -> Archive:
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return Archive(path, path.name, scratch, most_unpacked)


@pytest.mark.parametrize("name", WRITERS)
def test_an_archive_lists_and_unpacks_its_files(name: str, tmp_path: Path) -> None:
    """Under names of our own, with the bytes that went in."""
    WRITERS[name](tmp_path / name, FILES)
    archive = opened(tmp_path / name)
    members, refused = archive.members()
    archive.unpack()
    unpacked = {member.key: (archive.unpacked / member.stored).read_bytes() for member in members}
    assert (unpacked, refused) == (FILES, [])
    assert {member.key: member.size for member in members} == {"notes/a.md": 21, "b.txt": 16, "empty.md": 0}


@pytest.mark.parametrize("name", WRITERS)
def test_a_digest_changes_with_its_file_alone(name: str, tmp_path: Path) -> None:
    """So that a new export is read only where it differs."""
    WRITERS[name](tmp_path / name, FILES)
    before = {member.key: member.digest for member in opened(tmp_path / name).members()[0]}
    WRITERS[name](tmp_path / name, {**FILES, "b.txt": b"Two parts brown."})
    after = {member.key: member.digest for member in opened(tmp_path / name).members()[0]}
    assert {key for key in before if before[key] != after[key]} == {"b.txt"}


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_that_leads_out_of_the_archive_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is left out and named; the others are read."""
    monkeypatch.setattr("py7zr.py7zr.check_archive_path", lambda _: True)  # it would not write such a name
    WRITERS[name](tmp_path / name, {"good.md": b"good", "../evil.md": b"evil"})
    archive = opened(tmp_path / name)
    members, refused = archive.members()
    archive.unpack()
    assert [member.key for member in members] == ["good.md"]
    assert [str(error) for error in refused] == [
        f"{name}/../evil.md: its name leads out of the archive; it was left out"
    ]
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("name", WRITERS)
def test_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    """What unpacks to hundreds of times its size is no collection of documents."""
    WRITERS[name](tmp_path / name, {"bomb.txt": bytes(100 << 20)})
    with pytest.raises(UnreadableError, match="times its size, as only a trap does"):
        opened(tmp_path / name).members()


def test_a_header_that_lies_about_a_size_is_found_out(tmp_path: Path) -> None:
    """Bytes are counted as they come."""
    path = tmp_path / "a.zip"
    write_zip(path, {"bomb.txt": bytes(100 << 20)})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(data)
    archive = opened(path)
    archive.members()
    with pytest.raises(UnreadableError, match=r"is damaged|as only a trap does"):
        archive.unpack()


def test_the_whole_may_not_be_too_large(tmp_path: Path) -> None:
    """However honestly it is packed."""
    write_zip(tmp_path / "a.zip", {"a.txt": bytes(3 << 20)})
    with pytest.raises(UnreadableError, match="unpacks to more than 2 MB; unpack it, and leave out files"):
        opened(tmp_path / "a.zip", most_unpacked=2 << 20).members()


@pytest.mark.parametrize("name", ["a.zip", "a.7z", "a.tar.gz"])
def test_a_damaged_archive_is_named(name: str, tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / name).write_bytes(b"no archive at all")
    with pytest.raises(UnreadableError, match=f"^{name}: is damaged or no archive .*; make it again"):
        opened(tmp_path / name).members()


def test_an_encrypted_7z_asks_to_be_unpacked(tmp_path: Path) -> None:
    """Nobody can type its password here."""
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password="secret") as archive:  # noqa: S106
        archive.writestr(b"hidden", "a.md")
    with pytest.raises(UnreadableError, match="is encrypted; unpack it with its password"):
        opened(tmp_path / "a.7z").members()


def test_links_in_an_archive_are_left_out(tmp_path: Path) -> None:
    """They could point anywhere."""
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("passwords.md")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    members, refused = opened(tmp_path / "a.tar").members()
    assert (members, [error.reason for error in refused]) == ([], ["is a link or a device; it was left out"])


def test_of_two_files_with_one_name_the_first_is_read(tmp_path: Path) -> None:
    """And the second one is named."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.md", "first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.md", "second")
    opened_zip = opened(tmp_path / "a.zip")
    members, refused = opened_zip.members()
    opened_zip.unpack()
    [member] = members
    assert (opened_zip.unpacked / member.stored).read_bytes() == b"first"
    assert [error.reason for error in refused] == ["is in the archive twice; the first one is read"]
