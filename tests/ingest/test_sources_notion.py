"""Exports of Notion, written by the tests as Notion writes them.

https://www.notion.com/help/export-your-content
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

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
from ingest.config import Config
from ingest.documents import Document
from ingest.parser import Parser
from ingest.sources.pages.notion import KIND
from ingest.sources.pages.notion_pages import read_time
from ingest.sources.protocol import Place, Record, Source, Unit
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract

PLOTS = Community("plots", "Plots")
GARDEN, RAIN, TOOLS, PUMP = ("3f" * 16, "7a" * 16, "55" * 16, "90" * 16)
RAIN_FILE = f"Garden {GARDEN}/Rain tanks {RAIN}.md"
PUMP_TEXT = f"""# Hand pump for the yard

Created: June 1, 2024 3:04 PM
Created by: Ann Lee
Last edited time: 2024/06/02 10:00
Last edited by: Bo Ek
Tags: Water, yard
Status: Retired
Litres: 20
Related: Rain tanks (../Garden%20{GARDEN}/Rain%20tanks%20{RAIN}.md)

Oil it. See [the tanks](../Garden%20{GARDEN}/Rain%20tanks%20{RAIN}.md) and [a site](https://x.example).
"""


class NoParser:
    """An export reads its own files."""

    def parse(self, path: Path, where: str) -> Document:
        """Never called."""
        raise AssertionError(path, where)


def write(at: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)


def source(at: Path) -> Source:
    """The source of the only export below a folder."""
    tree = open_tree(at, at)
    (found,) = KIND.find(tree, tree.keys())
    return KIND.open(found, Place("notes", tree, PLOTS, Config(), NoParser()))


def read(at: Path) -> dict[str, Record]:
    """All records, items by their keys."""
    opened = source(at)
    records = [one for unit in opened.units() if isinstance(unit, Unit) for one in opened.read(unit)]
    return {one.key if isinstance(one, Item) else str(one): one for one in records}


def texts(at: Path) -> dict[str, tuple[str, str]]:
    """Titles and texts of all items by their keys."""
    return {key: (one.title, one.text) for key, one in read(at).items() if isinstance(one, Item)}


def somebody(name: str) -> Person:
    """Somebody as the export names them."""
    return Person(name, frozenset({Identity(IdentityKind.HANDLE, "notes", name.casefold())}))


def test_a_row_of_a_database_becomes_a_document(tmp_path: Path) -> None:
    """Its columns name people, dates and tags; the others stand at the beginning of its text."""
    write(
        tmp_path,
        {
            f"Tools {TOOLS}.csv": "Name\nx",
            f"Tools {TOOLS}/Hand pump {PUMP}.md": PUMP_TEXT,
            RAIN_FILE: "# Rain tanks\n\nT.",
        },
    )
    made, edited = datetime(2024, 6, 1, 15, 4, tzinfo=UTC), datetime(2024, 6, 2, 10, tzinfo=UTC)
    assert read(tmp_path)[PUMP] == Item(
        source="notes",
        key=PUMP,
        kind=Kind.DOCUMENT,
        title="Hand pump for the yard",
        text="- Status: Retired\n- Litres: 20\n- Related: Rain tanks\n\n"
        "Oil it. See the tanks and [a site](https://x.example).",
        community="plots",
        url=f"https://www.notion.so/{PUMP}",
        created=made,
        updated=edited,
        tags=("water", "yard"),
        state=State.OUTDATED,
        contributions=(
            Contribution(somebody("Ann Lee"), Role.AUTHORED, made),
            Contribution(somebody("Bo Ek"), Role.EDITED, edited),
        ),
        links=(Link(LinkKind.MENTION, RAIN),),
    )


def test_a_row_with_a_page_is_read_once(tmp_path: Path) -> None:
    """All rows count, not only those of a view; one without a page is an item of its own."""
    rows = 'Name,Litres,Tags\nHand pump for the yard,20,Water\nHose,,"Water, yard"\n'
    write(
        tmp_path,
        {
            f"Tools {TOOLS}.csv": "Name,Litres\nHose,\n",
            f"Tools {TOOLS}_all.csv": rows,
            f"Tools {TOOLS}/Hand pump {PUMP}.md": PUMP_TEXT,
        },
    )
    items = [one for one in read(tmp_path).values() if isinstance(one, Item)]
    assert [(one.title, one.tags) for one in items if one.key != PUMP] == [("Hose", ("water", "yard"))]


def test_a_page_keeps_a_first_line_with_a_colon(tmp_path: Path) -> None:
    """Only what Notion calls its own properties is taken out of a page that is no row."""
    write(
        tmp_path,
        {f"A {RAIN}.md": "# A\n\nNote: mind the step.\n\nB.", f"B {PUMP}.md": "# B\n\nTags: x\n\nC."},
    )
    assert texts(tmp_path) == {RAIN: ("A", "Note: mind the step.\n\nB."), PUMP: ("B", "C.")}


def test_attachments_belong_to_their_page(tmp_path: Path) -> None:
    """They lie in the folder of the page."""
    write(
        tmp_path,
        {
            RAIN_FILE: "# Rain tanks\n\n[plan](Rain%20tanks/plan.txt)",
            f"Garden {GARDEN}/Rain tanks/plan.txt": "Two gutters.",
        },
    )
    records = read(tmp_path)
    attached, page = records[f"{RAIN}/plan.txt"], records[RAIN]
    assert isinstance(attached, Item)
    assert isinstance(page, Item)
    assert (attached.title, attached.text, attached.links) == (
        "plan",
        "Two gutters.",
        (Link(LinkKind.RELATED, RAIN),),
    )
    assert page.links == (Link(LinkKind.MENTION, f"{RAIN}/plan.txt"),)


HTML = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<title>Hand pump</title><style>
/* cspell:disable-file */
/* webkit printing magic: print all background colors */
</style></head><body><article id="90909090-9090-9090-9090-909090909090" class="page sans"><header>
<h1 class="page-title">Hand pump</h1><table class="properties"><tbody>
<tr class="property-row property-row-created_time"><th>Created</th>
<td><time>@June 1, 2024 3:04 PM</time></td></tr>
<tr class="property-row property-row-created_by"><th>Created by</th>
<td><span class="user">Ann Lee</span></td></tr>
<tr class="property-row property-row-multi_select"><th>Tags</th>
<td><span class="selected-value">Water</span>
<span class="selected-value">Yard</span></td></tr></tbody></table></header>
<div class="page-body"><p>Oil it.</p>
<figure class="link-to-page"><a href="Hand%20pump/Oil.html">Oil</a></figure></div></article></body></html>"""


def test_pages_in_html_are_known_by_their_own_numbers(tmp_path: Path) -> None:
    """Newer exports leave them out of the names of files."""
    oil = HTML.replace("90" * 4 + "-" + "-".join(["9090"] * 3), "7a" * 4 + "-" + "-".join(["7a7a"] * 3))
    oil = oil.replace("Hand pump", "Oil").replace("909090909090", "7a" * 6).replace("Hand%20pump/", "")
    write(tmp_path, {"Hand pump.html": HTML, "Hand pump/Oil.html": oil})
    page = read(tmp_path)[PUMP]
    assert isinstance(page, Item)
    assert (page.title, page.text, page.tags) == ("Hand pump", "Oil it.\n\nOil", ("water", "yard"))
    assert page.contributions[0].person.name == "Ann Lee"
    assert page.created == datetime(2024, 6, 1, 15, 4, tzinfo=UTC)
    assert page.links == (Link(LinkKind.MENTION, RAIN),)


def test_other_files_are_not_taken(tmp_path: Path) -> None:
    """Documents beside an export stay documents."""
    write(tmp_path, {f"A {RAIN}.md": "# A", "readme.md": "Read me.", "docs/a.txt": "A."})
    tree = open_tree(tmp_path, tmp_path)
    assert [found.keys for found in KIND.find(tree, tree.keys())] == [(f"A {RAIN}.md",)]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("June 1, 2024 3:04 PM", datetime(2024, 6, 1, 15, 4, tzinfo=UTC)),
        ("@June 1, 2024", datetime(2024, 6, 1, tzinfo=UTC)),
        ("2024/06/01 15:04 (UTC)", datetime(2024, 6, 1, 15, 4, tzinfo=UTC)),
        ("June 1, 2024 → June 3, 2024", datetime(2024, 6, 1, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_dates_are_read_as_notion_writes_them(text: str, time: datetime | None) -> None:
    """By hand or by itself."""
    assert read_time(text) == time


def test_the_source_can_be_sent_to_a_child_process(tmp_path: Path) -> None:
    """Which reads the same as this one."""
    write(tmp_path, {f"Hand pump {PUMP}.md": PUMP_TEXT})
    opened = source(tmp_path)
    units = [unit for unit in opened.units() if isinstance(unit, Unit)]
    with Parser(1) as parser:
        assert [list(parser.read(opened, unit)) for unit in units] == [
            list(opened.read(unit)) for unit in units
        ]


class TestContract(SourceContract):
    """Two pages, a row with a page, and one without."""

    names: ClassVar = {"Ann Lee", "Bo Ek"}
    edited: ClassVar = RAIN
    deleted: ClassVar = GARDEN
    link: ClassVar = (PUMP, Link(LinkKind.MENTION, RAIN))
    undated: ClassVar = True

    def write(self, at: Path) -> None:
        write(
            at,
            {
                f"Garden {GARDEN}.md": "# Garden\n\nAll of it.",
                RAIN_FILE: "# Rain tanks\n\nTanks.",
                f"Tools {TOOLS}.csv": "Name\nHose",
                f"Tools {TOOLS}/Hand pump {PUMP}.md": PUMP_TEXT,
            },
        )

    def change(self, at: Path) -> None:
        (at / RAIN_FILE).write_text("# Rain tanks\n\nMany tanks.")
        (at / f"Garden {GARDEN}.md").unlink()
