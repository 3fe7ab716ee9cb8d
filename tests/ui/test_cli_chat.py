"""`copse chat`, through pipes and on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.search.llm_server import falls_silent, says, serve
from tests.ui.club import make_club

pytest.importorskip("pty")
from tests.ui.pseudo_terminal import copse_on_terminal, screen

Environment = dict[str, str]

GREEN = "Why is the water in the rain tank green?"
LIGHT = "Light makes the water in the rain tank green."
PROGRAM = "from ui.cli import main\nmain()"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Settings that name a small club's library."""
    settings = make_club(tmp_path_factory.mktemp("chat"))
    return {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COPSE_RECORD_GAPS": "no"}


def _piped(environment: Environment, *lines: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
    known = {name: text for name, text in os.environ.items() if not name.startswith("COPSE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "chat", *options],
        input="\n".join(lines).encode(errors="surrogateescape"),
        capture_output=True,
        env=known | {"COLUMNS": "80", "PYTHONUTF8": "1"} | environment,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# --- through pipes ---


def test_each_line_of_a_file_is_a_question(environment: Environment) -> None:
    """A follow-up is completed from the line before; empty lines are passed over; a last one needs no end."""
    code, said, errors = _piped(environment, GREEN, "", "and how is it painted?")

    assert (code, errors) == (0, "")
    assert said.index(LIGHT) < said.index(f"understood as: {GREEN} and how is it painted?")


def test_what_is_begun_anew_leans_on_nothing(environment: Environment) -> None:
    """After /new, there is no last answer either."""
    code, said, _ = _piped(environment, GREEN, "/new", "/sources", "and how is it painted?")

    assert code == 0
    assert "understood as" not in said
    assert "Begun anew: the next question leans on nothing." in said
    assert "There are no sources: nothing was answered yet." in said


def test_sources_are_listed_in_full(environment: Environment) -> None:
    """An answer itself has a line for each; the list tells the id as well."""
    _, without, _ = _piped(environment, GREEN)
    _, said, _ = _piped(environment, GREEN, "/sources")

    assert " [1] Why is the water in the rain tank green? · accepted answer · Garden Club" in without
    assert "club/garden/forum:2" not in without
    assert "club/garden/forum:2" in said


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("???", "copse: nothing to search for", id="nothing to search for"),
        pytest.param(
            "/quit", "copse: /quit: there are /new, which begins anew, and /sources", id="no command"
        ),
        pytest.param("\udcff\udcfe", "copse: nothing to search for", id="no characters"),
    ],
)
def test_what_cannot_be_answered_ends_nothing(environment: Environment, line: str, error: str) -> None:
    """It is told in a line, and is no part of the conversation."""
    code, said, errors = _piped(environment, GREEN, line, "and how is it painted?")

    assert code == 0
    assert errors.startswith(error)
    assert errors.count("\n") == 1
    assert f"understood as: {GREEN} and how is it painted?" in said


def test_a_conversation_is_narrowed_like_a_question(environment: Environment) -> None:
    """A community that there is not is told before anything is asked."""
    code, said, errors = _piped(environment, GREEN, options=("--community", "nowhere"))

    assert (code, said) == (6, "")
    assert (
        "nowhere: no such community; those that you may read: board (Board), garden (Garden Club)" in errors
    )


# --- on a terminal ---


def test_a_conversation_on_a_terminal(environment: Environment) -> None:
    """It says how it goes, asks, answers, and ends with Ctrl-D."""
    with copse_on_terminal("chat", environment=environment) as terminal:
        assert "/new begins anew" in screen(terminal.wait_for("> "))
        terminal.type(f"{GREEN}\n")
        terminal.wait_for(LIGHT)
        terminal.wait_for("> ")
        terminal.type("???\n")
        terminal.wait_for("copse: nothing to search for")
        terminal.wait_for("> ")
        terminal.type("and how is it painted?\n")
        terminal.wait_for("understood as: ")
        terminal.wait_for("> ")
        terminal.type("\x04")
        code, rest = terminal.end()

    assert (code, screen(rest).strip()) == (0, "")


def test_an_empty_line_ends(environment: Environment) -> None:
    """As the first words say."""
    with copse_on_terminal("chat", environment=environment) as terminal:
        terminal.wait_for("> ")
        terminal.type("\n")
        assert terminal.end()[0] == 0


def test_ctrl_c_ends(environment: Environment) -> None:
    """With the exit code of every command that is stopped, and without a traceback."""
    with copse_on_terminal("chat", environment=environment) as terminal:
        terminal.wait_for("> ")
        terminal.press_until_written("\x03", "copse: stopped")
        code, rest = terminal.end()

    assert code == 130
    assert "copse: stopped" in rest
    assert "Traceback" not in rest


# --- drafts ---


@pytest.mark.parametrize("columns", [80, 120])
def test_a_draft_gives_way_to_the_answer(environment: Environment, columns: int) -> None:
    """What a language model writes is seen, what no source bears out is gone at the end."""
    words = f"{LIGHT} [1] Paint the rain tank black. [1] Napoleon painted 99 of them purple. [1]".split(" ")
    with serve(says(*(f"{word} " for word in words))) as server:
        model = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny"}
        with copse_on_terminal(
            "ask", GREEN, environment={**environment, **model}, columns=columns
        ) as terminal:
            code, written = terminal.end()
    seen = screen(written)
    flat = " ".join(seen.split())

    assert code == 0
    assert "a draft that is still being checked" in written
    assert "Napoleon" in written
    assert "a draft" not in seen
    assert "Napoleon" not in seen
    assert f"{LIGHT} [1] Paint the rain tank black. [1]" in flat
    assert "worded by tiny; every sentence was checked against its sources" in flat
    assert "1 of the 3 sentences of the language model are left out" in flat


def test_ctrl_c_takes_the_draft_away(environment: Environment) -> None:
    """A model that falls silent is not waited for."""
    with serve(falls_silent(f"{LIGHT} [1] And ")) as server:
        model = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny"}
        with copse_on_terminal("chat", environment={**environment, **model}) as terminal:
            terminal.wait_for("> ")
            terminal.type(f"{GREEN}\n")
            draft = terminal.wait_for("[1] And")
            terminal.press_until_written("\x03", "copse: stopped")
            code, rest = terminal.end()
    seen = screen(draft + rest)

    assert code == 130
    assert LIGHT not in seen
    assert "copse: stopped" in seen


def test_a_question_that_fails_leaves_only_the_error(environment: Environment) -> None:
    """Nothing of what went on stays on the screen."""
    with copse_on_terminal("ask", "???", environment=environment) as terminal:
        code, written = terminal.end()

    assert code == 7
    assert screen(written).strip().startswith("copse: nothing to search for")
