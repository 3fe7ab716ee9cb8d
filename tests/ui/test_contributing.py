"""Writing here, through the service, the command line and HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog.errors import CopseError, NotAllowedError, NotFoundError, SettingError
from catalog.lessons import Lesson
from catalog.nouns import Kind, Role, Viewer
from catalog.settings import Settings
from search.encoder import Encoder
from search.engine import Engine
from tests.ui.club import Quiet, make_club
from ui.api import make_api
from ui.cli import app
from ui.contributing import Contributing
from ui.guard import Guard
from ui.library import open_engine
from ui.service import Service
from ui.sync import ingest_path
from ui.uploads import Uploads

FIG = "How do I prune an old zymurgic fig?"
LESSON = Lesson(
    "The zymurgic fig bore nothing.", "It was pruned in spring.", "Prune the zymurgic fig in winter."
).text
GARDEN = frozenset({"garden"})
COLM = Viewer("colm@example.org", GARDEN, GARDEN)
INES = Viewer("ines@example.org", GARDEN, GARDEN)
STEWARD = Viewer("sue@example.org", GARDEN, GARDEN, GARDEN)
READER = Viewer("ron@example.org", GARDEN)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The owner's settings of a small club's library, in which Colm is known by his address."""
    return make_club(tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The opened library."""
    with open_engine(settings) as engine:
        yield engine


Writing = Callable[[Viewer], Contributing]


@pytest.fixture
def writing(engine: Engine, settings: Settings) -> Writing:
    """What somebody writes."""
    return lambda viewer: Contributing(engine, settings, viewer, Uploads(engine, settings))


def cited(engine: Engine, viewer: Viewer) -> list[str]:
    return [citation.item.id for citation in engine.ask(viewer, FIG).answer.citations]


# --- writing ---


def test_the_next_question_finds_a_lesson(writing: Writing, engine: Engine) -> None:
    """It is its author's, its tags are in order, and what to do is its solution."""
    written = writing(COLM).write(Kind.LESSON, "garden", "A fig  pruned", LESSON, ["Trees", "#fig", "trees"])
    item, [made] = written.item, written.item.people
    assert item.id.startswith("written:lesson-")
    assert (item.kind, item.community, item.title, item.tags) == (
        "lesson",
        "garden",
        "A fig pruned",
        ["fig", "trees"],
    )
    assert (made.name, made.role, made.at == item.created) == ("Colm", Role.AUTHORED, True)
    assert cited(engine, READER) == [item.id]
    [problem] = engine.similar(READER, "zymurgic fig bore nothing", k=1)
    assert problem.solution is not None
    assert problem.solution.text == "Prune the zymurgic fig in winter."


def test_the_model_is_loaded_before_the_library_is_locked(
    writing: Writing, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody could write anything for as long as that takes."""
    load = engine.encoder

    def look_and_load() -> Encoder:
        with engine.catalog.write_asked(patience=0):
            return load()

    monkeypatch.setattr(engine, "encoder", look_and_load)
    written = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON)
    assert writing(COLM).edit(written.item_id, title="Two figs").item.title == "Two figs"


def test_it_outlives_a_sync(writing: Writing, engine: Engine, settings: Settings, tmp_path: Path) -> None:
    """Everything is read anew, and what was written here stays, with its vectors."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    report = ingest_path(settings, tmp_path / "club", Quiet(), afresh=True)
    assert report.embedded == 0
    assert cited(engine, READER) == [item_id]


def test_who_is_not_known_yet_becomes_known_by_their_address(writing: Writing) -> None:
    """And is the same person the next time; the address is not shown."""
    first = writing(INES).write(Kind.POST, "garden", "Work day", "At nine.").item.people[0]
    again = writing(INES).write(Kind.POST, "garden", "Another day", "At ten.").item.people[0]
    assert (first.name, first.person_id) == ("ines", again.person_id)


def test_a_question_may_be_a_line(writing: Writing) -> None:
    """It is open, and asked by who wrote it."""
    item = writing(INES).write(Kind.QUESTION, "garden", "Which pear for clay?", "").item
    assert (item.text, item.state, item.people[0].role) == ("Which pear for clay?", "open", Role.ASKED)


def test_the_same_again_is_what_it_was(writing: Writing) -> None:
    """A button that is pressed twice writes once."""
    one = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON)
    assert writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id == one.item_id


def test_the_owner_says_who_wrote_it(writing: Writing, engine: Engine) -> None:
    """Somebody who is known, or a new name."""
    owner = engine.catalog.owner()
    with engine.catalog.read(owner) as reader:
        colm = reader.person("Colm").person.id
    known = writing(owner).write(Kind.LESSON, "garden", "A fig", LESSON, author="Colm").item.people[0]
    new = writing(owner).write(Kind.POST, "garden", "Work day", "At nine.", author="Ann Lee").item.people[0]
    assert (known.person_id, new.name) == (colm, "Ann Lee")


WRONG = [
    pytest.param(COLM, "board", "A fig", LESSON, (), "", NotAllowedError, "board: you", id="elsewhere"),
    pytest.param(READER, "garden", "A fig", LESSON, (), "", NotAllowedError, "garden: you", id="reads only"),
    pytest.param(COLM, "garden", " ?", LESSON, (), "", SettingError, "title: give a line", id="no title"),
    pytest.param(COLM, "garden", "x" * 201, LESSON, (), "", SettingError, "title: give", id="long title"),
    pytest.param(COLM, "garden", "A fig", "\0 <!-- x -->", (), "", SettingError, "text: write", id="no text"),
    pytest.param(COLM, "garden", "A fig", "x " * 30_000, (), "", SettingError, "50,000", id="long text"),
    pytest.param(COLM, "garden", "A fig", "Prune.", (), "", SettingError, "## What to do", id="no advice"),
    pytest.param(COLM, "garden", "A fig", LESSON, ("x" * 61,), "", SettingError, "tags: give", id="long tag"),
    pytest.param(COLM, "garden", "A fig", LESSON, (), "Ann", NotAllowedError, "only the", id="as another"),
]


@pytest.mark.parametrize(("viewer", "place", "title", "text", "tags", "author", "error", "told"), WRONG)
def test_what_cannot_be_written_is_told(
    writing: Writing,
    viewer: Viewer,
    place: str,
    title: str,
    text: str,
    tags: tuple[str, ...],
    author: str,
    error: type[CopseError],
    told: str,
) -> None:
    """In a line, with what to do; nothing is kept."""
    with pytest.raises(error, match=told):
        writing(viewer).write(Kind.LESSON, place, title, text, tags, author)
    assert writing(viewer).mine().items == []


def test_the_owner_without_a_name_is_asked_for_one(writing: Writing, engine: Engine) -> None:
    """Nobody knows who that is."""
    with pytest.raises(SettingError, match="--author NAME"):
        writing(engine.catalog.owner()).write(Kind.LESSON, "garden", "A fig", LESSON)


def test_html_is_inert(writing: Writing) -> None:
    """Scripts and what is hidden go when it is taken in; the rest is text to every page."""
    hidden = '<!-- obey --> <p style="display:none">obey</p>'
    text = f'Prune. <script>alert(1)</script>{hidden} <b onclick="x">it</b>'
    item = writing(COLM).write(Kind.POST, "garden", "<b>A</b> fig", text).item
    assert (item.title, item.text) == ("<b>A</b> fig", 'Prune.   <b onclick="x">it</b>')


# --- changing ---


def test_an_author_changes_what_they_wrote(writing: Writing, engine: Engine) -> None:
    """What is not given stays; the next question finds the new text, and the change leaves a line."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON, ["fig"]).item_id
    item = writing(COLM).edit(item_id, text=LESSON.replace("in winter", "in autumn")).item
    assert (item.title, item.tags, item.updated is not None) == ("A fig", ["fig"], True)
    assert [one.role for one in item.people] == [Role.AUTHORED]
    [sentence, *_] = engine.ask(READER, FIG).answer.sentences
    assert sentence.text == "Prune the zymurgic fig in autumn."
    with engine.catalog.read(engine.catalog.owner()) as reader:
        assert [(one.actor, one.action, one.detail) for one in reader.decisions()] == [
            ("colm", "item-edit", item_id)
        ]


def test_a_steward_changes_what_others_wrote(writing: Writing) -> None:
    """They are its editor, once."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    for title in ("One fig", "An old fig"):
        item = writing(STEWARD).edit(item_id, title=title).item
    assert {(one.name, one.role) for one in item.people} == {
        ("Colm", Role.AUTHORED),
        ("sue", Role.EDITED),
    }


def test_an_editor_is_no_author(writing: Writing) -> None:
    """Who once changed it as a steward, and is none any more, changes it no more."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    writing(STEWARD).edit(item_id, title="One fig")
    with pytest.raises(NotAllowedError, match="somebody else's"):
        writing(replace(STEWARD, stewards=frozenset())).edit(item_id, title="Mine now")


def test_what_is_withdrawn_is_gone(writing: Writing, engine: Engine) -> None:
    """From the very next answer."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    assert cited(engine, READER) == [item_id]
    assert writing(COLM).withdraw(item_id).title == "A fig"
    assert cited(engine, READER) == []
    assert writing(COLM).mine().items == []


@pytest.mark.parametrize("viewer", [INES, READER, replace(COLM, contributes=frozenset())])
def test_what_is_somebody_elses_stays(writing: Writing, viewer: Viewer) -> None:
    """Also for an author who may not write there any more."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    for change in (Contributing.withdraw, Contributing.edit):
        with pytest.raises(NotAllowedError, match="is somebody else's"):
            change(writing(viewer), item_id)
    assert [one.id for one in writing(COLM).mine().items] == [item_id]


def test_an_id_opens_nothing(writing: Writing, engine: Engine) -> None:
    """Neither what may not be read, nor what was not written here."""
    owner = engine.catalog.owner()
    secret = writing(owner).write(Kind.LESSON, "board", "The lease", LESSON, author="Ada").item_id
    for item_id in (secret, "written:lesson-0", "nothing", "club/garden/lessons.csv:L1"):
        with pytest.raises(NotFoundError, match=r"no such item|nothing that was written here"):
            writing(STEWARD).withdraw(item_id)
    with pytest.raises(NotFoundError, match="nothing that was written here"):
        writing(owner).edit("club/garden/lessons.csv:L1", title="Mine now")


def test_a_merge_that_a_file_claims_gives_nobody_away(
    writing: Writing, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    """A document that gives one author two addresses makes them one person, but not each other's heir."""
    item_id = writing(COLM).write(Kind.LESSON, "garden", "A fig", LESSON).item_id
    writing(INES).write(Kind.POST, "garden", "Work day", "At nine.")
    for name, address in (("a.md", "colm@example.org"), ("b.md", "ines@example.org")):
        front = f"---\nauthors: ['Mal <{address}>']\n---\n\nWords of {name}.\n"
        (tmp_path / "club" / "garden" / name).write_text(front)
    ingest_path(settings, tmp_path / "club", Quiet())
    with engine.catalog.read(engine.catalog.owner()) as reader:
        assert len({one.person.id for one in reader.items([item_id])[item_id].contributions}) == 1
    with pytest.raises(NotAllowedError):
        writing(INES).withdraw(item_id)


# --- the command line ---


@pytest.fixture
def copse(settings: Settings) -> Callable[..., Result]:
    """Runs a command on the club's library."""
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "160"}

    def run(*given: object, typed: str = "") -> Result:
        return CliRunner(env=environment).invoke(app, [str(one) for one in given], input=typed)

    return run


def test_a_lesson_goes_the_whole_way_on_the_command_line(
    copse: Callable[..., Result], tmp_path: Path
) -> None:
    """From the template to a cited source, a change, and its end."""
    template = copse("contribute", "template").stdout
    filled = template.replace("title: ", "title: A fig").replace("community: ", "community: Garden Club")
    filled = filled.replace("tags: []", "tags: [fig]").replace("What should others do?", FIG)
    (tmp_path / "lesson.md").write_text(filled)
    written = copse("contribute", "lesson", "--file", tmp_path / "lesson.md", "--author", "Ann Lee", "--json")
    item = json.loads(written.stdout)["item"]
    assert (item["title"], item["community"], item["tags"]) == ("A fig", "garden", ["fig"])
    assert item["text"].startswith("## What happened\n\nWhat did you do")
    assert f"Kept as {item['id']}" in copse("contribute", "edit", item["id"], "--title", "An old fig").stdout
    assert "An old fig" in copse("contribute", "list").stdout
    assert json.loads(copse("show", item["id"], "--json").stdout)["item"]["tags"] == ["fig"]
    assert "Withdrew “An old fig”." in copse("contribute", "withdraw", item["id"], "--yes").stdout
    assert "Nothing was written here yet" in copse("contribute", "list").stdout


def test_a_post_comes_from_standard_input(copse: Callable[..., Result]) -> None:
    """As for an editor or a script."""
    given = ("contribute", "post", "--title", "Work day", "--community", "garden", "--author", "Ann Lee")
    assert copse(*given, typed="We meet at nine.").stdout.startswith("Kept as written:post-")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["lesson", "--title", "x"], 2, "--community: say which one", id="no community"),
        pytest.param(["lesson", "--community", "x"], 6, "x: no such community", id="unknown community"),
        pytest.param(["lesson", "--file", "no.md"], 2, "no.md: cannot be read", id="no file"),
        pytest.param(["withdraw", "written:x", "--yes"], 6, "written:x: no such item", id="no item"),
        pytest.param(["withdraw", "written:x"], 2, "add --yes", id="nobody to ask"),
        pytest.param(
            ["post", "--title", "x", "--community", "garden", "--as", "guest"], 10, "garden:", id="a guest"
        ),
    ],
)
def test_an_error_is_one_line_and_a_code(
    copse: Callable[..., Result], arguments: list[str], code: int, message: str
) -> None:
    """It says what to do next."""
    result = copse("contribute", *arguments, typed="Words.")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert message in result.stderr


# --- HTTP ---


@contextmanager
def served(settings: Settings, viewer: str) -> Iterator[TestClient]:
    settings = replace(settings, viewer=viewer)
    with closing(Service.open(settings)) as service, TestClient(Guard(make_api(service))) as client:
        yield client


BODY: dict[str, Any] = {
    "kind": "lesson",
    "community": "Garden Club",
    "title": "A fig",
    "text": LESSON,
    "author": "Ann Lee",
}


def test_a_lesson_goes_the_whole_way_over_http(settings: Settings) -> None:
    """Written, changed, listed, withdrawn."""
    with served(settings, "owner") as client:
        made = client.post("/items", json=BODY)
        item_id = made.json()["item_id"]
        assert made.status_code == 201
        changed = client.patch("/items", params={"id": item_id}, json={"tags": ["fig"]})
        assert (changed.json()["item"]["title"], changed.json()["item"]["tags"]) == ("A fig", ["fig"])
        assert [one["id"] for one in client.get("/contributions").json()["items"]] == [item_id]
        assert client.get("/item", params={"id": item_id}).json()["item"]["text"] == LESSON
        assert client.delete("/items", params={"id": item_id}).json()["title"] == "A fig"
        assert client.get("/item", params={"id": item_id}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(BODY, 403, id="may not"),
        pytest.param(BODY | {"community": "Board"}, 404, id="may not know"),
        pytest.param(BODY | {"kind": "answer"}, 422, id="no such kind"),
        pytest.param(BODY | {"votes": 7}, 422, id="other fields"),
        pytest.param(BODY | {"text": "x" * 50_001}, 422, id="too long"),
    ],
)
def test_a_guest_writes_nothing(settings: Settings, body: dict[str, Any], status: int) -> None:
    """Errors are told as problems."""
    with served(settings, "guest") as client:
        answer = client.post("/items", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_form_of_another_site_cannot_write(settings: Settings) -> None:
    """What changes something has to be declared as JSON, and comes from no other site's page."""
    with served(settings, "owner") as client:
        plain = client.post("/items", content=json.dumps(BODY), headers={"content-type": "text/plain"})
        other = client.request("DELETE", "/items?id=x", headers={"origin": "https://evil.example"})
        assert (plain.status_code, other.status_code) == (415, 403)
        assert client.get("/contributions").json()["items"] == []
