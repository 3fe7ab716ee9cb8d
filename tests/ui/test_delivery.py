"""Requests that go out: by a real mail server, and to a real address on the web."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from catalog.errors import SettingError
from catalog.settings import Settings, read_settings
from tests.ui.mail_server import Post, mail_server
from ui.delivery import Message, UndeliveredError, open_channels

MESSAGE = Message(
    3,
    "How do I prune\r\nBcc: everybody@x.example an old fig?",
    "Mara",
    "mara@x.example",
    "# Fig\n\nWhy you: ünïcode\n",
    "# Fig for all\n",
    "https://copse.example/?request=3",
)


def settings(**values: str) -> Settings:
    return read_settings({"library": Path("nowhere"), **values}, environ={})


def send(message: Message = MESSAGE, **values: str) -> None:
    for channel in open_channels(settings(**values)):
        channel.send(message)


def test_without_a_setting_there_is_no_channel() -> None:
    """The library alone is a choice too."""
    assert open_channels(settings()) == []


# --- mail ---


def test_a_mail_is_plain_text_to_one_person() -> None:
    """Whatever is asked stays in the subject: it cannot begin another header."""
    with mail_server(Post()) as post:
        send(smtp_url=post.url, smtp_from="copse@club.example")
    [(recipient, mail)] = post.sent
    assert (recipient, mail["To"], mail["From"]) == (
        "mara@x.example",
        "mara@x.example",
        "Copse <copse@club.example>",
    )
    assert (
        " ".join(mail["Subject"].split())
        == "A question for you: How do I prune Bcc: everybody@x.example an old fig?"
    )
    assert (mail["Bcc"], mail["Auto-Submitted"]) == (None, "auto-generated")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text


@pytest.mark.parametrize(
    ("post", "message", "trouble"),
    [
        pytest.param(Post(refuse=True), MESSAGE, "it refuses the recipient", id="refused"),
        pytest.param(Post(hang_up=True), MESSAGE, "the connection ended", id="hung up"),
        pytest.param(Post(), replace(MESSAGE, address=None), "no e-mail address", id="no address"),
        pytest.param(
            Post(),
            replace(MESSAGE, address="a@x.example\r\nBcc: b@x.example"),
            "cannot be used",
            id="no such",
        ),
    ],
)
def test_a_mail_that_cannot_be_sent_says_why(post: Post, message: Message, trouble: str) -> None:
    """Without the address, which is nobody's business."""
    with mail_server(post), pytest.raises(UndeliveredError, match=trouble) as told:
        send(message, smtp_url=post.url, smtp_from="copse@club.example")
    assert "@" not in str(told.value)
    assert post.sent == []


def test_a_server_that_is_not_there_is_told() -> None:
    """Nothing listens on that port."""
    with pytest.raises(UndeliveredError, match=r"the mail server 127\.0\.0\.1 did not take it"):
        send(smtp_url="smtp://127.0.0.1:1", smtp_from="copse@club.example")


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_url": "mail.example.org"},
        {"smtp_url": "smtp://mail.example.org:port"},
        {"smtp_url": "smtp://mail.example.org", "smtp_from": "Copse"},
        {"webhook_url": "chat.example.org"},
        {"webhook_url": "ftp://chat.example.org/"},
    ],
    ids=["no scheme", "no port", "no sender", "no address", "no web"],
)
def test_an_address_that_is_none_is_refused(values: dict[str, str]) -> None:
    """Before anything is sent; the address is not repeated, because it may hold a password."""
    with pytest.raises(SettingError) as told:
        open_channels(settings(**values))
    assert "mail.example.org:port" not in str(told.value)


# --- webhook ---

Got = list[tuple[dict[str, str], bytes]]


@contextmanager
def web(status: int = 200, location: str = "") -> Iterator[tuple[str, Got]]:
    """An address that takes what is posted, and what it got."""
    got: Got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook", got
        finally:
            server.shutdown()
            thread.join()


def test_a_webhook_gets_signed_json() -> None:
    """Nobody's address and no personal link is in it."""
    with web() as (url, got):
        send(webhook_url=url, webhook_key="s3cret")
    [(headers, body)] = got
    assert json.loads(body) == {
        "event": "request",
        "request": 3,
        "question": MESSAGE.question,
        "person": "Mara",
        "link": "https://copse.example/?request=3",
        "text": "# Fig for all\n",
    }
    signature = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert (headers["content-type"], headers["x-copse-signature"]) == (
        "application/json",
        f"sha256={signature}",
    )


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told(status: int) -> None:
    """A redirect is not followed: it may lead anywhere."""
    refused = pytest.raises(UndeliveredError, match=f"the webhook answers {status}")
    with web() as (elsewhere, led), web(status, elsewhere) as (url, got), refused:
        send(webhook_url=url)
    assert (len(got), led) == (1, [])


def test_a_webhook_that_is_not_there_is_told() -> None:
    """Without its address, which may hold a key."""
    with pytest.raises(UndeliveredError) as told:
        send(webhook_url="http://127.0.0.1:1/key")
    assert str(told.value) == "the webhook cannot be reached (ConnectError)"
