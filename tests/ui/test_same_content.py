"""JSON, the terminal and Markdown say the same."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from rich.console import Console
from typer.testing import CliRunner, Result

from catalog.embedding_text import plain_text
from tests.search.llm_server import says, serve
from tests.ui.club import make_club
from tests.ui.replies import NAMES, make_reply
from ui.cli import app
from ui.markdown import reply_markdown
from ui.schema import answer_schema
from ui.schemas import ReplyOut, untold_practices
from ui.terminal import show_brief_reply, show_reply

_ANSWERED = make_reply()
_UNANSWERED = make_reply(
    sentences=(), citations=(), disagreements=(), partial=False, model=None, completed=None
)
REPLIES = [pytest.param(_ANSWERED, id="thin evidence"), pytest.param(_UNANSWERED, id="no answer")]


def _on_terminal(reply: ReplyOut, width: int) -> str:
    out = io.StringIO()
    show_reply(Console(file=out, width=width, markup=False, highlight=False, emoji=False), reply, NAMES)
    return _flat(out.getvalue())


def _as_markdown(reply: ReplyOut) -> str:
    tokens = MarkdownIt("commonmark").parse(reply_markdown(reply, NAMES))
    return _flat(" ".join("".join(one.content for one in token.children or ()) for token in tokens))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _content(reply: ReplyOut) -> Iterator[str]:
    answer = reply.answer
    yield from (f"{one.text} {''.join(f'[{n}]' for n in one.citations)}" for one in answer.sentences)
    yield from answer.notes
    yield from filter(None, (answer.model, answer.completed, answer.reason))
    for cited in answer.citations:
        yield from (cited.item.title, cited.item.id)
    for expert in reply.experts:
        yield from (expert.name, expert.summary)
    for problem in reply.similar:
        yield from (problem.item.title, problem.item.id, problem.solution.text if problem.solution else "")
        yield from (again.id for again in problem.asked_again)
        yield from (copy.id for copy in problem.also_in)
    for hit in (*reply.practices, *reply.elsewhere):
        yield from (hit.item.title, hit.item.id)


@pytest.mark.parametrize("reply", REPLIES)
def test_markdown_has_all_of_the_reply(reply: ReplyOut) -> None:
    """Sentences with their numbers, notes, sources, people, problems, practices."""
    shown = _as_markdown(reply)

    assert [text for text in _content(reply) if text not in shown] == []


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("reply", REPLIES)
def test_the_terminal_has_all_of_the_reply(reply: ReplyOut, width: int) -> None:
    """Whatever its width."""
    shown = _on_terminal(reply, width)

    assert [text for text in _content(reply) if text not in shown] == []


def test_the_terminal_says_what_must_be_known() -> None:
    """In this order: what was understood, how thin it is, what is missing, who disagrees, who worded it."""
    shown = _on_terminal(_ANSWERED, 80)
    told = (
        "understood as: Why has the water algae? and how do I keep it clear?",
        "The evidence is thin: this is the nearest that was written.",
        "Nothing here mentions: algae",
        "Paint the tank black. [1] Never paint a tank. [2]",
        "Two practices disagree: [1] (accepted, May 2023) and [2] (June 2025)",
        "worded by tiny; every sentence was checked against its sources",
        "Also practised in Harbour Street: Barrels",
        "People who may know",
    )

    assert [shown.index(one) for one in told] == sorted(shown.index(one) for one in told)


def test_in_a_conversation_each_source_has_a_line() -> None:
    """Without its id, which /sources tells; people are named where the answer is unsure."""
    out = io.StringIO()
    console = Console(file=out, width=80, markup=False, highlight=False, emoji=False)
    show_brief_reply(console, _ANSWERED, NAMES)
    rows = [row.rstrip() for row in out.getvalue().split("\n")]

    assert " [1] Green water · accepted answer · Garden Club · 2 May 2023" in rows
    assert " [2] Tanks · document · Garden Club · 1 June 2025" in rows
    assert "notes:paint" not in rows[: rows.index("People who may know")]
    assert "Related problems" not in rows


# --- the command ---


@pytest.fixture(scope="module")
def copse(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """Runs a command on a small club's library."""
    settings = make_club(tmp_path_factory.mktemp("content"))
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "80"}
    return lambda *arguments, **more: CliRunner(env=environment | more).invoke(app, list(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["Why is the water in the rain tank green?"], id="an answer"),
        pytest.param(["and who paints it?", "--after", "Why is the rain tank green?"], id="a follow-up"),
        pytest.param(["zymurgy quokka"], id="nothing known"),
    ],
)
def test_ask_says_the_same_in_every_form(copse: Callable[..., Result], arguments: list[str]) -> None:
    """As text, as Markdown and as JSON; related practices that stand elsewhere in the reply are told once."""
    reply = ReplyOut.model_validate_json(copse("ask", *arguments, "--json").stdout)
    told = reply.model_copy(update={"practices": untold_practices(reply)})
    text, markdown = copse("ask", *arguments), copse("ask", *arguments, "--markdown")

    assert text.exit_code == markdown.exit_code == 0
    assert [one for one in _content(told) if _flat(plain_text(one)) not in _flat(text.stdout)] == []
    assert markdown.stdout == reply_markdown(reply, {"garden": "Garden Club", "board": "Board"})


def test_a_follow_up_is_completed(copse: Callable[..., Result]) -> None:
    """From all that was asked before it, the oldest first."""
    before = ("--after", "Which hoe suits clay soil?", "--after", "Why is the rain tank green?")
    reply = json.loads(copse("ask", "and who paints it?", *before, "--json").stdout)

    assert reply["answer"]["completed"] == "Why is the rain tank green? and who paints it?"


def test_markdown_and_json_exclude_each_other(copse: Callable[..., Result]) -> None:
    """One document on standard output."""
    result = copse("ask", "green", "--json", "--markdown")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--json, --markdown: give one of them" in result.stderr


@pytest.mark.parametrize("form", [[], ["--markdown"], ["--json"]], ids=["text", "Markdown", "JSON"])
def test_drafts_are_for_terminals_only(copse: Callable[..., Result], form: list[str]) -> None:
    """A file or a program gets the checked answer and nothing else."""
    light = "Light makes the water in the rain tank green."
    with serve(says(f"{light} [1] ", "Napoleon painted 99 of them. [1]")) as server:
        model = {"COPSE_LLM_URL": server.url, "COPSE_LLM_MODEL": "tiny"}
        result = copse("ask", "Why is the water in the rain tank green?", *form, **model)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "tiny" in result.stdout
    assert "Napoleon" not in result.stdout


# --- the schema ---


def test_the_schema_is_that_of_the_program() -> None:
    """`python -m ui.schema > docs/answer.schema.json` writes it anew."""
    file = Path(__file__).parents[2] / "docs" / "answer.schema.json"

    assert file.read_text(encoding="utf-8") == answer_schema()


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_keeps_to_the_schema(reply: ReplyOut) -> None:
    """Also where it has no answer."""
    jsonschema = pytest.importorskip("jsonschema")  # Streamlit brings it along
    jsonschema.validate(json.loads(reply.model_dump_json()), json.loads(answer_schema()))
