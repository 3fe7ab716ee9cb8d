"""The command line over a small library, ingested from literal files with the fake encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ui.cli import app
from ui.cli.commands import MODULES

_POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2023-05-01T08:00:00.000" Score="4" \
Title="Why is the water in the rain tank green?" Tags="&lt;water&gt;" OwnerUserId="1" \
Body="&lt;p&gt;The water in our rain tank turned green in a week.&lt;/p&gt;" />
<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2023-05-02T08:00:00.000" Score="7" OwnerUserId="2" \
Body="&lt;p&gt;Light makes the water in the rain tank green. Paint the rain tank black.&lt;/p&gt;" />
<row Id="3" PostTypeId="1" CreationDate="2024-06-01T08:00:00.000" Score="1" \
Title="Which hoe suits clay soil?" Tags="&lt;tools&gt;" OwnerUserId="1" \
Body="&lt;p&gt;My hoe bounces off clay soil.&lt;/p&gt;" />
</posts>
"""

_USERS = """<?xml version="1.0" encoding="utf-8"?>
<users>
<row Id="1" DisplayName="Ines" />
<row Id="2" DisplayName="Gwen" />
</users>
"""

_FILES = {
    "garden/copse.toml": '[community]\nname = "Garden Club"\nslug = "garden"\n',
    "garden/forum/Posts.xml": _POSTS,
    "garden/forum/Users.xml": _USERS,
    "garden/lessons.csv": (
        "Ref,Headline,Lesson learned,Recommendation,Logged by,Email,Date\n"
        "L1,Shed roof flew off,Nails pull out in wind,Screw every roof sheet down,Colm,colm@example.org,"
        "2022-02-18\n"
    ),
    "garden/compost.md": (
        "---\ntitle: Compost recipe\nauthors: [Gwen]\ndate: 2021-03-01\n---\n\n"
        "## Mixing\n\nMix two parts of green with one part of brown.\n"
    ),
    "garden/hostile.md": (
        '---\ntitle: "[bold red]Slugs[/]"\ndate: 2021-04-01\n---\n\n'
        "Slugs hide under [link=https://evil.example]boards[/link] at night.\n"
    ),
    "garden/wasps.jsonl": (
        r'{"id": "W1", "title": "\u001b[31mWasps\u001b[0m in the \u202eshed", "lesson": "Wasps nest",'
        r' "recommendation": "Look under the roof.", "submitter": "Yusuf"}'
        "\n"
    ),
    "garden/photo.xyz": "not read",
    "board/copse.toml": (
        '[community]\nname = "Board"\nslug = "board"\nprivate = true\nreaders = ["ada@example.org"]\n'
    ),
    "board/minutes.md": "---\ntitle: Minutes of March\n---\n\nThe rent of the meadow rises in June.\n",
}

Copse = Callable[..., Result]


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _runner(library: Path) -> Copse:
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_MODEL": "hash:64", "COPSE_LIBRARY": str(library), "NO_COLOR": "1", "COLUMNS": "80"}

    def run(*arguments: str | Path, **more: str) -> Result:
        return CliRunner(env=environment | more).invoke(app, [str(argument) for argument in arguments])

    return run


def _flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copse, Result]:
    """A library of a public and a private community, and what its ingest printed."""
    folder = tmp_path_factory.mktemp("cli")
    copse = _runner(folder / "library")
    return copse, copse("ingest", _write(folder / "club", _FILES))


@pytest.fixture(scope="module")
def copse(ingested: tuple[Copse, Result]) -> Copse:
    """Runs a command on that library; no test changes it."""
    return ingested[0]


@pytest.fixture
def new(tmp_path: Path) -> Copse:
    """Runs a command on a library that does not exist yet."""
    return _runner(tmp_path / "library")


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# --- ingest ---


def test_ingest_sums_up_what_it_did(ingested: tuple[Copse, Result]) -> None:
    """A table of sources, the columns of tables, and the files that were left out."""
    result = ingested[1]
    said = _flat(result.stdout)

    assert result.exit_code == 0
    assert "club/garden/forum 1 3 · · ·" in said
    assert "title ← Headline" in said
    assert "1 file left out, of kinds that are not read: 1 .xyz." in said
    assert "passages embedded." in said


def test_ingest_writes_lines_where_there_is_no_terminal(ingested: tuple[Copse, Result]) -> None:
    """Progress goes to standard error, without bars."""
    lines = ingested[1].stderr.splitlines()

    assert lines[0] == "club: reading 3 files"
    assert lines[-1].startswith("embedded ")


def test_ingesting_again_says_that_nothing_has_changed(new: Copse, tmp_path: Path) -> None:
    """An unchanged folder is not read again."""
    folder = _write(tmp_path / "club", {"a.md": "Water in the evening.", "b.md": "Weed in the morning."})
    new("ingest", folder)

    assert new("ingest", folder).stdout == "Nothing has changed in 2 files of 1 source.\n"


def test_ingest_names_an_unreadable_file_and_reads_the_rest(new: Copse, tmp_path: Path) -> None:
    """One line says which and why, and the exit code is 4."""
    folder = _write(tmp_path / "club", {"a.md": "Water in the evening.", "broken.pdf": "no PDF"})
    result = new("ingest", folder)

    assert result.exit_code == 4
    assert "1 thing could not be read:" in result.stdout
    assert "broken.pdf" in "".join(result.stdout.split())  # a long path is wrapped anywhere
    assert [hit["item"]["id"] for hit in _json(new("search", "water", "--json"))["hits"]] == ["club:a.md"]
    assert "broken.pdf" in "".join(new("status", "--failures").stdout.split())


def test_a_path_that_is_missing_does_not_stop_the_others(new: Copse, tmp_path: Path) -> None:
    """The missing path is told in one line, and the exit code is 4."""
    folder = _write(tmp_path / "club", {"a.md": "Water in the evening."})
    result = new("ingest", tmp_path / "nowhere", folder)

    assert result.exit_code == 4
    assert result.stderr.splitlines()[-1] == (
        f"copse: {tmp_path}/nowhere: no such file or folder; check the spelling"
    )
    assert "1 passage embedded." in result.stdout


def test_ingest_reports_as_json(new: Copse, tmp_path: Path) -> None:
    """Standard output is one document, whatever else is told."""
    folder = _write(tmp_path / "club", {"a.md": "Water in the evening.", "b.xyz": "?"})
    report = _json(new("ingest", folder, "--json"))

    assert report == {
        "schema_version": 1,
        "sources": [
            {
                "source": "club",
                "units": 1,
                "read": 1,
                "written": 1,
                "unchanged": 0,
                "renamed": 0,
                "removed": 0,
                "held": 0,
                "forgotten": 0,
                "failures": [],
                "error": None,
                "columns": None,
            }
        ],
        "embedded": 1,
        "changed": True,
        "left_out": {".xyz": 1},
        "errors": [],
    }


def test_ingest_takes_a_name_a_community_and_privacy(new: Copse, tmp_path: Path) -> None:
    """What the command line says holds where no copse.toml does."""
    path = _write(tmp_path, {"a.md": "Water in the evening."}) / "a.md"
    new("ingest", path, "--name", "notes", "--community", "The Board", "--private")
    status = _json(new("status", "--json"))

    assert [source["name"] for source in status["sources"]] == ["notes"]
    assert status["communities"] == [
        {"slug": "the-board", "name": "The Board", "private": True, "items": {"document": 1}}
    ]


def test_one_name_for_two_paths_is_refused(new: Copse, tmp_path: Path) -> None:
    """Two sources cannot have one name."""
    result = new("ingest", tmp_path, tmp_path, "--name", "notes")

    assert (result.exit_code, result.stderr) == (
        2,
        "copse: --name: names the source of one path; ingest the paths one at a time\n",
    )


def test_an_interrupted_ingest_says_that_nothing_is_lost(
    new: Copse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends it with exit code 130 and one line."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ui.sync.Syncer.sync", interrupted)
    result = new("ingest", tmp_path)

    assert (result.exit_code, result.stderr) == (
        130,
        "copse: stopped; nothing is lost, and the same command continues where this one was\n",
    )


# --- questions ---


def test_ask_prints_a_cited_answer_and_all_the_rest(copse: Copse) -> None:
    """The answer with its sources, the people, and who met it before."""
    said = _flat(copse("ask", "Why is the water in the rain tank green?").stdout)

    assert "Light makes the water in the rain tank green. [1]" in said
    assert "[1] Why is the water in the rain tank green? accepted answer · Garden Club · 2 May 2023" in said
    assert "People who know Gwen" in said
    assert "Same problem, met before ✓ solved Why is the water in the rain tank green?" in said


def test_ask_gives_the_same_as_json(copse: Copse) -> None:
    """The answer's text carries its citations."""
    reply = _json(copse("ask", "Why is the water in the rain tank green?", "--json"))

    assert reply["answer"]["abstained"] is False
    assert "Light makes the water in the rain tank green. [1]" in reply["answer"]["text"]
    assert reply["answer"]["citations"][0]["item"]["id"] == "club/garden/forum:2"
    assert reply["experts"][0]["name"] == "Gwen"
    assert reply["similar"][0]["solution"]["item"]["id"] == "club/garden/forum:2"


def test_ask_says_that_it_does_not_know(copse: Copse) -> None:
    """An abstention has a reason."""
    lines = copse("ask", "Who wrote the tango Volver?").stdout.split("\n")

    assert lines[1] == "  We don't know."
    assert lines[2].strip()


def test_words_of_a_question_need_no_quotation_marks(copse: Copse) -> None:
    """Several arguments are one question."""
    assert _json(copse("search", "rain", "tank", "--json"))["question"] == "rain tank"


def test_search_lists_hits(copse: Copse) -> None:
    """Title, facts, the beginning of the passage, and the id."""
    said = _flat(copse("search", "compost mixing green brown", "-k", "1").stdout)

    assert said.startswith("1 Compost recipe")
    assert said.endswith(
        "document · Mixing · Garden Club · 1 March 2021 Mix two parts of green with one part of brown. "
        "club:garden/compost.md"
    )


def test_experts_show_what_their_score_is_made_of(copse: Copse) -> None:
    """Each piece of evidence has its share."""
    experts = _json(copse("experts", "green water in the rain tank", "--json"))["experts"]

    assert experts[0]["name"] == "Gwen"
    assert experts[0]["score"] == pytest.approx(sum(one["share"] for one in experts[0]["evidence"]))
    assert "answered, accepted: Why is the water" in _flat(copse("experts", "rain tank green water").stdout)


def test_similar_shows_what_solved_a_problem(copse: Copse) -> None:
    """The first lines of the solution, and whose it is."""
    said = _flat(copse("similar", "green water in our rain tank", "-k", "1").stdout)

    assert said == (
        "Related problems ✓ solved Why is the water in the rain tank green? "
        "question · Garden Club · 1 May 2023 "
        "Light makes the water in the rain tank green. Paint the rain tank black. — Gwen, 2 May 2023 "
        "club/garden/forum:1"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            ["--kind", "lesson"], {"club/garden/lessons.csv:L1", "club/garden/wasps.jsonl:W1"}, id="kind"
        ),
        pytest.param(["--tag", "Tools"], {"club/garden/forum:3"}, id="tag"),
        pytest.param(["--community", "Board"], {"club:board/minutes.md"}, id="community by name"),
        pytest.param(["--community", "board"], {"club:board/minutes.md"}, id="community by slug"),
        pytest.param(["--since", "2024"], {"club/garden/forum:3"}, id="since"),
        pytest.param(
            ["--since", "2022-02-18", "--until", "2022-02-18"], {"club/garden/lessons.csv:L1"}, id="day"
        ),
        pytest.param(
            ["--since", "2022-01", "--until", "2022-02"], {"club/garden/lessons.csv:L1"}, id="month"
        ),
    ],
)
def test_options_narrow_the_search(copse: Copse, options: list[str], expected: set[str]) -> None:
    """Filters hold inside the search; both dates are included."""
    found = _json(copse("search", "roof hoe rent soil wind meadow", "--json", *options))["hits"]

    assert {hit["item"]["id"] for hit in found} == expected


# --- who may read what ---


def test_a_guest_sees_nothing_of_a_private_community(copse: Copse) -> None:
    """No hit, no item, no count, no name."""
    found = _json(copse("search", "rent of the meadow", "--as", "guest", "--json"))["hits"]
    status = copse("status", "--as", "guest").stdout
    shown = copse("show", "club:board/minutes.md", "--as", "guest")

    assert all(hit["item"]["community"] == "garden" for hit in found)
    assert "Board" not in status
    assert "board" not in status
    assert shown.exit_code == 6
    assert "Minutes" not in shown.output


def test_a_reader_of_a_private_community_sees_it(copse: Copse) -> None:
    """A reader is known by e-mail, from an option or from the environment."""
    question = ("search", "rent of the meadow", "-k", "1", "--json")

    for result in (
        copse(*question, "--as", "ada@example.org"),
        copse(*question, COPSE_VIEWER="ada@example.org"),
    ):
        assert _json(result)["hits"][0]["item"]["id"] == "club:board/minutes.md"


def test_an_unknown_community_lists_those_that_the_viewer_may_read(copse: Copse) -> None:
    """A private community is unknown to a guest."""
    result = copse("ask", "rent", "--community", "board", "--as", "guest")

    assert (result.exit_code, result.stderr) == (
        6,
        "copse: board: no such community; those that you may read: garden (Garden Club)\n",
    )


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "roof of the shed"],
        ["search", "roof of the shed"],
        ["experts", "roof of the shed"],
        ["similar", "roof of the shed"],
        ["show", "club/garden/lessons.csv:L1"],
        ["status"],
    ],
    ids=lambda command: command[0],
)
def test_no_e_mail_address_is_shown(copse: Copse, command: list[str]) -> None:
    """Neither as text nor as JSON."""
    for result in (copse(*command), copse(*command, "--json")):
        assert result.exit_code == 0
        assert "colm@example.org" not in result.output


# --- what documents contain is inert ---


@pytest.mark.parametrize("command", ["search", "ask"])
def test_markup_in_a_title_is_inert(copse: Copse, command: str) -> None:
    """Square brackets stay as they are."""
    assert "[bold red]Slugs[/]" in copse(command, "slugs hide at night").stdout


@pytest.mark.parametrize("command", ["search", "ask", "experts", "similar"])
def test_escapes_in_a_title_are_inert(copse: Copse, command: str) -> None:
    """No escape character and no mark that turns the direction of writing reaches the terminal."""
    said = copse(command, "wasps nest under the roof").stdout

    assert "Wasps" in said
    assert not {"\x1b", "\u202e"} & set(said)


def test_markup_in_a_text_is_inert(copse: Copse) -> None:
    """A text is Markdown to the terminal, never the terminal's own markup."""
    shown = copse("show", "club:garden/hostile.md").stdout

    assert "[link=https://evil.example]boards[/link]" in shown
    assert "\x1b" not in shown


# --- show, status, settings, forget ---


def test_show_prints_the_whole_thread(copse: Copse) -> None:
    """An answer is shown below its question."""
    said = _flat(copse("show", "club/garden/forum:2").stdout)

    assert said == (
        "Why is the water in the rain tank green? "
        "Ines 4 votes question · Garden Club · 1 May 2023 · solved #water club/garden/forum:1 "
        "The water in our rain tank turned green in a week. "
        "✓ Gwen 7 votes accepted answer · Garden Club · 2 May 2023 club/garden/forum:2 "
        "Light makes the water in the rain tank green. Paint the rain tank black."
    )


def test_show_gives_the_text_as_json(copse: Copse) -> None:
    """The item that was asked for, and its thread."""
    shown = _json(copse("show", "club/garden/forum:2", "--json"))

    assert shown["item"]["text"] == "Light makes the water in the rain tank green. Paint the rain tank black."
    assert [item["id"] for item in shown["thread"]] == ["club/garden/forum:1", "club/garden/forum:2"]


def test_show_of_an_unknown_item_says_where_to_find_ids(copse: Copse) -> None:
    """The exit code is that of `NotFoundError`."""
    result = copse("show", "club:nothing.md")

    assert (result.exit_code, result.stderr) == (
        6,
        "copse: club:nothing.md: no such item, or not yours to read; `copse search` shows each item's id\n",
    )


def test_status_counts_what_there_is(copse: Copse) -> None:
    """Communities by kind, and how much is embedded."""
    said = _flat(copse("status").stdout)

    assert "Garden Club garden 2 1 2 2" in said
    assert "Board board private · · 1 ·" in said
    assert "Embedded 100% of" in said


def test_settings_tell_where_values_come_from(copse: Copse) -> None:
    """An option, the environment, or the table."""
    settings = _json(copse("settings", "--as", "guest", "--json", COPSE_PORT="8600"))["settings"]
    told = {one["name"]: (one["value"], one["origin"]) for one in settings}

    assert told["viewer"] == ("guest", "option")
    assert told["port"] == (8600, "environment")
    assert told["host"] == ("127.0.0.1", "default")
    assert "port = 8501 default" in _flat(copse("settings").stdout)


def test_forget_takes_out_an_item_and_then_its_source(new: Copse, tmp_path: Path) -> None:
    """What is forgotten is in no later result; a forgotten item stays away when its source is read again."""
    folder = _write(tmp_path / "club", {"a.md": "Water in the evening.", "b.md": "Weed in the morning."})
    new("ingest", folder)

    assert new("forget", "club:a.md", "--yes").stdout == "Took “A” (club:a.md) out of the library for good.\n"
    new("ingest", folder, "--afresh")
    assert _json(new("search", "water weed", "--json"))["hits"][0]["item"]["id"] == "club:b.md"
    assert _json(new("forget", "club", "--yes", "--json")) == {
        "schema_version": 1,
        "forgotten": "club",
        "items": 1,
    }
    assert _json(new("status", "--json"))["sources"] == []


def test_forget_asks_nobody_where_there_is_no_terminal(copse: Copse) -> None:
    """It says what would go, and how to mean it."""
    result = copse("forget", "club/garden/forum")

    assert result.exit_code == 2
    assert result.stderr == (
        "copse: This takes the source club/garden/forum out of the library: 3 items. "
        "Nobody can be asked here: add --yes if that is meant\n"
    )


def test_only_the_owner_forgets(copse: Copse) -> None:
    """A guest cannot take anything out."""
    result = copse("forget", "club", "--yes", COPSE_VIEWER="guest")

    assert result.exit_code == 2
    assert "only the owner" in result.stderr


def test_serve_is_given_the_settings(copse: Copse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host and port of the command line go before everything else."""
    served: list[tuple[str, int, str]] = []
    monkeypatch.setattr(
        "ui.serve.serve", lambda settings: served.append((settings.host, settings.port, settings.viewer))
    )
    result = copse("serve", "--port", "8700", "--as", "guest")

    assert (result.exit_code, served) == (0, [("127.0.0.1", 8700, "guest")])


# --- errors ---


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["ask", " "], 7, "nothing to search for", id="empty question"),
        pytest.param(["ask", "roof", "--since", "soon"], 2, "--since 'soon': give a year", id="no date"),
        pytest.param(["ask", "roof", "--until", "2023-02-30"], 2, "--until '2023-02-30'", id="no such day"),
        pytest.param(["forget", "nobody", "--yes"], 6, "the sources are: club, club/garden", id="no source"),
    ],
)
def test_an_error_is_one_line_and_a_code(copse: Copse, arguments: list[str], code: int, message: str) -> None:
    """Nothing goes to standard output, and there is no traceback."""
    result = copse(*arguments)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert result.stderr.startswith("copse: ")
    assert message in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["ask", "roof"], ["search", "roof"], ["show", "a:b"], ["status"], ["forget", "a", "--yes"]],
    ids=lambda arguments: arguments[0],
)
def test_a_missing_library_says_how_to_make_one(new: Copse, tmp_path: Path, arguments: list[str]) -> None:
    """No command but `ingest` makes a library."""
    result = new(*arguments)

    assert (result.exit_code, result.stderr) == (
        3,
        f"copse: {tmp_path}/library: no library here yet; `copse ingest PATH` makes one\n",
    )
    assert not (tmp_path / "library").exists()


def test_a_setting_that_cannot_be_used_is_told(copse: Copse) -> None:
    """The message names the variable."""
    result = copse("status", COPSE_PORT="many")

    assert (result.exit_code, result.stderr) == (
        2,
        "copse: COPSE_PORT='many': give a whole number, such as 8501\n",
    )


def test_an_interrupted_question_ends_with_one_line(copse: Copse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is exit code 130."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("search.engine.Engine.search", interrupted)
    result = copse("search", "roof")

    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "copse: stopped\n")


# --- the program ---


def test_help_imports_nothing_heavy() -> None:
    """Help is there at once: no model, no index, no database, no web server."""
    program = (
        "import sys\nfrom ui.cli import main\nsys.argv = ['copse', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'streamlit', 'faiss', 'tantivy', 'sentence_transformers', 'sqlalchemy', 'numpy',"
        " 'fastapi', 'pydantic', 'mcp'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stderr == "[]\n"
    assert "Read what there is, then ask" in result.stdout


def test_a_reader_that_stops_reading_is_no_error(copse: Copse, ingested: tuple[Copse, Result]) -> None:
    """`copse … | head` ends quietly."""
    program = "import sys\nfrom ui.cli import main\nsys.argv = ['copse', 'settings', '--json']\nmain()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == ""


def test_version_is_that_of_the_package(copse: Copse) -> None:
    """One line, for scripts."""
    assert copse("--version").stdout == "copse 0.1.0\n"


@pytest.mark.parametrize("file", sorted(set(MODULES.values())))
def test_each_file_registers_the_commands_that_are_looked_up_in_it(file: str) -> None:
    """A command is found by the name of its file, before anything else is imported."""
    part = typer.Typer()
    import_module(f"ui.cli.{file}").register(part)

    found = list(getattr(typer.main.get_group(part), "commands"))  # noqa: B009
    assert sorted(found) == sorted(name for name, of in MODULES.items() if of == file)
