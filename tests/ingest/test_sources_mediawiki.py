"""MediaWiki dumps in the format of https://www.mediawiki.org/wiki/Help:Export, written by the tests."""

from __future__ import annotations

import bz2
import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import escape

import pytest

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import (
    Community,
    Contribution,
    Identity,
    IdentityKind,
    Item,
    Kind,
    Link,
    LinkKind,
    Person,
    Role,
    State,
)
from ingest.sources.mediawiki.source import KIND, MediaWikiSource
from ingest.sources.protocol import Record, Unit
from ingest.tree import FolderTree
from tests.ingest.contract import SourceContract

PLOTS = Community("plots", "Plots")
SITE = """<siteinfo><sitename>Plots</sitename><base>https://wiki.x.example/wiki/Main_Page</base>
<namespaces><namespace key="0" case="first-letter" /><namespace key="4" case="first-letter">Plots</namespace>
<namespace key="14" case="first-letter">Kategorie</namespace></namespaces></siteinfo>"""
DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def revision(number: int, who: str, text: str, day: int, parent: int | None = None) -> str:
    """One revision; `who` is a user name, or an address if it has dots."""
    user = f"<ip>{who}</ip>" if "." in who else f"<username>{escape(who)}</username><id>7</id>"
    user = f"<contributor>{user}</contributor>" if who else '<contributor deleted="deleted" />'
    before = f"<parentid>{parent}</parentid>" if parent else ""
    return (
        f"<revision><id>{number}</id>{before}<timestamp>2024-05-{day:02}T12:00:00Z</timestamp>{user}"
        f"<comment>no</comment><model>wikitext</model><format>text/x-wiki</format>"
        f'<text bytes="9" xml:space="preserve">{escape(text)}</text><sha1>x</sha1></revision>'
    )


def page(number: int, title: str, *revisions: str, space: int = 0, redirect: str = "") -> str:
    """One page."""
    target = f'<redirect title="{escape(redirect)}" />' if redirect else ""
    inside = "\n".join(revisions)
    return f"<page><title>{escape(title)}</title><ns>{space}</ns><id>{number}</id>{target}\n{inside}</page>\n"


def dump(*pages: str) -> str:
    """A whole dump."""
    start = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">'
    return f"{start}\n{SITE}\n{''.join(pages)}</mediawiki>\n"


def read(
    folder: Path, data: bytes, name: str = "wiki.xml", spaces: frozenset[int] = frozenset({0})
) -> list[Record]:
    """All records of one dump."""
    (folder / name).write_bytes(data)
    tree = FolderTree(folder, files={name: folder / name})
    source = MediaWikiSource("wiki", tree, name, PLOTS, spaces)
    return [record for unit in source.units() if isinstance(unit, Unit) for record in source.read(unit)]


def one(folder: Path, *pages: str) -> Item:
    """The first item of a dump."""
    record = read(folder, dump(*pages).encode())[0]
    assert isinstance(record, Item)
    return record


def user(name: str, bot: bool = False) -> Person:
    """Somebody as the dump names them."""
    return Person(name, frozenset({Identity(IdentityKind.HANDLE, "wiki", name.casefold())}), bot=bot)


def test_a_page_becomes_a_document(tmp_path: Path) -> None:
    """Its latest text counts, and the people of all its revisions."""
    found = one(
        tmp_path,
        page(
            12,
            "Rain tanks",
            revision(1, "Ann Lee", "Old.", 1),
            revision(2, "10.0.0.7", "Spam.", 2, 1),
            revision(
                3, "Bo Ek", "'''Clean''' them, see [[pumps#Hand|hand pumps]]. [[Kategorie:Water]]", 3, 2
            ),
            revision(
                4, "TidyBot", "'''Clean''' them, see [[Pump]]. [[Category:Rain]] [[Kategorie:Water]]", 4, 3
            ),
        ),
        page(13, "Pump", revision(5, "Bo Ek", "Pumps water.", 1)),
        page(14, "Pumps", revision(6, "Bo Ek", "#REDIRECT [[Pump]]", 1), redirect="Pump"),
    )
    assert found == Item(
        source="wiki",
        key="12",
        kind=Kind.DOCUMENT,
        title="Rain tanks",
        text="**Clean** them, see Pump.",
        community="plots",
        url="https://wiki.x.example/wiki/Rain_tanks",
        created=DAY,
        updated=datetime(2024, 5, 4, 12, tzinfo=UTC),
        tags=("rain", "water"),
        contributions=(
            Contribution(user("Ann Lee"), Role.AUTHORED, DAY),
            Contribution(user("Bo Ek"), Role.EDITED, datetime(2024, 5, 3, 12, tzinfo=UTC)),
            Contribution(user("TidyBot", bot=True), Role.EDITED, datetime(2024, 5, 4, 12, tzinfo=UTC)),
        ),
        links=(Link(LinkKind.MENTION, "13"),),
    )


def test_links_lead_through_redirects(tmp_path: Path) -> None:
    """A redirect is no page, but its title stands for its target."""
    found = one(
        tmp_path,
        page(1, "Rain", revision(1, "Ann Lee", "See [[pumps]], [[Nowhere]] and [[Rain]].", 1)),
        page(2, "Pumps", revision(2, "Bo Ek", "#REDIRECT [[Pump#Hand]]", 1), redirect="Pump#Hand"),
        page(3, "Pump", revision(3, "Bo Ek", "Pumps water.", 1)),
    )
    assert found.links == (Link(LinkKind.MENTION, "3"),)


def test_a_dump_of_latest_revisions_names_no_authors(tmp_path: Path) -> None:
    """Whoever saved the latest revision did not begin the page."""
    found = one(tmp_path, page(1, "Rain", revision(9, "Bo Ek", "Water.", 3, parent=8)))
    third = datetime(2024, 5, 3, 12, tzinfo=UTC)
    assert (found.created, found.updated) == (None, third)
    assert found.contributions == (Contribution(user("Bo Ek"), Role.EDITED, third),)


def test_a_hidden_author_is_nobody(tmp_path: Path) -> None:
    """Neither are unregistered users and the wiki's own scripts."""
    revisions = [revision(1, "", "A.", 1), revision(2, "Maintenance script", "B.", 2, 1)]
    assert one(tmp_path, page(1, "Rain", *revisions)).contributions == ()


def test_only_wanted_namespaces_are_read(tmp_path: Path) -> None:
    """Talk, templates and files are left out; help and the project's own pages are read if asked for."""
    pages = [
        page(1, "Rain", revision(1, "Ann Lee", "Water.", 1)),
        page(2, "Talk:Rain", revision(2, "Ann Lee", "Really?", 1), space=1),
        page(3, "Plots:Rules", revision(3, "Ann Lee", "Be kind.", 1), space=4),
    ]
    data = dump(*pages).encode()

    def titles(*spaces: int) -> list[str]:
        return [
            record.title
            for record in read(tmp_path, data, spaces=frozenset(spaces))
            if isinstance(record, Item)
        ]

    assert titles(0) == ["Rain"]
    assert titles(0, 4) == ["Rain", "Plots:Rules"]


def test_an_outdated_page_is_marked(tmp_path: Path) -> None:
    """By a category or by a template."""
    found = one(tmp_path, page(1, "Rain", revision(1, "Ann Lee", "{{Outdated}} Water.", 1)))
    assert (found.state, found.text) == (State.OUTDATED, "Water.")


@pytest.mark.parametrize(
    ("name", "pack"), [("w.xml", bytes), ("w.xml.gz", gzip.compress), ("w.xml.bz2", bz2.compress)]
)
def test_dumps_are_found_and_unpacked(tmp_path: Path, name: str, pack: type[bytes]) -> None:
    """By their first bytes, under any name; other XML is not taken."""
    data = pack(dump(page(1, "Rain", revision(1, "Ann Lee", "Water.", 1))).encode())
    assert [record.title for record in read(tmp_path, data, name) if isinstance(record, Item)] == ["Rain"]
    (tmp_path / "feed.xml").write_text("<rss/>")
    (tmp_path / "bad.xml.bz2").write_bytes(b"no bzip2")
    files = {key: tmp_path / key for key in (name, "feed.xml", "bad.xml.bz2")}
    assert [found.keys for found in KIND.find(FolderTree(tmp_path, files=files), tuple(files))] == [(name,)]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_truncated_dump_gives_what_it_has(tmp_path: Path, pack: type[bytes]) -> None:
    """And one error that says so."""
    pages = [
        page(number, f"Page {number}", revision(number, "Ann Lee", f"{number} water.", 1))
        for number in range(400)
    ]
    name = {bytes: "w.xml", gzip.compress: "w.xml.gz"}.get(pack, "w.xml.bz2")
    data = pack(dump(*pages).encode())
    records = read(tmp_path, data[: len(data) - 1500 if pack is bytes else -20], name)
    *items, error = records
    assert all(isinstance(item, Item) for item in items)
    assert isinstance(error, UnreadableError)
    assert "ends early or is damaged" in str(error)
    assert len(items) > (0 if name.endswith(".bz2") else 300) or name.endswith(".bz2")


def test_declared_entities_are_refused(tmp_path: Path) -> None:
    """No dump has them, and they can make a small file large."""
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + dump(page(1, "&b;"))
    with pytest.raises(UnreadableError, match="declares a document type"):
        read(tmp_path, bomb.encode())


def test_a_page_that_comes_twice_is_an_error(tmp_path: Path) -> None:
    """Its number would name two items; the rest goes on."""
    twice = [page(1, title, revision(1, "Ann Lee", "Water.", 1)) for title in ("Rain", "Snow")]
    first, error = read(tmp_path, dump(*twice).encode())
    assert isinstance(first, Item)
    assert isinstance(error, UnreadableError)
    assert error.where == f"{tmp_path}/wiki.xml page 1"


def test_a_dump_that_vanished_is_an_error_of_the_source(tmp_path: Path) -> None:
    """Nothing is removed when a drive is missing."""
    tree = FolderTree(tmp_path, files={"w.xml": tmp_path / "w.xml"})
    with pytest.raises(SourceError, match="is not there any more"):
        list(MediaWikiSource("wiki", tree, "w.xml", PLOTS).units())


class TestContract(SourceContract):
    """A wiki of four pages, in its full history."""

    names: ClassVar = {"Ann Lee", "Bo Ek"}
    nobody: ClassVar = {"10.0.0.7"}
    bots: ClassVar = {"TidyBot"}
    edited: ClassVar = "2"
    deleted: ClassVar = "4"
    link: ClassVar = ("1", Link(LinkKind.MENTION, "2"))

    def write(self, at: Path) -> None:
        self._write(at, "Pumps water.", page(4, "Hose", revision(6, "Ann Lee", "Long.", 1)))

    def change(self, at: Path) -> None:
        self._write(at, "Pumps much water.")

    def _write(self, at: Path, pump: str, *more: str) -> None:
        rain = (revision(1, "Ann Lee", "Water.", 1), revision(2, "TidyBot", "See [[Pump]].", 2, 1))
        snow = (revision(4, "10.0.0.7", "Cold.", 1), revision(5, "Bo Ek", "Very cold.", 2, 4))
        pages = [
            page(1, "Rain", *rain),
            page(2, "Pump", revision(3, "Bo Ek", pump, 1)),
            page(3, "Snow", *snow),
        ]
        (at / "wiki.xml").write_text(dump(*pages, *more))
