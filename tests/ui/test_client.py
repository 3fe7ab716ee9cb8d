"""The client of the API, against a server of it on a free port of this machine."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.errors import BusyError, NotFoundError, NotSignedInError, QuestionError
from catalog.nouns import Kind
from tests.ui.allotment import make_allotment
from ui.api import PREFIX, make_api
from ui.client import AsyncCopse, Copse, RefusedError, UnreachableError, _error
from ui.problems import PROBLEMS, told
from ui.schemas import AnswerOut, ReplyOut
from ui.service import Service

SLUGS = "Are slug nematodes worth the money?"
_DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a part of the sample is served."""
    service = Service.open(make_allotment(tmp_path_factory.mktemp("client")))
    app = Starlette(routes=[Mount(PREFIX, make_api(service))])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            service.close()


@pytest.fixture
def copse(address: str) -> Iterator[Copse]:
    """A client that the server knows without a token."""
    with Copse(address) as copse:
        yield copse


def test_questions_are_answered_in_the_forms_of_copse(copse: Copse) -> None:
    """With filters where they are given."""
    assert copse.ask(SLUGS, k=1).answer.question == SLUGS
    found = copse.search("slugs", k=50, kinds=[Kind.LESSON], since=date(2020, 1, 1)).hits
    assert {hit.item.kind for hit in found} == {Kind.LESSON}
    assert copse.similar("", typing=True).similar == []
    assert copse.item("sample/allotment/forum:1183").item.title.startswith("My compost bin")
    assert copse.person("Gwen Pritchard").person.name == "Gwen Pritchard"
    assert [one.slug for one in copse.communities().communities] == ["hollow-lane-allotments"]


def test_pages_are_followed_to_the_end(copse: Copse) -> None:
    """However few come at once."""
    assert [one.name for one in copse.people(k=5)] == [one.name for one in copse.people(k=50)]
    assert len(list(copse.topics(k=10))) > 10


def test_a_reply_comes_in_parts(copse: Copse) -> None:
    """The last one is all of it."""
    first, last = copse.ask_in_steps(SLUGS)

    assert isinstance(first, AnswerOut)
    assert isinstance(last, ReplyOut)
    assert last.answer == first


def test_a_question_is_put_to_people_and_answered(copse: Copse) -> None:
    """By the same words as on the command line."""
    made = copse.put_to_people("Do nematodes work against leatherjackets?", to=["Gwen Pritchard"])
    number = made.request.number
    copse.answer(number, "They do, in September.", person="Gwen Pritchard")

    assert [one.number for one in copse.requests()] == [number]
    assert copse.accept(number, 1).replies[0].accepted
    assert copse.close_request(number).state == "closed"


def test_what_somebody_writes_is_found_and_withdrawn(copse: Copse, tmp_path: Path) -> None:
    """A lesson, a document, and whether it helped."""
    plot = "hollow-lane-allotments"
    what = "## What to do\n\nCover the bed."
    lesson = copse.write("lesson", plot, "Fleece keeps zizzers off", what, author="Gwen Pritchard")
    document = tmp_path / "leeks.md"
    document.write_text("# Leeks\n\nLeeks want company.", encoding="utf-8")

    assert copse.search("zizzers", k=1).hits[0].item.id == lesson.item_id
    assert [one.item.id for one in copse.items(title="zizzers", k=1)] == [lesson.item_id]
    assert copse.say(item=lesson.item_id, helped=True).people_helped == 1
    assert copse.upload(document, plot, author="Gwen Pritchard").name == "leeks.md"
    assert copse.withdraw(lesson.item_id).item_id == lesson.item_id


def test_who_asks_is_told_with_what_was_added(copse: Copse) -> None:
    """The owner may do everything."""
    assert copse.me().owner
    assert copse.sources().sources[0].name == "sample"
    with pytest.raises(NotFoundError, match="no such job"):
        copse.job("nothing?else")


def test_what_goes_wrong_is_the_error_that_it_is(copse: Copse, address: str) -> None:
    """With the line that says what to do next."""
    with pytest.raises(QuestionError, match="nothing to search for"):
        copse.ask("?!")
    with pytest.raises(NotFoundError, match="sample:nothing"):
        copse.item("sample:nothing")
    with pytest.raises(QuestionError):
        list(copse.ask_in_steps("?!"))
    with pytest.raises(RefusedError, match="k: Input should be less than or equal to 50") as refused:
        copse.search("slugs", k=51)
    assert refused.value.problem.name == "request"
    with Copse(address, "copse_wrong") as nobody, pytest.raises(NotSignedInError):
        nobody.status()


def test_where_nothing_answers_it_is_said() -> None:
    """With the address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        Copse(f"http://127.0.0.1:{port}") as copse,
        pytest.raises(UnreachableError, match=f"{port}: nothing answers"),
    ):
        copse.status()


def test_something_else_at_the_address_is_not_taken_for_copse(address: str) -> None:
    """It may be the address of another service."""
    with (
        Copse(f"{address}/elsewhere") as copse,
        pytest.raises(UnreachableError, match="404 Not Found, but not as"),
    ):
        copse.status()


def test_it_is_the_same_asynchronously(address: str) -> None:
    """Calls, pages and parts."""

    async def ask() -> tuple[str, int, list[str]]:
        async with AsyncCopse(address) as copse:
            reply, names = await asyncio.gather(copse.ask(SLUGS), _names(copse))
            parts = [type(part).__name__ async for part in copse.ask_in_steps(SLUGS)]
            return reply.answer.question, len(names), parts

    question, people, parts = asyncio.run(ask())
    assert (question, parts) == (SLUGS, ["AnswerOut", "ReplyOut"])
    with Copse(address) as copse:
        assert people == len(list(copse.people()))


async def _names(copse: AsyncCopse) -> list[str]:
    return [person.name async for person in copse.people(k=5)]


def test_the_example_of_the_documentation_runs(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands there, but for the address."""
    [example] = re.findall(r"^```python\n(.*?)^```", _DOCS, re.MULTILINE | re.DOTALL)
    exec(example.replace("http://127.0.0.1:8501", address), {})  # noqa: S102 - our own documentation

    printed = capsys.readouterr().out
    assert "Gwen Pritchard" in printed
    assert printed.rstrip().endswith("AnswerOut\nReplyOut")


def test_it_is_light() -> None:
    """A program that asks over HTTP loads neither models nor servers nor pages."""
    heavy = (
        "fastapi",
        "faiss",
        "openvino",
        "sentence_transformers",
        "streamlit",
        "torch",
        "sklearn",
    )
    code = f"import sys, ui.client; print([one for one in {heavy!r} if one in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"


def test_busy_says_when_to_ask_again() -> None:
    """In seconds, for a program that waits."""
    error = _error(told(PROBLEMS[BusyError], "more than 300 requests in a minute"), "7")
    assert isinstance(error, BusyError)
    assert error.wait == 7
