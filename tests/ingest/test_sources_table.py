"""Tables of lessons: CSV, JSON Lines, JSON arrays and workbooks."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from catalog.errors import UnreadableError
from catalog.nouns import Community, Contribution, Identity, IdentityKind, Item, Kind, Person, Role, State
from ingest.config import TableConfig
from ingest.sources.protocol import Unit
from ingest.sources.shared.people import email_identities
from ingest.sources.tables.files import tables
from ingest.sources.tables.records import Cell, Record
from ingest.sources.tables.source import KIND, TableSource
from ingest.tree import open_tree
from tests.ingest.contract import SourceContract
from tests.ingest.office_files import cell, row, shared, texts, xlsx

PLOTS = Community("plots", "Plots")


def table(folder: Path, content: str | bytes, name: str = "lessons.csv", **config: Any) -> TableSource:
    """A table with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TableSource("lessons", open_tree(path, folder), name, PLOTS, TableConfig(**config))


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
    return [str(row).removeprefix(f"{source.location} ") for row in rows]


def cells(source: TableSource) -> list[dict[str, Cell]]:
    """The cells of a table's rows."""
    path = source.tree.path(source.key)
    found = tables(path, source.key, source.location, source.config.columns)
    return [one.cells for table in found for one in table.records() if isinstance(one, Record)]


def named(name: str, email: str = "") -> Person:
    """A person as the table names them."""
    handle = Identity(IdentityKind.HANDLE, "lessons", name.casefold())
    return Person(name, frozenset({handle}) | email_identities(email))


def test_votes_are_read_where_a_column_holds_them(tmp_path: Path) -> None:
    """Whole numbers; what is no number is no vote."""
    source = table(
        tmp_path, 'Title,Lesson,Votes\nFrost,Cover.,12\nMice,Trap.,-3\nAnts,Dust.,"1,204"\nBees,Wait.,many\n'
    )
    assert [item.votes for item in items(source)] == [12, -3, 1204, None]


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
            '[tables."lessons.csv".columns], lesson = "a column"; the fields are question, answer, id,',
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
    assert cells(table(tmp_path, content)) == [{"title": ("Café",), "lesson": ("Ohne Öl",)}]


def test_a_huge_cell_is_read_and_the_limit_restored(tmp_path: Path) -> None:
    """Cells may be far longer than Python's own limit, which stays as it was for everybody else."""
    before = csv.field_size_limit()
    (item,) = items(table(tmp_path, f"title,lesson\nA,{'x' * 200_000}\n"))
    assert len(item.text) > 200_000
    assert csv.field_size_limit() == before


def test_a_cell_beyond_the_limit_costs_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is named, and the next one is read."""
    monkeypatch.setattr("ingest.sources.tables.csv_rows._CELL_LIMIT", 100)
    source = table(tmp_path, f"title,lesson\nA,{'x' * 200}\nB,y\n")
    assert [item.title for item in items(source)] == ["B"]
    assert errors(source) == [
        "line 2: the row is malformed (field larger than field limit (100)); correct it"
    ]


def test_columns_without_a_name_of_their_own_get_one(tmp_path: Path) -> None:
    """An empty or repeated header still leads to a column that can be mapped."""
    assert cells(table(tmp_path, "title,,title\nA,x,y\n")) == [
        {"title": ("A",), "column 2": ("x",), "title 3": ("y",)}
    ]


def test_the_digest_follows_the_mapping(tmp_path: Path) -> None:
    """A table is read again when `copse.toml` says something else about it."""
    units = [
        next(iter(table(tmp_path, "a,b\n1,2\n", columns=columns).units()))
        for columns in ({"title": ("a",)}, {"title": ("b",)})
    ]
    one, other = (unit for unit in units if isinstance(unit, Unit))
    assert (one.key, one.digest == other.digest) == ("lessons.csv", False)


def test_a_table_that_vanished_stays_in_the_list(tmp_path: Path) -> None:
    """Nothing is removed when the file cannot be found."""
    source = table(tmp_path, "title\nA\n")
    (tmp_path / "lessons.csv").unlink()
    assert [str(one) for one in source.units()] == [
        f"{tmp_path}/lessons.csv: is not there any more; ingest again"
    ]


def test_a_json_array_gives_the_same(tmp_path: Path) -> None:
    """An export may be one array; an element that is no object costs only itself."""
    content = '[{"id": 1, "title": "Frost", "lesson": "Cover early."},\n 3, {"id": 2, "title": "Mice"}]'
    source = table(tmp_path, content, "lessons.json")
    assert [(item.key, item.text) for item in items(source)] == [
        ("1", "## Lesson learned\n\nCover early."),
        ("2", "Mice"),
    ]
    assert errors(source) == ["object 2: is not a JSON object, as in {…}"]


def test_a_json_array_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    """What stands before the damage is read, and one error says where it ends."""
    source = table(tmp_path, '[{"id": 1, "title": "A"}, {"id": 2, "ti', "lessons.json")
    assert [item.key for item in items(source)] == ["1"]
    assert [one.startswith("object 2: is not JSON (") for one in errors(source)] == [True]


def test_a_long_json_array_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects may begin and end anywhere in what is read at once, and be longer than that."""
    monkeypatch.setattr("ingest.sources.tables.json_rows._CHUNK", 7)
    rows = [{"id": number, "title": "x" * number, "lesson": "[,]"} for number in range(1, 40)]
    source = table(tmp_path, json.dumps(rows), "lessons.json")
    assert [(item.key, item.title) for item in items(source)] == [(str(n), "x" * n) for n in range(1, 40)]


def workbook(folder: Path, **sheets: list[list[str]]) -> TableSource:
    """A workbook with these sheets, in which empty texts stand for empty cells."""
    parts = {
        name: "".join(texts(number, *row) for number, row in enumerate(rows, 1))
        for name, rows in sheets.items()
    }
    return table(folder, xlsx(parts), "register.xlsx")


def test_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    """The header may stand below a heading; sheets without fitting columns are left out.

    Sheets count their rows anew, so the ids on a further sheet carry its name.
    """
    source = workbook(
        tmp_path,
        Lessons=[
            ["Lessons of the plots"],
            [],
            ["No", "Title", "What happened", "Recommendation", "Date"],
            ["1", "Frost", "Beans died.", "Cover early.", "2024-04-25"],
            ["2"],
        ],
        Budget=[["Item", "Cost"], ["Fleece", "12"]],
        Older=[["No", "Title", "Lesson learned"], ["1", "Mice", "Hang the seeds up."]],
    )
    assert [(item.key, item.title, item.created, item.text) for item in items(source)] == [
        (
            "1",
            "Frost",
            datetime(2024, 4, 25, tzinfo=UTC),
            "## What happened\n\nBeans died.\n\n## Recommendation\n\nCover early.",
        ),
        ("older/1", "Mice", None, "## Lesson learned\n\nHang the seeds up."),
    ]
    assert errors(source) == ["sheet 'Lessons' row 5: has neither a title nor a text; it was left out"]
    assert source.mapping() == {
        "id": ("No",),
        "title": ("Title",),
        "event": ("What happened",),
        "lesson": ("Lesson learned",),
        "recommendation": ("Recommendation",),
        "date": ("Date",),
    }


def test_the_header_of_a_table_may_stand_below_a_heading(tmp_path: Path) -> None:
    """Lines that some exports put on top are passed over, and so is the one that names the delimiter."""
    content = "sep=;\nOur lessons, 2024; as of May\n\ntitle;lesson\nFrost;Cover early, and look up.\n"
    assert cells(table(tmp_path, content)) == [
        {"title": ("Frost",), "lesson": ("Cover early, and look up.",)}
    ]


def test_the_organisation_stands_at_the_end(tmp_path: Path) -> None:
    """It can be found, and is no topic."""
    (item,) = items(table(tmp_path, "title,center,lesson\nFrost,North plots,Cover early.\n"))
    assert item.text == "## Lesson learned\n\nCover early.\n\n## Organisation\n\nNorth plots"
    assert (item.tags, item.solution) == ((), (19, 31))


def test_the_plain_text_of_a_row_has_no_heading(tmp_path: Path) -> None:
    """A column called text, body or content is the item's own text."""
    (item,) = items(table(tmp_path, "title,body,lesson\nFrost,It was cold.,Cover early.\n"))
    assert item.text == "It was cold.\n\n## Lesson learned\n\nCover early."


@pytest.mark.parametrize(
    "content",
    [
        "question,answer,author,date\nHow deep?,Two inches.,Ann Lee,2024-04-25\n",
        "Q,A,Answered by,Created\nHow deep?,Two inches.,Ann Lee,2024-04-25\n",
        "prompt\tresponse\tauthor\tdate\nHow deep?\tTwo inches.\tAnn Lee\t2024-04-25\n",
        "title,body,author,date\nHow deep?,Two inches.,Ann Lee,2024-04-25\n",
    ],
    ids=["question and answer", "Q and A", "prompt and response", "titles that ask"],
)
def test_a_question_and_its_answer_are_two_items(tmp_path: Path, content: str) -> None:
    """They are one thread: a solved question, and the accepted answer of whoever wrote it."""
    day = datetime(2024, 4, 25, tzinfo=UTC)
    question, answer = items(table(tmp_path, content))
    assert question == Item(
        source="lessons",
        key=question.key,
        kind=Kind.QUESTION,
        title="How deep?",
        text="How deep?",
        community="plots",
        created=day,
        thread=question.key,
        state=State.SOLVED,
    )
    assert answer == Item(
        source="lessons",
        key=f"{question.key}-answer",
        kind=Kind.ANSWER,
        title="How deep?",
        text="Two inches.",
        community="plots",
        created=day,
        thread=question.key,
        accepted=True,
        contributions=(Contribution(named("Ann Lee"), Role.ACCEPTED, day),),
    )


def test_a_table_can_be_told_to_be_an_faq(tmp_path: Path) -> None:
    """A title is then the question, and a text the answer, whether or not it ends with a question mark."""
    content = "id,title,text,asked by\n7,Depth of beans,Two inches.,Bo Ek\n"
    question, answer = items(table(tmp_path, content, pairs=True))
    assert [(one.key, one.kind, one.title, one.text) for one in (question, answer)] == [
        ("7", Kind.QUESTION, "Depth of beans", "Depth of beans"),
        ("7-answer", Kind.ANSWER, "Depth of beans", "Two inches."),
    ]
    assert question.contributions == (Contribution(named("Bo Ek"), Role.ASKED, None),)


def test_a_table_that_is_no_faq_says_what_it_has(tmp_path: Path) -> None:
    """A kind that does not fit the columns is an error that tells how to map them."""
    with pytest.raises(
        UnreadableError, match="no columns look like a question and its answer; it has 'title'"
    ):
        table(tmp_path, "title,date\nA,2024\n", pairs=True).mapping()


def test_a_question_that_comes_again_gets_a_further_answer(tmp_path: Path) -> None:
    """The first answer is the accepted one; a question without an answer is open."""
    source = table(tmp_path, "question,answer\nHow deep?,Two inches.\nHow deep?,Three.\nHow wide?,\n")
    assert [(item.text, item.state, item.accepted) for item in items(source)] == [
        ("How deep?", State.SOLVED, False),
        ("Two inches.", None, True),
        ("Three.", None, False),
        ("How wide?", State.OPEN, False),
    ]


def test_a_question_has_its_details_below(tmp_path: Path) -> None:
    """A title of its own, a longer question and further columns all belong to the question."""
    content = "title,question,context,answer\nDepth,How deep are beans sown?,Clay.,Two inches.\n"
    question, answer = items(table(tmp_path, content))
    assert (question.title, question.text) == (
        "Depth",
        "How deep are beans sown?\n\n## What happened\n\nClay.",
    )
    assert answer.text == "Two inches."


def test_a_table_of_lessons_with_an_answer_is_no_faq(tmp_path: Path) -> None:
    """A kind that was told holds."""
    long = "Two inches, and three inches wherever the soil is light."
    (item,) = items(table(tmp_path, f'question,answer\nHow deep?,"{long}"\n', kind=Kind.DOCUMENT))
    assert (item.kind, item.text) == (Kind.DOCUMENT, f"## answer\n\n{long}")


def test_a_large_file_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a size nothing is held as a whole: the same items come from UTF-8 and UTF-16."""
    monkeypatch.setattr("ingest.sources.tables.lines._WHOLE", 16)
    content = 'title,lesson\nCafé,"Ohne\nÖl"\n' + "Öl,Öl\n" * 3
    expected = [{"title": ("Café",), "lesson": ("Ohne\nÖl",)}, *[{"title": ("Öl",), "lesson": ("Öl",)}] * 3]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert cells(table(tmp_path, content.encode(encoding))) == expected


def test_a_large_file_in_another_encoding_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one it is cannot be told from its beginning."""
    monkeypatch.setattr("ingest.sources.tables.lines._WHOLE", 16)
    source = table(tmp_path, b"title,lesson\nFrost,Cover early.\nCaf\xe9,Black.\n")
    with pytest.raises(UnreadableError, match="is not UTF-8 throughout; save it as UTF-8, or split it below"):
        items(source)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_without_end_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It is never held in memory, and the rows after it are read."""
    for module in ("lines", "csv_rows", "json_rows"):
        monkeypatch.setattr(f"ingest.sources.tables.{module}.LONGEST", 50)
    rows = {
        "a.csv": "id,title\n1,A\n3,{}\n2,C\n",
        "a.jsonl": '{{"id": 1, "title": "A"}}\n{}\n{{"id": 2, "title": "C"}}\n',
    }
    source = table(tmp_path, rows[name].format("x" * 500), name)
    assert [item.key for item in items(source)] == ["1", "2"]
    (complaint,) = errors(source)
    assert complaint.endswith("is longer than 50 characters; it was left out")
    assert complaint.startswith(f"line {3 if name == 'a.csv' else 2}: ")


def test_a_quotation_mark_is_not_looked_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of absurdly many lines is one whose quotation mark was not closed."""
    monkeypatch.setattr("ingest.sources.tables.csv_rows._ROW_LINES", 3)
    source = table(
        tmp_path, 'id,title\n1,A\n3,"B\n' + "".join(f"{key},C\n" for key in range(4, 9)) + '9,"D"\n'
    )
    assert [item.key for item in items(source)] == ["1", "4", "5", "6", "7", "8", "9"]
    assert errors(source) == [
        "line 3: a quotation mark opens here and is never closed; the row was left out. Double it or close it"
    ]


def test_columns_are_guessed_from_the_first_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In JSON Lines, a column that only later rows have is left out unless `copse.toml` names it."""
    monkeypatch.setattr("ingest.sources.tables.records._SAMPLE", 2)
    content = '{"title": "A"}\n{"title": "B"}\n{"title": "C", "lesson": "x", "Why": "y"}\n'
    assert [item.text for item in items(table(tmp_path, content, "a.jsonl"))] == ["A", "B", "C"]
    told = table(tmp_path, content, "a.jsonl", columns={"event": ("Why",)})
    assert [item.text for item in items(told)] == ["A", "B", "## What happened\n\ny"]


def test_a_json_lines_file_without_objects_says_what_is_wrong(tmp_path: Path) -> None:
    """The first bad line tells more than a list of no columns."""
    with pytest.raises(UnreadableError, match=r"a\.jsonl line 1: is not a JSON object"):
        items(table(tmp_path, "3\n4\n", "a.jsonl"))


def test_a_register_is_known_by_shared_texts_too(tmp_path: Path) -> None:
    """Spreadsheets write a text that comes several times only once, and cells point to it."""
    rows = row(1, cell("A1", 1, "s"), cell("B1", 0, "s")) + row(2, cell("A2", 2, "s"), cell("B2", 2, "s"))
    texts_of_all = shared("<t>Lesson(s) learned</t>", "<t>Title</t>", "<r><t>Fr</t></r><r><t>ost</t></r>")
    source = table(tmp_path, xlsx({"Sheet": rows}, more=texts_of_all), "lessons.xlsx")
    assert [found.at for found in KIND.find(source.tree, source.tree.keys())] == ["lessons.xlsx"]
    assert [(item.title, item.text) for item in items(source)] == [("Frost", "## Lesson learned\n\nFrost")]


def test_files_are_found_by_suffix_and_columns(tmp_path: Path) -> None:
    """CSV and JSON Lines are tables; workbooks and JSON are only with the columns of a register."""
    workbook(tmp_path, Sheet=[["Kosten"], ["Title", "Lesson learned"], ["Frost", "Cover."]])
    (tmp_path / "register.xlsx").rename(tmp_path / "lessons.xlsx")
    workbook(tmp_path, Budget=[["Item", "Description", "Cost"], ["Fleece", "White", "12"]])
    (tmp_path / "register.xlsx").rename(tmp_path / "budget.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / "faq.json").write_text('\n[ {"question": "How deep?", "answer": "Two inches."} ]')
    (tmp_path / "package.json").write_text('{"name": "x", "description": "y"}')
    (tmp_path / "users.json").write_text('[{"name": "Ann", "title": "Gardener"}]')
    for name in ("a.csv", "b.tsv", "c.jsonl", "d.ndjson", "e.md"):
        (tmp_path / name).touch()
    tree = open_tree(tmp_path, tmp_path)
    assert [found.at for found in KIND.find(tree, tree.keys())] == [
        "a.csv",
        "b.tsv",
        "c.jsonl",
        "d.ndjson",
        "faq.json",
        "lessons.xlsx",
    ]


class TestContract(SourceContract):
    """A list of questions and answers keeps the rules that hold for all kinds."""

    names: ClassVar = {"Ann Lee", "Bo Ek"}
    edited = "1-answer"
    deleted = "3"

    def write(self, at: Path) -> None:
        """Two answered questions, and an open one."""
        (at / "faq.csv").write_text(
            "id,question,answer,answered by,asked by,date\n"
            "1,How deep?,Two inches.,Ann Lee,Bo Ek,2024-04-25\n"
            "2,How wide?,A foot.,Ann Lee,,2024-04-26\n"
            "3,How long?,,,Bo Ek,2024-04-27\n"
        )

    def change(self, at: Path) -> None:
        """Another answer, and one question less."""
        lines = (at / "faq.csv").read_text().replace("Two inches.", "Three inches.").splitlines()
        (at / "faq.csv").write_text("\n".join(lines[:-1]))
