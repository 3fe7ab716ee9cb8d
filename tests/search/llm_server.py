"""A language model's server on this machine: it speaks the OpenAI protocol and answers from a script.

::

    with serve(says("Paint ", "it black.")) as server:
        model = OpenAIModel(server.url, "tiny")
        ...
        assert server.requests[0].body["stream"] is True

A behaviour makes an answer of a request; `in_turn` gives each request its own.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Any
from unittest.mock import patch

EVENTS, JSON = "text/event-stream", "application/json"


@dataclass(frozen=True)
class Request:
    """What a client sent; the names of its headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Wait:
    """Stands among chunks: here the server falls silent until `Server.go_on` is set."""


WAIT = Wait()


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        chunks: Its body, sent piece by piece.
        status: Its HTTP status.
        content_type: Its type.
        headers: Its other headers.
        cut: Whether the connection ends before the body is complete.
    """

    chunks: Iterable[bytes | Wait]
    status: int = 200
    content_type: str = EVENTS
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


Behaviour = Callable[[Request], Answer]


@dataclass
class Server:
    """A running server.

    Attributes:
        url: The address of its API.
        requests: What it was asked to answer, in order; lists of models are not among it.
        models: Names that it lists; None if it has no list.
        go_on: Set it to let a server that waits go on.
    """

    url: str
    models: Sequence[str] | None = ("tiny",)
    requests: list[Request] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serve(behaviour: Behaviour, models: Sequence[str] | None = ("tiny",)) -> Iterator[Server]:
    """Run a server on a free port of this machine for as long as the block lasts."""
    with (
        patch.dict(os.environ, {"NO_PROXY": "127.0.0.1"}),
        ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as http,
    ):
        http.daemon_threads = True
        server = Server(f"http://127.0.0.1:{http.server_address[1]}/v1", models)
        scripted = {"script": server, "behaviour": staticmethod(behaviour)}
        http.RequestHandlerClass = type("Handler", (_Handler,), scripted)
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.go_on.set()
            http.shutdown()
            thread.join()


# --- behaviours ---


def says(*pieces: str) -> Behaviour:
    """Answer with these pieces: as events, or as one document where no stream is asked for."""

    def answer(request: Request) -> Answer:
        if request.body.get("stream"):
            return Answer([*_deltas(pieces), _event({"choices": [_END]}), b"data: [DONE]\n\n"])
        return _document("".join(pieces))

    return answer


def says_at_once(text: str) -> Behaviour:
    """Answer with one document, whatever is asked for."""
    return lambda _: _document(text)


def says_in_json(found: object) -> Behaviour:
    """Keep to a JSON schema where one is given; else chat."""

    def answer(request: Request) -> Answer:
        return says(json.dumps(found) if "response_format" in request.body else "Blue.")(request)

    return answer


def falls_silent(*pieces: str) -> Behaviour:
    """Begin to answer, and wait before the rest, which is "late"."""
    return lambda _: Answer([*_deltas(pieces), WAIT, *_deltas(["late"]), b"data: [DONE]\n\n"])


def breaks_off(*pieces: str) -> Behaviour:
    """Close the connection in the middle of the answer."""
    return lambda _: Answer(_deltas(pieces), cut=True)


def never_finishes(*pieces: str) -> Behaviour:
    """End the answer in good order, but without the event that ends it."""
    return lambda _: Answer(_deltas(pieces))


def goes_on_for_ever(piece: str) -> Behaviour:
    """Say the same again and again, however much was asked for."""
    return lambda _: Answer(repeat(_deltas([piece])[0]))


def says_nothing() -> Behaviour:
    """Finish without having said anything."""
    return says()


def sends(*chunks: bytes, content_type: str = EVENTS) -> Behaviour:
    """Send these bytes."""
    return lambda _: Answer(chunks, content_type=content_type)


def refuses(status: int, message: str = "no", **headers: str) -> Behaviour:
    """Answer with an error; names of headers are written with underscores."""
    body = json.dumps({"error": {"message": message, "type": "error"}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer([body], status, JSON, named)


def refuses_if(unwanted: Callable[[Mapping[str, Any]], bool], message: str, *pieces: str) -> Behaviour:
    """Refuse the requests whose body is not wanted, and answer the others with these pieces."""

    def answer(request: Request) -> Answer:
        return (refuses(400, message) if unwanted(request.body) else says(*pieces))(request)

    return answer


def refuses_system_role(*pieces: str) -> Behaviour:
    """Refuse messages of the system, as the templates of some models do."""
    return refuses_if(_has_system, "Conversation roles must alternate user/assistant", *pieces)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave in one way after the other, the last for ever."""
    left = list(behaviours)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def _has_system(body: Mapping[str, Any]) -> bool:
    return any(message["role"] == "system" for message in body["messages"])


# --- the protocol ---

_NOT_FOUND = Answer([b"not found"], 404, "text/plain")
_END = {"index": 0, "delta": {}, "finish_reason": "stop"}


def _event(data: object) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def _deltas(pieces: Iterable[str]) -> list[bytes]:
    return [_event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]}) for piece in pieces]


def _document(text: str) -> Answer:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return Answer([json.dumps({"choices": [choice]}).encode()], content_type=JSON)


def _models(server: Server) -> Answer:
    if server.models is None:
        return _NOT_FOUND
    listed = [{"id": name, "object": "model"} for name in server.models]
    return Answer([json.dumps({"object": "list", "data": listed}).encode()], content_type=JSON)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Server
    behaviour: Behaviour

    def do_GET(self) -> None:
        self._send(_models(self.script) if self.path == "/v1/models" else _NOT_FOUND)

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(self.rfile.read(int(headers["content-length"])))
        request = Request("POST", self.path, headers, body)
        self.script.requests.append(request)
        known = self.path == "/v1/chat/completions"
        self._send(type(self).behaviour(request) if known else _NOT_FOUND)

    def _send(self, answer: Answer) -> None:
        self.close_connection = True
        with suppress(OSError):  # the client may have hung up
            self._begin(answer)
            for chunk in answer.chunks:
                self._put(chunk)
            if not answer.cut:
                self.wfile.write(b"0\r\n\r\n")

    def _begin(self, answer: Answer) -> None:
        self.send_response(answer.status)
        always = {"Transfer-Encoding": "chunked", "Connection": "close"}
        for name, value in {"Content-Type": answer.content_type, **always, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _put(self, chunk: bytes | Wait) -> None:
        if isinstance(chunk, Wait):
            self.script.go_on.wait()
        elif chunk:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
        pass
