"""A web server on this machine that answers from a script.

::

    with serving({"/busy": [Reply(status=429), Reply("at last")]}) as server, client_of(server) as client:
        assert client.get(f"{server.url}/busy").body == b"at last"
        assert server.paths == ["/busy", "/busy"]
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from ingest.web import WebClient


@dataclass
class Clock:
    """A clock on which time passes only while somebody sleeps.

    Attributes:
        now: Seconds since 1970.
        naps: How long was slept, each time.
    """

    now: float = 1_700_000_000.0
    naps: list[float] = field(default_factory=list)

    def time(self) -> float:
        """The time now."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.naps.append(round(seconds, 3))
        self.now += seconds


@dataclass(frozen=True)
class Request:
    """What a client asked for; the names of its headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        body: Its bytes; a text is sent as UTF-8, anything else as JSON.
        status: Its HTTP status.
        headers: Its headers, besides those that every answer has.
        cut: Whether the connection ends before the whole body has come.
        stall: Whether the server falls silent before the whole body has come.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    stall: bool = False

    @property
    def data(self) -> bytes:
        """The body as it is sent."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Route = Reply | Sequence[Reply] | Callable[[Request], Reply]
"""One answer for ever; one after the other, the last for ever; or one made for each request."""


@dataclass
class Server:
    """A running server.

    Attributes:
        host: Its host and port, as `127.0.0.1:8080`.
        routes: Its answers by path, or by path and query (`/posts?page=2`); any other path is a 404.
        requests: What it was asked, in order.
    """

    host: str
    routes: dict[str, Route]
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    _turns: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://{self.host}"

    @property
    def paths(self) -> list[str]:
        """The paths that it was asked for, in order."""
        return [request.path for request in self.requests]

    def answer(self, request: Request, target: str) -> Reply:
        """Choose the answer to a request, and remember the request."""
        with self._lock:
            self.requests.append(request)
            key = target if target in self.routes else request.path
            route = self.routes.get(key, Reply("not found", 404))
            if isinstance(route, Sequence):
                turn = self._turns.get(key, 0)
                self._turns[key] = turn + 1
                route = route[min(turn, len(route) - 1)]
        return route if isinstance(route, Reply) else route(request)


@contextmanager
def serving(routes: Mapping[str, Route]) -> Iterator[Server]:
    """Run a server on a free port of this machine for as long as the block lasts.

    Routes can be added and changed while it runs, in `server.routes`.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as http:
        http.daemon_threads = True
        server = Server(f"127.0.0.1:{http.server_address[1]}", dict(routes))
        http.RequestHandlerClass = _handler(server)
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            http.shutdown()
            thread.join()


def client_of(server: Server, clock: Clock | None = None, **options: Any) -> WebClient:
    """A client that may ask this server, and never really sleeps."""
    clock = clock or Clock()
    return WebClient([server.host], [server.host], clock=clock.time, sleep=clock.sleep, **options)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, path, dict(parse_qsl(query)), headers, body)
            with suppress(OSError):  # the client may have hung up
                self._send(server.answer(request, self.path))

        do_POST = do_GET  # noqa: N815

        def _send(self, reply: Reply) -> None:
            missing = 100 if reply.cut or reply.stall else 0
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304:
                self.send_header("Content-Length", str(len(reply.data) + missing))
            self.end_headers()
            self.wfile.write(reply.data)
            self.wfile.flush()
            if reply.stall:
                server.closing.wait()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
            pass

    return Handler
