"""The web client against a server on this machine."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from catalog.errors import SourceError, TransientError, UnreadableError
from ingest.web import Limits, Response, Validators, WebClient
from ingest.web.response import shown
from tests.ingest.servers import Clock, Reply, Request, Route, client_of, serving


def resolver(*answers: str) -> Callable[[str, int], Sequence[str]]:
    """A name server that gives one of these answers after the other, each a list of addresses."""
    left = iter(answers)
    return lambda *_: next(left).split()


def get(route: Route, clock: Clock | None = None, **options: Any) -> Response:
    """What the client makes of a page."""
    with serving({"/p": route}) as server, client_of(server, clock, **options) as client:
        return client.get(f"{server.url}/p")


def test_a_page_comes_with_its_type_and_its_address() -> None:
    """Parameters are added to the address; the client says who it is, and asks for gzip only."""
    page = Reply("<p>Hi", headers={"Content-Type": "Text/HTML; charset=utf-8"})
    with serving({"/p": page}) as server, client_of(server) as client:
        response = client.get(f"{server.url}/p#part", params={"page": 2})
    assert (response.url, response.status, response.body) == (f"{server.url}/p?page=2", 200, b"<p>Hi")
    assert response.content_type == "text/html"
    (request,) = server.requests
    assert request.query == {"page": "2"}
    assert request.headers["user-agent"].startswith("Copse/")
    assert request.headers["accept-encoding"] == "gzip"


def test_json_and_links_are_read() -> None:
    """A link's address may be relative."""
    reply = Reply({"posts": [1]}, headers={"Link": '</p?page=2>; rel="next"'})
    with serving({"/p": reply}) as server, client_of(server) as client:
        response = client.get(f"{server.url}/p")
    assert response.json() == {"posts": [1]}
    assert response.links == {"next": f"{server.url}/p?page=2"}


@pytest.mark.parametrize("body", ["<html>", "[" * 100_000, ""])
def test_what_is_no_json_is_unreadable(body: str) -> None:
    """Nested too deeply is none either."""
    response = get(Reply(body))
    with pytest.raises(UnreadableError, match="did not answer with JSON"):
        response.json()


def test_a_query_is_posted_as_json() -> None:
    """Its headers are sent with it."""
    echo: Callable[[Request], Reply] = lambda request: Reply(request.body)  # noqa: E731
    with serving({"/graphql": echo}) as server, client_of(server) as client:
        answer = client.post(f"{server.url}/graphql", json={"query": "{ a }"}, headers={"X-Key": "k"})
    assert answer.json() == {"query": "{ a }"}
    assert (server.requests[0].method, server.requests[0].headers["x-key"]) == ("POST", "k")


def test_nothing_is_kept_or_taken_from_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie comes back, and no proxy of the environment is asked."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving({"/p": Reply("x", headers={"Set-Cookie": "a=1"})}) as server, client_of(server) as client:
        client.get(f"{server.url}/p")
        client.get(f"{server.url}/p")
    assert ["cookie" in request.headers for request in server.requests] == [False, False]


# Where it goes


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://other.example/", "is on other.example, which was not allowed"),
        ("https://forum.example:8443/", "is on forum.example:8443, which was not allowed"),
        ("file:///etc/passwd", "is no web address"),
        ("ftp://forum.example/", "is no web address"),
        ("gopher://forum.example/", "is no web address"),
        ("/etc/passwd", "is no web address"),
        ("https://", "is no web address"),
        ("https://[::1", "is no web address"),
        ("https://forum.example@other.example/", "holds a user name or a password"),
    ],
)
def test_only_allowed_web_addresses_are_asked(url: str, reason: str) -> None:
    """Nothing is looked up or sent for any other."""
    client = WebClient(["forum.example"], resolve=resolver())
    with client, pytest.raises(UnreadableError, match=reason):
        client.get(url)


@pytest.mark.parametrize("answer", ["127.0.0.1", "93.184.215.14 10.0.0.1", "::1", "169.254.169.254"])
def test_a_name_with_an_internal_address_is_refused(answer: str) -> None:
    """Also if it has public addresses besides."""
    client = WebClient(["forum.example"], resolve=resolver(answer))
    reason = r"has the internal address .* `--allow-internal forum\.example`"
    with client, pytest.raises(UnreadableError, match=reason):
        client.get("http://forum.example/")


def test_an_address_that_is_written_as_a_number_is_refused() -> None:
    """The system takes 0x7f000001 for 127.0.0.1; it is judged as what it resolves to."""
    with WebClient(["0x7f000001"]) as client, pytest.raises(UnreadableError):
        client.get("http://0x7f000001/")


def test_a_name_whose_address_changes_is_checked_at_every_connection() -> None:
    """The second answer points inside: nothing is sent there."""
    with serving({"/p": [Reply(status=500), Reply("secret")]}) as server:
        host = server.host.replace("127.0.0.1", "forum.example")
        clock = Clock()
        client = WebClient(
            [host],
            [host],
            resolve=resolver("127.0.0.1", "169.254.169.254"),
            clock=clock.time,
            sleep=clock.sleep,
        )
        with client, pytest.raises(UnreadableError, match=r"internal address 169\.254\.169\.254"):
            client.get(f"http://{host}/p")
    assert server.paths == ["/p"]


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """The name is resolved once, and the server is asked under its name."""
    with serving({"/p": Reply("x")}) as server:
        host = server.host.replace("127.0.0.1", "forum.example")
        with WebClient([host], [host], resolve=resolver("127.0.0.1")) as client:
            assert client.get(f"http://{host}/p").body == b"x"
    assert server.requests[0].headers["host"] == host


def test_a_redirect_is_followed() -> None:
    """Its address may be relative; the response says where it came from."""
    moved = Reply(status=301, headers={"Location": "../new?x=1#part"})
    with serving({"/old/p": moved, "/new": Reply("x")}) as server, client_of(server) as client:
        assert client.get(f"{server.url}/old/p").url == f"{server.url}/new?x=1"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest", "was not allowed"),
        ("http://localhost/", "was not allowed"),
        ("file:///etc/passwd", "is no web address"),
        ("http://metadata.example/", "has the internal address"),
    ],
)
def test_a_redirect_is_judged_as_every_address(target: str, reason: str) -> None:
    """Neither to a host that was not allowed, nor to one whose address is internal."""
    with serving({"/p": Reply(status=302, headers={"Location": target})}) as server:
        answers = resolver("127.0.0.1", "169.254.169.254")
        with WebClient([server.host, "metadata.example"], [server.host], resolve=answers) as client:
            client.pace.interval = 0
            with pytest.raises(UnreadableError, match=reason):
                client.get(f"{server.url}/p")


def test_redirects_end_somewhere() -> None:
    """Five are followed."""
    with pytest.raises(UnreadableError, match="more than 5 times"):
        get(Reply(status=302, headers={"Location": "/p"}))


def test_every_hop_is_shown_to_the_check() -> None:
    """So that robots.txt holds for the page that a redirect leads to."""
    seen: list[str] = []
    moved = Reply(status=302, headers={"Location": "/new"})
    with serving({"/p": moved, "/new": Reply("x")}) as server, client_of(server) as client:
        client.get(f"{server.url}/p", check=seen.append)
    assert seen == [f"{server.url}/p", f"{server.url}/new"]


def test_a_key_goes_to_no_other_host() -> None:
    """It is sent again within its own."""
    with serving({"/in": Reply("x")}) as other:
        routes = {
            "/away": Reply(status=302, headers={"Location": f"{other.url}/in"}),
            "/here": Reply(status=302, headers={"Location": "/away"}),
        }
        with serving(routes) as server:
            hosts = [server.host, other.host]
            with WebClient(hosts, hosts, limits=Limits(interval_seconds=0)) as client:
                client.get(f"{server.url}/here", headers={"Api-Key": "k"})
    sent = [request.headers.get("api-key") for request in server.requests + other.requests]
    assert sent == ["k", "k", None]


# How much is taken


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 1001),
        Reply(gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"}),
        Reply(gzip.compress(b"") * 101, headers={"Content-Encoding": "gzip"}),
    ],
    ids=["long", "bomb", "many members"],
)
def test_a_body_is_bounded(reply: Reply) -> None:
    """Its size is counted after it is decompressed."""
    limits = Limits(body_bytes=1000 if len(reply.data) < 5000 else 100_000)
    with pytest.raises(UnreadableError, match=r"is larger than .* MB, the most that is read"):
        get(reply, limits=limits)


def test_a_compressed_body_is_decompressed() -> None:
    """Also one of several members, and with padding at its end."""
    body = gzip.compress(b"rain ") + gzip.compress(b"tank") + b"\0\0"
    assert get(Reply(body, headers={"Content-Encoding": "gzip"})).body == b"rain tank"


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [(b"x", "br", "compressed with 'br'"), (b"no gzip", "gzip", "compressed and damaged")],
)
def test_a_body_that_cannot_be_decompressed_is_unreadable(body: bytes, encoding: str, reason: str) -> None:
    """What was not asked for is not decompressed."""
    with pytest.raises(UnreadableError, match=reason):
        get(Reply(body, headers={"Content-Encoding": encoding}))


@pytest.mark.parametrize(
    "reply",
    [
        Reply("x", cut=True),
        Reply(gzip.compress(b"x")[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(zlib.compress(b"x" * 999)[:-9], headers={"Content-Encoding": "gzip"}),
    ],
    ids=["connection", "gzip", "zlib"],
)
def test_a_cut_answer_is_asked_for_again(reply: Reply) -> None:
    """Half an answer is none."""
    assert get([reply, Reply("whole")]).body == b"whole"


@pytest.mark.parametrize("limits", [Limits(read_seconds=0.05), Limits(total_seconds=0.05)])
def test_a_server_that_falls_silent_is_given_up(limits: Limits) -> None:
    """It may answer another day."""
    with pytest.raises(TransientError, match=r"did not answer in time.*\(tried 4 times\)"):
        get(Reply("x", stall=True), limits=limits)


# Manners


def test_requests_to_a_host_are_kept_apart() -> None:
    """The first is made at once."""
    clock = Clock()
    with serving({"/p": Reply("x")}) as server, client_of(server, clock) as client:
        for _ in range(3):
            client.get(f"{server.url}/p")
    assert clock.naps == [1, 1]


@pytest.mark.parametrize(
    ("status", "headers", "nap"),
    [
        (429, {"Retry-After": "7"}, 7),
        (503, {"Retry-After": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000090"}, 90),
        (403, {"Retry-After": "60"}, 60),
    ],
    ids=["seconds", "date", "GitHub's limit", "GitHub's second limit"],
)
def test_a_server_that_asks_to_wait_is_given_its_time(
    status: int, headers: dict[str, str], nap: float
) -> None:
    """The clock of these tests starts at 2023-11-14 22:13:20."""
    clock = Clock()
    get([Reply(status=status, headers=headers), Reply("x")], clock)
    assert clock.naps == [nap]


def test_a_server_that_asks_to_wait_long_is_asked_another_day() -> None:
    """The error says how long."""
    clock = Clock()
    with pytest.raises(TransientError, match="asks for fewer requests") as caught:
        get(Reply(status=429, headers={"Retry-After": "3600"}), clock)
    assert (caught.value.wait, clock.naps) == (3600, [])


def test_a_failing_server_is_asked_again_after_growing_waits() -> None:
    """Each at most twice the one before, and spread."""
    clock = Clock()
    with pytest.raises(TransientError, match=r"has a failure \(HTTP 502\).*\(tried 4 times\)"):
        get(Reply(status=502), clock)
    assert [low <= nap <= 2 * low for low, nap in zip([1, 2, 4], clock.naps, strict=True)] == [True] * 3


def test_a_host_that_cannot_be_found_may_be_there_later() -> None:
    """The reason is the system's own."""

    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    clock = Clock()
    client = WebClient(["forum.example"], resolve=nowhere, clock=clock.time, sleep=clock.sleep)
    with client, pytest.raises(TransientError, match="its name cannot be resolved"):
        client.get("https://forum.example/")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_by_its_variable(status: int) -> None:
    """All that needs the key fails with it, so it is no error of one page."""
    with pytest.raises(SourceError, match=r"the key is refused .* set it in FORUM_KEY") as caught:
        get(Reply(status=status), key_variable="FORUM_KEY")
    assert not isinstance(caught.value, UnreadableError)


def test_a_page_behind_a_login_is_unreadable() -> None:
    """Without a key, it is that page alone."""
    with pytest.raises(UnreadableError, match="without signing in"):
        get(Reply(status=403))


def test_messages_show_no_secrets() -> None:
    """Whether a key stands in the query or a password before the host."""
    url = "https://ann:pw@forum.example/feed?page=2&api_key=k#x"
    assert shown(url) == "https://forum.example/feed?page=2&api_key=…#x"


def test_a_status_that_was_asked_for_is_an_answer() -> None:
    """Any other that is no success is an error."""
    with serving({}) as server, client_of(server) as client:
        assert client.get(f"{server.url}/p", allow={404, 410}).status == 404
        with pytest.raises(UnreadableError, match=r"is not there \(any more\) \(HTTP 404\)"):
            client.get(f"{server.url}/p")


def test_an_unchanged_page_is_not_sent_again() -> None:
    """The server tells by what it said last time."""

    def page(request: Request) -> Reply:
        known = request.headers.get("if-none-match") == '"v1"'
        return Reply(status=304) if known else Reply("x", headers={"ETag": '"v1"'})

    with serving({"/p": page}) as server, client_of(server) as client:
        validators = Validators.of(client.get(f"{server.url}/p").headers)
        again = client.get(f"{server.url}/p", headers=validators.headers, allow={304})
    assert (validators, again.status, again.body) == (Validators('"v1"'), 304, b"")


def test_a_key_that_cannot_be_sent_is_an_error() -> None:
    """A line break in it would start another header."""
    client = WebClient(["forum.example"], resolve=resolver("93.184.215.14"))
    with client, pytest.raises(UnreadableError, match="check the key"):
        client.get("http://forum.example/", headers={"Api-Key": "k\r\nX: y"})
