"""Folders of documents, read by a trivial parser."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State
from ingest.documents import BROKEN_FRONT_MATTER, Document, PagedItem
from ingest.sources.folder import FolderSource, title_of
from ingest.sources.protocol import Record, Unit
from ingest.sources.shared.people import email_identities
from ingest.tree import FolderTree

PLOTS = Community("plots", "Plots")


@dataclass
class JsonParser:
    """Reads a file whose first line may be front matter as JSON, and the rest its text."""

    pages: tuple[int, ...] = ()

    def parse(self, path: Path, where: str) -> Document:
        """Read a file."""
        head, _, text = path.read_text().partition("\n")
        if not head.startswith("{"):
            raise UnreadableError(where, "is damaged")
        meta: dict[str, Any] = json.loads(head)
        created = datetime(2024, 4, 25, tzinfo=UTC) if "date" in meta else None
        authors = tuple(meta.get("authors", ()))
        speakers = tuple(meta.get("speakers", ()))
        return Document(
            text, meta.get("title"), authors, created, pages=self.pages, speakers=speakers, meta=meta
        )


def tree_of(folder: Path, *keys: str) -> FolderTree:
    """A folder with these files."""
    return FolderTree(folder, files={key: folder / key for key in keys})


def read(folder: Path, key: str, meta: dict[str, Any], text: str = "Water.", **parser: Any) -> list[Record]:
    """The records of a folder with one file."""
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(meta)}\n{text}")
    source = FolderSource("notes", tree_of(folder, key), {key: PLOTS}, JsonParser(**parser))
    return [record for unit in source.units() if isinstance(unit, Unit) for record in source.read(unit)]


def item(folder: Path, meta: dict[str, Any], text: str = "Water.", key: str = "rain.md") -> Item:
    """The one item of a folder with one file."""
    (record,) = read(folder, key, meta, text)
    assert isinstance(record, Item)
    return record


def handles(*values: str) -> frozenset[Identity]:
    """Handles within the source."""
    return frozenset(Identity(IdentityKind.HANDLE, "notes", value) for value in values)


def test_a_file_becomes_a_document(tmp_path: Path) -> None:
    """What the file says about itself is taken over; people are named as it names them."""
    meta = {
        "title": "Rain tanks",
        "date": "2024-04-25",
        "authors": ["ann-lee", "Bo Ek <bo@x.example>"],
        "editors": ["Cy Dow", "ann-lee"],
        "tags": ["Water", "rain"],
        "keywords": "Tanks, water",
        "status": "superseded",
    }
    day = datetime(2024, 4, 25, tzinfo=UTC)
    assert item(tmp_path, meta, key="guides/rain.md") == Item(
        source="notes",
        key="guides/rain.md",
        kind=Kind.DOCUMENT,
        title="Rain tanks",
        text="Water.",
        community="plots",
        created=day,
        tags=("rain", "tanks", "water"),
        state=State.OUTDATED,
        contributions=(
            Contribution(Person("ann-lee", handles("ann-lee")), Role.AUTHORED, day),
            Contribution(
                Person("Bo Ek", handles("bo ek") | email_identities("bo@x.example")), Role.AUTHORED, day
            ),
            Contribution(Person("Cy Dow", handles("cy dow")), Role.EDITED, day),
        ),
    )


def test_a_file_with_pages_says_where_they_begin(tmp_path: Path) -> None:
    """The page starts go with the item, for citations that name a page."""
    (record,) = read(tmp_path, "rain.pdf", {}, "One. Two.", pages=(0, 5))
    assert isinstance(record, PagedItem)
    assert (record.item.key, record.pages) == ("rain.pdf", (0, 5))


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("compost-recipe_v2.md", "Compost recipe v2"),
        ("2015-09-14-start-podcasting.md", "Start podcasting"),
        ("guides/water-rota/_index.md", "Water rota"),
        ("guides/README.md", "Guides"),
        ("index.html", "Hollow Lane"),
        ("2024-01-01.md", "2024 01 01"),
        ("---.md", "---"),
    ],
)
def test_a_file_without_a_title_is_named_by_its_path(key: str, title: str) -> None:
    """Dates in front and separators go; an index file is named for its folder."""
    assert title_of(key, "Hollow Lane") == title


@pytest.mark.parametrize(
    ("meta", "kind"),
    [
        ({"kind": "lesson"}, Kind.LESSON),
        ({"type": "post"}, Kind.POST),
        ({"type": "question"}, Kind.QUESTION),
        ({"kind": "answer"}, Kind.DOCUMENT),
        ({"type": "Lessons"}, Kind.DOCUMENT),
        ({"type": 3}, Kind.DOCUMENT),
    ],
)
def test_front_matter_may_say_what_a_file_is(tmp_path: Path, meta: dict[str, Any], kind: Kind) -> None:
    """Only the exact names of kinds count; other programs use these fields in their own ways."""
    assert item(tmp_path, meta).kind is kind


@pytest.mark.parametrize(
    ("meta", "url"),
    [
        ({"url": "https://x.example/rain"}, "https://x.example/rain"),
        ({"url": "/rain", "link": "http://x.example/rain"}, "http://x.example/rain"),
        ({"url": "javascript:alert(1)"}, None),
        ({"source_url": "file:///etc/passwd"}, None),
    ],
)
def test_only_web_addresses_are_links(tmp_path: Path, meta: dict[str, Any], url: str | None) -> None:
    """Anything else leaves the file's own path."""
    assert item(tmp_path, meta).url == url


@pytest.mark.parametrize(
    ("meta", "state"),
    [
        ({"status": "Outdated"}, State.OUTDATED),
        ({"state": "archived"}, State.OUTDATED),
        ({"superseded_by": "rain-2025.md"}, State.OUTDATED),
        ({"status": "draft"}, None),
        ({}, None),
    ],
)
def test_a_file_may_say_that_it_holds_no_longer(
    tmp_path: Path, meta: dict[str, Any], state: State | None
) -> None:
    """Old practice stays readable, and is marked."""
    assert item(tmp_path, meta).state is state


def test_a_date_in_the_name_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    """Site generators put the date in front of the name."""
    assert item(tmp_path, {}, key="2015-09-14-rain.md").created == datetime(2015, 9, 14, tzinfo=UTC)


def test_a_summary_stands_in_for_a_missing_text(tmp_path: Path) -> None:
    """A page that only describes a resource elsewhere can be found by its description."""
    assert item(tmp_path, {"summary": "How to clean a tank."}, text="").text == "How to clean a tank."


def test_broken_front_matter_is_an_error_beside_the_text(tmp_path: Path) -> None:
    """Nobody loses a whole document for a missing quotation mark."""
    error, found = read(tmp_path, "rain.md", {BROKEN_FRONT_MATTER: "its front matter is broken at line 3"})
    assert str(error) == (
        f"{tmp_path}/rain.md: its front matter is broken at line 3; its text was read without it"
    )
    assert isinstance(found, Item)
    assert (found.title, found.text) == ("Rain", "Water.")


def test_speakers_contribute(tmp_path: Path) -> None:
    """Whoever speaks in a recording, at its date; nobody is made of a placeholder."""
    meta = {"date": "2024-04-25", "authors": ["Bo Ek"], "speakers": ["Ann Lee", "Unknown", "Bo Ek"]}
    found = item(tmp_path, meta).contributions
    assert [(one.person.name, one.role, one.at) for one in found] == [
        ("Bo Ek", Role.AUTHORED, datetime(2024, 4, 25, tzinfo=UTC)),
        ("Ann Lee", Role.SPOKE, datetime(2024, 4, 25, tzinfo=UTC)),
        ("Bo Ek", Role.SPOKE, datetime(2024, 4, 25, tzinfo=UTC)),
    ]


def test_front_matter_alone_gives_nothing(tmp_path: Path) -> None:
    """A page without text has nothing to cite; that is no error."""
    assert read(tmp_path, "rain.md", {"title": "Rain", "layout": "list"}, "") == []


@pytest.mark.parametrize(
    ("key", "meta", "identities"),
    [
        (
            "people/ann-lee.md",
            {"display_name": "Ann Lee", "slug": "alee", "github": "AnnL", "email": "Ann@X.example"},
            handles("alee", "ann lee", "github:annl") | email_identities("ann@x.example"),
        ),
        (
            "authors/ann-lee/_index.md",
            {"display_name": "Ann Lee", "github": ""},
            handles("ann-lee", "ann lee"),
        ),
        ("members/ann-lee.md", {"name": "Ann Lee"}, handles("ann-lee", "ann lee")),
        ("ann.md", {"display_name": "Ann Lee", "slug": "ann-lee"}, handles("ann-lee", "ann lee")),
    ],
    ids=["all fields", "named by its folder", "named by its file", "elsewhere, with a slug"],
)
def test_an_author_record_declares_a_person(
    tmp_path: Path, key: str, meta: dict[str, Any], identities: frozenset[Identity]
) -> None:
    """The person answers to every name that a document may use, and the record itself is no document."""
    assert read(tmp_path, key, meta, "Keeps the tanks.") == [Person("Ann Lee", identities)]


@pytest.mark.parametrize(
    ("key", "meta", "text"),
    [
        ("sources/nasa.md", {"name": "NASA", "slug": "nasa"}, "An agency."),
        ("about.md", {"display_name": "Ann Lee", "slug": "ann-lee"}, "word " * 41),
        ("people/how-we-meet.md", {"title": "How we meet"}, "On Mondays."),
    ],
    ids=["an organisation", "a long text", "no name"],
)
def test_other_files_about_somebody_stay_documents(
    tmp_path: Path, key: str, meta: dict[str, Any], text: str
) -> None:
    """Only a file that does nothing but name a person is an author record."""
    assert item(tmp_path, meta, text, key).key == key


def test_author_and_record_meet_by_a_handle(tmp_path: Path) -> None:
    """Whichever is read first, the names in documents are among those of the record."""
    (record,) = read(tmp_path, "people/ann-lee.md", {"display_name": "Ann Lee", "slug": "ann-lee"}, "")
    assert isinstance(record, Person)
    written = item(tmp_path, {"authors": ["ann-lee", "ANN  Lee"]}).contributions
    assert [bool(one.person.identities & record.identities) for one in written] == [True, True]


def test_units_are_files_with_the_hash_of_their_bytes(tmp_path: Path) -> None:
    """Equal bytes in another community are another digest but the same content."""
    files = {"a.md": PLOTS, "b.md": Community("board", "Board")}
    for key in files:
        (tmp_path / key).write_text("{}\nWater.")
    source = FolderSource("notes", tree_of(tmp_path, *files), files, JsonParser())
    one, other = (unit for unit in source.units() if isinstance(unit, Unit))
    content = hashlib.sha256(b"{}\nWater.").hexdigest()
    assert [(unit.key, unit.where, unit.content) for unit in (one, other)] == [
        ("a.md", f"{tmp_path}/a.md", content),
        ("b.md", f"{tmp_path}/b.md", content),
    ]
    assert one.digest != other.digest
    assert [community.slug for community in source.communities] == ["plots", "board"]


def test_a_file_that_cannot_be_opened_is_an_error_in_the_list(tmp_path: Path) -> None:
    """A file that went away between two looks does not hide the others."""
    (tmp_path / "b.md").write_text("{}\nWater.")
    tree = tree_of(tmp_path, "a.md", "b.md")
    entries = FolderSource("notes", tree, dict.fromkeys(tree.keys(), PLOTS), JsonParser()).units()
    assert [entry.key if isinstance(entry, Unit) else str(entry) for entry in entries] == [
        f"{tmp_path}/a.md: is not there any more; ingest again",
        "b.md",
    ]


def test_a_folder_that_vanished_is_an_error_of_the_source(tmp_path: Path) -> None:
    """Nothing is removed when a drive is missing."""
    with pytest.raises(SourceError, match="is not there any more"):
        list(FolderSource("notes", tree_of(tmp_path / "gone"), {}, JsonParser()).units())


def test_what_the_parser_cannot_read_is_an_error_of_the_unit(tmp_path: Path) -> None:
    """The parser's reason reaches the user as it is."""
    (tmp_path / "a.md").write_text("no front matter")
    source = FolderSource("notes", tree_of(tmp_path, "a.md"), {"a.md": PLOTS}, JsonParser())
    unit = next(iter(source.units()))
    assert isinstance(unit, Unit)
    with pytest.raises(UnreadableError, match=r"a\.md: is damaged"):
        list(source.read(unit))
