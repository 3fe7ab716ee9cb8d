"""What a path holds: its sources, their names and their communities."""

from __future__ import annotations

import os
import socket
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SettingError, SourceError, UnreadableError
from catalog.nouns import Community
from ingest.documents import Document
from ingest.sources.discover import Wish, discover
from ingest.sources.folder import FolderSource
from ingest.sources.protocol import Source, Unit
from ingest.sources.tables.source import TableSource


class NoParser:
    """Discovery reads no document."""

    def parse(self, path: Path, where: str) -> Document:
        """Never called."""
        raise AssertionError(path, where)


@pytest.fixture
def plots(tmp_path: Path) -> Path:
    """An empty folder with the name that tests expect."""
    folder = tmp_path / "Our Plots"
    folder.mkdir()
    return folder


def fill(folder: Path, *names: str, **texts: str) -> None:
    """Put files into a folder; `copse` gives the text of its `copse.toml`."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)


def find(path: Path, **wish: Any) -> list[Source]:
    """Discover what lies at a path; nothing is unpacked."""
    return discover(path, NoParser(), path.parent / "scratch", Wish(**wish))


def names(sources: list[Source]) -> list[tuple[str, str]]:
    """Kind and name of each source."""
    return [(source.kind, source.name) for source in sources]


def folder_of(sources: list[Source]) -> FolderSource:
    """The source of the documents."""
    (found,) = (source for source in sources if isinstance(source, FolderSource))
    return found


def keys(sources: list[Source]) -> list[str]:
    """What the folder source lists: keys, and messages about what cannot be opened."""
    return [entry.key if isinstance(entry, Unit) else str(entry) for entry in folder_of(sources).units()]


def test_a_folder_holds_forums_tables_and_documents(plots: Path) -> None:
    """Each forum and each table is a source of its own, and all documents are one."""
    fill(
        plots, "a.md", "board/b.pdf", "board/forum/Posts.xml", "board/forum/Users.xml", "board/Lessons A.csv"
    )
    sources = find(plots)
    assert names(sources) == [
        ("folder", "our-plots"),
        ("stackexchange", "our-plots/board/forum"),
        ("table", "our-plots/board/lessons-a.csv"),
    ]
    assert keys(sources) == ["a.md", "board/b.pdf"]
    assert [source.location for source in sources] == [
        str(plots),
        str(plots / "board" / "forum"),
        str(plots / "board" / "Lessons A.csv"),
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("forum", [("stackexchange", "forum")]),
        ("forum/Posts.xml", [("stackexchange", "forum")]),
        ("lessons.csv", [("table", "lessons.csv")]),
        ("Rain Tanks.md", [("folder", "rain-tanks.md")]),
        (
            ".",
            [
                ("folder", "our-plots"),
                ("stackexchange", "our-plots/forum"),
                ("table", "our-plots/lessons.csv"),
            ],
        ),
    ],
)
def test_sources_are_named_for_the_path(plots: Path, path: str, expected: list[tuple[str, str]]) -> None:
    """The name is the path's last part, and for what lies deeper the way to it."""
    fill(plots, "forum/posts.xml" if path == "forum" else "forum/Posts.xml", "lessons.csv", "Rain Tanks.md")
    assert names(find(plots / path)) == expected


def test_another_name_can_be_given(plots: Path) -> None:
    """A name given replaces the path's own in all names."""
    fill(plots, "a.md", "lessons.csv")
    assert names(find(plots, name="Garden")) == [
        ("folder", "garden"),
        ("table", "garden/lessons.csv"),
    ]
    assert names(find(plots / "a.md", name="Garden")) == [("folder", "garden")]


def test_names_that_would_be_the_same_are_told_apart(plots: Path) -> None:
    """The file whose name is a plain name already keeps it, so its items stay when another appears."""
    fill(plots, "lessons-a.csv", "Lessons A.csv", "lessons_a.csv")
    assert [name for _, name in names(find(plots))] == [
        "our-plots/lessons-a.csv-e0d51f",
        "our-plots/lessons-a.csv",
        "our-plots/lessons-a.csv-0e522e",
    ]


def test_documents_beside_a_forum_have_a_name_of_their_own(plots: Path) -> None:
    """A dump folder with a readme is two sources."""
    fill(plots, "Posts.xml", "readme.md")
    assert names(find(plots)) == [
        ("folder", "our-plots/documents"),
        ("stackexchange", "our-plots"),
    ]


def test_what_is_no_document_is_left_out_and_counted(plots: Path) -> None:
    """Hidden files, settings and the folders of other programs do not even count."""
    fill(
        plots,
        "a.md",
        "b.HEIC",
        "c.heic",
        "Makefile",
        ".hidden.md",
        "~$open.docx",
        ".git/d.md",
        "node_modules/e.md",
    )
    fill(plots, "__pycache__/f.md", "notes.xml", "forum/Posts.xml", "forum/Votes.xml", copse="")
    sources = find(plots)
    assert keys(sources) == ["a.md"]
    assert folder_of(sources).left_out == Counter({".heic": 2, "no suffix": 1, ".xml": 1})


def test_an_empty_folder_is_an_empty_source(plots: Path) -> None:
    """So that an ingest notices that everything has gone."""
    assert keys(find(plots)) == []


def test_the_community_comes_from_the_nearest_settings(plots: Path) -> None:
    """Where no `copse.toml` names a community, the argument does, else the path's last folder."""
    fill(plots, "a.md", "board/b.md", "board/lessons.csv")
    fill(plots / "board", copse="[community]\nname = 'Board'\nprivate = true\nreaders = ['ann']")
    board = Community("board", "Board", True, frozenset({"ann"}))
    assert [[*source.communities] for source in find(plots)] == [
        [Community("our-plots", "Our Plots"), board],
        [board],
    ]
    assert [[*source.communities] for source in find(plots, community="Hollow Lane")] == [
        [Community("hollow-lane", "Hollow Lane"), board],
        [board],
    ]


def test_a_part_of_a_private_community_is_private_when_it_is_ingested_alone(plots: Path) -> None:
    """The settings above the path hold for it too."""
    fill(plots, "minutes/march.md", copse="[community]\nname = 'Board'\nprivate = true\nreaders = ['ann']")
    [source] = find(plots / "minutes")
    assert [*source.communities] == [Community("board", "Board", True, frozenset({"ann"}))]


def test_privacy_can_only_be_added(plots: Path) -> None:
    """Asking for private communities makes them so whatever `copse.toml` says."""
    fill(plots, "a.md", copse="[community]\nname = 'Plots'\nprivate = false")
    (source,) = find(plots, private=True)
    assert [*source.communities] == [Community("plots", "Plots", private=True)]


def test_contradicting_settings_are_refused(plots: Path) -> None:
    """One community cannot be private here and public there."""
    fill(plots, "a/x.md", "b/y.md")
    fill(plots / "a", copse="[community]\nname = 'Board'\nprivate = true")
    fill(plots / "b", copse="[community]\nname = 'Board'")
    with pytest.raises(SettingError, match="'board' is described in two ways"):
        find(plots)


def test_settings_reach_tables_and_forums(plots: Path) -> None:
    """A table is configured by its path from the settings' folder; a forum gets its address."""
    fill(plots, "deep/lessons.csv", "forum/Posts.xml")
    text = "[forum]\nurl = 'https://x.example'\n[tables.'deep/lessons.csv'.columns]\ntitle = 'text'"
    fill(plots, copse=text)
    (table,) = (source for source in find(plots) if isinstance(source, TableSource))
    assert table.mapping() == {"title": ("text",)}


def test_links_are_followed_within_the_path_only(plots: Path, tmp_path: Path) -> None:
    """What lies outside is named, and not read; a link to a folder inside gives nothing twice."""
    fill(tmp_path, "outside/secret.md")
    fill(plots, "real/a.md")
    (plots / "inside.md").symlink_to(plots / "real" / "a.md")
    (plots / "again").symlink_to(plots / "real")
    (plots / "away").symlink_to(tmp_path / "outside")
    (plots / "secret.md").symlink_to(tmp_path / "outside" / "secret.md")
    (plots / "lost.md").symlink_to(plots / "nowhere.md")
    (plots / "round.md").symlink_to(plots / "round.md")
    found = folder_of(find(plots))
    units = [entry.key for entry in found.units() if isinstance(entry, Unit)]
    assert units == ["inside.md", "real/a.md"]
    assert sorted(str(error) for error in found.tree.errors) == [
        f"{plots}/away: is a link to a folder outside; ingest its target itself if it belongs here",
        f"{plots}/lost.md: is a link to a file that is not there; remove or correct it",
        f"{plots}/round.md: is a link to itself; remove it",
        f"{plots}/secret.md: is a link to somewhere outside; ingest its target itself if it belongs here",
    ]


def test_a_companion_of_a_forum_outside_the_path_is_not_read(plots: Path, tmp_path: Path) -> None:
    """A linked list of users is reported like any other link that leads outside."""
    fill(tmp_path, "Users.xml")
    fill(plots, "Posts.xml")
    (plots / "Users.xml").symlink_to(tmp_path / "Users.xml")
    assert [str(error) for error in folder_of(find(plots)).tree.errors] == [
        f"{plots}/Users.xml: is a link to somewhere outside; ingest its target itself if it belongs here"
    ]


def test_pipes_and_sockets_are_named_and_not_opened(plots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(plots / "pipe.md")
    monkeypatch.chdir(plots)  # the path of a socket may only be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        assert keys(find(plots)) == [
            f"{plots}/{name}: is a pipe, socket or device, not a file; it was left out"
            for name in ("pipe.md", "socket.md")
        ]


def test_a_name_that_is_not_utf8_is_reported(plots: Path) -> None:
    """Such a name could not be stored or shown."""
    try:
        os.close(os.open(os.fsencode(plots) + b"/caf\xe9.md", os.O_CREAT))
    except OSError:
        pytest.skip("this file system allows only UTF-8 names")
    assert keys(find(plots)) == [f"{plots}/caf\ufffd.md: its name is not UTF-8; rename it"]


def test_a_folder_that_may_not_be_listed_is_reported(plots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is found; the error names the folder, so that what is stored from below it stays."""
    fill(plots, "a.md", "shut/b.md")
    listing = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert keys(find(plots)) == [
        "a.md",
        f"{plots}/shut: the folder may not be read; grant read permission to the user who runs Copse",
    ]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("gone", "no such file or folder; check the spelling"),
        ("image.heic", "is of a kind that is not read; what is read: .7z, .adoc,"),
    ],
)
def test_a_path_that_gives_nothing_is_an_error(plots: Path, name: str, complaint: str) -> None:
    """The message says what to check."""
    fill(plots, "image.heic")
    with pytest.raises(SourceError) as caught:
        find(plots / name)
    assert not isinstance(caught.value, UnreadableError)
    assert str(caught.value).startswith(f"{plots / name}: {complaint}")


def test_an_archive_is_looked_into_like_a_folder(plots: Path) -> None:
    """Its sources are named after it, and belong to the community of the folder in which it lies."""
    fill(plots, copse="[community]\nname = 'Plots'\nprivate = true")
    (plots / "scratch").mkdir()
    with zipfile.ZipFile(plots / "Old Site.zip", "w") as archive:
        archive.writestr("forum/Posts.xml", "<posts></posts>")
        archive.writestr("pages/a.md", "Water in the evening.")
    sources = discover(plots, NoParser(), plots / "scratch")
    assert names(sources) == [
        ("folder", "our-plots/old-site.zip"),
        ("stackexchange", "our-plots/old-site.zip/forum"),
    ]
    assert {one for source in sources for one in source.communities} == {Community("plots", "Plots", True)}
    [unit] = [one for one in sources[0].units() if isinstance(one, Unit)]
    assert (unit.key, unit.where) == ("pages/a.md", f"{plots}/Old Site.zip/pages/a.md")


def test_an_archive_that_cannot_be_opened_is_named(plots: Path) -> None:
    """What lies beside it is read."""
    fill(plots, "a.md", "broken.zip")
    listed = keys(find(plots))
    assert listed[0] == "a.md"
    assert listed[1].startswith(f"{plots}/broken.zip: is damaged or no archive")


def test_an_archive_can_be_ingested_itself(plots: Path) -> None:
    """The community is called like the archive, without its suffix."""
    with zipfile.ZipFile(plots / "Old Site.zip", "w") as archive:
        archive.writestr("a.md", "Water in the evening.")
    [source] = find(plots / "Old Site.zip")
    assert (source.name, [*source.communities]) == ("old-site.zip", [Community("old-site", "Old Site")])
