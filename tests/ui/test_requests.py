"""From a question to a person and back, through the service, the command line and HTTP."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from catalog.errors import CopseError, NotFoundError, SettingError
from catalog.settings import Settings
from catalog.store import Catalog
from catalog.wishes import Wish
from tests.ui.club import Quiet, make_club
from tests.ui.mail_server import Post, mail_server
from ui.api import make_api
from ui.cli import app
from ui.guard import Guard
from ui.requesting import Requesting
from ui.service import Service
from ui.sync import ingest_path

ROOF = "How do I screw shed roof sheets down?"
BREW = "Does zymurgy need barley?"
REPLY = "Zymurgy needs barley, and malted barley is best."
GARDEN = frozenset({"garden"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The owner's settings of a small club's library; Colm alone wrote about roofs."""
    return make_club(tmp_path)


@contextmanager
def serving(settings: Settings, **values: Any) -> Iterator[Service]:
    with closing(Service.open(replace(settings, **values))) as service:
        yield service


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """The owner's."""
    with serving(settings) as service:
        yield service


@pytest.fixture
def requesting(service: Service) -> Requesting:
    """What the owner puts to people."""
    return service.requesting()


def cited(service: Service, question: str) -> list[str]:
    return [one.item.id for one in service.ask(question, service.filters(), 5).answer.citations]


# --- asking ---


def test_a_question_goes_to_whom_the_evidence_names(requesting: Requesting) -> None:
    """With what was found; nothing is sent where nothing is set, and all of it works."""
    made = requesting.ask(ROOF, GARDEN)
    [asked, *_] = made.request.people
    assert (made.request.number, made.joined, made.notes, made.link) == (1, False, [], "")
    assert (asked.name, asked.sent_at, asked.trouble) == ("Colm", None, "")
    assert asked.why == "Shared 1 lesson; last in February 2022"
    assert made.request.found[0] == "club/garden/lessons.csv:L1"
    assert (made.request.communities, made.request.community) == (["garden"], "garden")


@pytest.mark.parametrize(
    "again", [ROOF, "how do i screw SHED roof sheets down", "Sheets: how do I screw shed roof down?"]
)
def test_the_same_question_joins_the_open_one(requesting: Requesting, again: str) -> None:
    """Also in other words of the same meaning; nobody is asked twice."""
    requesting.ask(ROOF, GARDEN)
    made = requesting.ask(again, GARDEN)
    assert (made.joined, made.request.number, made.request.times) == (True, 1, 2)
    assert made.token == ""


def test_another_question_does_not_join(requesting: Requesting) -> None:
    """It goes out by itself."""
    requesting.ask(ROOF, GARDEN)
    assert requesting.ask("Which hoe suits clay soil?", GARDEN).request.number == 2


def test_who_is_anonymous_is_asked_and_replies_without_being_named(
    service: Service, settings: Settings
) -> None:
    """Also in the mail's text; the mail reaches them all the same."""
    with Catalog.open(settings.library) as catalog:
        with catalog.read(catalog.owner()) as reader:
            colm = reader.person("Colm").person.id
        with catalog.write() as writer:
            writer.put_wish(colm, Wish(anonymous=True))
        made = service.requesting().ask(ROOF, GARDEN)
        with catalog.write_requests(catalog.owner()) as asking:
            letter = next(one for one in asking.letters(1) if one.number == colm)
    taken = service.requesting().answer(letter.token, "Long screws.")
    assert (letter.name, letter.address) == ("a member", "colm@example.org")
    assert (made.request.people[0].name, made.request.people[0].person_id) == ("A member of Garden Club", 0)
    assert taken.request.replies[0].name == "A member of Garden Club"
    assert "Colm" not in made.model_dump_json() + taken.model_dump_json()


def test_people_are_told_in_the_order_in_which_they_were_chosen(requesting: Requesting) -> None:
    """Not by their numbers; who was named comes after them."""
    made = requesting.ask("shed roof sheets, green compost, rain tank", GARDEN)
    chosen = [one.name for one in made.request.people]
    added = requesting.send(1, ["Ines"]).request.people
    assert [one.name for one in added] == [*chosen, "Ines"]


def test_where_nobody_can_be_asked_it_stands_open(requesting: Requesting) -> None:
    """And says so."""
    made = requesting.ask(BREW, GARDEN)
    assert made.request.people == []
    assert "Nobody could be asked" in made.notes[0]


def test_who_wishes_not_to_be_asked_is_not(service: Service, settings: Settings) -> None:
    """Neither chosen nor by name, which is told with the reason."""
    with Catalog.open(settings.library) as catalog, catalog.write() as writer:
        with catalog.read(catalog.owner()) as reader:
            colm = reader.person("Colm").person.id
        writer.put_wish(colm, Wish(hide=("roofs",)))
    requesting = service.requesting()
    assert "Colm" not in [one.name for one in requesting.ask(ROOF, GARDEN).request.people]
    with pytest.raises(SettingError, match="Colm does not want to be asked about this"):
        requesting.ask(ROOF, GARDEN, ["Colm"])
    assert requesting.ask(BREW, GARDEN, ["Colm"]).request.people[0].why == "You were named by whoever asks"


@pytest.mark.parametrize(
    ("to", "communities", "error", "message"),
    [
        pytest.param("Colin", GARDEN, NotFoundError, r"did you mean Colm \(\d+\)\?", id="unknown"),
        pytest.param("Gwen", GARDEN, NotFoundError, "2 people have this name", id="ambiguous"),
        pytest.param(
            "Colm", frozenset(), SettingError, "Colm cannot read all of board, garden", id="may not"
        ),
    ],
)
def test_whom_nobody_can_ask_is_told(
    requesting: Requesting, to: str, communities: frozenset[str], error: type[CopseError], message: str
) -> None:
    """With the nearest names, or what to do."""
    with pytest.raises(error, match=message):
        requesting.ask(BREW, communities, [to])


# --- sending ---


def test_a_request_goes_out_by_mail_and_its_link_answers(settings: Settings) -> None:
    """Whoever has the link is the one who was asked, and needs no account."""
    with mail_server(Post()) as post:
        ways = {
            "smtp_url": post.url,
            "smtp_from": "copse@club.example",
            "public_url": "https://club.example/",
        }
        with serving(settings, **ways) as service:
            made = service.requesting().ask(ROOF, GARDEN, ["Colm"])
    [(recipient, mail)] = post.sent
    text = mail.get_content()
    link = re.search(r"https://club\.example/\?request=(\S+)>", text)
    assert recipient == "colm@example.org"
    assert made.request.people[0].how == "mail"
    assert "**Why you:** Shared 1 lesson" in text
    assert "Shed roof flew off" in text
    assert link
    assert made.token != link[1]
    with serving(settings, viewer="guest") as service:
        taken = service.requesting().answer(link[1], "Use long screws.")
    assert (taken.request.state, taken.request.replies[0].name) == ("answered", "Colm")


def test_a_request_that_cannot_be_sent_is_kept_and_sent_again(settings: Settings) -> None:
    """The trouble is told in a line without the address."""
    with serving(settings, smtp_url="smtp://127.0.0.1:1", smtp_from="copse@club.example") as service:
        made = service.requesting().ask(ROOF, GARDEN, ["Colm"])
    assert made.notes[0].startswith("It was not sent to Colm: the mail server 127.0.0.1 did not take it")
    assert made.notes[0].endswith("It is kept; `copse requests send 1` tries again.")
    assert "@" not in made.notes[0]
    with (
        mail_server(Post()) as post,
        serving(settings, smtp_url=post.url, smtp_from="c@club.example") as service,
    ):
        again = service.requesting().send(1)
        service.requesting().send(1)
    assert (again.request.people[0].how, again.request.people[0].trouble) == ("mail", "")
    assert len(post.sent) == 1


# --- answering ---


def test_the_next_answer_cites_the_reply(service: Service, requesting: Requesting) -> None:
    """At once; the gap of the question is closed, and who asks again need not ask people."""
    assert cited(service, BREW) == []
    assert [gap.question for gap in service.gaps(5).gaps] == [BREW]
    requesting.ask(BREW, GARDEN)
    taken = requesting.answer("1", REPLY, "Colm")
    assert cited(service, BREW) == [taken.item_id] == ["requests:request-1-reply-1"]
    assert requesting.show("1").state == "answered"
    with serving(service.settings, viewer="guest") as guests:
        assert cited(guests, BREW) == [taken.item_id]


def test_a_reply_outlives_a_sync(service: Service, requesting: Requesting, tmp_path: Path) -> None:
    """Everything is read anew, and the reply stays; its vectors are there too."""
    requesting.ask(BREW, GARDEN)
    taken = requesting.answer("1", REPLY, "Colm")
    report = ingest_path(service.settings, tmp_path / "club", Quiet(), afresh=True)
    assert report.embedded == 0
    assert cited(service, BREW) == [taken.item_id]


def test_a_reply_counts_for_who_gave_it(service: Service, requesting: Requesting) -> None:
    """An accepted one more."""
    requesting.ask(BREW, GARDEN)
    requesting.answer("1", REPLY, "Colm")
    requesting.accept("1", 1)
    [expert] = service.experts("zymurgy barley", service.filters(), 5).experts
    assert (expert.name, expert.evidence[0].role) == ("Colm", "answered-and-accepted")


def test_a_private_question_stays_private(settings: Settings) -> None:
    """Where the board was searched, replies belong to the board, and a guest sees nothing of it."""
    with serving(settings) as service:
        made = service.requesting().ask("Who signs the lease of the meadow?")
        service.requesting().answer("1", "Two of the board sign the lease.", "Colm")
    assert (made.request.communities, made.request.community) == (["board", "garden"], "board")
    assert made.notes[0].startswith(
        "It was asked in all that you may read, Board included, so only their readers"
    )
    with serving(settings, viewer="guest") as service:
        assert service.requesting().listed().requests == []
        for key in ("1", made.token):
            with pytest.raises(NotFoundError, match="no such request"):
                service.requesting().show(key)
        hits = service.search("lease of the meadow", service.filters(), 9).hits
        assert [hit.item.id for hit in hits if hit.item.id.startswith("requests:")] == []


def test_exposure_and_time_to_answer_are_measured(requesting: Requesting) -> None:
    """Of all requests."""
    requesting.ask(ROOF, GARDEN)
    requesting.answer("1", "Long screws.", "Colm")
    requesting.close("1")
    requesting.ask(ROOF, GARDEN)
    stats, exposure = requesting.stats(), requesting.exposure()
    assert (stats.requests, stats.open, stats.closed) == (2, 1, 1)
    assert stats.median_seconds is not None
    assert (exposure.people[0].name, exposure.people[0].asked, exposure.people[0].answered) == ("Colm", 2, 1)
    assert 0 < exposure.top_share <= 1


# --- the command line ---


@pytest.fixture
def copse(settings: Settings) -> Callable[..., Result]:
    """Runs a command on the club's library."""
    environment = {name: "" for name in os.environ if name.startswith("COPSE_")}
    environment |= {"COPSE_LIBRARY": str(settings.library), "COPSE_MODEL": "hash:64", "COLUMNS": "120"}
    return lambda *given: CliRunner(env=environment).invoke(app, [str(one) for one in given])


def test_a_question_goes_the_whole_way_on_the_command_line(
    copse: Callable[..., Result], tmp_path: Path
) -> None:
    """From not knowing to an accepted reply that is cited."""
    assert 'copse requests ask "…"' in copse("ask", BREW).stdout
    asked = copse("requests", "ask", BREW, "--community", "garden", "--to", "Colm")
    assert "To  Colm: in the library" in asked.stdout
    assert f"# {BREW}" in copse("requests", "draft", 1).stdout
    (tmp_path / "reply.md").write_text(REPLY)
    kept = copse("requests", "answer", 1, "--file", tmp_path / "reply.md", "--as-person", "Colm")
    assert kept.stdout.startswith("Kept as requests:request-1-reply-1;")
    assert "accepted" in copse("requests", "accept", 1, 1).stdout
    assert "Zymurgy needs barley" in copse("ask", BREW).stdout
    assert "answered" in copse("requests", "list").stdout
    assert "Colm" in copse("requests", "exposure").stdout
    assert "1 request: 0 open, 1 answered, 0 closed" in copse("requests", "stats").stdout
    assert "State  closed" in copse("requests", "close", 1).stdout
    log = json.loads(copse("people", "log", "--json").stdout)["decisions"]
    assert [one["action"] for one in log][:2] == ["request-close", "request-accept"]


def test_who_was_asked_declines_on_the_command_line(copse: Callable[..., Result]) -> None:
    """And further people can be asked."""
    copse("requests", "ask", BREW, "--community", "garden", "--to", "Colm")
    assert "Colm: declined" in copse("requests", "decline", 1, "--as-person", "Colm").stdout
    assert "To  Ines: in the library" in copse("requests", "send", 1, "--to", "Ines").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["show", "9"], 6, "request 9: no such request", id="no request"),
        pytest.param(["answer", "9", "x"], 6, "request 9: no such request", id="no request to answer"),
        pytest.param(["ask", "?"], 7, "", id="no question"),
        pytest.param(["ask", "roof", "--community", "x"], 6, "x: no such community", id="no community"),
        pytest.param(
            ["ask", "roof", "--in", "board", "--community", "garden"], 2, "--in board", id="elsewhere"
        ),
        pytest.param(["answer", "1", "x", "--file", "y"], 2, "TEXT, --file", id="two texts"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    copse: Callable[..., Result], arguments: list[str], code: int, message: str
) -> None:
    """It says what to do next."""
    result = copse("requests", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (code, "", 1)
    assert message in result.stderr


# --- HTTP ---


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """Whoever reads as a guest."""
    with serving(settings, viewer="guest") as service, TestClient(Guard(make_api(service))) as client:
        yield client


def test_a_question_goes_the_whole_way_over_http(client: TestClient, settings: Settings) -> None:
    """A guest asks, whoever was asked replies by their key, the guest accepts by the token."""
    made = client.post("/requests", json={"question": ROOF, "communities": ["Garden Club"], "to": ["Colm"]})
    assert made.status_code == 201
    token = made.json()["token"]
    with Catalog.open(settings.library) as catalog, catalog.write_requests(catalog.owner()) as writer:
        [letter] = writer.letters(1)
    replied = client.post(f"/requests/{letter.token}/answer", json={"text": "Long screws."})
    assert (replied.status_code, replied.json()["request"]["state"]) == (201, "answered")
    accepted = client.post(f"/requests/{token}/accept", json={"reply": 1})
    assert [one["accepted"] for one in accepted.json()["replies"]] == [True]
    assert client.post(f"/requests/{token}/close", json={}).json()["state"] == "closed"
    [listed] = client.get("/requests").json()["requests"]
    assert listed == {
        key: value for key, value in client.get("/requests/1").json().items() if key != "schema_version"
    }
    assert not any(secret in client.get("/requests").text for secret in (token, letter.token, "@"))
    assert client.get("/requests/stats").json()["requests"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        pytest.param("1/answer", {"text": "x"}, 403, "nobody knows who answers", id="unknown"),
        pytest.param(
            "1/answer", {"text": "x", "person": "Colm"}, 403, "only the owner answers", id="as another"
        ),
        pytest.param("1/accept", {"reply": 1}, 403, "request 1 is not yours", id="not the asker"),
        pytest.param("1/close", {}, 403, "request 1 is not yours", id="not the asker's to close"),
        pytest.param("1/decline", {}, 403, "nobody knows who answers", id="nobody declines"),
        pytest.param("7/close", {}, 404, "request 7: no such request", id="no request"),
        pytest.param("1/answer", {"words": "x"}, 422, "text", id="other fields"),
    ],
)
def test_a_guest_without_a_key_changes_nothing(
    client: TestClient, path: str, body: dict[str, Any], status: int, detail: str
) -> None:
    """Errors are told as problems."""
    client.post("/requests", json={"question": ROOF})
    answer = client.post(f"/requests/{path}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert detail in answer.json()["detail"]
    assert client.get("/requests/1").json()["replies"] == []


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_another_site_cannot_ask(client: TestClient, declared: str) -> None:
    """What changes something has to be declared as JSON."""
    answer = client.post(
        "/requests", content=json.dumps({"question": ROOF}), headers={"content-type": declared}
    )
    assert answer.status_code == 415
    assert client.get("/requests").json()["requests"] == []


def test_a_page_of_another_site_cannot_ask(client: TestClient) -> None:
    """The browser names the page's address."""
    answer = client.post("/requests", json={"question": ROOF}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert client.get("/requests").json()["requests"] == []


def test_a_guest_asks_only_so_often(settings: Settings) -> None:
    """Requests reach people."""
    with serving(settings, viewer="guest", requests_a_day=1) as service:
        service.requesting().ask(ROOF)
        with pytest.raises(SettingError, match="1 questions were put to people today"):
            service.requesting().ask("Which hoe suits clay soil?")
