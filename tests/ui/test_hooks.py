"""What chats may ask: calls signed like those of Slack and Teams, put to a small club's library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from catalog.errors import SettingError
from catalog.settings import Settings
from tests.ui.club import make_club
from ui.hooks.commands import HELP
from ui.hooks.forms import slack_message, slack_text, teams_message
from ui.hooks.http import Hooks, check_hooks
from ui.hooks.said import Run
from ui.hooks.signatures import RefusedError, Seen, check_slack, check_teams
from ui.service import Service

SECRET, TOKEN = "a slack secret", base64.b64encode(b"a key that teams has made").decode()
HOME = "https://copse.example.org"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a library that both chats may ask."""
    club = make_club(tmp_path_factory.mktemp("hooks"))
    return replace(club, slack_secret=SECRET, teams_secret=TOKEN, public_url=HOME)


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[Service]:
    """The library; its process serves the owner."""
    with closing(Service.open(settings)) as service:
        yield service


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """What a chat talks to."""
    with _client(Hooks(service, slack_seconds=60, teams_seconds=60)) as client:
        yield client


def _client(hooks: Hooks) -> TestClient:
    return TestClient(Starlette(routes=hooks.routes()))


def _slack(client: TestClient, text: str, at: float | None = None, **fields: str) -> httpx2.Response:
    """Call as Slack does."""
    body = urlencode({"command": "/copse", "text": text, "user_id": "U1", **fields}).encode()
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post("/hooks/slack", content=body, headers=headers | form)


def _teams(client: TestClient, text: str, at: datetime | None = None, key: str = TOKEN) -> httpx2.Response:
    """Call as Teams does."""
    when = (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
    body = json.dumps({"type": "message", "timestamp": when, "text": text}).encode()
    digest = base64.b64encode(hmac.new(base64.b64decode(key), body, hashlib.sha256).digest()).decode()
    return client.post("/hooks/teams", content=body, headers={"Authorization": f"HMAC {digest}"})


def _read(message: dict[str, Any]) -> list[str]:
    """The lines of a message of Slack, with where their links lead to."""
    return [
        "".join(
            f"[{one['text']}]({one['url']})" if one["type"] == "link" else one["text"]
            for one in section["elements"]
        ).rstrip("\n")
        for section in message["blocks"][0]["elements"]
    ]


# --- what is said ---


def test_an_answer_has_its_sources_and_the_people(client: TestClient) -> None:
    """In a message that only who asked sees; where an item has no address of its own, it leads to Copse."""
    message = _slack(client, "Why is the water in the rain tank green?").json()

    assert message["response_type"] == "ephemeral"
    assert _read(message) == [
        "Light makes the water in the rain tank green. [1] Paint the rain tank black. [1] ",
        "[1] [Why is the water in the rain tank green?](https://copse.example.org/?item=club%2Fgarden%2Fforum%3A2)"
        " · accepted answer · Garden Club · 2 May 2023",
        "People who know",
        "Gwen — Answered 1 question, 1 accepted; last in May 2023",
        "Same problem, met before",
        "✓ solved: [Why is the water in the rain tank green?]"
        "(https://copse.example.org/?item=club%2Fgarden%2Fforum%3A1) · question · Garden Club · 1 May 2023",
        "· Light makes the water in the rain tank green. Paint the rain tank black. Mine has been clear for "
        "years.",
        "[Open in Copse](https://copse.example.org/?q=Why+is+the+water+in+the+rain+tank+green%3F)",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("experts water", "Gwen — Answered 1 question on water, 1 accepted; last in May 2023"),
        ("similar my rain tank is green", "Related problems"),
        ("<@U1|ines> experts water", "Gwen — Answered 1 question on water, 1 accepted; last in May 2023"),
        ("ask", "What you can ask Copse"),
        ("  HELP ", "What you can ask Copse"),
        ("", "What you can ask Copse"),
        ("experts ?!", 'nothing to search for: ask a question in words, such as "how do I sharpen a hoe?"'),
    ],
)
def test_a_command_says_what_is_wanted(client: TestClient, text: str, first: str) -> None:
    """Without one of them it is a question; without anything, there is help."""
    assert _read(_slack(client, text).json())[0] == first


def test_teams_is_answered_with_a_card(client: TestClient) -> None:
    """The mention and the markup of the chat are no part of the question."""
    message = _teams(client, "<at>Copse</at>&nbsp;<p>experts&nbsp;water</p>\n").json()
    [attached] = message["attachments"]

    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attached["content"]["body"][0] == {
        "type": "RichTextBlock",
        "inlines": [
            {"type": "TextRun", "text": "Gwen", "weight": "bolder"},
            {"type": "TextRun", "text": " — Answered 1 question on water, 1 accepted; last in May 2023"},
        ],
    }


def test_what_was_written_is_text_in_both() -> None:
    """Neither mentions nor links nor emphasis are made of it; only what Copse names leads somewhere."""
    hostile = "<!here> <@U1> *now* [x](https://evil.example) <https://evil.example|bank> @Channel"
    lines = [(Run(hostile), Run("original", url="https://forum.example.org/t/1"))]
    slack, teams = slack_message(lines), teams_message(lines)

    assert slack["blocks"][0]["elements"][0]["elements"][:2] == [
        {"type": "text", "text": hostile},
        {"type": "link", "text": "original", "url": "https://forum.example.org/t/1"},
    ]
    assert slack["text"] == slack_text(f"{hostile}original")
    assert teams["attachments"][0]["content"]["body"][0]["inlines"] == [
        {"type": "TextRun", "text": hostile},
        {
            "type": "TextRun",
            "text": "original",
            "selectAction": {"type": "Action.OpenUrl", "url": "https://forum.example.org/t/1"},
        },
    ]


def test_a_notification_pings_nobody() -> None:
    """It shows text with Slack's own marks, so they are escaped."""
    assert slack_text("<!here> R&D @channel @ines") == "&lt;!here&gt; R&amp;D @\u2060channel @ines"


# --- who may read what ---


@pytest.mark.parametrize(("viewer", "found"), [("guest", False), ("ada@example.org", True)])
def test_a_chat_reads_as_the_settings_say(service: Service, viewer: str, found: bool) -> None:
    """As a guest if they say nothing, although the process serves the owner."""
    configured = Service(service._engine, replace(service.settings, slack_viewer=viewer))
    with _client(Hooks(configured, slack_seconds=60)) as client:
        told = _slack(client, "the rent of the meadow rises").text

    assert ("Minutes of March" in told) is found


def test_a_chat_does_not_read_as_the_owner(settings: Settings) -> None:
    """Everybody in it would."""
    with pytest.raises(SettingError, match="COPSE_SLACK_VIEWER=owner: everybody in the chat"):
        check_hooks(replace(settings, slack_viewer="owner"))


# --- what is refused ---


def test_signatures_are_those_of_slack() -> None:
    """The example of Slack's own documentation."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    headers = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": signature}

    assert check_slack("8f742231b10e8888abcd99yyyzzz85a5", headers, body, 1531420618 + 299) == signature
    with pytest.raises(RefusedError, match="too old"):
        check_slack("8f742231b10e8888abcd99yyyzzz85a5", headers, body, 1531420618 + 301)
    with pytest.raises(RefusedError, match="does not fit"):
        check_slack("8f742231b10e8888abcd99yyyzzz85a5", headers, body + b"&text=x", 1531420618)
    with pytest.raises(RefusedError, match="does not fit"):
        check_slack("another secret", headers, body, 1531420618)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-request-timestamp": "now", "x-slack-signature": "v0="},
        {"x-slack-request-timestamp": "-1", "x-slack-signature": "v0="},
        {"x-slack-request-timestamp": "1531420618"},
        {"x-slack-request-timestamp": "1531420618", "x-slack-signature": "v0=\u00e4"},
    ],
    ids=["nothing", "no time", "negative", "no signature", "strange"],
)
def test_what_is_not_signed_is_refused(headers: dict[str, str]) -> None:
    """However it is put."""
    with pytest.raises(RefusedError):
        check_slack(SECRET, headers, b"", 1531420618)


@pytest.mark.parametrize("authorization", ["", "HMAC", "HMAC AAAA", "Bearer AAAA", "HMAC \u00e4"])
def test_what_teams_has_not_signed_is_refused(authorization: str) -> None:
    """The same there."""
    with pytest.raises(RefusedError, match="does not fit"):
        check_teams(TOKEN, {"authorization": authorization}, b"{}")


def test_a_call_counts_once(client: TestClient) -> None:
    """Whoever has listened cannot send it again."""
    now, today = time.time(), datetime.now(UTC)
    slack = [_slack(client, "help", at=now).status_code for _ in range(2)]
    teams = [_teams(client, "help", at=today).status_code for _ in range(2)]

    assert (slack, teams) == ([200, 401], [200, 401])


def test_what_is_too_old_is_forgotten() -> None:
    """It is refused for its age by then, so nothing grows."""
    seen = Seen()
    seen.take("a", 1000)
    seen.take("b", 1601)

    assert list(seen._until) == ["b"]


def test_an_old_call_and_another_key_are_refused(client: TestClient) -> None:
    """With a reason that tells nothing about what would be right."""
    other = base64.b64encode(b"another").decode()
    refused = [
        _slack(client, "help", at=time.time() - 301),
        _teams(client, "help", at=datetime(2024, 1, 1, tzinfo=UTC)),
        _teams(client, "help", key=other),
    ]

    assert [(one.status_code, one.text) for one in refused] == [
        (401, "Refused: it is too old, or the clocks differ."),
        (401, "Refused: it is too old, or the clocks differ."),
        (401, "Refused: the signature does not fit."),
    ]


def test_what_is_too_large_is_not_read(client: TestClient) -> None:
    """A question is short."""
    assert _slack(client, "x" * 70_000).status_code == 413


def test_without_a_secret_there_is_nothing(service: Service) -> None:
    """Neither address is there."""
    off = Service(service._engine, replace(service.settings, slack_secret="", teams_secret=""))
    with _client(Hooks(off)) as client:
        assert (_slack(client, "help").status_code, _teams(client, "help").status_code) == (404, 404)


# --- what takes longer ---


@pytest.fixture
def slack_at() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server in the place of Slack's, and what was posted to it."""
    posted: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", posted
        server.shutdown()
        thread.join()


def test_slack_gets_a_late_answer_where_it_takes_one(
    service: Service, slack_at: tuple[str, list[dict[str, Any]]]
) -> None:
    """At once it says that it looks."""
    address, posted = slack_at
    hooks = Hooks(service, slack=address, slack_seconds=0)
    with _client(hooks) as client:
        at_once = _slack(client, "experts water", response_url=f"{address}/commands/1").json()
        assert client.portal is not None
        client.portal.call(hooks.finish)

    assert _read(at_once) == ["Looking …"]
    assert [_read(one)[0] for one in posted] == [
        "Gwen — Answered 1 question on water, 1 accepted; last in May 2023"
    ]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/commands/1",
        "https://hooks.slack.com.evil.example/commands/1",
        "https://hooks.slack.com@evil.example/commands/1",
        "https://hooks.slack.com:8443/commands/1",
        "http://hooks.slack.com/commands/1",
        "https://[/",
        "",
    ],
)
def test_nothing_is_sent_elsewhere(service: Service, elsewhere: str) -> None:
    """Whatever address comes with a call: then it says that it takes too long."""
    hooks = Hooks(service, slack_seconds=0)
    with _client(hooks) as client:
        told = _read(_slack(client, "experts water", response_url=elsewhere).json())
        assert client.portal is not None
        client.portal.call(hooks.finish)

    assert told == [
        "This takes longer than the chat waits. Try again in a moment.",
        "[Ask in Copse](https://copse.example.org)",
    ]


def test_help_lists_every_command() -> None:
    """As they are written."""
    assert ["".join(run.text for run in line).split()[0] for line in HELP[1:]] == [
        "ask",
        "experts",
        "similar",
        "help",
    ]
