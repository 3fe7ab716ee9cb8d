"""Get pages from the web: allowed hosts only, no internal address, within limits, at a polite pace."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self

import httpcore
import httpx

from catalog.errors import SettingError, SourceError, TransientError, UnreadableError
from ingest.web.body import collect
from ingest.web.hosts import Hosts, plain
from ingest.web.network import GuardedNetwork, Resolver, deadline, system_addresses
from ingest.web.pace import Pace, back_off, wanted_wait
from ingest.web.response import Response, shown

AGENT: Final = "Copse"
"""The name that robots.txt files know this client by."""

GONE: Final = frozenset({404, 410})
"""The statuses of a page that is not there any more."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is asked of a server, and taken from it.

    Attributes:
        body_bytes: Largest body, decompressed.
        connect_seconds: Longest wait for a connection.
        read_seconds: Longest silence while an answer arrives.
        total_seconds: Longest time for one request and its answer.
        wait_seconds: Longest wait before a request is repeated; who asks for more is asked another day.
        interval_seconds: Time between two requests to a host.
        first_back_off_seconds: Wait after the first failure; it doubles with each that follows.
        attempts: How often a request is made before it counts as failed.
        redirects: How many redirects are followed.
    """

    body_bytes: int = 20_000_000
    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 120
    wait_seconds: float = 120
    interval_seconds: float = 1
    first_back_off_seconds: float = 2
    attempts: int = 4
    redirects: int = 5


class WebClient:
    """A client that can be pointed at addresses from untrusted documents; close it, or use it with `with`.

    It keeps no cookies, takes no proxy and no password from its surroundings, and may be used from several
    threads.

    Args:
        allowed_hosts: The hosts that may be asked: `forum.example.org`, `*.example.org`, `host:8080`.
        internal_hosts: Those among them whose address may be internal, which only an operator decides.
        limits: How much is asked of a server, and taken from it.
        key_variable: The environment variable that holds the key sent in `headers`, if there is one.
        resolve: Gives the addresses of a host.
        clock: Gives the time in seconds since 1970.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        allowed_hosts: Iterable[str],
        internal_hosts: Iterable[str] = (),
        *,
        limits: Limits | None = None,
        key_variable: str | None = None,
        resolve: Resolver = system_addresses,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits or Limits()
        self.pace = Pace(self.limits.interval_seconds, clock, sleep)
        self._allowed = Hosts(allowed_hosts)
        self._key_variable = key_variable
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(),
            network_backend=GuardedNetwork(Hosts(internal_hosts), resolve),
            keepalive_expiry=30,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        allow: Container[int] = (),
        check: Callable[[str], None] | None = None,
    ) -> Response:
        """Get a page, following redirects, and trying again what may have failed by chance.

        Args:
            url: Its address.
            headers: Sent with the request, but never to another host that it is redirected to.
            params: Added to the address as its query.
            allow: Statuses besides 2xx that are answers, not errors: 304, 404.
            check: Called with the address before every hop; raises what forbids it.

        Raises:
            TransientError: If it failed in a way that may pass: network, overload, rate limit.
            UnreadableError: If it may not be asked for, is refused, missing, too large or damaged.
            SourceError: If the key is refused.
        """
        target = _address(url, params)
        sent = dict(headers or {})
        for _ in range(self.limits.redirects + 1):
            if check:
                check(str(target))
            response = self._ask(httpx.Request("GET", target, headers=_all(sent)), allow)
            if response.status not in _REDIRECTS or response.status in allow:
                return response
            following = _redirection(target, response)
            sent = sent if _same_party(target, following) else {}
            target = following
        raise UnreadableError(shown(url), f"redirects more than {self.limits.redirects} times")

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Response:
        """Send a query as JSON, such as one of GraphQL; it may be sent again, and is never redirected.

        Raises:
            TransientError: If it failed in a way that may pass.
            UnreadableError: If it may not be asked, or is refused.
            SourceError: If the key is refused.
        """
        target = _address(url)
        response = self._ask(httpx.Request("POST", target, headers=_all(headers or {}), json=json), ())
        if response.status in _REDIRECTS:
            raise UnreadableError(shown(url), "redirects a query elsewhere; give the new address instead")
        return response

    def _ask(self, request: httpx.Request, allow: Container[int]) -> Response:
        """Make a request until it succeeds or there is no use in trying again."""
        self._admit(request.url)
        where, host = shown(str(request.url)), plain(request.url.host)
        for attempt in range(self.limits.attempts):
            self.pace.wait_for_turn(host)
            try:
                return self._judged(self._send(request, allow), allow)
            except TransientError as error:
                failure = error
            wait = back_off(attempt, self.limits.first_back_off_seconds)
            wait = wait if failure.wait is None else failure.wait
            if wait > self.limits.wait_seconds:
                raise failure
            self.pace.pause(host, wait)
        tried = f"{failure.reason} (tried {self.limits.attempts} times)"
        raise TransientError(where, tried, failure.wait) from failure

    def admits(self, url: str) -> bool:
        """Whether an address may be asked for; its network address is judged when it is."""
        try:
            self._admit(_address(url))
        except UnreadableError:
            return False
        return True

    def _admit(self, url: httpx.URL) -> None:
        where = shown(str(url))
        if url.scheme not in _PORTS or not url.host:
            raise UnreadableError(where, "is no web address; only http and https are read")
        if url.userinfo:
            raise UnreadableError(where, "holds a user name or a password; give the address without them")
        if not self._allowed.admits(url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]):
            host = url.netloc.decode("ascii")
            raise UnreadableError(
                where, f"is on {host}, which was not allowed; allow it with `--allow {host}`"
            )

    def _send(self, request: httpx.Request, allow: Container[int]) -> Response:
        where, limits = shown(str(request.url)), self.limits
        try:
            with deadline(limits.total_seconds):
                return self._exchange(request, allow)
        except httpcore.TimeoutException as error:
            raise TransientError(where, "did not answer in time; try again later") from error
        except (httpcore.NetworkError, httpcore.RemoteProtocolError, EOFError) as error:
            raise _network_failure(where, error) from error
        except httpcore.LocalProtocolError as error:
            reason = "cannot be asked for with these headers; check the key, it may hold a line break"
            raise UnreadableError(where, reason) from error
        except zlib.error as error:
            raise UnreadableError(where, "is compressed and damaged; tell the site's owner") from error
        except OverflowError as error:
            megabytes = f"{limits.body_bytes / 1e6:g} MB"
            raise UnreadableError(where, f"is larger than {megabytes}, the most that is read") from error

    def _exchange(self, request: httpx.Request, allow: Container[int]) -> Response:
        url, limits = request.url, self.limits
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        timeout = {"connect": limits.connect_seconds, "pool": limits.total_seconds}
        timeout |= dict.fromkeys(("read", "write"), limits.read_seconds)
        with self._pool.stream(
            request.method.encode(),
            target,
            headers=request.headers.raw,
            content=request.read(),
            extensions={"timeout": timeout},
        ) as answer:
            headers = httpx.Headers(answer.headers)
            wanted = 200 <= answer.status < 300 or answer.status in allow
            body = self._body(str(url), headers, answer.iter_stream()) if wanted else b""
        return Response(str(url), answer.status, headers, body)

    def _body(self, url: str, headers: httpx.Headers, chunks: Iterable[bytes]) -> bytes:
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise UnreadableError(
                shown(url), f"is compressed with {encoding[:50]!r}, which was not asked for"
            )
        return collect(chunks, self.limits.body_bytes, compressed="gzip" in encoding)

    def _judged(self, response: Response, allow: Container[int]) -> Response:
        """The response, if its status is an answer; the error that it stands for, if not."""
        status, where = response.status, shown(response.url)
        if 200 <= status < 300 or status in allow or status in _REDIRECTS:
            return response
        wait = _rate_limit(response, self.pace.clock())
        if status == 429 or status >= 500 or (status == 403 and wait is not None):
            what = "asks for fewer requests" if status < 500 else "has a failure"
            raise TransientError(where, f"{what} (HTTP {status}); sync again later", wait)
        if status in (401, 403) and self._key_variable:
            advice = f"renew it and set it in {self._key_variable}"
            raise SourceError(f"{where}: the key is refused (HTTP {status}); {advice}")
        if status in (401, 403):
            raise UnreadableError(where, f"may not be read without signing in (HTTP {status})")
        reason = "is not there (any more)" if status in GONE else "cannot be had"
        raise UnreadableError(where, f"{reason} (HTTP {status}); check the address")


@cache
def _trust() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()  # the certificates in SSL_CERT_FILE, or else those of certifi
    except OSError as error:
        raise SettingError(f"SSL_CERT_FILE or SSL_CERT_DIR: cannot be read: {error}") from error


def _all(headers: Mapping[str, str]) -> dict[str, str]:
    ours = {"User-Agent": f"{AGENT}/{version('copse')}", "Accept": "*/*", "Accept-Encoding": "gzip"}
    return {**ours, **headers}


def _address(url: str, params: Mapping[str, str | int] | None = None) -> httpx.URL:
    try:
        found = httpx.URL(url.strip()).copy_with(fragment=None)
        return found.copy_merge_params(params) if params else found
    except httpx.InvalidURL as error:
        raise UnreadableError(shown(url), "is no web address; check how it is written") from error


def _redirection(asked: httpx.URL, response: Response) -> httpx.URL:
    where = shown(str(asked))
    try:
        return asked.join(response.headers["location"]).copy_with(fragment=None)
    except (KeyError, httpx.InvalidURL) as error:
        raise UnreadableError(where, "redirects to nowhere; tell the site's owner") from error


def _same_party(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether what may be said to one may be said to the other: the same origin, or its secure one."""
    origins = [(url.scheme, plain(url.host), url.port) for url in (one, other)]
    secured = origins == [("http", plain(one.host), None), ("https", plain(one.host), None)]
    return origins[0] == origins[1] or secured


def _rate_limit(response: Response, now: float) -> float | None:
    """Seconds that a server asks to be left alone; None if it does not say."""
    headers = response.headers
    if "retry-after" in headers:
        return wanted_wait(headers["retry-after"], now)
    reset = headers.get("x-ratelimit-reset", "")  # GitHub: when the hour's requests are used up
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and len(reset) < 12:
        return max(0.0, float(reset) - now)
    return None


def _network_failure(where: str, error: Exception) -> UnreadableError:
    causes: list[BaseException | None] = [error.__cause__, error.__context__]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        advice = "if the site is yours, put its authority's certificate into a file and set SSL_CERT_FILE"
        return UnreadableError(where, f"cannot prove that it is the site that it claims to be; {advice}")
    return TransientError(where, f"cannot be reached ({error}); check the network, or sync again later")
