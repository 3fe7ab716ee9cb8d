"""Tables of lessons: CSV and JSON Lines files."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import SourceError, UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State
from ingest.config import TableConfig
from ingest.sources.people import email_identities
from ingest.sources.protocol import Unit
from ingest.sources.records import Record, read_table
from ingest.sources.table import TableSource

PLOTS = Community("plots", "Plots")


def table(folder: Path, content: str | bytes, name: str = "lessons.csv", **config: Any) -> TableSource:
    """A table with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TableSource("lessons", path, PLOTS, TableConfig(**config))


def items(source: TableSource) -> list[Item]:
    """The items of a table."""
    unit = next(iter(source.units()))
    assert isinstance(unit, Unit)
    return [row for row in source.read(unit) if isinstance(row, Item)]


def errors(source: TableSource) -> list[str]:
    """The messages about a table's rows, without its path."""
    unit = next(iter(source.units()))
    assert isinstance(unit, Unit)
    rows = [row for row in source.read(unit) if isinstance(row, UnreadableError)]
    return [str(row).removeprefix(f"{source.path} ") for row in rows]


def named(name: str, email: str = "") -> Person:
    """A person as the table names them."""
    handle = Identity(IdentityKind.HANDLE, "lessons", name.casefold())
    return Person(name, frozenset({handle}) | email_identities(email))


def test_a_row_becomes_a_lesson(tmp_path: Path) -> None:
    """All common columns together; the solution is exactly the recommendation."""
    source = table(
        tmp_path,
        "Lesson ID,Title,Abstract,Driving Event,Lesson(s) Learned,Recommendation(s),Submitter,"
        "Point of Contact,E-mail,Date Lesson Occurred,Publish Date,Topics,Link,Status\n"
        '7,Frost,Cold.,A late frost.,Cover early.,"Fleece, from April.","Lee, Ann","Ek, Bo",Ann@X.example,'
        '04/25/2024,05/02/2024,"Frost, Fleece",https://x.example/7,archived\n',
    )
    day = datetime(2024, 4, 25, tzinfo=UTC)
    text = (
        "## Summary\n\nCold.\n\n## What happened\n\nA late frost.\n\n## Lesson learned\n\nCover early."
        "\n\n## Recommendation\n\nFleece, from April."
    )
    assert items(source) == [
        Item(
            source="lessons",
            key="7",
            kind=Kind.LESSON,
            title="Frost",
            text=text,
            community="plots",
            url="https://x.example/7",
            created=day,
            updated=datetime(2024, 5, 2, tzinfo=UTC),
            tags=("fleece", "frost"),
            state=State.OUTDATED,
            solution=(text.index("Fleece"), len(text)),
            contributions=(
                Contribution(named("Ann Lee", "ann@x.example"), Role.AUTHORED, day),
                Contribution(named("Bo Ek"), Role.EDITED, day),
            ),
        )
    ]


def test_json_lines_give_the_same(tmp_path: Path) -> None:
    """An object a line; lists of tags and of people are understood, and a text may be a list too."""
    source = table(
        tmp_path,
        '{"id": 7, "title": "Frost", "lesson": ["Cover early.", "Look up."],'
        ' "tags": ["Frost", "Fleece, white"], "date": "2024-04-25",'
        ' "author": [{"name": "Ann Lee", "email": "ann@x.example"}, "Bo Ek"]}\n',
        "lessons.jsonl",
    )
    (item,) = items(source)
    assert (item.key, item.tags, item.text) == (
        "7",
        ("fleece, white", "frost"),
        "## Lesson learned\n\n- Cover early.\n- Look up.",
    )
    assert [one.person for one in item.contributions] == [named("Ann Lee", "ann@x.example"), named("Bo Ek")]


def test_the_lesson_is_the_solution_where_nothing_is_recommended(tmp_path: Path) -> None:
    """What was learned then says what to do."""
    (item,) = items(table(tmp_path, "title,problem,lesson\nFrost,Cold.,Cover early.\n"))
    assert item.solution is not None
    assert item.text[slice(*item.solution)] == "Cover early."


def test_markup_in_a_cell_becomes_markdown(tmp_path: Path) -> None:
    """Cells with tags or entities are HTML; an arrow or a comparison in plain text stays."""
    content = "title,lesson\nSalt &amp; ice,One<br>two &lt; three\nPlain,a < b > c & d\n"
    assert [(item.title, item.text) for item in items(table(tmp_path, content))] == [
        ("Salt & ice", "## Lesson learned\n\nOne  \ntwo < three"),
        ("Plain", "## Lesson learned\n\na < b > c & d"),
    ]


def test_long_columns_that_nothing_is_mapped_to_are_kept(tmp_path: Path) -> None:
    """Text of more than 40 characters on average gets a section; short and repeated cells do not."""
    long = "The compost heap was measured every morning at seven."
    content = (
        f"title,Evidence,Programme,Phase\nA,{long} A,x,{long}\nB,{long} B,y,{long}\nC,{long} C,z,{long}\n"
    )
    source = table(tmp_path, content)
    assert source.mapping() == {"title": ("title",), "section": ("Evidence",)}
    assert [item.text for item in items(source)] == [f"## Evidence\n\n{long} {row}" for row in "ABC"]


def test_the_mapping_can_be_told(tmp_path: Path) -> None:
    """`copse.toml` names columns that cannot be guessed, several for one field, or none."""
    source = table(
        tmp_path,
        "Ref,Headline,How,Why,Takeaway,Labels\n1,Frost,Cold.,Clear sky.,Cover.,x\n",
        columns={"event": ("How", "Why"), "tags": ()},
    )
    assert source.mapping() == {
        "id": ("Ref",),
        "title": ("Headline",),
        "event": ("How", "Why"),
        "lesson": ("Takeaway",),
    }
    (item,) = items(source)
    assert (item.text, item.tags) == (
        "## What happened\n\nCold.\n\nClear sky.\n\n## Lesson learned\n\nCover.",
        (),
    )


def test_rows_can_be_told_to_be_questions(tmp_path: Path) -> None:
    """A list of problems has states, and people who asked."""
    (item,) = items(table(tmp_path, "title,status,author\nMould?,Solved,Ann Lee\n", kind=Kind.QUESTION))
    assert (item.kind, item.state, item.text) == (Kind.QUESTION, State.SOLVED, "Mould?")
    assert item.contributions == (Contribution(named("Ann Lee"), Role.ASKED, None),)


@pytest.mark.parametrize(
    ("content", "config", "complaint"),
    [
        (
            "x,y\n1,2\n",
            {},
            "no column looks like a title or a text; it has 'x', 'y'. Map them in copse.toml: "
            '[tables."lessons.csv".columns], lesson = "a column"; the fields are id, title, summary,',
        ),
        (
            "x,y\n1,2\n",
            {"columns": {"title": ("Headline",)}},
            "copse.toml names the column 'Headline', which is not there; it has 'x', 'y'",
        ),
        (" \n", {}, "is empty"),
    ],
    ids=["nothing fits", "a column that is not there", "empty"],
)
def test_a_table_without_a_text_says_what_it_has(
    tmp_path: Path, content: str, config: dict[str, Any], complaint: str
) -> None:
    """The message lists the columns and how to map them."""
    source = table(tmp_path, content, **config)
    with pytest.raises(UnreadableError) as caught:
        source.mapping()
    assert caught.value.reason.startswith(complaint)


def test_rows_without_an_id_have_a_stable_key(tmp_path: Path) -> None:
    """The key depends on what the row says, not on its place; the same row twice is an error."""
    first = [item.key for item in items(table(tmp_path, "title,lesson\nA,x\nB,y\n"))]
    source = table(tmp_path, "title,lesson\nB,y\nnew,z\nA,x\nB,y\n")
    assert [item.key for item in items(source)] == [first[1], items(source)[1].key, first[0]]
    assert errors(source) == [f"line 5: is {first[1]} like line 2; give each row an id of its own"]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.csv", "id,title\n1,A\n1,B\n2,C\n", "line 3: is 1 like line 2; give each row an id of its own"),
        (
            "a.csv",
            "id,title\n1,A\n3,B,x\n2,C\n",
            "line 3: has 3 cells for 2 columns; put quotation marks around",
        ),
        ("a.csv", "id,title\n1,A\n3,\n2,C\n", "line 3: has neither a title nor a text; it was left out"),
        ("a.csv", 'id,title\n1,A\n3,"B\n2,C\n', "line 3: a quotation mark opens here and is never closed"),
        ("a.jsonl", '{"id": 1, "title": "A"}\n{"id"\n{"id": 2, "title": "C"}\n', "line 2: is not JSON ("),
        (
            "a.jsonl",
            '{"id": 1, "title": "A"}\n[3]\n{"id": 2, "title": "C"}\n',
            "line 2: is not a JSON object;",
        ),
    ],
    ids=["double id", "too many cells", "empty row", "unclosed quotation mark", "bad JSON", "no object"],
)
def test_a_bad_row_costs_only_itself(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    """The error names the line, and the rows after it are read."""
    source = table(tmp_path, content, name)
    assert [item.key for item in items(source)] == ["1", "2"]
    assert [error.startswith(complaint) for error in errors(source)] == [True]


@pytest.mark.parametrize(
    "content",
    [
        "title,lesson\nCafé,Ohne Öl\n".encode(),
        "\ufefftitle,lesson\nCafé,Ohne Öl\n".encode(),
        "title;lesson\r\nCafé;Ohne Öl\r\n".encode("cp1252"),
        "title\tlesson\nCafé\tOhne Öl\n".encode("utf-16"),
        b"title,le\0sson\nCaf\xc3\xa9,Ohne \xc3\x96l\0\n",
        "\ntitle,lesson\n,\nCafé,Ohne Öl\n\n".encode(),
    ],
    ids=["UTF-8", "byte order mark", "cp1252 and semicolons", "UTF-16 and tabs", "NUL bytes", "blank lines"],
)
def test_tables_come_in_many_encodings_and_forms(tmp_path: Path, content: bytes) -> None:
    """What spreadsheets export is read without being told how it was written."""
    records = read_table(table(tmp_path, content).path).records
    assert [one.cells for one in records if isinstance(one, Record)] == [
        {"title": ("Café",), "lesson": ("Ohne Öl",)}
    ]


def test_a_huge_cell_is_read_and_the_limit_restored(tmp_path: Path) -> None:
    """Cells may be far longer than Python's own limit, which stays as it was for everybody else."""
    before = csv.field_size_limit()
    (item,) = items(table(tmp_path, f"title,lesson\nA,{'x' * 200_000}\n"))
    assert len(item.text) > 200_000
    assert csv.field_size_limit() == before


def test_a_cell_beyond_the_limit_costs_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is named, and the next one is read."""
    monkeypatch.setattr("ingest.sources.records._CELL_LIMIT", 100)
    source = table(tmp_path, f"title,lesson\nA,{'x' * 200}\nB,y\n")
    assert [item.title for item in items(source)] == ["B"]
    assert errors(source) == [
        "line 2: the row is malformed (field larger than field limit (100)); correct it"
    ]


def test_columns_without_a_name_of_their_own_get_one(tmp_path: Path) -> None:
    """An empty or repeated header still leads to a column that can be mapped."""
    assert read_table(table(tmp_path, "title,,title\nA,x,y\n").path).columns == (
        "title",
        "column 2",
        "title 3",
    )


def test_the_digest_follows_the_mapping(tmp_path: Path) -> None:
    """A table is read again when `copse.toml` says something else about it."""
    units = [
        next(iter(table(tmp_path, "a,b\n1,2\n", columns=columns).units()))
        for columns in ({"title": ("a",)}, {"title": ("b",)})
    ]
    one, other = (unit for unit in units if isinstance(unit, Unit))
    assert (one.key, one.content == other.content, one.digest == other.digest) == ("lessons.csv", True, False)


def test_a_table_that_vanished_is_an_error_of_the_source(tmp_path: Path) -> None:
    """Nothing is removed when the file cannot be found."""
    source = table(tmp_path, "title\nA\n")
    source.path.unlink()
    with pytest.raises(SourceError, match="is not there any more"):
        list(source.units())
