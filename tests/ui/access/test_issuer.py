"""What is asked of a provider, and what is made of its answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from catalog.errors import SettingError
from ui.access.issuer import Issuer
from ui.access.sign_in import SignIn

Answers = dict[str, Any]

_KEYS = {kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("old", "new")}
_OTHERS = [
    {"kty": "oct", "k": "AAAA", "kid": "symmetric"},
    {"kty": "RSA", "kid": "damaged"},
    {"kty": "EC", "crv": "of tomorrow", "x": "AA", "y": "AA", "kid": "unknown"},
    "nonsense",
]


def _published(*kids: str) -> dict[str, Any]:
    return {"keys": [*_OTHERS, *(_KEYS[kid].as_dict(private=False) for kid in kids)]}


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def _provider(**changed: Any) -> Iterator[tuple[SignIn, Answers, list[str]]]:
    """A web server that tells about a provider; what it answers can be changed, what it was asked is kept."""
    asked: list[str] = []
    answers: Answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer = answers.get(self.path)
            self.send_response(404 if answer is None else 302 if answer == "elsewhere" else 200)
            if answer == "elsewhere":
                self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer.encode() if isinstance(answer, str) else json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    about = {
        "issuer": url,
        "authorization_endpoint": f"{url}/auth",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/keys",
    }
    answers["/.well-known/openid-configuration"] = about | changed
    answers["/keys"] = _published("old")
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield SignIn(url, "copse", "", "", "openid", "groups", "copse", "https://c", 1.0), answers, asked
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _kids(issuer: Issuer, wanted: str | None = None) -> list[str | None]:
    return [key.kid for key in issuer.keys(wanted)]


def test_only_keys_that_verify_signatures_are_taken() -> None:
    """Others may stand beside them, such as those of an algorithm that is not known yet."""
    with _provider() as (sign_in, _, asked):
        assert _kids(Issuer.discover(sign_in)) == ["old"]
        assert asked == ["/.well-known/openid-configuration", "/keys"]


def test_a_key_that_is_not_known_is_asked_for_but_not_on_and_on() -> None:
    """A provider changes its keys now and then; a stranger names keys that do not exist."""
    clock = _Clock()
    with _provider() as (_, answers, asked):
        issuer = Issuer(answers["/.well-known/openid-configuration"], clock)
        answers["/keys"] = _published("old", "new")
        assert _kids(issuer, "new") == ["old"]

        clock.now = 31
        assert _kids(issuer, "new") == ["old", "new"]
        assert _kids(issuer, "made up") == ["old", "new"]
        assert asked == ["/keys", "/keys"]


def test_a_key_that_was_withdrawn_is_gone_after_an_hour() -> None:
    """Also when nobody asks for another."""
    clock = _Clock()
    with _provider() as (_, answers, _asked):
        issuer = Issuer(answers["/.well-known/openid-configuration"], clock)
        answers["/keys"] = _published("new")
        clock.now = 3500
        assert _kids(issuer, "old") == ["old"]
        clock.now = 3601
        assert _kids(issuer, "old") == ["new"]


def test_a_provider_that_is_down_for_a_while_keeps_nobody_out() -> None:
    """The keys that are known go on to count."""
    clock = _Clock()
    with _provider() as (_, answers, _asked):
        issuer = Issuer(answers["/.well-known/openid-configuration"], clock)
        answers["/keys"] = "down"
        clock.now = 4000
        assert _kids(issuer, "old") == ["old"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"issuer": "https://other.example.org"}, "it calls itself 'https://other.example.org'"),
        ({"issuer": None}, "it calls itself None"),
        ({"jwks_uri": "http://keys.example.org"}, "its jwks_uri is no https address"),
        ({"token_endpoint": None}, "its token_endpoint is no https address"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "does not sign with a key pair"),
    ],
)
def test_a_provider_that_cannot_be_used_is_told(changed: dict[str, Any], told: str) -> None:
    """With what is the matter, and where to look."""
    with _provider(**changed) as (sign_in, _, _), pytest.raises(SettingError, match=told) as caught:
        Issuer.discover(sign_in)
    assert "openid-configuration in a browser" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("/.well-known/openid-configuration", None, "answers 404"),
        ("/.well-known/openid-configuration", "elsewhere", "answers 302"),
        ("/.well-known/openid-configuration", "<html>", "does not answer with JSON"),
        ("/.well-known/openid-configuration", [], "is no JSON object"),
        ("/.well-known/openid-configuration", "x" * 1_000_001, "answers without end"),
        ("/keys", {}, "there are no keys"),
        ("/keys", {"keys": _OTHERS}, "there are no keys for signatures"),
    ],
)
def test_an_answer_that_is_none_is_told(path: str, answer: Any, told: str) -> None:
    """Redirects lead elsewhere, so they are not followed."""
    with _provider() as (sign_in, answers, _):
        answers[path] = answer
        with pytest.raises(SettingError, match=told):
            Issuer.discover(sign_in)


def test_a_provider_that_cannot_be_reached_is_told() -> None:
    """In a line that names the setting."""
    with _provider() as (sign_in, _, _):
        pass
    with pytest.raises(SettingError, match=r"COPSE_OIDC_ISSUER=.*cannot be used \(ConnectError\)"):
        Issuer.discover(sign_in)
